import Core
import MLflow
import Platform

/// MLflow's `users`, as its basic-auth app has them. Who is admin there is admin here; others get the role viewer,
/// which is what MLflow's standard setting allows: reading.
struct UserCalls: Sendable {
    let access: Access

    var endpoints: [Endpoint] {
        let manage = Endpoint.Access.may(.accessManage)
        let calls: [[Endpoint]] = [
            [Endpoint].mlflow("POST", "mlflow/users/create", manage, .writes, "Creates a user.", create).map {
                $0.holdingSecrets()
            },
            [Endpoint].mlflow("GET", "mlflow/users/get", .signedIn, .reads, "A user.", get),
            [Endpoint].mlflow("GET", "mlflow/users/current", .signedIn, .reads, "Who is signed in.", current),
            [Endpoint].mlflow("GET", "mlflow/users/list", manage, .reads, "All users with their groups.", list),
            [Endpoint].mlflow(
                "PATCH", "mlflow/users/update-password", .signedIn, .writes, "Sets a password.", updatePassword
            ).map { $0.holdingSecrets() },
            [Endpoint].mlflow(
                "PATCH", "mlflow/users/update-admin", manage, .writes, "Makes a user an administrator, or a viewer.",
                updateAdmin),
            [Endpoint].mlflow("DELETE", "mlflow/users/delete", manage, .writes, "Deletes a user.", delete),
        ]
        return calls.flatMap { $0 }
    }

    @Sendable private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        guard let name = try message.text("username"), let password = try message.text("password"), !name.isEmpty,
            !password.isEmpty
        else { throw Failure(.invalid, "Username and password cannot be empty.") }
        let (user, _) = try await access.createUser(name, role: .viewer, password: password, request.origin)
        return .json(.record(["user": Self.json(user, [])]))
    }

    @Sendable private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("username")
        try request.mustBe(name)
        return .json(
            try await access.read { reader in
                let user = try reader.requiredUser(named: name)
                return .record(["user": Self.json(user, try reader.grants(of: .user(user.id)))])
            })
    }

    @Sendable private func current(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let principal = request.principal
        let user = try await access.read { try $0.user(named: principal.name) }
        let json: JSON = .record([
            "id": .integer(user?.id ?? 0), "username": .string(principal.name), "is_admin": .bool(request.isAdmin),
        ])
        // MLflow's pages offer to change a password when this is true.
        return .json(.record(["user": json, "is_basic_auth": .bool(user?.hasPassword ?? false)]))
    }

    @Sendable private func list(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        .json(
            try await access.read { reader in
                .record([
                    "users": .array(
                        try reader.users().map { user in
                            .record([
                                "id": .integer(user.id), "username": .string(user.name),
                                "is_admin": .bool(user.isAdmin),
                                "roles": .array(try reader.groups(of: user).map { try RoleCalls.json($0, reader) }),
                            ])
                        })
                ])
            })
    }

    @Sendable private func updatePassword(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, password) = (try message.requiredText("username"), try message.requiredText("password"))
        try request.mustBe(name)
        var confirmed: User?
        if name.utf8.elementsEqual(request.principal.name.utf8) {
            let user = try await access.account(of: request)
            if let current = try message.text("current_password"), !current.isEmpty {
                guard !current.utf8.elementsEqual(password.utf8) else {
                    throw Failure(.invalid, "New password must differ from the current password.")
                }
                do { confirmed = try await access.confirm(user, current, request) } catch let failure as Failure
                    where failure.code == .denied
                {
                    throw Failure(.invalid, "Current password does not match.")
                }
            } else if request.principal.method != .password {
                // Basic credentials have just shown the current password; clients of MLflow 2 send it no other way.
                throw Failure(.invalid, "Current password is required when changing your own password.")
            }
        }
        try await access.setPassword(of: name, password, confirmed: confirmed, request.origin)
        return .emptyMessage
    }

    @Sendable private func updateAdmin(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("username")
        guard let isAdmin = try message.flag("is_admin") else { throw message.missing("is_admin") }
        try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            // Who is no administrator may be more than a viewer, and stays that.
            let role: Role? = isAdmin ? .admin : user.role == .admin ? .viewer : user.role
            _ = try writer.update(user, UserChange(role: .init(role)))
        }
        return .emptyMessage
    }

    @Sendable private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("username")
        guard !name.utf8.elementsEqual(request.principal.name.utf8) else {
            throw Failure(
                .invalid,
                "Users cannot delete their own account. Ask another admin to delete this user instead.")
        }
        try await access.write(request) { try $0.delete(try $0.reader.requiredUser(named: name)) }
        return .emptyMessage
    }

    /// Clients of MLflow 2 read the permissions, too.
    private static func json(_ user: User, _ grants: [AccessGrant]) -> JSON {
        .record([
            "id": .integer(user.id), "username": .string(user.name), "is_admin": .bool(user.isAdmin),
            "experiment_permissions": .array(
                grants.compactMap { PermissionCalls.experimentJSON($0, user) }),
            "registered_model_permissions": .array(grants.compactMap { PermissionCalls.modelJSON($0, user) }),
        ])
    }
}
