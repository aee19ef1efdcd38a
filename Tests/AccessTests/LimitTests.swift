import Core
import Platform
import TestSupport
import Testing

@Suite("Limits of sign-ins")
struct LimitTests {
    private let wrong = TestAccess.Who.basic("ada", "guess after guess")

    @Test("ten failures of a user at an address, then one more each six seconds; others go on")
    func perUser() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        for _ in 1...10 { #expect(await server.may(.read, wrong, from: "198.51.100.1") == 401) }
        let refused = await server.send("GET", "/probe/read", as: wrong, from: "198.51.100.1")
        #expect(refused.status == 429)
        #expect(refused.headers["retry-after"] == "6")
        // Nor is the right password tried there, so that guessing on tells nothing.
        #expect(await server.may(.read, ada, from: "198.51.100.1") == 429)
        #expect(await server.may(.read, ada, from: "198.51.100.2") == 200, "a stranger must not lock ada out")
        #expect(await server.may(.administer, TestAccess.admin, from: "198.51.100.1") == 200, "others at the address")
        server.clock.advance(milliseconds: 5_999)
        #expect(await server.may(.read, wrong, from: "198.51.100.1") == 429)
        server.clock.advance(milliseconds: 1)
        #expect(await server.may(.read, wrong, from: "198.51.100.1") == 401)
        #expect(await server.may(.read, wrong, from: "198.51.100.1") == 429)
        // One that was regained and lost again is no news; after all were regained it is.
        let limited = try await limits(1, server)
        #expect(limited.count == 1 && limited.first?.event.details["user"]?.text == "ada")
        #expect(limited.first?.event.details["address"]?.text == "198.51.100.1")
        server.clock.advance(milliseconds: 60_000)
        for _ in 1...10 { #expect(await server.may(.read, wrong, from: "198.51.100.1") == 401) }
        #expect(try await limits(2, server).count == 2)
    }

    /// The events of limits that were reached, once there are so many: they are written beside the answers.
    private func limits(_ count: Int, _ server: TestAccess) async throws -> [RecordedEvent] {
        for _ in 0..<60_000 {
            let found = try await server.events().filter { $0.event.kind == "access.sign-in-limited" }
            if found.count >= count { return found }
            try await Task.sleep(for: .milliseconds(2))
        }
        return []
    }

    @Test("what was verified a moment ago goes on although somebody guesses beside it")
    func verifiedGoesOn() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        #expect(await server.may(.read, ada) == 200)
        for _ in 1...12 { _ = await server.may(.read, wrong) }
        #expect(await server.may(.read, wrong) == 429)
        #expect(await server.may(.read, ada) == 200)
    }

    @Test("an address that tries many names runs into a limit of its own; a network of version 6 is one address")
    func perAddress() async throws {
        let server = try TestAccess()
        try await server.setUp()
        for number in 1...60 {
            let who = TestAccess.Who.basic("user\(number)", "guess after guess")
            #expect(await server.may(.read, who, from: "2001:db8:1:2::\(number)") == 401)
        }
        #expect(await server.may(.read, .basic("user61", "guess"), from: "2001:db8:1:2:ffff::1") == 429)
        #expect(await server.may(.read, .bearer("stw_guess"), from: "2001:db8:1:2::1") == 429)
        #expect(await server.may(.read, .basic("user61", "guess"), from: "2001:db8:1:3::1") == 401)
    }

    @Test("a good token goes on although strangers guess at the same address; only what is wrong is counted")
    func goodTokens() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let good = TestAccess.Who.bearer(
            try await server.makeToken(TestAccess.admin, .record(["name": .string("t")])))
        for number in 1...60 { #expect(await server.may(.read, .bearer("stw_guess\(number)")) == 401) }
        #expect(await server.may(.read, .bearer("stw_guess")) == 429)
        #expect(await server.may(.administer, good) == 200)
        #expect(await server.may(.read, .bearer("stw_guess")) == 429)
    }

    @Test("the sign-in form and the password that a change asks for count, too")
    func everyDoor() async throws {
        let server = try TestAccess()
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let body = JSON.record(["name": .string("ada"), "password": .string("guess after guess")])
        for _ in 1...10 { #expect(await server.send("POST", "/api/v1/sessions", body).status == 401) }
        #expect(await server.send("POST", "/api/v1/sessions", body).status == 429)
        server.clock.advance(milliseconds: 60_000)
        let cookie = try await server.signIn("ada")
        let change = JSON.record([
            "old_password": .string("guess after guess"), "password": .string("something else"),
        ])
        for _ in 1...10 {
            #expect(await server.send("PUT", "/api/v1/me/password", as: .cookie(cookie), change).status == 403)
        }
        #expect(await server.send("PUT", "/api/v1/me/password", as: .cookie(cookie), change).status == 429)
    }
}
