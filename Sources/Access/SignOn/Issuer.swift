import Core
import Platform
import Synchronization

/// Somebody whose tokens are trusted: what it says of itself (OpenID Connect Discovery 1.0), and its keys.
///
/// Keys are kept for an hour. A token with a key that is not known makes them be fetched again, since issuers rotate
/// them, but not more than once in 30 seconds: anybody can send such tokens. While the issuer does not answer, the keys
/// known last go on for a day, and it is asked again every 30 seconds at most.
final class Issuer: Sendable {
    /// As the claim `iss` has it.
    let name: String
    private let client: OutboundClient
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    private static let keyLife: Int64 = 3_600_000
    private static let pause: Int64 = 30_000
    private static let longestLife: Int64 = 86_400_000

    private struct State {
        var known: Known?
        /// When something was last asked for, with what came of it.
        var askedAt: Int64?
        var running: Task<Known, any Error>?
    }

    /// What was fetched together.
    struct Known: Sendable {
        let keys: IssuerKeys
        let authorizationEndpoint: String?
        let tokenEndpoint: String?
        /// Whether clients show their secret in the body, because the issuer takes it no other way.
        let takesSecretInBody: Bool
        let fetchedAt: Int64
    }

    init(_ name: String, _ client: OutboundClient, now: @escaping @Sendable () -> Timestamp) {
        self.name = name
        self.client = client
        self.now = now
    }

    /// Verifies a token's signature.
    /// - Throws: `unauthenticated` for an algorithm, a key or a signature that is not the issuer's; `unavailable` when
    ///   its keys cannot be had.
    func verify(_ token: WebToken) async throws(Failure) {
        var found = try await known().keys.algorithm(token.algorithm, keyID: token.keyID)
        if !found.isKnown {
            found = try await known(refreshing: true).keys.algorithm(token.algorithm, keyID: token.keyID)
        }
        guard found.isKnown else { throw WebToken.refusal("its issuer has no such key") }
        guard let algorithm = found.algorithm else {
            throw WebToken.refusal("its algorithm is not one that its issuer's key is for")
        }
        guard token.isSigned(with: algorithm) else { throw WebToken.refusal("its signature is wrong") }
    }

    /// What the issuer says of itself.
    /// - Parameter refreshing: whether what is known is not enough.
    func known(refreshing: Bool = false) async throws(Failure) -> Known {
        let time = now().milliseconds
        enum Choice {
            case known(Known)
            case wait(Task<Known, any Error>)
            case later(milliseconds: Int64)
        }
        let choice = state.withLock { state -> Choice in
            if let known = state.known, !refreshing, (0..<Self.keyLife).contains(time - known.fetchedAt) {
                return .known(known)
            }
            if let task = state.running { return .wait(task) }
            if let askedAt = state.askedAt, (0..<Self.pause).contains(time - askedAt) {
                if let known = state.known, time - known.fetchedAt < Self.longestLife { return .known(known) }
                return .later(milliseconds: Self.pause - (time - askedAt))
            }
            let task = Task { try await self.fetch() }
            state.running = task
            state.askedAt = time
            return .wait(task)
        }
        switch choice {
        case .known(let known): return known
        case .wait(let task): return try await result(of: task)
        case .later(let milliseconds):
            throw Failure(
                .unavailable, "the issuer \(name) has just not answered",
                retryAfter: Int((milliseconds + 999) / 1000))
        }
    }

    private func result(of task: Task<Known, any Error>) async throws(Failure) -> Known {
        do {
            let known = try await task.value
            state.withLock { state in
                state.known = known
                if state.running == task { state.running = nil }
            }
            return known
        } catch {
            let time = now().milliseconds
            let old = state.withLock { state -> Known? in
                if state.running == task { state.running = nil }
                return state.known.flatMap { time - $0.fetchedAt < Self.longestLife ? $0 : nil }
            }
            if let old { return old }
            throw Failure(any: error)
        }
    }

    private func fetch() async throws -> Known {
        let base = name.utf8.last == UInt8(ascii: "/") ? String(name.dropLast()) : name
        let document = try await get(base + "/.well-known/openid-configuration", "what it says of itself")
        guard let issuer = document["issuer"]?.text, issuer.utf8.elementsEqual(name.utf8) else {
            throw Failure(
                .unavailable, "the issuer \(name) calls itself '\(document["issuer"]?.text?.prefix(200) ?? "")'",
                hint: "Configure the issuer exactly as its tokens name it.")
        }
        guard let address = document["jwks_uri"]?.text else {
            throw Failure(.unavailable, "the issuer \(name) does not say where its keys are")
        }
        let methods = document["token_endpoint_auth_methods_supported"]?.elements?.compactMap(\.text)
        return Known(
            keys: try await IssuerKeys(get(address, "its keys")),
            authorizationEndpoint: document["authorization_endpoint"]?.text,
            tokenEndpoint: document["token_endpoint"]?.text,
            takesSecretInBody: methods.map {
                !$0.contains("client_secret_basic") && $0.contains("client_secret_post")
            } ?? false, fetchedAt: now().milliseconds)
    }

    private func get(_ address: String, _ what: String) async throws(Failure) -> JSON {
        do {
            return try await exchange(OutboundRequest("GET", address, headers: [("accept", "application/json")]), what)
        } catch {
            // It is no client's fault that something is not where it should be.
            throw Failure(.unavailable, error.message, hint: error.hint, cause: error.cause)
        }
    }

    /// - Throws: `unavailable` when the issuer does not answer as it should; `denied` when it refuses.
    func exchange(_ request: OutboundRequest, _ what: String) async throws(Failure) -> JSON {
        let response: OutboundResponse
        do { response = try await client.send(request) } catch {
            throw Failure(
                .unavailable, "the issuer \(name) cannot be asked for \(what)",
                hint: "A server in your own network must be allowed in the sign-on file: `allow`.",
                cause: "\(error.message)\(error.cause.map { ": \($0)" } ?? "")")
        }
        let body = try? JSONParser.parse(response.body)
        guard response.status == 200, let body, body.members != nil else {
            let code = body?["error"]?.text.map { ": \($0.prefix(100))" } ?? ""
            throw Failure(
                (400..<500).contains(response.status) ? .denied : .unavailable,
                "the issuer \(name), asked for \(what), answered with status \(response.status)\(code)")
        }
        return body
    }
}
