import Core
import MLflow
import Platform

/// The users in the database of MLflow's basic-auth app (`basic_auth.db`): that of 2.22, where permissions are rows of
/// their own, and that of 3.x, where they belong to roles. (A permission of one user is in a role that is only his.)
struct MLflowAccounts: Sendable {
    let users: [MigratedUser]
    /// Permissions over all prompts that were left out. Prompts are registered models here, so they would be over all
    /// of those; what refuses is taken along all the same.
    let promptWildcards: Int

    /// - Parameter workspace: whose experiments and models are meant, where there are workspaces.
    /// - Throws: `invalid` when the database is none of that kind.
    static func read(_ location: DatabaseLocation, workspace: String) throws(Failure) -> MLflowAccounts {
        try DatabaseSession.read(try location.makeDriver(isPatient: true)) { sql in
            let tables = try MLflowSchema.tableNames(sql)
            guard tables.contains("users"), tables.contains("experiment_permissions") else {
                throw Failure(
                    .invalid, "\(location): is no database of MLflow's basic-auth app",
                    hint: "Name what basic_auth.ini has as database_uri.")
            }
            return try AccountReader(sql: sql, workspace: workspace, tables: tables).read()
        }
    }
}

private struct AccountReader {
    let sql: any SQLConnection
    let workspace: String
    let tables: [String]

    /// Revisions of `mlflow/server/auth/db/migrations` before permissions moved into roles (`e5f6a7b8c9d0`). The tables
    /// of roles are older, and those of permissions stayed behind.
    private static let before = ["8606fa83a998", "0965eb92f5f0", "a1b2c3d4e5f6"]
    private static let beforeWithWorkspaces = ["2ed73881770d", "c3d4e5f6a7b8"]

    func read() throws -> MLflowAccounts {
        let revision =
            tables.contains("alembic_version_auth")
            ? try sql.first("SELECT version_num FROM alembic_version_auth") { $0.text(0) } : nil
        let isOfUsers = revision.map { (Self.before + Self.beforeWithWorkspaces).contains($0) } ?? true
        let (permissions, wildcards) =
            tables.contains("role_permissions") && !isOfUsers
            ? try ofRoles()
            : (try ofUsers(hasWorkspaces: revision.map(Self.beforeWithWorkspaces.contains) ?? false), 0)
        // Administrators first: until there is one, nobody else can be.
        let users = try sql.rows(
            """
            SELECT id, username, COALESCE(password_hash, ''), CASE WHEN is_admin THEN 1 ELSE 0 END FROM users
            WHERE username IS NOT NULL ORDER BY 4 DESC, id
            """
        ) { row in
            MigratedUser(
                name: row.text(1), passwordHash: row.text(2), isAdmin: row.flag(3),
                permissions: permissions[row.integer(0)] ?? [])
        }
        return MLflowAccounts(users: users, promptWildcards: wildcards)
    }

    private func ofUsers(hasWorkspaces: Bool) throws -> [Int64: [MigratedUser.Permission]] {
        var found: [Int64: [MigratedUser.Permission]] = [:]
        try sql.forEach(
            "SELECT user_id, experiment_id, COALESCE(permission, '') FROM experiment_permissions ORDER BY id"
        ) {
            found[$0.integer(0), default: []].append(.init(.experiment(id: $0.text(1)), $0.text(2)))
        }
        try sql.forEach(
            """
            SELECT user_id, name, COALESCE(permission, '') FROM registered_model_permissions
            \(hasWorkspaces ? "WHERE workspace = ?1" : "") ORDER BY id
            """, hasWorkspaces ? [.text(workspace)] : []
        ) {
            found[$0.integer(0), default: []].append(.init(.registeredModel(name: $0.text(1)), $0.text(2)))
        }
        return found
    }

    private func ofRoles() throws -> (permissions: [Int64: [MigratedUser.Permission]], wildcards: Int) {
        var found: [Int64: [MigratedUser.Permission]] = [:]
        var wildcards = 0
        try sql.forEach(
            """
            SELECT a.user_id, p.resource_type, p.resource_pattern, p.permission FROM user_role_assignments a
            JOIN roles r ON r.id = a.role_id AND r.workspace = ?1
            JOIN role_permissions p ON p.role_id = r.id
            WHERE p.resource_type IN ('experiment', 'registered_model', 'prompt') ORDER BY p.id
            """, [.text(workspace)]
        ) { row in
            let (type, pattern, level) = (row.text(1), row.text(2), row.text(3))
            if type == "prompt", pattern == "*", level != "DENY", level != "NO_PERMISSIONS" {
                wildcards += 1
                return
            }
            let subject: MigratedUser.Permission.Subject =
                switch (type == "experiment", pattern == "*") {
                case (true, true): .everyExperiment
                case (true, false): .experiment(id: pattern)
                case (false, true): .everyRegisteredModel
                case (false, false): .registeredModel(name: pattern)
                }
            let permission = MigratedUser.Permission(subject, level)
            if found[row.integer(0)]?.contains(permission) != true {
                found[row.integer(0), default: []].append(permission)
            }
        }
        return (found, wildcards)
    }
}
