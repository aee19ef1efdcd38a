import Core
import Platform
import TestSupport
import Testing

@Suite("Links that work once")
struct SetUpTests {
    private func body(_ token: String, _ name: String, _ password: String = TestAccess.password) -> JSON {
        .record(["token": .string(token), "name": .string(name), "password": .string(password)])
    }

    @Test(
        "the first start offers a link that makes one administrator, once, within an hour", arguments: Backend.available
    )
    func setUp(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        let old = try await server.setUpToken()
        server.clock.advance(milliseconds: 3_600_000)
        #expect(await server.send("POST", "/api/v1/setup", body(old, "root")).status == 403, "expired")
        let token = try await server.setUpToken()
        for wrong in [
            body("stwl_guess", "root"), body("", "root"), .record(["token": .string(token)]),
        ] { #expect([400, 403].contains(await server.send("POST", "/api/v1/setup", wrong).status)) }
        #expect(await server.send("POST", "/api/v1/setup", body(token, "root", "short")).status == 400)
        #expect(await server.send("POST", "/api/v1/setup", body(token, "a:b")).status == 400)
        let made = await server.send("POST", "/api/v1/setup", body(token, "root"))
        #expect(made.status == 201 && made.json["role"]?.text == "admin")
        #expect(await server.send("POST", "/api/v1/setup", body(token, "eve")).status == 403, "used")
        #expect(await server.may(.administer, TestAccess.admin) == 200)
        #expect(try await server.access.notes(at: "http://localhost").isEmpty)
        let events = try await server.events()
        let created = try #require(events.first { $0.event.kind == "access.user-created" })
        #expect(created.principal == "root")
        #expect(events.contains { $0.event.kind == "access.link-used" })
    }

    @Test("of two links used at once, or one used twice, one makes an administrator", arguments: Backend.available)
    func race(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        let other = try TestAccess(sharing: server)
        let tokens = [try await server.setUpToken(), try await other.setUpToken()]
        let bodies = (0..<8).map { body(tokens[$0 % 2], "root\($0)") }
        let statuses = await withTaskGroup(of: Int.self) { group in
            for (index, body) in bodies.enumerated() {
                group.addTask {
                    await (index % 3 == 0 ? other : server).send("POST", "/api/v1/setup", body).status
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 201 }.count == 1, "\(statuses)")
        #expect(statuses.filter { $0 == 403 }.count == 7, "\(statuses)")
        let admins = try await server.services.database.read { sql in
            try sql.first("SELECT COUNT(*) FROM access_user") { $0.integer(0) }
        }
        #expect(admins == 1)
    }

    @Test("an invited user chooses a password; a new link makes the one before useless")
    func invitation() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let invited = await server.send(
            "POST", "/api/v1/users", as: TestAccess.admin,
            .record(["name": .string("ada"), "role": .string("editor")]))
        let link = try #require(invited.json["link"]?.text)
        #expect(link.hasPrefix("http://localhost/setup?token=stwl_"))
        #expect(invited.json["has_password"] == .bool(false))
        #expect(await server.may(.read, .basic("ada", TestAccess.password)) == 401)
        let again = await server.send("POST", "/api/v1/users/ada/link", as: TestAccess.admin)
        let second = try #require(again.json["link"]?.text)
        func token(_ link: String) -> String { String(link.split(separator: "=").last ?? "") }
        #expect(await server.send("POST", "/api/v1/setup", body(token(link), "ada")).status == 403)
        // The name comes with the link: nobody becomes somebody else by it.
        #expect(await server.send("POST", "/api/v1/setup", body(token(second), "root")).status == 201)
        #expect(await server.may(.edit, .basic("ada", TestAccess.password)) == 200)
        #expect(await server.may(.administer, TestAccess.admin) == 200)
        #expect(await server.send("POST", "/api/v1/setup", body(token(second), "ada")).status == 403)
        #expect(await server.send("POST", "/api/v1/users/nobody-here/link", as: TestAccess.admin).status == 404)
    }

    @Test("a link for somebody who has been kept out opens nothing")
    func deactivated() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "editor")
        let link = await server.send("POST", "/api/v1/users/ada/link", as: TestAccess.admin).json["link"]?.text ?? ""
        _ = await server.send("PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["active": .bool(false)]))
        let token = String(link.split(separator: "=").last ?? "")
        #expect(await server.send("POST", "/api/v1/setup", body(token, "ada")).status == 403)
    }
}
