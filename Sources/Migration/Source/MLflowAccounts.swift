import Core
import MLflow
import Platform

/// The users in the database of MLflow's basic-auth app (`basic_auth.db`): that of 2.22, where permissions are rows of
/// their own, and that of 3.x, where they belong to roles. (A permission of one user is in a role that is only his.)
enum MLflowAccounts {
    /// - Throws: `invalid` when the database is none of that kind.
    static func read(_ location: DatabaseLocation) throws(Failure) -> [MigratedUser] {
        try DatabaseSession.read(try location.makeDriver(isPatient: true)) { sql in
            let tables = try MLflowSchema.tableNames(sql)
            guard tables.contains("users"), tables.contains("experiment_permissions") else {
                throw Failure(
                    .invalid, "\(location): is no database of MLflow's basic-auth app",
                    hint: "Name what basic_auth.ini has as database_uri.")
            }
            let permissions = try tables.contains("role_permissions") ? ofRoles(sql) : ofUsers(sql)
            // Administrators first: until there is one, nobody else can be.
            return try sql.rows(
                """
                SELECT id, username, COALESCE(password_hash, ''), CASE WHEN is_admin THEN 1 ELSE 0 END FROM users
                WHERE username IS NOT NULL ORDER BY 4 DESC, id
                """
            ) { row in
                MigratedUser(
                    name: row.text(1), passwordHash: row.text(2), isAdmin: row.flag(3),
                    permissions: permissions[row.integer(0)] ?? [])
            }
        }
    }

    private static func ofUsers(_ sql: any SQLConnection) throws -> [Int64: [MigratedUser.Permission]] {
        var found: [Int64: [MigratedUser.Permission]] = [:]
        try sql.forEach(
            "SELECT user_id, experiment_id, COALESCE(permission, '') FROM experiment_permissions ORDER BY id"
        ) {
            found[$0.integer(0), default: []].append(.init(.experiment(id: $0.text(1)), $0.text(2)))
        }
        try sql.forEach("SELECT user_id, name, COALESCE(permission, '') FROM registered_model_permissions ORDER BY id")
        {
            found[$0.integer(0), default: []].append(.init(.registeredModel(name: $0.text(1)), $0.text(2)))
        }
        return found
    }

    private static func ofRoles(_ sql: any SQLConnection) throws -> [Int64: [MigratedUser.Permission]] {
        var found: [Int64: [MigratedUser.Permission]] = [:]
        try sql.forEach(
            """
            SELECT a.user_id, p.resource_type, p.resource_pattern, p.permission FROM user_role_assignments a
            JOIN role_permissions p ON p.role_id = a.role_id
            WHERE p.resource_type IN ('experiment', 'registered_model', 'prompt') ORDER BY p.id
            """
        ) { row in
            let isExperiment = row.text(1) == "experiment"
            let pattern = row.text(2)
            let subject: MigratedUser.Permission.Subject =
                switch (isExperiment, pattern == "*") {
                case (true, true): .everyExperiment
                case (true, false): .experiment(id: pattern)
                case (false, true): .everyRegisteredModel
                case (false, false): .registeredModel(name: pattern)
                }
            let permission = MigratedUser.Permission(subject, row.text(3))
            if found[row.integer(0)]?.contains(permission) != true {
                found[row.integer(0), default: []].append(permission)
            }
        }
        return found
    }
}
