import Core
import Crypto
import Foundation
import JWTKit
import Logging
import Platform
import Synchronization
import TestSupport
import Testing

/// An issuer of tokens on loopback, with real keys: discovery, keys that rotate, and the end of the authorization code
/// flow that programs see.
final class LocalIssuer: Sendable {
    /// A key with its public half as a JWK.
    struct Key: Sendable {
        let id: String
        let algorithm: any JWTAlgorithm
        let jwk: JSON
    }

    fileprivate struct State {
        var keys: [Key] = []
        /// Published besides the public halves of `keys`.
        var furtherKeys: [JSON] = []
        var keyRequests = 0
        var descriptionRequests = 0
        var codeRequests = 0
        var isDown = false
        /// What it calls itself, if not by its address.
        var name: String?
        var codes: [String: Code] = [:]
        var secretMethods: [String]?
    }

    /// What was agreed when somebody signed in.
    struct Code: Sendable {
        var claims: [JSON.Member]
        var challenge: String
        var redirect: String
        var client: String
    }

    let port: Int
    private let state: Arc

    /// The state is made before the port is known.
    fileprivate final class Arc: Sendable {
        let value = Mutex(State())
        let port = Mutex(0)
        let clock: StillClock

        init(_ clock: StillClock) { self.clock = clock }
    }

    private init(port: Int, _ state: Arc) {
        self.port = port
        self.state = state
    }

    var name: String { "http://127.0.0.1:\(port)" }

    /// How often its keys were asked for.
    var keyRequests: Int { state.value.withLock { $0.keyRequests } }

    /// How often it was asked what it says of itself.
    var descriptionRequests: Int { state.value.withLock { $0.descriptionRequests } }
    /// How often a code was shown to it.
    var codeRequests: Int { state.value.withLock { $0.codeRequests } }

    func set(isDown: Bool) { state.value.withLock { $0.isDown = isDown } }
    func set(name: String) { state.value.withLock { $0.name = name } }
    func set(secretMethods: [String]) { state.value.withLock { $0.secretMethods = secretMethods } }
    func publish(_ keys: [Key], and further: [JSON] = []) {
        state.value.withLock { ($0.keys, $0.furtherKeys) = (keys, further) }
    }

    /// Serves while `body` runs.
    static func run(_ clock: StillClock = StillClock(), _ body: @escaping @Sendable (LocalIssuer) async throws -> Void)
        async throws
    {
        let state = Arc(clock)
        let responder = Responder(
            routes: try RouteTable(endpoints(state)), errorForms: [], settings: .init(), world: .live,
            observer: RequestObservers([]))
        let server = HTTPServer(
            settings: .init(host: "127.0.0.1", port: 0, graceTime: .zero, obeysSignals: false), responder: responder,
            logger: Logger(label: "issuer") { _ in SwiftLogNoOpLogHandler() })
        let (ports, started) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { started.yield($0) } }
            for await port in ports {
                state.port.withLock { $0 = port }
                try await body(LocalIssuer(port: port, state))
                break
            }
            group.cancelAll()
        }
    }

    // MARK: - Keys and tokens

    static func ellipticKey(_ id: String) async throws -> Key {
        let key = ES256PrivateKey()
        let parameters = try #require(key.parameters)
        return Key(
            id: id, algorithm: try await JWTKeyCollection().add(ecdsa: key).getKey(),
            jwk: .record([
                "kty": "EC".json, "crv": "P-256".json, "kid": id.json, "use": "sig".json,
                "x": unpadded(parameters.x).json,
                "y": unpadded(parameters.y).json,
            ]))
    }

    static func edwardsKey(_ id: String) async throws -> Key {
        let key = try EdDSA.PrivateKey(curve: .ed25519)
        let x = Self.base64URL(Array(key.publicKey.rawRepresentation))
        return Key(
            id: id, algorithm: try await JWTKeyCollection().add(eddsa: key).getKey(),
            jwk: .record([
                "kty": "OKP".json, "crv": "Ed25519".json, "kid": id.json, "x": x.json, "alg": "EdDSA".json,
            ]))
    }

    private static func unpadded(_ text: String) -> String { text.replacing("=", with: "") }

    static func base64URL(_ bytes: [UInt8]) -> String {
        Base64.text(of: bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// A token as a job has it.
    /// - Parameters:
    ///   - claims: put before the usual ones, which are left out where they are given.
    ///   - header: put before the usual members.
    func token(
        _ key: Key, now: Timestamp, _ claims: [JSON.Member] = [], header: [JSON.Member] = [],
        sign: (([UInt8]) throws -> [UInt8])? = nil
    ) throws -> String {
        let seconds = now.milliseconds / 1000
        let usual: [JSON.Member] = [
            .init("iss", name.json), .init("aud", "steward".json), .init("sub", "repo:acme/fraud".json),
            .init("iat", .integer(seconds)), .init("nbf", .integer(seconds)), .init("exp", .integer(seconds + 300)),
        ]
        let usualHeader: [JSON.Member] = [
            .init("typ", "JWT".json), .init("alg", key.algorithm.name.json), .init("kid", key.id.json),
        ]
        let head = Self.part(Self.merged(header, usualHeader))
        let signed = "\(head).\(Self.part(Self.merged(claims, usual)))"
        let signature = try sign.map { try $0(Array(signed.utf8)) } ?? key.algorithm.sign(Array(signed.utf8))
        return "\(signed).\(Self.base64URL(signature))"
    }

    /// A null takes a member away.
    private static func merged(_ first: [JSON.Member], _ second: [JSON.Member]) -> JSON {
        let rest = second.filter { member in !first.contains { $0.name == member.name } }
        return .object((first + rest).filter { $0.value != .null })
    }

    private static func part(_ json: JSON) -> String { base64URL(json.serialised()) }

    // MARK: - Signing in

    /// What happens at the provider when somebody signs in there: a code for the address they came with.
    /// - Returns: the query that the browser is sent back with.
    func signIn(_ address: String, _ claims: [JSON.Member]) throws -> String {
        let query = Query(address.split(separator: "?", maxSplits: 1).last.map(String.init) ?? "")
        let state = try #require(query["state"])
        let code = "code-\(UInt64.random(in: 0 ... .max))"
        let nonce = JSON.Member("nonce", try #require(query["nonce"]).json)
        let agreed = Code(
            claims: claims.contains { $0.name == nonce.name } ? claims : claims + [nonce],
            challenge: try #require(query["code_challenge"]), redirect: try #require(query["redirect_uri"]),
            client: try #require(query["client_id"]))
        self.state.value.withLock { $0.codes[code] = agreed }
        return "code=\(code)&state=\(PercentEncoding.encode(state))"
    }

    // MARK: - Endpoints

    private static func endpoints(_ state: Arc) -> [Endpoint] {
        [
            Endpoint("GET", "/.well-known/openid-configuration", .anyone, .reads, "What it says of itself.") { _ in
                let address = "http://127.0.0.1:\(state.port.withLock { $0 })"
                let (name, isDown, methods) = state.value.withLock { state in
                    state.descriptionRequests += 1
                    return (state.name, state.isDown, state.secretMethods)
                }
                if isDown { return Response(status: 503) }
                return .json(
                    .record([
                        "issuer": (name ?? address).json, "jwks_uri": "\(address)/keys".json,
                        "authorization_endpoint": "\(address)/authorize".json,
                        "token_endpoint": "\(address)/token".json,
                        "token_endpoint_auth_methods_supported": methods.map { .array($0.map(\.json)) } ?? .null,
                    ]))
            },
            Endpoint("GET", "/keys", .anyone, .reads, "Its keys.") { _ in
                let (keys, isDown) = state.value.withLock { state in
                    state.keyRequests += 1
                    return (state.keys.map(\.jwk) + state.furtherKeys, state.isDown)
                }
                return isDown ? Response(status: 503) : .json(.record(["keys": .array(keys)]))
            },
            Endpoint("POST", "/token", .anyone, .writes, "Exchanges a code.") { try await exchange($0, state) },
        ]
    }

    private static func exchange(_ request: Request, _ state: Arc) async throws -> Response {
        let form = Query(String(decoding: try await request.body.collect(limit: 10_000), as: UTF8.self))
        let methods = state.value.withLock { state in
            state.codeRequests += 1
            return state.secretMethods
        }
        // A code is good for one try.
        let code = state.value.withLock { $0.codes.removeValue(forKey: form["code"] ?? "") }
        let isKnown =
            methods == ["client_secret_post"]
            ? form["client_secret"] == "a secret" && form["client_id"] == "steward"
            : request.headers["authorization"] == "Basic \(Base64.text(of: Array("steward:a%20secret".utf8)))"
        let challenge = base64URL(Array(SHA256.hash(data: Array((form["code_verifier"] ?? "").utf8))))
        guard let code, isKnown, form["grant_type"] == "authorization_code", challenge == code.challenge,
            form["redirect_uri"] == code.redirect, let key = state.value.withLock({ $0.keys.first })
        else { return .json(.record(["error": "invalid_grant".json]), status: 400) }
        let issuer = LocalIssuer(port: state.port.withLock { $0 }, state)
        let token = try issuer.token(
            key, now: state.clock.now,
            code.claims
                + [JSON.Member("aud", code.client.json)].filter { member in
                    !code.claims.contains { $0.name == member.name }
                })
        return .json(.record(["id_token": token.json, "access_token": "x".json, "token_type": "Bearer".json]))
    }
}

extension String {
    var json: JSON { .string(self) }
}
