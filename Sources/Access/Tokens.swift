import Core
import Platform

/// What the API and the pages do with tokens alike.
extension Access {
    /// What is asked of a new token.
    struct TokenRequest: Sendable {
        var name: String
        /// Nil: whoever makes it.
        var owner: String?
        /// Nil: all that the owner may do.
        var level: Permission.Level?
        var targets: [GrantTarget]?
        var expiry: TokenExpiry
    }

    /// Makes a token for oneself, or for a service account.
    /// - Returns: the token, which nobody can read again.
    func makeToken(_ wanted: TokenRequest, _ request: Request) async throws
        -> (secret: SecretText, token: AccessToken, owner: User)
    {
        let maker = try await account(of: request)
        let presented = try await presentedToken(request)
        let (principal, isAdmin) = (request.principal, request.isAdmin)
        let expires = try Delegation.expiry(
            wanted.expiry, of: presented, isAdmin: isAdmin, now: services.world.now())
        var targets: [GrantTarget] = []
        // One more than there may be is enough for the refusal.
        for target in wanted.targets?.prefix(TokenScope.targetLimit + 1) ?? [] {
            targets.append(try await kept(target, principal))
        }
        let kept = wanted.targets == nil ? nil : targets
        let (secret, id) = (SecretText(.token, services.world.random), services.world.makeID())
        return try await write(request) { writer in
            let owner = try wanted.owner.map { try writer.reader.requiredUser(named: $0) } ?? maker
            guard let current = try writer.reader.user(owner.id), current.isActive else {
                throw Failure(.invalid, "\(owner.name) is not active")
            }
            if owner.id != maker.id {
                // What is done with somebody's token is done in their name.
                guard isAdmin, owner.kind == .service else {
                    throw Failure(
                        .denied, "tokens can be made for oneself and, by administrators, for service accounts")
                }
            }
            let rights = try writer.reader.rights(of: current)
            guard let level = wanted.level ?? Delegation.reach(rights) else {
                throw Failure(.denied, "\(owner.name) has no rights", hint: "Give the account a role or a grant first.")
            }
            let scope = TokenScope(level, targets: kept)
            try Delegation.check(scope, owner: rights, maker: principal.rights)
            let token = try writer.createToken(
                secret, id: id, of: current, wanted.name, scope, expires: expires)
            return (secret, token, current)
        }
    }

    /// The token that a request came with; nil when it came otherwise.
    func presentedToken(_ request: Request) async throws(Failure) -> AccessToken? {
        guard request.principal.method == .token, let header = request.headers["authorization"],
            case .token(let text) = try Credentials(authorization: header)
        else { return nil }
        let digest = SecretText.digest(text)
        return try await read { try $0.token(digest: digest) }
    }

    /// - Throws: `notFound` when there is no such token, or it is somebody else's and `request` is no administrator's;
    ///   `denied` for a token of small scope that would revoke another than itself.
    func revokeToken(_ id: String, _ request: Request) async throws(Failure) {
        let presented = try await presentedToken(request)
        if presented?.id.utf8.elementsEqual(id.utf8) != true { try request.mustSpeakForAccount() }
        let (name, isAdmin) = (request.principal.name, request.isAdmin)
        try await write(request) { writer in
            guard let token = try writer.reader.token(id), let owner = try writer.reader.user(token.userID),
                isAdmin || owner.name.utf8.elementsEqual(name.utf8)
            else { throw Failure(.notFound, "there is no token '\(id.prefix(100))'") }
            try writer.revoke(token, of: owner)
        }
    }
}
