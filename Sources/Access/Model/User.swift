import Core

/// Somebody who may use the server: a person, or a program that has an account of its own.
struct User: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case person
        /// A service account: it has tokens, and no password.
        case service
    }

    /// Never given out twice: what belongs to a user is kept under it, and a later user of the same name inherits
    /// nothing.
    let id: Int64
    let name: String
    let displayName: String
    let kind: Kind
    /// Nil: only what grants give.
    let role: Role?
    let isActive: Bool
    let hasPassword: Bool
    /// Counts the changes of the password: what was verified with an older one does not hold any more.
    let passwordVersion: Int64
    let created: Timestamp
    let updated: Timestamp
    let signedIn: Timestamp?

    var isAdmin: Bool { role == .admin && isActive }
}

/// What a change may give a user; nil leaves it as it is.
struct UserChange: Sendable {
    var displayName: String?
    var role: Change<Role?>?
    var isActive: Bool?

    /// Tells "set to nothing" from "leave alone".
    struct Change<Value: Sendable>: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }
}

/// People who get grants together.
struct Group: Sendable {
    let id: Int64
    let name: String
    let description: String
    let created: Timestamp
    let updated: Timestamp
}
