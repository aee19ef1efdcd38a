package import Core
package import Platform
import Synchronization

/// Finds out who a request is from: Basic or Bearer credentials, or a browser's session.
package final class AccessAuthorizer: Authorizer {
    private let services: Services
    private let requiresSignIn: Bool
    private let state: AccessState
    private let passwords: Passwords
    private let cache: VerificationCache
    private let limits: AttemptLimits
    private let lifetimes: Access.Lifetimes
    /// Nil where no other issuer is trusted.
    private let jobs: JobTokens?
    private let cookie = SessionCookie()
    /// Verifications under way: many requests of one client that come at once are one.
    private let running = Mutex<[VerificationCache.Key: Task<VerificationCache.Entry, any Error>]>([:])

    init(
        _ services: Services, requiresSignIn: Bool, state: AccessState, passwords: Passwords, limits: AttemptLimits,
        lifetimes: Access.Lifetimes, jobs: JobTokens? = nil
    ) {
        self.jobs = jobs
        self.services = services
        self.requiresSignIn = requiresSignIn
        self.state = state
        self.passwords = passwords
        self.limits = limits
        self.lifetimes = lifetimes
        cache = VerificationCache(random: services.world.random)
    }

    package func principal(for head: RequestHead) async throws(Failure) -> Principal? {
        let snapshot = try await state.current()
        guard requiresSignIn || snapshot.hasUsers else { return .local }
        if let header = head.headers["authorization"] {
            if let jobs, let token = JobTokens.token(in: header) {
                return try await principal(ofJob: token, jobs, head.clientAddress)
            }
            return try await verified(header, snapshot, head) { () throws(Failure) in
                try Credentials(authorization: header)
            }
        }
        guard let secret = cookie.value(in: head.headers, isSecure: head.isSecure) else { return nil }
        do {
            // A header holds no line end: none is taken for a cookie.
            let principal = try await verified("cookie\n\(secret)", snapshot, head) { .session(secret) }
            try checkSource(of: head)
            return principal
        } catch {
            // Whoever has been signed out is nobody: pages ask them to sign in again.
            if error.code == .unauthenticated { return nil }
            throw error
        }
    }

    /// Verifying a foreign token costs something, so wrong ones count like wrong passwords.
    private func principal(
        ofJob token: String, _ jobs: JobTokens, _ address: String?
    ) async throws(Failure) -> Principal {
        if let principal = jobs.remembered(token) { return principal }
        if case .wait(let seconds) = limits.begin(nil, address, now: services.world.now()) {
            throw AttemptLimits.refusal(seconds)
        }
        do {
            let principal = try await jobs.principal(token)
            limits.giveBack(nil, address, now: services.world.now())
            return principal
        } catch {
            if error.code != .unauthenticated { limits.giveBack(nil, address, now: services.world.now()) }
            throw error
        }
    }

    /// A browser sends its cookie along with what another site's page asks it to send. It says where a page is from,
    /// and only our own scripts set the other header; `RequestChecks` has refused foreign origins.
    private func checkSource(of head: RequestHead) throws(Failure) {
        if head.method == "GET" || head.method == "HEAD" { return }
        guard head.headers["origin"] != nil || head.headers["steward-request"] == "1" else {
            throw Failure(
                .denied, "a change by somebody who is signed in with a cookie must say where it comes from",
                hint: "Send the header Steward-Request: 1, or use a token.")
        }
    }

    private func verified(
        _ text: String, _ snapshot: AccessState.Snapshot, _ head: RequestHead,
        _ credentials: () throws(Failure) -> Credentials
    ) async throws(Failure) -> Principal {
        let key = cache.name(text)
        let now = services.world.now()
        if var entry = cache.entry(key, now: now) {
            if entry.version == snapshot.version { return entry.principal }
            if let principal = try await current(entry) {
                entry.principal = principal
                entry.version = snapshot.version
                cache.keep(entry, key)
                return principal
            }
            cache.forget(key)
        }
        let credentials = try credentials()
        let task = running.withLock { running in
            if let task = running[key] { return task }
            let task = Task { [self] in
                defer { self.running.withLock { $0[key] = nil } }
                let entry = try await verify(credentials, snapshot.version, head.clientAddress)
                cache.keep(entry, key)
                return entry
            }
            running[key] = task
            return task
        }
        do { return try await task.value.principal } catch { throw Failure(any: error) }
    }

    /// What an earlier verification is worth after something has changed.
    /// - Returns: nil when it does not hold any more.
    private func current(_ entry: VerificationCache.Entry) async throws(Failure) -> Principal? {
        let now = services.world.now()
        return try await services.database.read { [lifetimes] sql in
            let reader = AccessReader(sql)
            guard let user = try reader.user(entry.userID), user.isActive else { return nil }
            let rights = try reader.rights(of: user)
            switch entry.proof {
            case .password(let version):
                guard user.passwordVersion == version else { return nil }
                return Principal(name: user.name, method: .password, rights: rights)
            case .token(let id):
                guard let token = try reader.token(id) else { return nil }
                return Principal(name: user.name, method: .token, rights: rights.limited(to: token.scope.bound))
            case .session(let digest):
                guard let session = try reader.session(digest), lifetimes.isAlive(session, now) else { return nil }
                return Principal(name: user.name, method: .session, rights: rights)
            }
        }
    }
}

// MARK: - Verification

extension AccessAuthorizer {
    private func verify(
        _ credentials: Credentials, _ version: Int64, _ address: String?
    ) async throws -> VerificationCache.Entry {
        switch credentials {
        case .password(let name, let password):
            let user = try await user(name, password, address)
            return VerificationCache.Entry(
                proof: .password(version: user.user.passwordVersion), userID: user.user.id,
                principal: Principal(name: user.user.name, method: .password, rights: user.rights), version: version,
                verified: services.world.now(), expires: nil)
        case .token(let text): return try await verify(token: text, version, address)
        case .session(let secret): return try await verify(session: secret, version)
        }
    }

    /// Who has this name and password. Takes as long for an unknown name as for a wrong password, and says the same.
    /// - Throws: `unauthenticated` when nobody has; `exhausted` after too many failures.
    func user(_ name: String, _ password: String, _ address: String?) async throws -> (user: User, rights: Rights) {
        try await attempt(name, address) {
            let found = try await services.database.read { sql -> (user: User, rights: Rights, stored: String?)? in
                let reader = AccessReader(sql)
                guard AccountNames.isName(name), let user = try reader.user(named: name) else { return nil }
                return (user, try reader.rights(of: user), try reader.password(of: user.id))
            }
            let check = try await passwords.check(password, against: found?.stored)
            guard let found, check.isRight, found.user.isActive else {
                if let user = found?.user, limits.isNews(name, address, now: services.world.now()) {
                    recordLimit(user, address)
                }
                return nil
            }
            if check.isWeak { await strengthen(found.user, password, found.stored) }
            await noteUse(found.user)
            return (found.user, found.rights)
        }
    }

    /// Runs what may be somebody's guess.
    /// - Parameter body: answers nil for wrong credentials.
    private func attempt<Value>(
        _ name: String, _ address: String?, _ body: () async throws -> Value?
    ) async throws -> Value {
        if case .wait(let seconds) = limits.begin(name, address, now: services.world.now()) {
            throw AttemptLimits.refusal(seconds)
        }
        let value: Value?
        do { value = try await body() } catch {
            limits.giveBack(name, address, now: services.world.now())
            throw error
        }
        guard let value else { throw Self.refusal }
        limits.giveBack(name, address, now: services.world.now())
        return value
    }

    private func verify(token text: String, _ version: Int64, _ address: String?) async throws
        -> VerificationCache.Entry
    {
        let now = services.world.now()
        let digest = SecretText.digest(text)
        let found = try await services.database.read { sql -> (AccessToken, User, Rights)? in
            let reader = AccessReader(sql)
            guard let token = try reader.token(digest: digest), let user = try reader.user(token.userID) else {
                return nil
            }
            return (token, user, try reader.rights(of: user))
        }
        // Looking a token up costs next to nothing, and guessing one is hopeless: who has a good one is let in whatever
        // others do at the same address, and only the others are counted.
        guard let (token, user, rights) = found, user.isActive, token.expires.map({ now < $0 }) ?? true else {
            if case .wait(let seconds) = limits.begin(nil, address, now: now) { throw AttemptLimits.refusal(seconds) }
            throw Self.refusal
        }
        if now.milliseconds - (token.used?.milliseconds ?? 0) >= 60_000 {
            await write(
                "UPDATE access_token SET used_at = ?2 WHERE id = ?1", [.text(token.id), .integer(now.milliseconds)])
        }
        return VerificationCache.Entry(
            proof: .token(id: token.id), userID: user.id,
            principal: Principal(name: user.name, method: .token, rights: rights.limited(to: token.scope.bound)),
            version: version, verified: now, expires: token.expires)
    }

    private func verify(session secret: String, _ version: Int64) async throws -> VerificationCache.Entry {
        let now = services.world.now()
        let digest = SecretText.digest(secret)
        let found = try await services.database.read { sql -> (Session, User, Rights)? in
            let reader = AccessReader(sql)
            guard let session = try reader.session(digest), let user = try reader.user(session.userID) else {
                return nil
            }
            return (session, user, try reader.rights(of: user))
        }
        guard let (session, user, rights) = found, user.isActive, lifetimes.isAlive(session, now) else {
            throw Self.refusal
        }
        if now.milliseconds - session.seen.milliseconds >= 60_000 {
            await write(
                "UPDATE access_session SET seen_at = ?2 WHERE digest = ?1",
                [.blob(digest), .integer(now.milliseconds)])
        }
        return VerificationCache.Entry(
            proof: .session(digest: digest), userID: user.id,
            principal: Principal(name: user.name, method: .session, rights: rights), version: version, verified: now,
            expires: session.expires)
    }

    private static let refusal = Failure(
        .unauthenticated, "the name and password, or the token, are not right",
        hint: "Tokens expire and can be revoked; `steward login` gets a new one.")

    /// The refusal does not wait for it: that would tell that there is such a user. Nor does it become another one
    /// where it cannot be recorded.
    private func recordLimit(_ user: User, _ address: String?) {
        let database = services.database
        Task {
            _ = try? await database.writeUnrecorded { transaction in
                transaction.record(
                    Event(
                        EventKind.signInLimited, EventSubject.user(user.id),
                        ["user": .string(user.name), "address": .optional(address)]), by: Origin(.nobody))
            }
        }
    }

    /// Keeps a password in today's form, which its owner has just shown.
    private func strengthen(_ user: User, _ password: String, _ stored: String?) async {
        guard let hash = try? await passwords.hash(password), let stored else { return }
        await write(
            "UPDATE access_user SET password = ?2 WHERE id = ?1 AND password = ?3",
            [.integer(user.id), .text(hash), .text(stored)])
    }

    private func noteUse(_ user: User) async {
        let now = services.world.now()
        guard now.milliseconds - (user.signedIn?.milliseconds ?? 0) >= 60_000 else { return }
        await write(
            "UPDATE access_user SET signed_in_at = ?2 WHERE id = ?1", [.integer(user.id), .integer(now.milliseconds)])
    }

    /// A note that nothing depends on: when the database cannot take it, the request goes on all the same.
    private func write(_ statement: String, _ arguments: [SQLValue]) async {
        _ = try? await services.database.writeUnrecorded { try $0.sql.execute(statement, arguments) }
    }
}
