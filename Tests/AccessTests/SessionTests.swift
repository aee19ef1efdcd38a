import Core
import Dispatch
import Platform
import TestSupport
import Testing

@Suite("Sessions of browsers")
struct SessionTests {
    private let day: Int64 = 86_400_000

    @Test("a session begins with a secret of its own, whatever cookie was there", arguments: Backend.available)
    func rotation(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        let planted = "planted"
        let first = try await server.signIn("root", cookie: planted)
        #expect(first != planted && first.utf8.count == 43)
        #expect(await server.may(.read, .cookie(planted)) == 401)
        #expect(await server.may(.administer, .cookie(first)) == 200)
        let second = try await server.signIn("root", cookie: first)
        #expect(second != first)
        #expect(await server.may(.read, .cookie(first)) == 401, "signing in again ends the session before")
        #expect(await server.may(.read, .cookie(second)) == 200)
    }

    @Test("over TLS the cookie is bound to this host; on plain loopback it has a name browsers take")
    func cookieNames() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let body = JSON.record(["name": .string("root"), "password": .string(TestAccess.password)])
        let secure = await server.send("POST", "/api/v1/sessions", body, isSecure: true)
        let header = try #require(secure.headers["set-cookie"])
        #expect(header.hasPrefix("__Host-stw="))
        for word in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] { #expect(header.contains(word)) }
        let plain = try #require(await server.send("POST", "/api/v1/sessions", body).headers["set-cookie"])
        #expect(plain.hasPrefix("stw=") && !plain.contains("Secure"))
        let cookie = try #require(secure.cookie)
        #expect(await server.send("GET", "/probe/read", as: .cookie(cookie), isSecure: true).status == 200)
        let moved = await server.send(
            "GET", "/probe/read", isSecure: true, headers: [("cookie", "stw=\(cookie)")])
        #expect(moved.status == 401)
    }

    @Test("a session ends when nothing comes from it for twelve hours, and after seven days in any case")
    func expiry() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let idle = try await server.signIn("root")
        server.clock.advance(milliseconds: day / 2)
        #expect(await server.may(.read, .cookie(idle)) == 200)
        server.clock.advance(milliseconds: day / 2 + 60_001)
        #expect(await server.may(.read, .cookie(idle)) == 401)

        let busy = try await server.signIn("root")
        for _ in 1..<28 {
            server.clock.advance(milliseconds: day / 4)
            #expect(await server.may(.read, .cookie(busy)) == 200)
        }
        server.clock.advance(milliseconds: day / 4)
        #expect(await server.may(.read, .cookie(busy)) == 401)
    }

    @Test("a change by cookie must say where it comes from; one by token need not")
    func crossSite() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let cookie = try await server.signIn("root")
        #expect(await server.send("GET", "/probe/read", as: .bareCookie(cookie)).status == 200)
        #expect(await server.send("POST", "/probe/write", as: .bareCookie(cookie)).status == 403)
        #expect(await server.send("POST", "/probe/write", as: .cookie(cookie)).status == 200)
        let own = await server.send(
            "POST", "/probe/write", as: .bareCookie(cookie), headers: [("origin", "http://localhost")])
        #expect(own.status == 200)
        let foreign = await server.send(
            "POST", "/probe/write", as: .cookie(cookie), headers: [("origin", "https://evil.example")])
        #expect(foreign.status == 403)
        #expect(await server.send("POST", "/probe/write", as: TestAccess.admin).status == 200)
    }

    @Test("signing out, a new password and another role end sessions", arguments: Backend.available)
    func ends(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let first = try await server.signIn("ada")
        let out = await server.send("DELETE", "/api/v1/sessions/current", as: .cookie(first))
        #expect(out.status == 204 && out.headers["set-cookie"]?.contains("Max-Age=0") == true)
        #expect(await server.may(.read, .cookie(first)) == 401)

        let (one, two) = (try await server.signIn("ada"), try await server.signIn("ada"))
        let wrong = await server.send(
            "PUT", "/api/v1/me/password", as: .cookie(one),
            .record(["old_password": .string("not this one"), "password": .string("something else")]))
        #expect(wrong.status == 403)
        let changed = await server.send(
            "PUT", "/api/v1/me/password", as: .cookie(one),
            .record(["old_password": .string(TestAccess.password), "password": .string("something else")]))
        #expect(changed.status == 204)
        let fresh = try #require(changed.cookie)
        for gone in [one, two] { #expect(await server.may(.read, .cookie(gone)) == 401) }
        #expect(await server.may(.read, .cookie(fresh)) == 200)

        _ = await server.send("PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["role": .string("editor")]))
        #expect(await server.may(.read, .cookie(fresh)) == 401, "whoever may do more has to show who they are")
    }

    /// The writes of both wait behind another one, so both have read what they need before either changes anything.
    /// Which comes first then does not matter.
    @Test("a sign-in under way while the password changes leaves no session", arguments: 1...3)
    func straddling(_ round: Int) async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let gate = DispatchSemaphore(value: 0)
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        async let held: Void = server.services.database.write { _ in
            started.yield()
            gate.wait()
        }
        for await _ in starts { break }
        async let signIn = server.send(
            "POST", "/api/v1/sessions",
            .record(["name": .string("ada"), "password": .string(TestAccess.password)]))
        async let change = server.send(
            "PUT", "/api/v1/users/ada/password", as: TestAccess.admin,
            .record(["password": .string("quite another one")]))
        for _ in 1...10_000 where server.services.database.waiting.writes < 2 {
            try await Task.sleep(for: .milliseconds(1))
        }
        gate.signal()
        try await held
        #expect(await change.status == 204)
        if let cookie = await signIn.cookie {
            #expect(await server.may(.read, .cookie(cookie)) == 401)
        } else {
            #expect(await signIn.status == 401)
        }
    }

    @Test("one's own sessions can be seen and ended one by one, nobody else's")
    func list() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let (one, two) = (try await server.signIn("ada"), try await server.signIn("ada"))
        let list = await server.send("GET", "/api/v1/me/sessions", as: .cookie(one)).json["sessions"]?.elements ?? []
        #expect(list.count == 2)
        #expect(list.filter { $0["current"]?.flag == true }.count == 1)
        let other = try #require(list.first { $0["current"]?.flag == false }?["id"]?.text)
        #expect(await server.send("DELETE", "/api/v1/me/sessions/\(other)", as: TestAccess.admin).status == 404)
        #expect(await server.send("DELETE", "/api/v1/me/sessions/\(other)", as: .cookie(one)).status == 204)
        #expect(await server.may(.read, .cookie(two)) == 401)
        #expect(await server.may(.read, .cookie(one)) == 200)
    }
}
