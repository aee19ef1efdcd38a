import Core
import MLflow
import Platform

/// `users/permissions` of MLflow 3.18: grants for a user over a resource of any type.
struct UserPermissionCalls: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        let calls: [[Endpoint]] = [
            [Endpoint].mlflow(
                "POST", "mlflow/users/permissions/grant", .signedIn, .writes, "Grants a user rights over something.",
                version: "3.0", grant),
            [Endpoint].mlflow(
                "POST", "mlflow/users/permissions/revoke", .signedIn, .writes,
                "Takes away what a user is granted over something.", version: "3.0", revoke),
            [Endpoint].mlflow(
                "GET", "mlflow/users/permissions/get", .signedIn, .reads, "What a user may do with something.",
                version: "3.0", get),
            [Endpoint].mlflow(
                "GET", "mlflow/users/permissions/list", .signedIn, .reads, "What a user is granted.", version: "3.0",
                list),
            [Endpoint].mlflow(
                "GET", "mlflow/users/current/permissions", .signedIn, .reads, "What one is granted oneself.",
                version: "3.0", current),
        ]
        return calls.flatMap { $0 }
    }

    private func target(_ message: ProtoMessage) throws(Failure) -> GrantTarget {
        try MLflowPermission.target(message.requiredText("resource_type"), message.requiredText("resource_id"))
    }

    @Sendable private func grant(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, target) = (try message.requiredText("username"), try target(message))
        let level = try MLflowPermission.level(message.requiredText("permission"))
        try await access.checkGranting(over: target, request.principal)
        try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            _ = try writer.setGrant(.user(user.id), target, level)
        }
        return .emptyMessage
    }

    /// That there is none is no error.
    @Sendable private func revoke(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, target) = (try message.requiredText("username"), try target(message))
        try await access.checkGranting(over: target, request.principal)
        try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            if let grant = try writer.reader.grant(of: .user(user.id), over: target) { try writer.remove(grant) }
        }
        return .emptyMessage
    }

    @Sendable private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, target) = (try message.requiredText("username"), try target(message))
        do { try request.mustBe(name) } catch { try await access.checkGranting(over: target, request.principal) }
        let user = try await access.read { try $0.requiredUser(named: name) }
        let level = try await access.level(of: user, over: target)
        return .json(
            .record([
                // As in MLflow, where reading alone is not "allowed".
                "allowed": .bool(level.map { $0 > .read } ?? false),
                "permission": .string(MLflowPermission.name(level)),
            ]))
    }

    @Sendable private func list(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("username")
        try request.mustBe(name)
        return try await answer(name)
    }

    @Sendable private func current(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        if request.principal.method == .local || request.principal.method == .federated {
            return .json(.record(["is_admin": .bool(request.isAdmin), "permissions": .array([])]))
        }
        return try await answer(request.principal.name)
    }

    private func answer(_ name: String) async throws -> Response {
        .json(
            try await access.read { reader in
                let user = try reader.requiredUser(named: name)
                return .record([
                    "is_admin": .bool(user.isAdmin),
                    "permissions": .array(
                        try reader.grants(reaching: user).map { try Self.json($0, user, reader) }),
                ])
            })
    }

    /// MLflow keeps what is granted to a user in a role of the user's own, and tells it by its name.
    private static func json(_ grant: AccessGrant, _ user: User, _ reader: AccessReader) throws -> JSON {
        var (id, role) = (Int64(0), "__user_\(user.id)__")
        if case .group(let group) = grant.holder { (id, role) = (group, try reader.group(group)?.name ?? "") }
        return .record([
            "role_id": .integer(id), "role_name": .string(role), "workspace": .string(RoleCalls.workspace),
            "resource_type": .string(grant.target.kind.rawValue), "resource_pattern": .string(grant.target.text),
            "permission": .string(RoleCalls.permission(grant.level)),
        ])
    }
}
