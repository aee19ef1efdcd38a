import Core
import Platform
import TestSupport
import Testing

@Suite("API tokens")
struct TokenTests {
    @Test("a token does what its scope allows, over the things it is for", arguments: Backend.available)
    func scope(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        try await server.createUser("ada", "editor")
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        let reading = TestAccess.Who.bearer(
            try await server.makeToken(ada, .record(["name": .string("r"), "level": .string("read")])))
        #expect(await server.may(.read, reading) == 200)
        #expect(await server.may(.edit, reading) == 403)
        let subjects = JSON.array([
            .record(["kind": .string("registered_model"), "pattern": .string("fraud-*")]),
            .record(["kind": .string("registered_model"), "name": .string("churn")]),
        ])
        let narrow = TestAccess.Who.bearer(
            try await server.makeToken(
                ada, .record(["name": .string("n"), "level": .string("edit"), "subjects": subjects])))
        #expect(await server.may(.read, narrow) == 403)
        for (model, level, status) in [
            ("fraud-a", "edit", 200), ("fraud-a", "approve", 403), ("churn", "read", 200), ("other", "read", 404),
        ] {
            let answer = await server.send("GET", "/probe/model/\(model)/\(level)", as: narrow)
            #expect(answer.status == status, "\(model) \(level)")
        }
        // The owner's rights bound it, too.
        _ = await server.send("PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["role": .string("viewer")]))
        #expect(await server.send("GET", "/probe/model/churn/edit", as: narrow).status == 403)
        #expect(await server.send("GET", "/probe/model/churn/read", as: narrow).status == 200)
    }

    @Test("tokens expire by the clock, are revoked at once, and tell when they were used", arguments: Backend.available)
    func life(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        let day: Int64 = 86_400_000
        let short = TestAccess.Who.bearer(
            try await server.makeToken(
                TestAccess.admin, .record(["name": .string("short"), "expires_in_days": .integer(1)])))
        let long = TestAccess.Who.bearer(
            try await server.makeToken(
                TestAccess.admin, .record(["name": .string("long"), "never_expires": .bool(true)])))
        #expect(await server.may(.read, short) == 200)
        server.clock.advance(milliseconds: day - 1)
        #expect(await server.may(.read, short) == 200)
        #expect(await server.may(.read, long) == 200)
        server.clock.advance(milliseconds: 1)
        #expect(await server.may(.read, short) == 401, "although it was verified a moment ago")
        let list = await server.send("GET", "/api/v1/tokens", as: TestAccess.admin).json["tokens"]?.elements ?? []
        #expect(list.count == 2)
        let shown = try #require(list.first { $0["name"]?.text == "long" })
        #expect(shown["used_at"]?.text != nil && shown["expires_at"] == .null)
        #expect(shown["beginning"]?.text?.utf8.count == 8)
        let id = try #require(shown["id"]?.text)
        #expect(await server.send("DELETE", "/api/v1/tokens/\(id)", as: TestAccess.admin).status == 204)
        #expect(await server.may(.read, long) == 401)
        #expect(await server.send("DELETE", "/api/v1/tokens/\(id)", as: TestAccess.admin).status == 404)
    }

    @Test("the time of use is written at most once a minute")
    func used() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let token = try await server.makeToken(TestAccess.admin, .record(["name": .string("t")]))
        func used() async -> String? {
            let list = await server.send("GET", "/api/v1/tokens", as: TestAccess.admin).json["tokens"]?.elements
            return list?.first?["used_at"]?.text
        }
        #expect(await used() == nil)
        #expect(await server.may(.read, .bearer(token)) == 200)
        let first = await used()
        #expect(first == server.clock.now.rfc3339)
        server.clock.advance(milliseconds: 59_999)
        #expect(await server.may(.read, .bearer(token)) == 200)
        #expect(await used() == first)
        server.clock.advance(milliseconds: 1)
        #expect(await server.may(.read, .bearer(token)) == 200)
        #expect(await used() == server.clock.now.rfc3339)
    }

    @Test("service accounts have tokens that administrators make, and no password")
    func service() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "editor")
        let made = await server.send(
            "POST", "/api/v1/service-accounts", as: TestAccess.admin,
            .record(["name": .string("nightly"), "role": .string("editor")]))
        #expect(made.status == 201 && made.json["kind"]?.text == "service")
        let body = JSON.record(["name": .string("ci"), "user": .string("nightly")])
        #expect(
            await server.send("POST", "/api/v1/tokens", as: .basic("ada", TestAccess.password), body).status == 403)
        let token = try await server.makeToken(TestAccess.admin, body)
        #expect(await server.may(.edit, .bearer(token)) == 200)
        #expect(await server.may(.approve, .bearer(token)) == 403)
        #expect(
            await server.send(
                "PUT", "/api/v1/users/nightly/password", as: TestAccess.admin,
                .record(["password": .string(TestAccess.password)])
            ).status == 400)
        #expect(await server.send("POST", "/api/v1/users/nightly/link", as: TestAccess.admin).status == 400)
        let me = await server.send("GET", "/api/v1/me", as: .bearer(token))
        #expect(me.json["name"]?.text == "nightly" && me.json["token"]?["name"]?.text == "ci")
        #expect(me.json["level"]?.text == "edit")
        let again = await server.send("POST", "/api/v1/tokens", as: TestAccess.admin, body)
        #expect(again.status == 409, "a name of a token tells it from the others of its owner")
    }

    @Test("a token of small scope changes nothing of its owner's account, and can only end itself")
    func account() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "editor")
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        func make(_ name: String, _ more: JSON.Member...) async throws -> TestAccess.Who {
            .bearer(try await server.makeToken(ada, .object([JSON.Member("name", .string(name))] + more)))
        }
        let subjects = JSON.array([.record(["kind": .string("registered_model"), "name": .string("churn")])])
        let small = [
            try await make("reading", .init("level", .string("read"))),
            try await make("narrow", .init("level", .string("edit")), .init("subjects", subjects)),
        ]
        _ = try await make("other")
        let browser = TestAccess.Who.cookie(try await server.signIn("ada"))
        let tokens = await server.send("GET", "/api/v1/tokens", as: ada).json["tokens"]?.elements ?? []
        func id(_ name: String) throws -> String {
            try #require(tokens.first { $0["name"]?.text == name }?["id"]?.text)
        }
        let session = try #require(
            await server.send("GET", "/api/v1/me/sessions", as: ada).json["sessions"]?.elements?.first?["id"]?.text)
        let (other, before) = (try id("other"), try await server.events().count)
        for who in small {
            for (method, path, body) in [
                ("PATCH", "/api/v1/me", JSON.record(["display_name": .string("x")])),
                ("DELETE", "/api/v1/me/sessions/\(session)", nil), ("DELETE", "/api/v1/tokens/\(other)", nil),
                ("DELETE", "/api/v1/tokens/none", nil),
            ] as [(String, String, JSON?)] {
                #expect(await server.send(method, path, as: who, body).status == 403, "\(method) \(path)")
            }
            for (path, form) in [
                ("/users/ada/name", ["display_name": "x"]), ("/sessions/\(session)/end", [:]),
                ("/tokens/\(other)/revoke", [:]),
            ] { #expect(await server.page("POST", path, as: who, form: form).status == 403, "\(path)") }
        }
        #expect(try await server.events().count == before)
        #expect(await server.may(.read, browser) == 200)
        // `steward logout` ends the token it has.
        let (reading, narrow) = (try id("reading"), try id("narrow"))
        #expect(await server.send("DELETE", "/api/v1/tokens/\(reading)", as: small[0]).status == 204)
        #expect(await server.page("POST", "/tokens/\(narrow)/revoke", as: small[1]).status == 303)
        for who in small { #expect(await server.may(.read, who) == 401) }
        // One that may manage whatever its owner does is the owner.
        try await server.createUser("two", "admin")
        let whole = TestAccess.Who.bearer(
            try await server.makeToken(
                .basic("two", TestAccess.password), .record(["name": .string("t"), "level": .string("manage")])))
        let name = JSON.record(["display_name": .string("Two")])
        #expect(await server.send("PATCH", "/api/v1/me", as: whole, name).status == 200)
    }

    @Test("a user has 500 tokens at most; those that have expired make room")
    func number() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        @Sendable func make(_ number: Int, _ who: TestAccess.Who, days: Int64) async -> TestAccess.Answer {
            await server.send(
                "POST", "/api/v1/tokens", as: who,
                .record(["name": .string("t\(number)"), "expires_in_days": .integer(days)]))
        }
        #expect(await make(0, ada, days: 1).status == 201)
        let made = await withTaskGroup(of: Int.self) { group in
            for number in 1...499 { group.addTask { await make(number, ada, days: 30).status } }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(made == [201: 499])
        let refused = await make(500, ada, days: 30)
        #expect(refused.status == 409 && refused.message?.contains("500 tokens") == true)
        #expect(await make(500, TestAccess.admin, days: 30).status == 201)
        server.clock.advance(milliseconds: 86_400_000)
        #expect(await make(500, ada, days: 30).status == 201)
        #expect(await make(501, ada, days: 30).status == 409)
    }

    @Test("what is asked of a token is checked")
    func requests() async throws {
        let server = try TestAccess()
        try await server.setUp()
        for (body, status) in [
            (JSON.record([:]), 400), (.record(["name": .string("")]), 400),
            (.record(["name": .string("t"), "level": .string("none")]), 400),
            (.record(["name": .string("t"), "subjects": .array([])]), 400),
            (.record(["name": .string("t"), "subjects": .array([.string("x")])]), 400),
            (.record(["name": .string("t"), "subjects": .array([.record(["kind": .string("experiment")])])]), 400),
            (
                .record([
                    "name": .string("t"),
                    "subjects": .array([.record(["kind": .string("experiment"), "id": .string("01")])]),
                ]), 400
            ),
            (.record(["name": .string("t"), "expires_in_days": .integer(0)]), 400),
            (.record(["name": .string("t"), "expires_at": .string("2001-01-01T00:00:00Z")]), 400),
            (.record(["name": .string("t"), "expires_at": .string("tomorrow")]), 400),
            (.record(["name": .string("t"), "expires_in_days": .integer(1), "never_expires": .bool(true)]), 400),
            (.record(["name": .string("t"), "user": .string("nobody-here")]), 404),
            (.record(["name": .string("t"), "scopes": .string("all")]), 400),
        ] {
            let answer = await server.send("POST", "/api/v1/tokens", as: TestAccess.admin, body)
            #expect(answer.status == status, "\(body): \(answer.message ?? "")")
        }
    }
}
