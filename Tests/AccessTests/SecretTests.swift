import Core
import Platform
import TestSupport
import Testing

@Suite("Secrets")
struct SecretTests {
    @Test("no password, token, cookie or link is stored, recorded or answered again", arguments: Backend.available)
    func nowhere(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        let link = try await server.setUpToken()
        let key = [(name: "idempotency-key", value: "k1")]
        let password = "a password to look for"
        _ = await server.send(
            "POST", "/api/v1/setup",
            .record(["token": .string(link), "name": .string("root"), "password": .string(password)]), headers: key)
        let root = TestAccess.Who.basic("root", password)
        let made = await server.send(
            "POST", "/api/v1/tokens", as: root, .record(["name": .string("t")]),
            headers: [(name: "idempotency-key", value: "k2")])
        let token = try #require(made.json["token"]?.text)
        let signedIn = await server.send(
            "POST", "/api/v1/sessions", .record(["name": .string("root"), "password": .string(password)]), headers: key)
        let cookie = try #require(signedIn.cookie)
        let invited = await server.send(
            "POST", "/api/v1/users", as: root, .record(["name": .string("ada")]), headers: key)
        let invitation = String(invited.json["link"]?.text?.split(separator: "=").last ?? "")
        #expect(invitation.hasPrefix("stwl_"))
        let other = "another one to look for"
        _ = await server.send(
            "PUT", "/api/v1/users/ada/password", as: root, .record(["password": .string(other)]), headers: key)
        let stored = try await server.everything()
        #expect(stored.contains("access.token-created") && stored.contains("$scrypt$"))
        for secret in [link, password, token, cookie, invitation, other] {
            #expect(!stored.contains(secret))
            #expect(!stored.contains(Hexadecimal.text(of: Array(secret.utf8))))
        }
        for path in ["tokens", "me", "me/sessions", "users", "users/ada", "grants"] {
            let answer = await server.send("GET", "/api/v1/\(path)", as: root)
            #expect(answer.status == 200)
            let text = answer.json.text()
            for secret in [link, password, token, cookie, invitation, other, "$scrypt$"] {
                #expect(!text.contains(secret), "\(path)")
            }
        }
    }

    @Test("a request with a secret that comes again is made again: its answer was not kept")
    func repetition() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let key = [(name: "idempotency-key", value: "k")]
        let body = JSON.record(["name": .string("t")])
        let first = await server.send("POST", "/api/v1/tokens", as: TestAccess.admin, body, headers: key)
        let second = await server.send("POST", "/api/v1/tokens", as: TestAccess.admin, body, headers: key)
        #expect(first.status == 201 && second.status == 409)
        #expect(second.headers["idempotency-replayed"] == nil)
    }

    @Test("who did what to whom, and why, is in the log", arguments: Backend.available)
    func events(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        try await server.createUser("ada", "viewer")
        let why = [(name: "steward-reason", value: "new on the team")]
        _ = await server.send(
            "PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["role": .string("editor")]), headers: why)
        _ = await server.send("POST", "/api/v1/groups", as: TestAccess.admin, .record(["name": .string("fraud")]))
        _ = await server.send("PUT", "/api/v1/groups/fraud/members/ada", as: TestAccess.admin)
        _ = await server.send(
            "PUT", "/api/v1/grants", as: TestAccess.admin,
            .record([
                "group": .string("fraud"), "kind": .string("experiment"), "id": .string("2"),
                "level": .string("manage"),
            ]))
        let events = try await server.events()
        let kinds = events.map(\.event.kind).filter { $0 != "access.link-made" && $0 != "access.link-used" }
        #expect(
            kinds == [
                "access.user-created", "access.user-created", "access.user-updated", "access.group-created",
                "access.member-added", "access.grant-set",
            ])
        let change = try #require(events.first { $0.event.kind == "access.user-updated" })
        #expect(change.principal == "root" && change.reason == "new on the team" && change.requestID != nil)
        #expect(change.event.details["role"]?["old"]?.text == "viewer")
        #expect(change.event.details["role"]?["new"]?.text == "editor")
        let grant = try #require(events.last)
        #expect(grant.event.details["about"]?["kind"]?.text == "experiment")
        #expect(grant.event.details["about"]?["id"]?.text == "2")
        #expect(grant.event.details["group"]?.text == "fraud")
    }
}
