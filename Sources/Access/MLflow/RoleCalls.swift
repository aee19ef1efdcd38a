import Core
import MLflow
import Platform

/// `roles` of MLflow 3.18: named sets of permissions that users are assigned. That is what a group with grants is, so a
/// role here is a group, a role's permission a grant, an assignment a membership. There is one workspace, `default`.
struct RoleCalls: Sendable {
    let access: Access
    static let workspace = "default"

    var endpoints: [Endpoint] {
        let calls: [(String, String, Endpoint.Effect, String, Endpoint.MLflowHandler)] = [
            ("POST", "roles/create", .writes, "Creates a group.", create),
            ("GET", "roles/get", .reads, "A group with its grants.", get),
            ("GET", "roles/list", .reads, "Groups with their grants.", list),
            ("PATCH", "roles/update", .writes, "Renames or describes a group.", update),
            ("DELETE", "roles/delete", .writes, "Deletes a group.", delete),
            ("POST", "roles/permissions/add", .writes, "Grants a group rights.", addPermission),
            ("DELETE", "roles/permissions/remove", .writes, "Takes a grant away.", removePermission),
            ("GET", "roles/permissions/list", .reads, "What a group is granted.", listPermissions),
            ("PATCH", "roles/permissions/update", .writes, "Changes a grant of a group.", updatePermission),
            ("POST", "roles/assign", .writes, "Makes a user a member of a group.", assign),
            ("DELETE", "roles/unassign", .writes, "Takes a user out of a group.", unassign),
            ("GET", "roles/users/list", .reads, "The members of a group.", listUsers),
        ]
        let own = [Endpoint].mlflow(
            "GET", "mlflow/users/roles/list", .signedIn, .reads, "The groups of a user.", version: "3.0", listRoles)
        return own
            + calls.flatMap { method, path, effect, summary, handle in
                [Endpoint].mlflow(
                    method, "mlflow/\(path)", .may(.accessManage), effect, summary, version: "3.0", handle)
            }
    }

    // MARK: Roles

    @Sendable private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        try Self.checkWorkspace(message.requiredText("workspace"))
        let (name, description) = (try message.requiredText("name"), try message.text("description") ?? "")
        return try await access.write(request) { writer in
            .json(
                .record(["role": try Self.json(try writer.createGroup(name, description: description), writer.reader)]))
        }
    }

    @Sendable private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_id")
        return .json(
            try await access.read { .record(["role": try Self.json(try Self.required(id, $0), $0)]) })
    }

    @Sendable private func list(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let workspaces = try message.texts("workspace")
        return .json(
            try await access.read { reader in
                let groups = workspaces.isEmpty || workspaces.contains(Self.workspace) ? try reader.groups() : []
                return .record(["roles": .array(try groups.map { try Self.json($0, reader) })])
            })
    }

    @Sendable private func update(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_id")
        let (name, description) = (try message.text("name"), try message.text("description"))
        guard name != nil || description != nil else {
            throw Failure(.invalid, "At least one of 'name' or 'description' must be provided to update a role.")
        }
        return try await access.write(request) { writer in
            let group = try writer.update(
                try Self.required(id, writer.reader), name: name, description: description)
            return .json(.record(["role": try Self.json(group, writer.reader)]))
        }
    }

    @Sendable private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_id")
        try await access.write(request) { try $0.delete(try Self.required(id, $0.reader)) }
        return .emptyMessage
    }

    // MARK: Permissions

    @Sendable private func addPermission(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_id")
        let target = try MLflowPermission.target(
            message.requiredText("resource_type"), message.requiredText("resource_pattern"))
        let level = try MLflowPermission.level(message.requiredText("permission"))
        return try await access.write(request) { writer in
            let group = try Self.required(id, writer.reader)
            guard try writer.reader.grant(of: .group(group.id), over: target) == nil else {
                throw Failure(
                    .conflict,
                    "Role permission (role_id=\(id), resource_type=\(target.kind.rawValue), "
                        + "resource_pattern=\(target.text)) already exists.")
            }
            return .json(
                .record(["role_permission": Self.json(try writer.setGrant(.group(group.id), target, level), id)]))
        }
    }

    @Sendable private func removePermission(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_permission_id")
        try await access.write(request) { try $0.remove(try Self.requiredPermission(id, $0.reader).grant) }
        return .emptyMessage
    }

    @Sendable private func listPermissions(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_id")
        return .json(
            try await access.read { reader in
                let group = try Self.required(id, reader)
                return .record(["role_permissions": try Self.permissions(of: group, reader)])
            })
    }

    @Sendable private func updatePermission(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_permission_id")
        let level = try MLflowPermission.level(message.requiredText("permission"))
        return try await access.write(request) { writer in
            let (grant, group) = try Self.requiredPermission(id, writer.reader)
            let changed = try writer.setGrant(grant.holder, grant.target, level)
            return .json(.record(["role_permission": Self.json(changed, group)]))
        }
    }

    // MARK: Assignments

    @Sendable private func assign(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, id) = (try message.requiredText("username"), try message.requiredInteger("role_id"))
        return try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            let membership = try writer.add(user, to: try Self.required(id, writer.reader))
            return .json(.record(["assignment": Self.assignment(membership, user, id)]))
        }
    }

    @Sendable private func unassign(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, id) = (try message.requiredText("username"), try message.requiredInteger("role_id"))
        try await access.write(request) { writer in
            try writer.remove(
                try writer.reader.requiredUser(named: name), from: try Self.required(id, writer.reader))
        }
        return .emptyMessage
    }

    @Sendable private func listUsers(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try message.requiredInteger("role_id")
        return .json(
            try await access.read { reader in
                let members = try reader.members(of: try Self.required(id, reader))
                return .record([
                    "assignments": .array(members.map { Self.assignment($0.membership, $0.user, id) })
                ])
            })
    }

    @Sendable private func listRoles(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("username")
        try request.mustBe(name)
        return .json(
            try await access.read { reader in
                let groups = try reader.groups(of: try reader.requiredUser(named: name))
                return .record(["roles": .array(try groups.map { try Self.json($0, reader) })])
            })
    }
}

// MARK: - Shapes

extension RoleCalls {
    static func json(_ group: Group, _ reader: AccessReader) throws -> JSON {
        .record([
            "id": .integer(group.id), "name": .string(group.name), "workspace": .string(workspace),
            "description": .string(group.description), "permissions": try permissions(of: group, reader),
        ])
    }

    private static func permissions(of group: Group, _ reader: AccessReader) throws -> JSON {
        .array(try reader.grants(of: .group(group.id)).map { json($0, group.id) })
    }

    private static func json(_ grant: AccessGrant, _ group: Int64) -> JSON {
        .record([
            "id": .integer(grant.id), "role_id": .integer(group),
            "resource_type": .string(grant.target.kind.rawValue), "resource_pattern": .string(grant.target.text),
            "permission": .string(permission(grant.level)),
        ])
    }

    /// In roles, what refuses is called DENY.
    static func permission(_ level: Permission.Level?) -> String {
        level == nil ? "DENY" : MLflowPermission.name(level)
    }

    private static func assignment(_ membership: Int64, _ user: User, _ group: Int64) -> JSON {
        .record(["id": .integer(membership), "user_id": .integer(user.id), "role_id": .integer(group)])
    }

    private static func required(_ id: Int64, _ reader: AccessReader) throws -> Group {
        guard let group = try reader.group(id) else { throw Failure(.notFound, "Role with id=\(id) not found") }
        return group
    }

    private static func requiredPermission(_ id: Int64, _ reader: AccessReader) throws
        -> (grant: AccessGrant, group: Int64)
    {
        guard let grant = try reader.grant(id), case .group(let group) = grant.holder else {
            throw Failure(.notFound, "Role permission with id=\(id) not found")
        }
        return (grant, group)
    }

    private static func checkWorkspace(_ name: String) throws(Failure) {
        guard name == workspace else {
            throw Failure(.invalid, "Workspace '\(name.prefix(100))' does not exist.", hint: "There is one: default.")
        }
    }
}
