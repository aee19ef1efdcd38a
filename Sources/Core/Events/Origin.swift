/// Who does something, and how we know. (The type is not called `Actor` because that is a protocol of Swift.)
package struct Principal: Sendable {
    /// How the name was established.
    package enum Method: String, Sendable {
        /// A user's name and password with the request.
        case password
        /// A token of this server, of a user or a service account.
        case token
        /// Somebody who has signed in through a browser.
        case session
        /// A token that somebody else has issued and this server trusts: a job of a CI system.
        case federated
        /// A link that works once: for the first administrator, or to choose a password.
        case link
        /// Single-user mode on loopback: whoever can reach the machine.
        case local
        /// Steward itself: retention, expiry, schedules.
        case system
        /// Nobody has signed in: endpoints that are for anyone.
        case nobody
    }

    package let name: String
    package let method: Method
    package let rights: Rights

    package init(name: String, method: Method, rights: Rights) {
        self.name = name
        self.method = method
        self.rights = rights
    }

    package static let local = Principal(name: "local", method: .local, rights: .everything)
    package static let system = Principal(name: "system", method: .system, rights: .everything)
    package static let nobody = Principal(name: "nobody", method: .nobody, rights: .nothing)
}

/// What stands behind a change: who asked, in which request, and why.
package struct Origin: Sendable {
    package let principal: Principal
    /// The request's identifier; nil for what no request started.
    package let requestID: String?
    /// The reason given by the person, if one was asked for.
    package let reason: String?

    package init(_ principal: Principal, requestID: String? = nil, reason: String? = nil) {
        self.principal = principal
        self.requestID = requestID
        self.reason = reason
    }

    package static let system = Origin(.system)
}
