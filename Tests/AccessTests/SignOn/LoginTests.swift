import Access
import Core
import Foundation
import Platform
import TestSupport
import Testing

@Suite("Signing in through an identity provider")
struct LoginTests {
    @Sendable private static func file(_ issuer: String) -> String {
        """
        allow: [127.0.0.1]
        login:
          title: Acme
          issuer: \(issuer)
          client_id: steward
          client_secret_file: SECRET
          roles:
            admin: [ml-admins]
            editor: [ml, "team-*"]
          groups:
            ml: scientists
        """
    }

    private static func run(_ body: @escaping @Sendable (Visit) async throws -> Void) async throws {
        let secret = SecretFile()
        try await SignOnScene.run({ file($0).replacing("SECRET", with: secret.path) }) { scene in
            scene.issuer.publish([try await LocalIssuer.ellipticKey("k1")])
            try await body(Visit(scene: scene))
            withExtendedLifetime(secret) {}
        }
    }

    /// A browser's way through a sign-in.
    private struct Visit: Sendable {
        let scene: SignOnScene
        var server: TestAccess { scene.server }

        /// - Returns: the provider's address that the browser is sent to, and the cookie it is given.
        func begin(_ path: String = "/sign-on") async throws -> (address: String, cookie: String) {
            let answer = await server.send("GET", path)
            try #require(answer.status == 303, "\(answer.status)")
            return (try #require(answer.headers["location"]), try #require(answer.cookie))
        }

        func finish(_ query: String, cookie: String?) async -> TestAccess.Answer {
            await server.send(
                "GET", "/sign-on/callback?\(query)", headers: cookie.map { [("cookie", "stw-on=\($0)")] } ?? [])
        }

        /// A whole sign-in.
        func signIn(_ claims: [JSON.Member], at path: String = "/sign-on") async throws -> TestAccess.Answer {
            let (address, cookie) = try await begin(path)
            return await finish(try scene.issuer.signIn(address, claims), cookie: cookie)
        }

        func name(_ answer: TestAccess.Answer) async -> String? {
            guard let cookie = answer.cookie else { return nil }
            return await server.send("GET", "/api/v1/me", as: .cookie(cookie)).json["name"]?.text
        }
    }

    private static let ada: [JSON.Member] = [
        .init("sub", "u-1".json), .init("preferred_username", "ada".json), .init("name", "Ada L.".json),
        .init("groups", .array(["ml".json, "other".json])),
    ]

    private static func with(_ changes: [JSON.Member]) -> [JSON.Member] {
        changes + ada.filter { member in !changes.contains { $0.name == member.name } }
    }

    @Test("the first sign-in makes an account, the next ones find it")
    func account() async throws {
        try await Self.run { visit async throws in
            let (address, _) = try await visit.begin()
            let query = Query(address.split(separator: "?").last.map(String.init) ?? "")
            #expect(address.hasPrefix("\(visit.scene.issuer.name)/authorize?"))
            #expect(query["response_type"] == "code" && query["code_challenge_method"] == "S256")
            #expect(query["redirect_uri"] == "http://localhost/sign-on/callback")
            #expect(query["scope"] == "openid profile email" && query["client_id"] == "steward")
            let answer = try await visit.signIn(Self.ada, at: "/sign-on?next=/models/fraud")
            #expect(answer.status == 303 && answer.headers["location"] == "/models/fraud", "\(answer.json.text())")
            #expect(await visit.name(answer) == "ada")
            let user = await visit.server.send("GET", "/api/v1/users/ada", as: TestAccess.admin).json
            #expect(user["role"]?.text == "editor" && user["display_name"]?.text == "Ada L.")
            #expect(await visit.server.may(.edit, .cookie(try #require(answer.cookie))) == 200)
            // The same person under another name, in other groups.
            let again = try await visit.signIn(
                Self.with([.init("preferred_username", "root".json), .init("groups", .array(["ml-admins".json]))]))
            #expect(await visit.name(again) == "ada")
            #expect(await visit.server.may(.administer, .cookie(try #require(again.cookie))) == 200)
            #expect(try await visit.server.events().filter { $0.event.kind == "access.user-created" }.count == 2)
        }
    }

    @Test("nobody gets the account of somebody else by having the same name there")
    func names() async throws {
        try await Self.run { visit async throws in
            try await visit.server.createUser("Ada", "admin")
            let first = try await visit.signIn(Self.ada)
            #expect(await visit.name(first) == "ada-2")
            let second = try await visit.signIn(Self.with([.init("sub", "u-2".json)]))
            #expect(await visit.name(second) == "ada-3")
            for (name, expected) in [("local", "local-2"), ("../Ünïcode ", "ncode"), ("", "u-9")] {
                let subject = name.isEmpty ? "u-9" : "u-\(name)"
                let answer = try await visit.signIn(
                    Self.with([.init("sub", subject.json), .init("preferred_username", name.json)]))
                #expect(await visit.name(answer) == expected)
            }
        }
    }

    @Test("who is in no group that gives a role gets in nowhere, and no account")
    func withoutRole() async throws {
        try await Self.run { visit async throws in
            for groups: JSON in [.array([]), .array(["x-ml".json]), .null, .bool(true), .array(["teams".json])] {
                let answer = try await visit.signIn(Self.with([.init("groups", groups)]))
                #expect(answer.status == 403 && answer.cookie == nil, "\(groups.text())")
            }
            #expect(try await visit.server.events().filter { $0.event.kind == "access.user-created" }.count == 1)
        }
    }

    @Test("groups follow the provider")
    func groups() async throws {
        try await Self.run { visit async throws in
            _ = await visit.server.send(
                "POST", "/api/v1/groups", as: TestAccess.admin, .record(["name": "Scientists".json]))
            func members() async -> String {
                await visit.server.send("GET", "/api/v1/groups/Scientists", as: TestAccess.admin).json.text()
            }
            _ = try await visit.signIn(Self.ada)
            #expect(await members().contains("ada"))
            _ = try await visit.signIn(Self.with([.init("groups", .array(["team-x".json]))]))
            #expect(await !members().contains("ada"))
        }
    }

    @Test("whoever is in none of the groups any more loses the role, the groups and the browsers")
    func leaving() async throws {
        try await Self.run { visit async throws in
            let server = visit.server
            _ = await server.send(
                "POST", "/api/v1/groups", as: TestAccess.admin, .record(["name": "scientists".json]))
            let browser = TestAccess.Who.cookie(try #require(try await visit.signIn(Self.ada).cookie))
            let token = TestAccess.Who.bearer(try await server.makeToken(browser, .record(["name": "t".json])))
            #expect(await server.may(.edit, browser) == 200)
            #expect(await server.may(.edit, token) == 200)
            let answer = try await visit.signIn(Self.with([.init("groups", .array([]))]))
            #expect(answer.status == 403 && answer.cookie == nil)
            #expect(await server.may(.read, browser) == 401)
            #expect(await server.may(.read, token) == 403)
            let user = await server.send("GET", "/api/v1/users/ada", as: TestAccess.admin).json
            #expect(user["role"] == .null && user["groups"] == .array([]), "\(user.text())")
            #expect(try await visit.signIn(Self.ada).status == 303, "the way back")
        }
    }

    @Test("the last administrator stays one, whatever the provider says, and the log says so")
    func lastAdmin() async throws {
        try await Self.run { visit async throws in
            let server = visit.server
            let admins = Self.with([.init("groups", .array(["ml-admins".json]))])
            let browser = TestAccess.Who.cookie(try #require(try await visit.signIn(admins).cookie))
            // An administrator who has been invited and has no password yet cannot sign in.
            try await server.createUser("eve", "admin", password: nil)
            let demoted = await server.send(
                "PATCH", "/api/v1/users/root", as: browser, .record(["role": "viewer".json]))
            #expect(demoted.status == 200, "\(demoted.json.text())")
            for (groups, status) in [(JSON.array([]), 403), (.array(["ml".json]), 303)] {
                #expect(try await visit.signIn(Self.with([.init("groups", groups)])).status == status)
                #expect(await server.may(.administer, browser) == 200)
            }
            let kept = try await server.events().filter { $0.event.kind == "access.last-admin-kept" }
            #expect(kept.count == 2 && kept.first?.event.details["user"]?.text == "ada")
            _ = await server.send("PATCH", "/api/v1/users/root", as: browser, .record(["role": "admin".json]))
            #expect(try await visit.signIn(Self.with([.init("groups", .array([]))])).status == 403)
            #expect(await server.may(.read, browser) == 401)
        }
    }

    @Test("codes that the provider does not take are limited, and sign-ins with a password are not with them")
    func codes() async throws {
        try await Self.run { visit async throws in
            let (address, cookie) = try await visit.begin()
            let state = try #require(Query(address.split(separator: "?").last.map(String.init) ?? "")["state"])
            for number in 1...60 {
                let answer = await visit.finish("state=\(state)&code=x\(number)", cookie: cookie)
                #expect(answer.status == 403, "\(number): \(answer.status)")
            }
            #expect(visit.scene.issuer.codeRequests == 60)
            let refused = await visit.finish("state=\(state)&code=y", cookie: cookie)
            #expect(refused.status == 429 && refused.headers["retry-after"] == "1")
            #expect(visit.scene.issuer.codeRequests == 60)
            #expect(await visit.server.may(.administer, .basic("root", TestAccess.password)) == 200)
            visit.scene.clock.advance(milliseconds: 2_000)
            // Two attempts: what is right gives its own back.
            for _ in 1...4 {
                let done = try await visit.signIn(Self.ada)
                #expect(done.status == 303)
            }
        }
    }

    @Test("a provider that has just not answered is not asked again for everybody who comes")
    func outage() async throws {
        try await Self.run { visit async throws in
            visit.scene.issuer.set(isDown: true)
            for _ in 1...5 {
                let answer = await visit.server.send("GET", "/sign-on")
                #expect(answer.status == 503)
            }
            #expect(visit.scene.issuer.descriptionRequests == 1)
            visit.scene.issuer.set(isDown: false)
            visit.scene.clock.advance(milliseconds: 30_000)
            #expect(try await visit.signIn(Self.ada).status == 303)
        }
    }

    @Test("a deactivated account stays closed")
    func deactivated() async throws {
        try await Self.run { visit async throws in
            _ = try await visit.signIn(Self.ada)
            let change = await visit.server.send(
                "PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["active": .bool(false)]))
            try #require(change.status == 200, "\(change.json.text())")
            let answer = try await visit.signIn(Self.ada)
            #expect(answer.status == 403 && answer.cookie == nil)
        }
    }

    @Test("only the browser that began a sign-in can finish it, once and in time")
    func binding() async throws {
        try await Self.run { visit async throws in
            let (address, cookie) = try await visit.begin()
            let (_, otherCookie) = try await visit.begin()
            let query = try visit.scene.issuer.signIn(address, Self.ada)
            // Somebody is led to finish another's sign-in.
            for wrong in [nil, otherCookie, cookie + "x", ""] {
                let answer = await visit.finish(query, cookie: wrong)
                #expect(answer.status == 403 && answer.headers["set-cookie"] == nil)
            }
            #expect(await visit.finish(query.replacing("state=", with: "state=x"), cookie: cookie).status == 403)
            #expect(await visit.finish("code=x", cookie: cookie).status == 403)
            #expect(await visit.finish(query + "&iss=https://evil.example", cookie: cookie).status == 403)
            #expect(await visit.finish(query + "&error=access_denied", cookie: cookie).status == 403)
            #expect(await visit.finish(query, cookie: cookie).status == 303)
            // The code is used up.
            #expect(await visit.finish(query, cookie: cookie).status == 403)
            let (late, lateCookie) = try await visit.begin()
            let lateQuery = try visit.scene.issuer.signIn(late, Self.ada)
            visit.scene.clock.advance(milliseconds: 600_000)
            #expect(await visit.finish(lateQuery, cookie: lateCookie).status == 403)
        }
    }

    @Test(
        "an ID token of another sign-in, for somebody else or expired is refused",
        arguments: [
            [JSON.Member("nonce", "other".json)], [.init("nonce", .null)], [.init("aud", "other".json)],
            [.init("azp", "other".json)], [.init("aud", .array(["steward".json, "other".json]))],
            [.init("iss", "https://evil.example".json)], [.init("exp", .integer(1_600_000_000))],
            [.init("sub", .null)], [.init("sub", "".json)],
        ])
    func tokens(_ claims: [JSON.Member]) async throws {
        try await Self.run { visit async throws in
            let (address, cookie) = try await visit.begin()
            let query = try visit.scene.issuer.signIn(address, Self.with(claims))
            let answer = await visit.finish(query, cookie: cookie)
            #expect(answer.status == 403 && answer.cookie == nil, "\(answer.status)")
        }
    }

    @Test("a provider that takes the secret in the body only gets it there")
    func secretInBody() async throws {
        try await Self.run { visit async throws in
            visit.scene.issuer.set(secretMethods: ["client_secret_post"])
            #expect(try await visit.signIn(Self.ada).status == 303)
        }
    }

    @Test("nobody is sent to another server afterwards")
    func next() async throws {
        try await Self.run { visit async throws in
            for next in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "x"] {
                let answer = try await visit.signIn(Self.ada, at: "/sign-on?next=\(PercentEncoding.encode(next))")
                #expect(answer.headers["location"] == "/", "\(next)")
            }
        }
    }
}

/// A file with the client's secret.
private final class SecretFile: Sendable {
    let path = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID().uuidString)").path

    init() { try? Data("a secret\n".utf8).write(to: URL(filePath: path)) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
