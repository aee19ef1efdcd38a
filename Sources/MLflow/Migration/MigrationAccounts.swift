package import Core
package import Platform

/// A user of MLflow's basic-auth app, with what the user may do.
package struct MigratedUser: Sendable {
    /// A right over some experiments or registered models.
    package struct Permission: Sendable, Hashable {
        package enum Subject: Sendable, Hashable {
            case experiment(id: String)
            case registeredModel(name: String)
            case everyExperiment
            case everyRegisteredModel
        }

        package let subject: Subject
        /// As MLflow has it: READ, USE, EDIT, MANAGE, NO_PERMISSIONS, DENY.
        package let level: String

        package init(_ subject: Subject, _ level: String) {
            self.subject = subject
            self.level = level
        }
    }

    package let name: String
    /// As Werkzeug writes it: `scrypt:32768:8:1$SALT$HEX`.
    package let passwordHash: String
    package let isAdmin: Bool
    package let permissions: [Permission]

    package init(name: String, passwordHash: String, isAdmin: Bool, permissions: [Permission]) {
        self.name = name
        self.passwordHash = passwordHash
        self.isAdmin = isAdmin
        self.permissions = permissions
    }
}

/// Who keeps users: a migration that brings some tells it.
package protocol MigrationAccounts: Sendable {
    /// Adds a user with a role and permissions. One of that name who is there already stays as it is.
    /// - Parameter role: of a user who is no administrator; nil for none.
    /// - Returns: whether the user is new.
    /// - Throws: `invalid` when it cannot be such a user.
    func add(
        _ user: MigratedUser, role: String?, _ transaction: Transaction, by origin: Origin, now: Timestamp
    ) throws -> Bool
}
