import Core

/// An API token as it is kept. The token itself is shown once, when it is made.
struct AccessToken: Sendable {
    let id: String
    let userID: Int64
    let name: String
    /// Its first characters, to tell it from others.
    let beginning: String
    let scope: TokenScope
    let created: Timestamp
    /// Nil: never.
    let expires: Timestamp?
    /// To the minute.
    let used: Timestamp?
}

/// What a token may do at most; what its owner may not, it may not either.
struct TokenScope: Sendable {
    let level: Permission.Level
    /// The only things it is for; nil: whatever its owner may use.
    let targets: [GrantTarget]?

    init(_ level: Permission.Level, targets: [GrantTarget]? = nil) {
        self.level = level
        self.targets = targets
    }

    var bound: Rights {
        guard let targets else { return Rights(level) }
        return Rights(nil, grants: targets.map { Grant($0.kind, $0.value, level) })
    }

    static let targetLimit = 100
}

/// A signed-in browser. Its cookie holds a secret of which the digest is kept.
struct Session: Sendable {
    let id: String
    let userID: Int64
    let created: Timestamp
    /// To the minute.
    let seen: Timestamp
    let expires: Timestamp
    /// From where it was begun.
    let address: String?
}

/// A link that works once.
struct OneTimeLink: Sendable {
    enum Purpose: Sendable, Equatable {
        /// Makes the first administrator.
        case setUp
        /// Lets a user choose a password: an invitation, or a new password for one that was forgotten.
        case password(userID: Int64)
    }

    let purpose: Purpose
    let expires: Timestamp
}

/// When a token shall end.
enum TokenExpiry: Sendable, Equatable {
    case never
    case at(Timestamp)
    /// After `standardDays`, or with the token that makes it.
    case standard

    static let standardDays: Int64 = 90
}
