import Core
import Platform

/// What the APIs, the pages and the start of the server do with accounts alike.
extension Access {
    /// - Parameter password: nil for a user who chooses one with the link that is given back.
    func createUser(
        _ name: String, displayName: String = "", role: Role?, password: String?, _ origin: Origin
    ) async throws -> (user: User, link: SecretText?) {
        try AccountNames.check(name)
        var stored: String?
        if let password {
            try PasswordRules.check(password, of: name)
            stored = try await passwords.hash(password)
        }
        let link = password == nil ? SecretText(.link, services.world.random) : nil
        let (hash, lifetime) = (stored, settings.lifetimes.passwordLink)
        let user = try await write(origin) { writer in
            let user = try writer.createUser(name, displayName: displayName, role: role, password: hash)
            if let link { _ = try writer.makeLink(link, for: user, lifetime: lifetime) }
            return user
        }
        return (user, link)
    }

    /// - Parameter confirmed: whose old password was shown; nothing is set when it is not the password any more.
    /// - Returns: the user from then on.
    @discardableResult
    func setPassword(
        of name: String, _ password: String, confirmed: User? = nil, _ origin: Origin
    ) async throws -> User {
        try PasswordRules.check(password, of: name)
        let stored = try await passwords.hash(password)
        return try await write(origin) { writer in
            let user = try confirmed.map { try writer.reader.unchanged($0) } ?? writer.reader.requiredUser(named: name)
            try writer.setPassword(of: user, stored)
            return try writer.reader.user(user.id) ?? user
        }
    }

    /// A user's own new password. All sessions end, the one it is asked from among them.
    /// - Returns: the user from then on.
    /// - Throws: `denied` when `old` is not the password now; `exhausted` after too many wrong ones.
    func changePassword(
        of user: User, from old: String, to password: String, _ request: Request
    ) async throws -> User {
        let confirmed = try await confirm(user, old, request)
        guard !old.utf8.elementsEqual(password.utf8) else {
            throw Failure(.invalid, "the new password is the old one")
        }
        return try await setPassword(of: user.name, password, confirmed: confirmed, request.origin)
    }

    /// Makes sure that whoever asks knows the password: somebody may have left a browser open.
    /// - Returns: the user whose password it is.
    func confirm(_ user: User, _ password: String, _ request: Request) async throws -> User {
        do { return try await signIn.user(user.name, password, request.client.address).user } catch let failure
            as Failure where failure.code == .unauthenticated
        {
            throw Failure(.denied, "the password is not right")
        }
    }

    func makePasswordLink(for name: String, _ origin: Origin) async throws(Failure) -> SecretText {
        let link = SecretText(.link, services.world.random)
        let lifetime = settings.lifetimes.passwordLink
        try await write(origin) { writer in
            _ = try writer.makeLink(link, for: try writer.reader.requiredUser(named: name), lifetime: lifetime)
        }
        return link
    }

    /// The address of a page that takes a link's secret.
    /// - Parameter server: as the client calls it.
    func address(of link: SecretText, _ server: String?) -> String { "\(server ?? "")/setup?token=\(link.text)" }

    // MARK: The first administrator

    /// While people have to sign in and nobody could: a link that makes the first administrator.
    package func notes(at address: String) async throws -> [String] {
        guard settings.requiresSignIn, try await !read({ try $0.hasUsers() }) else { return [] }
        let link = SecretText(.link, services.world.random)
        let lifetime = settings.lifetimes.setUpLink
        _ = try await write(.system) { try $0.makeLink(link, for: nil, lifetime: lifetime) }
        return [
            """
              There are no users yet. This makes the first administrator; it works once, for an hour:
                \(self.address(of: link, address))
            """
        ]
    }

    /// Uses a link: makes the first administrator, or sets the password that its user chose.
    /// - Parameter name: of the administrator; what a link for somebody's password does not need.
    func use(_ token: String, name: String?, displayName: String, password: String, _ request: Request) async throws
        -> User
    {
        let digest = SecretText.digest(token)
        let now = services.world.now()
        let found = try await read { reader -> (link: OneTimeLink, user: User?)? in
            guard let link = try reader.link(digest), link.expires > now else { return nil }
            guard case .password(let id) = link.purpose else { return (link, nil) }
            return (link, try reader.user(id))
        }
        guard let found else { throw OneTimeLink.invalid }
        let name = try found.user?.name ?? Self.required(name)
        try AccountNames.check(name)
        try PasswordRules.check(password, of: name)
        let stored = try await passwords.hash(password)
        let id = request.id
        return try await write(Origin(Principal(name: name, method: .link, rights: .nothing), requestID: id)) {
            writer in
            switch try writer.use(token).purpose {
            case .setUp:
                guard try !writer.reader.hasUsers() else { throw OneTimeLink.invalid }
                let user = try writer.createUser(name, displayName: displayName, role: .admin, password: stored)
                writer.record(EventKind.linkUsed, user, ["purpose": .string("set-up")])
                return user
            case .password(let id):
                guard let user = try writer.reader.user(id), user.isActive else { throw OneTimeLink.invalid }
                try writer.setPassword(of: user, stored)
                writer.record(EventKind.linkUsed, user, ["purpose": .string("password")])
                return try writer.reader.user(id) ?? user
            }
        }
    }

    private static func required(_ name: String?) throws(Failure) -> String {
        guard let name, !name.isEmpty else { throw Failure(.invalid, "name: it must be given") }
        return name
    }

    // MARK: Sessions

    /// Begins a session for somebody whose password is right, or who has come back from an identity provider.
    /// - Returns: the header that gives the browser its cookie.
    /// - Throws: `unauthenticated` when the account has been deactivated, or its password changed, since `user` was
    ///   read: what ends all sessions must not leave out one that is just beginning.
    func beginSession(of user: User, _ request: Request) async throws(Failure) -> String {
        let secret = SecretText(.session, services.world.random)
        let cookie = SessionCookie()
        let old = cookie.value(in: request.headers, isSecure: request.client.isSecure).map(SecretText.digest)
        let (id, address, lifetime) = (services.world.makeID(), request.client.address, settings.lifetimes.session)
        let origin = Origin(
            Principal(name: user.name, method: .session, rights: .nothing), requestID: request.id)
        try await write(origin) { writer in
            let user = try writer.reader.unchanged(user)
            try writer.beginSession(secret, id: id, of: user, replacing: old, address: address, lifetime: lifetime)
        }
        return cookie.header(secret.text, isSecure: request.client.isSecure)
    }

    /// Ends the session that a request came in.
    /// - Returns: the header that takes the cookie away.
    func endSession(_ request: Request) async throws(Failure) -> String {
        let cookie = SessionCookie()
        if let secret = cookie.value(in: request.headers, isSecure: request.client.isSecure) {
            let digest = SecretText.digest(secret)
            try await write(request) { writer in
                guard let session = try writer.reader.session(digest),
                    let user = try writer.reader.user(session.userID)
                else { return }
                try writer.end(session, of: user)
            }
        }
        return cookie.clearing(isSecure: request.client.isSecure)
    }
}
