import Core

/// The kinds of events about users. The log keeps them: a kind is never renamed.
enum EventKind {
    static let userCreated = "access.user-created"
    static let userUpdated = "access.user-updated"
    static let userDeleted = "access.user-deleted"
    static let passwordSet = "access.password-set"
    static let tokenCreated = "access.token-created"
    static let tokenRevoked = "access.token-revoked"
    static let groupCreated = "access.group-created"
    static let groupUpdated = "access.group-updated"
    static let groupDeleted = "access.group-deleted"
    static let memberAdded = "access.member-added"
    static let memberRemoved = "access.member-removed"
    static let grantSet = "access.grant-set"
    static let grantRemoved = "access.grant-removed"
    /// An account was made for somebody whom an identity provider knows.
    static let identityLinked = "access.identity-linked"
    /// An identity provider gave the last administrator another role or none, which was not followed.
    static let lastAdminKept = "access.last-admin-kept"
    static let signedIn = "access.signed-in"
    static let signedOut = "access.signed-out"
    static let linkMade = "access.link-made"
    static let linkUsed = "access.link-used"
    /// Sign-ins were refused for a while because too many had failed.
    static let signInLimited = "access.sign-in-limited"
}

/// Names what events happen to. Users and groups are named by their numbers, which are never given out twice: a later
/// user of the same name does not inherit a history. The name of the time is in the details.
enum EventSubject {
    static func user(_ id: Int64) -> String { Event.subject("user", String(id)) }
    static func group(_ id: Int64) -> String { Event.subject("group", String(id)) }
    static let server = "server"
}
