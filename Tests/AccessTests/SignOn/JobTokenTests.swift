import Access
import Core
import CryptoExtras
import Foundation
import JWTKit
import Platform
import TestSupport
import Testing

/// A server that trusts a local issuer.
struct SignOnScene: Sendable {
    let clock: StillClock
    let issuer: LocalIssuer
    let server: TestAccess

    /// - Parameter file: the sign-on file, from the issuer's address.
    static func run(
        _ file: @escaping @Sendable (String) -> String = SignOnScene.jobs,
        _ body: @escaping @Sendable (SignOnScene) async throws -> Void
    ) async throws {
        let clock = StillClock()
        try await LocalIssuer.run(clock) { issuer in
            let server = try TestAccess(clock: clock, signOn: try settings(file(issuer.name)))
            try await server.setUp()
            try await body(SignOnScene(clock: clock, issuer: issuer, server: server))
        }
    }

    static func settings(_ text: String) throws -> SignOnSettings {
        let path = FileManager.default.temporaryDirectory.appending(path: "sign-on-\(UUID().uuidString).yaml").path
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try SignOnSettings(file: path)
    }

    @Sendable static func jobs(_ issuer: String) -> String {
        """
        allow: [127.0.0.1]
        jobs:
          - name: ci
            issuer: \(issuer)
            audience: steward
            rules:
              - claims: {repository: acme/fraud}
                role: viewer
              - claims: {repository: acme/*, ref: refs/heads/main, environment: [production, staging]}
                grants:
                  - {model: fraud-*, level: approve}
        """
    }

    /// Claims of a job in the repository that may read.
    static let reading = [JSON.Member("repository", "acme/fraud".json)]

    func may(_ level: Permission.Level, _ token: String) async -> Int { await server.may(level, .bearer(token)) }
}

@Suite("Tokens of jobs that another issuer vouches for")
struct JobTokenTests {
    @Test("claims decide what a job may do; its name is no user's")
    func rules() async throws {
        try await SignOnScene.run { scene in
            let key = try await LocalIssuer.ellipticKey("k1")
            scene.issuer.publish([key])
            let reader = try scene.issuer.token(key, now: scene.clock.now, SignOnScene.reading)
            #expect(await scene.may(.read, reader) == 200)
            #expect(await scene.may(.edit, reader) == 403)
            let release = try scene.issuer.token(
                key, now: scene.clock.now,
                [
                    .init("repository", "acme/other".json), .init("ref", "refs/heads/main".json),
                    .init("environment", "production".json),
                ])
            #expect(await scene.may(.read, release) == 403)
            for (path, status) in [("fraud-x/approve", 200), ("fraud-x/manage", 403), ("other/read", 404)] {
                let answer = await scene.server.send("GET", "/probe/model/\(path)", as: .bearer(release))
                #expect(answer.status == status, "\(path)")
            }
            for claims in [
                [JSON.Member("repository", "evil/fraud".json)], [.init("repository", "acme/fraud2".json)], [],
                [.init("repository", "acme/x".json), .init("ref", "refs/heads/main".json)],
                [
                    .init("repository", "acme/x".json), .init("ref", "refs/heads/mainx".json),
                    .init("environment", "production".json),
                ],
            ] {
                let token = try scene.issuer.token(key, now: scene.clock.now, claims)
                #expect(await scene.may(.read, token) == 401, "\(claims)")
            }
            let name = await scene.server.respond(
                "GET", "/probe/anyone", as: .bearer(reader), body: [], headers: [])
            guard case .bytes(let bytes) = name.body else { return }
            #expect(String(decoding: bytes, as: UTF8.self) == "ci:repo:acme/fraud")
        }
    }

    /// Each makes a token that must be refused of one that would be accepted.
    private static let forgeries: [(name: String, claims: [JSON.Member], header: [JSON.Member])] = [
        ("another audience", [.init("aud", "other".json)], []),
        ("no audience", [.init("aud", .null)], []),
        ("several audiences, none of them ours", [.init("aud", .array(["a".json, "Steward".json]))], []),
        ("an issuer that is not trusted", [.init("iss", "https://evil.example".json)], []),
        ("no issuer", [.init("iss", .null)], []),
        ("no subject", [.init("sub", .null)], []),
        ("a subject with a line break", [.init("sub", "a\nb".json)], []),
        ("no end", [.init("exp", .null)], []),
        ("an end that is a text", [.init("exp", "9999999999".json)], []),
        ("an end in a hundred years", [.init("exp", .integer(4_900_000_000))], []),
        ("an end beyond all numbers", [.init("exp", .number(1e300))], []),
        ("expired", [.init("exp", .integer(1_700_000_000 - 61))], []),
        ("not valid yet", [.init("nbf", .integer(1_700_000_000 + 61))], []),
        ("made in the future", [.init("iat", .integer(1_700_000_000 + 61))], []),
        ("a key that is not known", [], [.init("kid", "k9".json)]),
        ("no key although there are two", [], [.init("kid", .null)]),
        ("the identifier of another key", [], [.init("kid", "k2".json)]),
        ("an algorithm that is not the key's", [], [.init("alg", "ES384".json)]),
        ("an algorithm in small letters", [], [.init("alg", "es256".json)]),
        ("no algorithm", [], [.init("alg", .null)]),
        ("extensions that must be understood", [], [.init("crit", .array(["exp".json]))]),
        ("an unencoded payload", [], [.init("b64", .bool(false))]),
    ]

    @Test("a token that is not quite right is refused, whatever is wrong")
    func forgeries() async throws {
        try await SignOnScene.run { scene in
            let key = try await LocalIssuer.ellipticKey("k1")
            scene.issuer.publish([key, try await LocalIssuer.ellipticKey("k2")])
            let now = scene.clock.now
            let good = try scene.issuer.token(key, now: now, SignOnScene.reading)
            #expect(await scene.may(.read, good) == 200)
            for forgery in Self.forgeries {
                let token = try scene.issuer.token(
                    key, now: now, SignOnScene.reading + forgery.claims, header: forgery.header)
                #expect(await scene.may(.read, token) == 401, "\(forgery.name)")
            }
            let parts = good.split(separator: ".").map(String.init)
            let other = try scene.issuer.token(key, now: now, [.init("repository", "evil/x".json)])
                .split(separator: ".").map(String.init)
            for (name, token) in [
                ("other claims", "\(parts[0]).\(other[1]).\(parts[2])"),
                (
                    "another header",
                    "\(LocalIssuer.base64URL(Array(#"{"alg":"ES256","kid":"k1"}"#.utf8))).\(parts[1]).\(parts[2])"
                ),
                ("a signature cut short", "\(parts[0]).\(parts[1]).\(parts[2].dropLast(4))"),
                ("no signature", "\(parts[0]).\(parts[1])."), ("padding", "\(good)="),
                ("more parts", "\(good).x"), ("a signature of nothing", "\(parts[0]).\(parts[1]).AA"),
            ] {
                #expect(await scene.may(.read, token) == 401, "\(name)")
            }
        }
    }

    @Test("`none` and symmetric algorithms are refused, also with the public key as the secret")
    func confusion() async throws {
        try await SignOnScene.run { scene in
            let rsa = try Insecure.RSA.PrivateKey(backing: _RSA.Signing.PrivateKey(keySize: .bits2048))
            let primitives = try rsa.publicKey.getKeyPrimitives()
            let modulus = LocalIssuer.base64URL(Array(primitives.modulus))
            let exponent = LocalIssuer.base64URL(Array(primitives.publicExponent))
            let key = LocalIssuer.Key(
                id: "rsa",
                algorithm: try await JWTKeyCollection().add(rsa: rsa, digestAlgorithm: .sha256).getKey(),
                jwk: .record(["kty": "RSA".json, "kid": "rsa".json, "n": modulus.json, "e": exponent.json]))
            // A secret that is published is none; it must not become a key.
            let shared = JSON.record(["kty": "oct".json, "kid": "oct".json, "k": "c2VjcmV0".json, "alg": "HS256".json])
            scene.issuer.publish([key], and: [shared])
            let now = scene.clock.now
            #expect(await scene.may(.read, try scene.issuer.token(key, now: now, SignOnScene.reading)) == 200)
            let pss = try await JWTKeyCollection().add(pss: rsa, digestAlgorithm: .sha384).getKey()
            let signedOtherwise = try scene.issuer.token(
                key, now: now, SignOnScene.reading, header: [.init("alg", "PS384".json)]
            ) { try pss.sign($0) }
            #expect(await scene.may(.read, signedOtherwise) == 200)
            let none = try scene.issuer.token(key, now: now, SignOnScene.reading, header: [.init("alg", "none".json)]) {
                _ in [0]
            }
            #expect(await scene.may(.read, none) == 401)
            #expect(await scene.may(.read, none.split(separator: ".").prefix(2).joined(separator: ".") + ".") == 401)
            let secrets: [(String, [UInt8])] = [
                ("rsa", Array(primitives.modulus)), ("rsa", Array(modulus.utf8)),
                ("rsa", Array(rsa.publicKey.pemRepresentation.utf8)), ("oct", Array("secret".utf8)),
            ]
            for (id, secret) in secrets {
                let hmac = try await JWTKeyCollection()
                    .add(hmac: HMACKey(from: Data(secret)), digestAlgorithm: .sha256).getKey()
                let token = try scene.issuer.token(
                    key, now: now, SignOnScene.reading,
                    header: [.init("alg", "HS256".json), .init("kid", id.json)]
                ) { try hmac.sign($0) }
                #expect(await scene.may(.read, token) == 401, "\(id)")
            }
        }
    }

    @Test("clocks may differ by a minute, and not more")
    func skew() async throws {
        try await SignOnScene.run { scene in
            let key = try await LocalIssuer.edwardsKey("k1")
            scene.issuer.publish([key])
            let seconds = scene.clock.now.milliseconds / 1000
            for (claim, offset, status) in [
                ("exp", -59, 200), ("exp", -60, 401), ("nbf", 60, 200), ("nbf", 61, 401), ("iat", 60, 200),
                ("iat", 61, 401),
            ] {
                let token = try scene.issuer.token(
                    key, now: scene.clock.now,
                    SignOnScene.reading + [.init(claim, .integer(seconds + Int64(offset)))])
                #expect(await scene.may(.read, token) == status, "\(claim) \(offset)")
            }
            // A token that has been seen does not outlive its end.
            let token = try scene.issuer.token(
                key, now: scene.clock.now, SignOnScene.reading + [.init("exp", .integer(seconds + 10))])
            #expect(await scene.may(.read, token) == 200)
            scene.clock.advance(milliseconds: 71_000)
            #expect(await scene.may(.read, token) == 401)
        }
    }

    @Test("keys are fetched once, again when they rotate, and not for everybody who invents one")
    func rotation() async throws {
        try await SignOnScene.run { scene in
            let (old, new) = (try await LocalIssuer.ellipticKey("k1"), try await LocalIssuer.ellipticKey("k2"))
            scene.issuer.publish([old])
            for _ in 0..<3 {
                let token = try scene.issuer.token(old, now: scene.clock.now, SignOnScene.reading)
                #expect(await scene.may(.read, token) == 200)
            }
            #expect(scene.issuer.keyRequests == 1)
            scene.issuer.publish([new])
            scene.clock.advance(milliseconds: 31_000)
            #expect(
                await scene.may(.read, try scene.issuer.token(new, now: scene.clock.now, SignOnScene.reading)) == 200)
            #expect(scene.issuer.keyRequests == 2)
            // What the old key signed later is not taken any more.
            #expect(
                await scene.may(.read, try scene.issuer.token(old, now: scene.clock.now, SignOnScene.reading)) == 401)
            for number in 0..<20 {
                let token = try scene.issuer.token(
                    new, now: scene.clock.now, SignOnScene.reading, header: [.init("kid", "x\(number)".json)])
                #expect(await scene.may(.read, token) == 401)
            }
            #expect(scene.issuer.keyRequests == 2)
        }
    }

    @Test(
        "while the issuer is down its keys go on for a day; without keys nobody is let in, and nobody refused for good")
    func outage() async throws {
        try await SignOnScene.run { scene in
            let key = try await LocalIssuer.ellipticKey("k1")
            scene.issuer.publish([key])
            func status() async throws -> Int {
                await scene.may(.read, try scene.issuer.token(key, now: scene.clock.now, SignOnScene.reading))
            }
            scene.issuer.set(isDown: true)
            #expect(try await status() == 503)
            scene.issuer.set(isDown: false)
            scene.clock.advance(milliseconds: 30_000)
            #expect(try await status() == 200)
            scene.issuer.set(isDown: true)
            scene.clock.advance(milliseconds: 2 * 3_600_000)
            #expect(try await status() == 200)
            scene.clock.advance(milliseconds: 23 * 3_600_000)
            // Nor are they good for those who ask a second time.
            for _ in 1...2 { #expect(try await status() == 503) }
        }
    }

    @Test("an issuer that calls itself otherwise is not believed")
    func misnamed() async throws {
        try await SignOnScene.run { scene in
            let key = try await LocalIssuer.ellipticKey("k1")
            scene.issuer.publish([key])
            scene.issuer.set(name: "https://somebody.example")
            let token = try scene.issuer.token(key, now: scene.clock.now, SignOnScene.reading)
            #expect(await scene.may(.read, token) == 503)
        }
    }

    @Test("an issuer on this machine or without TLS must be allowed")
    func destinations() async throws {
        let file = { @Sendable (issuer: String) in
            SignOnScene.jobs(issuer).replacing("allow: [127.0.0.1]\n", with: "")
        }
        #expect(throws: Failure.self) { try SignOnScene.settings(file("http://127.0.0.1:1")) }
        #expect(throws: Failure.self) { try SignOnScene.settings(file("https://127.0.0.1:1")) }
        #expect(throws: Never.self) { try SignOnScene.settings(file("https://issuer.example")) }
        #expect(throws: Never.self) { try SignOnScene.settings(SignOnScene.jobs("http://127.0.0.1:1")) }
    }

    @Test("a server that trusts nobody takes such a token for an unknown one")
    func withoutSettings() async throws {
        let clock = StillClock()
        try await LocalIssuer.run(clock) { issuer in
            let server = try TestAccess(clock: clock, signOn: SignOnSettings())
            try await server.setUp()
            let key = try await LocalIssuer.ellipticKey("k1")
            issuer.publish([key])
            let token = try issuer.token(key, now: clock.now, SignOnScene.reading)
            #expect(await server.may(.read, .bearer(token)) == 401)
            #expect(issuer.keyRequests == 0)
        }
    }
}
