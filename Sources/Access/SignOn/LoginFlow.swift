import Core
import Crypto
import Platform

/// Signing in through an identity provider: OpenID Connect's authorization code flow with PKCE (RFC 7636).
///
/// What the browser has to bring back is in a signed cookie of its own, so that nobody can be led to finish a sign-in
/// that somebody else has begun, and nothing is written before somebody has signed in.
struct LoginFlow: Sendable {
    let provider: LoginProvider
    private let issuer: Issuer
    private let world: World
    private let tokens: PageTokens
    /// Of codes that the provider did not take: each asks it with our secret. They limit nothing but signing in through
    /// the provider.
    private let limits = AttemptLimits()

    /// How long a sign-in may take, in milliseconds.
    private static let lifetime: Int64 = 600_000
    private static let scope = "sign-on"

    init(_ provider: LoginProvider, _ client: OutboundClient, _ services: Services) {
        self.provider = provider
        issuer = Issuer(provider.issuer, client, now: services.world.now)
        world = services.world
        tokens = services.pageTokens
    }

    /// A sign-in that has begun.
    private struct Begun {
        let state: String
        let nonce: String
        let verifier: String
        /// Where the visitor wanted to go.
        let next: String
        let since: Int64

        init(_ world: World, next: String) {
            func secret() -> String { SecretText.base64URL(SecretText.bytes(world.random)) }
            (state, nonce, verifier) = (secret(), secret(), secret())
            self.next = next
            since = world.now().milliseconds
        }

        init?(_ json: JSON) {
            guard let parts = json.elements, parts.count == 5, let state = parts[0].text, let nonce = parts[1].text,
                let verifier = parts[2].text, let next = parts[3].text, case .integer(let since) = parts[4]
            else { return nil }
            (self.state, self.nonce, self.verifier, self.next, self.since) = (state, nonce, verifier, next, since)
        }

        var json: JSON { .array([.string(state), .string(nonce), .string(verifier), .string(next), .integer(since)]) }
    }

    /// - Parameters:
    ///   - callback: the address of this server that the provider sends the browser back to.
    ///   - next: a path of this server.
    /// - Returns: where the browser has to go, and what its cookie has to hold.
    func begin(callback: String, next: String) async throws(Failure) -> (address: String, cookie: String) {
        guard let endpoint = try await issuer.known().authorizationEndpoint,
            endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://") && provider.issuer.hasPrefix("http://"),
            endpoint.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Failure(.unavailable, "\(provider.title) does not say where people sign in") }
        let begun = Begun(world, next: next.utf8.count <= 1000 ? next : "/")
        let challenge = SecretText.base64URL(SecretText.digest(begun.verifier))
        let query = Self.form([
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", callback),
            ("scope", provider.scopes.joined(separator: " ")), ("state", begun.state), ("nonce", begun.nonce),
            ("code_challenge", challenge), ("code_challenge_method", "S256"),
        ])
        let mark = endpoint.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return (endpoint + mark + query, tokens.make(Self.scope, begun.json))
    }

    /// - Parameters:
    ///   - query: of the request that the provider has sent the browser back with.
    ///   - address: of the browser.
    /// - Returns: what the provider says of the person, and where they wanted to go.
    /// - Throws: `denied` for a sign-in that this browser has not begun, and for what the provider refuses; `exhausted`
    ///   after too many failures.
    func finish(
        _ query: Query, cookie: String?, callback: String, from address: String?
    ) async throws(Failure) -> (claims: JSON, next: String) {
        guard let cookie, let json = try? tokens.position(cookie, Self.scope), let begun = Begun(json),
            (0..<Self.lifetime).contains(world.now().milliseconds - begun.since), let state = query["state"],
            SecretText.areEqual(Array(state.utf8), Array(begun.state.utf8))
        else {
            throw Failure(
                .denied, "this browser has not begun to sign in, or has taken too long", hint: "Begin again.")
        }
        // RFC 9207: a provider that says who it is must be the one that was asked.
        if let name = query["iss"], !name.utf8.elementsEqual(provider.issuer.utf8) {
            throw Failure(.denied, "the answer is from another provider than \(provider.title)")
        }
        if let error = query["error"] {
            throw Failure(.denied, "\(provider.title) has refused: \(error.prefix(100))")
        }
        guard let code = query["code"], !code.isEmpty else {
            throw Failure(.denied, "\(provider.title) has sent no code")
        }
        let known = try await issuer.known()
        if case .wait(let seconds) = limits.begin(nil, address, now: world.now()) {
            throw AttemptLimits.refusal(seconds)
        }
        let claims = try await claims(code, begun.verifier, callback, nonce: begun.nonce, known)
        limits.giveBack(nil, address, now: world.now())
        return (claims, begun.next)
    }

    /// Exchanges the code for an ID token and verifies that (OpenID Connect Core 1.0, section 3.1.3.7).
    private func claims(
        _ code: String, _ verifier: String, _ callback: String, nonce: String, _ known: Issuer.Known
    ) async throws(Failure) -> JSON {
        guard let endpoint = known.tokenEndpoint else {
            throw Failure(.unavailable, "\(provider.title) does not say where codes are exchanged")
        }
        var fields = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback),
            ("code_verifier", verifier),
        ]
        var headers = [
            (name: "content-type", value: "application/x-www-form-urlencoded"),
            (name: "accept", value: "application/json"),
        ]
        if let secret = provider.clientSecret, !known.takesSecretInBody {
            // RFC 6749, section 2.3.1: both are encoded as in a form before.
            let pair = "\(PercentEncoding.encode(provider.clientID)):\(PercentEncoding.encode(secret))"
            headers.append(("authorization", "Basic \(Base64.text(of: Array(pair.utf8)))"))
        } else {
            fields.append(("client_id", provider.clientID))
            if let secret = provider.clientSecret { fields.append(("client_secret", secret)) }
        }
        let answer = try await issuer.exchange(
            OutboundRequest("POST", endpoint, headers: headers, body: Array(Self.form(fields).utf8)), "a sign-in")
        guard let text = answer["id_token"]?.text else {
            throw Failure(.unavailable, "\(provider.title) has sent no ID token")
        }
        let token = try WebToken(text)
        try await issuer.verify(token)
        _ = try TokenRules(issuer: provider.issuer, audience: provider.clientID).check(token.claims, now: world.now())
        try check(token.claims, nonce: nonce)
        return token.claims
    }

    private func check(_ claims: JSON, nonce: String) throws(Failure) {
        guard let given = claims["nonce"]?.text, SecretText.areEqual(Array(given.utf8), Array(nonce.utf8)) else {
            throw WebToken.refusal("it is not of this sign-in")
        }
        // A token for several is for us only if we have asked for it.
        let isForMany = (claims["aud"]?.elements?.count ?? 1) > 1
        let party = claims["azp"]?.text
        guard party.map({ $0.utf8.elementsEqual(provider.clientID.utf8) }) ?? !isForMany else {
            throw WebToken.refusal("it was given to somebody else")
        }
    }

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}
