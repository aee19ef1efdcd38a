package import Core
package import MLflow
package import Platform

/// Takes the users that a migration brings.
package struct MigratedAccounts: MigrationAccounts {
    package init() {}

    package func add(
        _ user: MigratedUser, role: String?, _ transaction: Transaction, by origin: Origin, now: Timestamp
    ) throws -> Bool {
        if try AccessReader(transaction.sql).user(named: user.name) != nil { return false }
        let role = try user.isAdmin ? Role.admin : role.map { try Role(named: $0) }
        let writer = try AccessWriter(transaction, origin, now: now)
        // A password that cannot be checked here is as good as none: somebody will have to set one.
        let password = (try? PasswordHash(parsing: user.passwordHash))?.text
        let added = try writer.createUser(user.name, role: role, password: password)
        for (target, levels) in try Self.grants(user.permissions) {
            // Of several the highest counts, and what refuses counts before all.
            let level = levels.contains(nil) ? nil : levels.compactMap { $0 }.max()
            _ = try writer.setGrant(.user(added.id), target, level)
        }
        return true
    }

    private static func grants(
        _ permissions: [MigratedUser.Permission]
    ) throws(Failure) -> [(GrantTarget, [Permission.Level?])] {
        var found: [(GrantTarget, [Permission.Level?])] = []
        for permission in permissions {
            let target = try target(permission.subject)
            let level = try MLflowPermission.level(permission.level)
            let known = found.firstIndex {
                $0.0.kind == target.kind && $0.0.form == target.form && $0.0.text.utf8.elementsEqual(target.text.utf8)
            }
            if let known { found[known].1.append(level) } else { found.append((target, [level])) }
        }
        return found
    }

    private static func target(_ subject: MigratedUser.Permission.Subject) throws(Failure) -> GrantTarget {
        switch subject {
        case .experiment(let id): try GrantTarget(.experiment, "id", id)
        case .registeredModel(let name): try GrantTarget(.registeredModel, "name", name)
        case .everyExperiment: try GrantTarget(.experiment, "pattern", "*")
        case .everyRegisteredModel: try GrantTarget(.registeredModel, "pattern", "*")
        }
    }
}
