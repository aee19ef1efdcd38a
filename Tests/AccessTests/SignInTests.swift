import Access
import Core
import Platform
import TestSupport
import Testing

@Suite("Signing in")
struct SignInTests {
    @Test("name and password, a token as password or bearer, and nothing else", arguments: Backend.available)
    func credentials(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        try await server.createUser("ada", "editor")
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        let token = try await server.makeToken(ada, .record(["name": .string("laptop")]))
        #expect(token.hasPrefix("stw_") && token.utf8.count == 47)
        for who in [ada, .basic("token", token), .basic("whoever", token), .bearer(token)] {
            #expect(await server.may(.edit, who) == 200)
            #expect(await server.may(.approve, who) == 403)
        }
        for who in [
            TestAccess.Who.nobody, .basic("ada", "wrong"), .basic("ada", ""), .basic("", ""), .basic("bob", "wrong"),
            .basic("ADA", TestAccess.password), .bearer("stw_wrong"), .bearer(TestAccess.password),
        ] {
            let answer = await server.send("GET", "/probe/read", as: who, from: "192.0.2.9")
            #expect(answer.status == 401, "\(who)")
            #expect(answer.headers.all("www-authenticate").contains { $0.hasPrefix("Basic ") })
        }
        for header in ["Basic", "Basic !!!", "Basic YQ==", "Digest x", "", "Bearer "] {
            let answer = await server.send("GET", "/probe/read", headers: [("authorization", header)])
            #expect(answer.status == 401, "\(header)")
        }
    }

    @Test("an unknown name and a wrong password are told the same")
    func sameWords() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let unknown = await server.send("GET", "/probe/read", as: .basic("nobody-here", "wrong wrong wrong"))
        let wrong = await server.send("GET", "/probe/read", as: .basic("root", "wrong wrong wrong"))
        #expect(unknown.status == wrong.status)
        #expect(unknown.message == wrong.message)
    }

    @Test("what changes holds at once, on this server and on another", arguments: Backend.available)
    func changes(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        let other = try TestAccess(sharing: server)
        try await server.createUser("ada", "viewer")
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        let token = TestAccess.Who.bearer(try await server.makeToken(ada, .record(["name": .string("t")])))
        for who in [ada, token] {
            #expect(await server.may(.read, who) == 200)
            #expect(await other.may(.read, who) == 200)
            #expect(await server.may(.edit, who) == 403)
        }
        _ = await server.send("PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["role": .string("editor")]))
        #expect(await server.may(.edit, ada) == 200)
        // The token was made for what a viewer may do.
        #expect(await server.may(.edit, token) == 403)
        server.clock.advance(milliseconds: 1000)
        #expect(await other.may(.edit, ada) == 200)

        _ = await server.send("PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["active": .bool(false)]))
        for who in [ada, token] { #expect(await server.may(.read, who) == 401) }
        server.clock.advance(milliseconds: 1000)
        for who in [ada, token] { #expect(await other.may(.read, who) == 401) }

        _ = await server.send("PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["active": .bool(true)]))
        server.clock.advance(milliseconds: 60_000)
        #expect(await other.may(.read, ada) == 200)
        let changed = await server.send(
            "PUT", "/api/v1/users/ada/password", as: TestAccess.admin,
            .record(["password": .string("another good one")]))
        #expect(changed.status == 204)
        #expect(await server.may(.read, ada) == 401)
        #expect(await server.may(.read, token) == 200, "tokens outlive a new password")
        server.clock.advance(milliseconds: 1000)
        #expect(await other.may(.read, ada) == 401)
        #expect(await other.may(.read, .basic("ada", "another good one")) == 200)
        #expect(await server.send("DELETE", "/api/v1/users/ada", as: TestAccess.admin).status == 204)
        #expect(await server.may(.read, token) == 401)
        server.clock.advance(milliseconds: 1000)
        #expect(await other.may(.read, token) == 401)
    }

    @Test("passwords in MLflow's form are taken, and stored in ours then")
    func foreignForms() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        // The third vector of RFC 7914, section 12, in Werkzeug's form.
        let vector =
            "scrypt:16384:8:1$SodiumChloride$7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        try await server.store(password: vector, of: "ada")
        #expect(await server.may(.read, .basic("ada", "pleaseletmeout")) == 401)
        #expect(await server.may(.read, .basic("ada", "pleaseletmein")) == 200)
        for broken in [
            "", "secret", "$scrypt$ln=30,r=8,p=1$AAAA$AAAA", "scrypt:16384:8:1$$00", "pbkdf2:sha256:1$salt$00",
            "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
        ] {
            try await server.store(password: broken, of: "ada")
            let answer = await server.send("GET", "/probe/read", as: .basic("ada", "x\(broken)"), from: "192.0.2.7")
            #expect([400, 401].contains(answer.status), "\(broken)")
        }
    }

    @Test("a password that was stored in a weaker form is stored in today's when it is used")
    func strengthening() async throws {
        let weak = try TestAccess()
        try await weak.setUp()
        let before = try await weak.password(of: "root")
        #expect(before.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
        let strong = try TestAccess(
            sharing: weak, passwords: ScryptParameters(cost: 5, blockSize: 8, parallelism: 1))
        #expect(await strong.may(.read, .basic("root", "wrong wrong wrong")) == 401)
        #expect(try await weak.password(of: "root") == before)
        #expect(await strong.may(.read, TestAccess.admin) == 200)
        #expect(try await weak.password(of: "root").hasPrefix("$scrypt$ln=5,r=8,p=1$"))
        #expect(await strong.may(.read, TestAccess.admin) == 200)
        #expect(await weak.may(.read, TestAccess.admin) == 200)
    }

    @Test("a password must be long, and is told why it is refused")
    func rules() async throws {
        let server = try TestAccess()
        try await server.setUp()
        for (password, word) in [
            ("stw_correct horse battery", "as tokens do"),
            ("short", "fewer than 12"), ("aaaaaaaaaaaaaaaa", "different"), ("Password1234", "first that are tried"),
            ("ada.lovelace-1", "first that are tried"), ("tab\there and more", "control"),
            (String(repeating: "abcde", count: 300), "longer than"),
        ] {
            let answer = await server.send(
                "POST", "/api/v1/users", as: TestAccess.admin,
                .record(["name": .string("ada.lovelace"), "password": .string(password)]))
            #expect(answer.status == 400)
            #expect(answer.message?.contains(word) == true, "\(password): \(answer.message ?? "")")
        }
        for name in ["", "a b", "a:b", "a/b", "é", "local", "Token", String(repeating: "a", count: 101), "-a"] {
            let answer = await server.send(
                "POST", "/api/v1/users", as: TestAccess.admin, .record(["name": .string(name)]))
            #expect(answer.status == 400, "\(name)")
        }
        try await server.createUser("Ada", "viewer")
        let twin = await server.send("POST", "/api/v1/users", as: TestAccess.admin, .record(["name": .string("ada")]))
        #expect(twin.status == 409)
    }

    @Test("without users nobody has to sign in; the first one must be able to, and from then on everybody has to")
    func singleUser() async throws {
        let server = try TestAccess(requiresSignIn: false)
        #expect(await server.may(.administer, .nobody) == 200)
        #expect(try await server.access.notes(at: "http://localhost").isEmpty)
        for body: JSON in [
            .record(["name": .string("ada"), "role": .string("editor"), "password": .string(TestAccess.password)]),
            .record(["name": .string("ada"), "role": .string("admin")]),
        ] { #expect(await server.send("POST", "/api/v1/users", body).status == 400) }
        let first = await server.send(
            "POST", "/api/v1/users",
            .record(["name": .string("root"), "role": .string("admin"), "password": .string(TestAccess.password)]))
        #expect(first.status == 201)
        #expect(await server.may(.read, .nobody) == 401)
        #expect(await server.may(.administer, TestAccess.admin) == 200)
        let other = try TestAccess(sharing: server)
        #expect(await other.may(.read, .nobody) == 401)
    }
}

extension TestAccess {
    func store(password: String, of name: String) async throws {
        try await services.database.write { transaction in
            try transaction.sql.execute(
                "UPDATE access_user SET password = ?1, password_version = password_version + 1 WHERE name = ?2",
                [.text(password), .text(name)])
            try transaction.sql.execute("UPDATE access_state SET value = value + 1")
        }
        clock.advance(milliseconds: 1000)
    }

    func password(of name: String) async throws -> String {
        try await services.database.read { sql in
            try sql.first("SELECT password FROM access_user WHERE name = ?1", [.text(name)]) { $0.text(0) } ?? ""
        }
    }
}
