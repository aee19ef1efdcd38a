import Core
import Platform
import TestSupport
import Testing

@Suite("Nobody gives rights they do not have")
struct EscalationTests {
    private let ada = TestAccess.Who.basic("ada", TestAccess.password)

    private func server(_ backend: Backend = .sqlite, role: String? = "editor") async throws -> TestAccess {
        let server = try TestAccess(backend)
        try await server.setUp()
        try await server.createUser("ada", role)
        return server
    }

    @Test("whoever is no administrator changes no users, roles or groups", arguments: ["viewer", "editor", "approver"])
    func users(_ role: String) async throws {
        let server = try await self.server(role: role)
        try await server.createUser("bob", "viewer")
        _ = await server.send("POST", "/api/v1/groups", as: TestAccess.admin, .record(["name": .string("admins")]))
        let before = try await server.events().count
        let admin = JSON.record([
            "name": .string("eve"), "role": .string("admin"), "password": .string(TestAccess.password),
        ])
        let promotion = JSON.record(["role": .string("admin")])
        let attempts: [(String, String, JSON?)] = [
            ("POST", "/api/v1/users", admin), ("PATCH", "/api/v1/users/ada", promotion),
            ("PATCH", "/api/v1/me", promotion),
            ("PATCH", "/api/v1/users/root", .record(["active": .bool(false)])),
            ("PUT", "/api/v1/users/root/password", .record(["password": .string(TestAccess.password)])),
            ("POST", "/api/v1/users/root/link", nil), ("DELETE", "/api/v1/users/root", nil),
            ("POST", "/api/v1/service-accounts", .record(["name": .string("s"), "role": .string("admin")])),
            ("POST", "/api/v1/groups", .record(["name": .string("mine")])),
            ("PUT", "/api/v1/groups/admins/members/ada", nil), ("PATCH", "/api/v1/groups/admins", admin),
            ("DELETE", "/api/v1/groups/admins", nil), ("GET", "/api/v1/users", nil), ("GET", "/api/v1/users/bob", nil),
            ("GET", "/api/v1/tokens?all=true", nil), ("GET", "/api/v1/tokens?user=root", nil),
            ("GET", "/api/v1/grants", nil), ("GET", "/api/v1/grants?user=root", nil),
            ("POST", "/api/2.0/mlflow/users/create", .record(["username": .string("x"), "password": .string("y")])),
            (
                "PATCH", "/api/2.0/mlflow/users/update-admin",
                .record(["username": .string("ada"), "is_admin": .bool(true)])
            ),
            (
                "PATCH", "/api/2.0/mlflow/users/update-password",
                .record(["username": .string("root"), "password": .string(TestAccess.password)])
            ),
            ("DELETE", "/api/2.0/mlflow/users/delete", .record(["username": .string("root")])),
            ("POST", "/api/3.0/mlflow/roles/create", .record(["name": .string("x"), "workspace": .string("default")])),
            ("POST", "/api/3.0/mlflow/roles/assign", .record(["username": .string("ada"), "role_id": .integer(1)])),
        ]
        for (method, path, body) in attempts {
            let answer = await server.send(method, path, as: ada, body)
            #expect([400, 403].contains(answer.status), "\(method) \(path): \(answer.status)")
        }
        #expect(try await server.events().count == before, "nothing was changed")
    }

    @Test("nobody grants themselves or others what they do not manage", arguments: Backend.available)
    func grants(_ backend: Backend) async throws {
        let server = try await self.server(backend)
        try await server.createUser("bob", nil)
        let about: [[JSON.Member]] = [
            [.init("kind", .string("experiment")), .init("id", .string("1"))],
            [.init("kind", .string("experiment")), .init("name", .string("churn"))],
            [.init("kind", .string("experiment")), .init("pattern", .string("*"))],
            [.init("kind", .string("registered_model")), .init("name", .string("fraud"))],
            [.init("kind", .string("registered_model")), .init("pattern", .string("fraud"))],
        ]
        for about in about {
            for level in ["read", "manage", "none"] {
                let body = JSON.object(
                    [JSON.Member("user", .string("ada")), JSON.Member("level", .string(level))] + about)
                #expect(await server.send("PUT", "/api/v1/grants", as: ada, body).status == 403, "\(about)")
            }
        }
        for (path, name, value) in [("experiments", "experiment_id", "1"), ("registered-models", "name", "fraud")] {
            let body = JSON.record([
                name: .string(value), "username": .string("ada"), "permission": .string("MANAGE"),
            ])
            let answer = await server.send("POST", "/api/2.0/mlflow/\(path)/permissions/create", as: ada, body)
            #expect(answer.status == 403 && answer.errorCode == "PERMISSION_DENIED")
        }
        let grant = await server.send(
            "POST", "/api/3.0/mlflow/users/permissions/grant", as: ada,
            .record([
                "username": .string("ada"), "resource_type": .string("experiment"), "resource_id": .string("*"),
                "permission": .string("MANAGE"),
            ]))
        #expect(grant.status == 403)
        #expect(try await server.events().allSatisfy { $0.event.kind != "access.grant-set" })
    }

    @Test("whoever manages a thing grants rights over it, over nothing else, and learns of nothing else")
    func delegation() async throws {
        let server = try await self.server(role: nil)
        try await server.createUser("bob", nil)
        let bob = TestAccess.Who.basic("bob", TestAccess.password)
        let fraud = [JSON.Member("kind", .string("registered_model")), JSON.Member("name", .string("fraud"))]
        #expect(await server.grant("manage", "ada", fraud[0], fraud[1]).status == 200)
        #expect(await server.grant("edit", "bob", as: ada, fraud[0], fraud[1]).status == 200)
        #expect(await server.send("GET", "/probe/model/fraud/edit", as: bob).status == 200)
        #expect(await server.send("GET", "/probe/model/fraud/manage", as: bob).status == 403)
        // A manager is no administrator, and a name is not a pattern.
        for about in [
            [fraud[0], JSON.Member("pattern", .string("fraud"))], [fraud[0], JSON.Member("pattern", .string("*"))],
        ] {
            #expect(await server.grant("read", "bob", as: ada, about[0], about[1]).status == 403)
        }
        #expect(await server.grant("administer", "ada", as: ada, fraud[0], fraud[1]).status == 400)
        let hidden = await server.grant(
            "read", "ada", as: ada, fraud[0], JSON.Member("name", .string("other")))
        let missing = await server.grant(
            "read", "ada", as: ada, fraud[0], JSON.Member("name", .string("missing")))
        #expect(hidden.status == 404 && missing.status == 404)
        #expect(hidden.message?.replacing("other", with: "missing") == missing.message)
        #expect(await server.grant("manage", "bob", as: bob, fraud[0], fraud[1]).status == 403, "an editor")
        let list = await server.send("GET", "/api/v1/grants?kind=registered_model&name=fraud", as: ada)
        #expect(list.json["grants"]?.elements?.count == 2)
        #expect(await server.send("GET", "/api/v1/grants?kind=registered_model&name=fraud", as: bob).status == 403)
        let id = try #require(list.json["grants"]?.elements?.last?["id"]?.int)
        #expect(await server.send("DELETE", "/api/v1/grants/\(id)", as: bob).status == 404)
        #expect(await server.send("DELETE", "/api/v1/grants/\(id)", as: ada).status == 204)
        #expect(await server.send("GET", "/probe/model/fraud/read", as: bob).status == 404)
    }

    @Test("a token is no wider than its owner, nor than the token it is made with, nor does it outlive that")
    func tokens() async throws {
        let server = try await self.server()
        func make(_ who: TestAccess.Who, _ level: String?, _ more: [JSON.Member] = []) async -> Int {
            let name = JSON.Member("name", .string("t\(UInt64.random(in: 0...UInt64.max))"))
            let scope = level.map { [JSON.Member("level", .string($0))] } ?? []
            return await server.send("POST", "/api/v1/tokens", as: who, .object([name] + scope + more)).status
        }
        for level in ["approve", "manage", "administer"] { #expect(await make(ada, level) == 403) }
        #expect(await make(ada, "edit") == 201)
        let reading = TestAccess.Who.bearer(
            try await server.makeToken(
                ada, .record(["name": .string("r"), "level": .string("read"), "expires_in_days": .integer(7)])))
        let week = [JSON.Member("expires_in_days", .integer(7))]
        #expect(await make(reading, "edit", week) == 403)
        #expect(await make(reading, nil, week) == 403)
        #expect(await make(reading, "read", week) == 201)
        #expect(await make(reading, "read", [JSON.Member("expires_in_days", .integer(8))]) == 403)
        #expect(await make(reading, "read", [JSON.Member("never_expires", .bool(true))]) == 403)
        // Without a wish it ends with the token that makes it.
        let made = await server.send(
            "POST", "/api/v1/tokens", as: reading, .record(["name": .string("u"), "level": .string("read")]))
        #expect(made.status == 201)
        let end = try #require(made.json["expires_at"]?.text.flatMap { Timestamp(rfc3339: $0) })
        #expect(end <= server.clock.now.adding(milliseconds: 7 * 86_400_000))
        // Who administers everything could make an account that stays.
        let root = TestAccess.Who.bearer(
            try await server.makeToken(
                TestAccess.admin, .record(["name": .string("l"), "expires_in_days": .integer(30)])))
        #expect(await make(root, "edit", [JSON.Member("expires_in_days", .integer(365))]) == 201)
        let narrow = TestAccess.Who.bearer(
            try await server.makeToken(
                ada,
                .record([
                    "name": .string("n"), "level": .string("edit"), "never_expires": .bool(true),
                    "subjects": .array([.record(["kind": .string("experiment"), "id": .string("1")])]),
                ])))
        #expect(await make(narrow, "read") == 403, "its bound is two things, not a level")
        // An administrator's token of small scope administers nothing.
        let small = TestAccess.Who.bearer(
            try await server.makeToken(TestAccess.admin, .record(["name": .string("s"), "level": .string("manage")])))
        #expect(await server.may(.manage, small) == 200)
        let promote = JSON.record(["role": .string("admin")])
        #expect(await server.send("PATCH", "/api/v1/users/ada", as: small, promote).status == 403)
        // Nor can a token change the password without knowing it.
        let password = JSON.record(["username": .string("ada"), "password": .string("taken over now")])
        #expect(
            await server.send("PATCH", "/api/2.0/mlflow/users/update-password", as: reading, password).status == 400)
        #expect(await server.may(.read, ada) == 200)
    }

    @Test("somebody without rights gets no token out of it")
    func nothing() async throws {
        let server = try await self.server(role: nil)
        #expect(await server.send("POST", "/api/v1/tokens", as: ada, .record(["name": .string("t")])).status == 403)
        #expect(await server.may(.read, ada) == 403)
    }

    @Test("an administrator who cannot sign in yet is no other one")
    func invitedAdmin() async throws {
        let server = try TestAccess()
        try await server.setUp()
        let invited = await server.send(
            "POST", "/api/v1/users", as: TestAccess.admin, .record(["name": .string("eve"), "role": .string("admin")]))
        let demote = JSON.record(["role": .string("viewer")])
        #expect(await server.send("PATCH", "/api/v1/users/root", as: TestAccess.admin, demote).status == 409)
        #expect(await server.send("DELETE", "/api/v1/users/root", as: TestAccess.admin).status == 409)
        let token = try #require(invited.json["link"]?.text?.split(separator: "token=").last)
        let used = await server.send(
            "POST", "/api/v1/setup",
            .record(["token": .string(String(token)), "password": .string(TestAccess.password)]))
        try #require(used.status == 201, "\(used.json.text())")
        #expect(await server.send("PATCH", "/api/v1/users/root", as: TestAccess.admin, demote).status == 200)
        let eve = TestAccess.Who.basic("eve", TestAccess.password)
        #expect(await server.send("PATCH", "/api/v1/users/eve", as: eve, demote).status == 409)
    }

    @Test("the last administrator stays one, also when two demote each other at once", arguments: Backend.available)
    func lastAdmin(_ backend: Backend) async throws {
        let server = try TestAccess(backend)
        try await server.setUp()
        let demote = JSON.record(["role": .string("viewer")])
        let attempts: [(String, String, JSON?)] = [
            ("PATCH", "/api/v1/users/root", demote),
            ("PATCH", "/api/v1/users/root", .record(["active": .bool(false)])), ("DELETE", "/api/v1/users/root", nil),
            (
                "PATCH", "/api/2.0/mlflow/users/update-admin",
                .record(["username": .string("root"), "is_admin": .bool(false)])
            ),
        ]
        for (method, path, body) in attempts {
            let answer = await server.send(method, path, as: TestAccess.admin, body)
            #expect([400, 409].contains(answer.status), "\(method) \(path): \(answer.status)")
        }
        try await server.createUser("two", "admin")
        // A service account that administers does not count: nobody signs in as it.
        _ = await server.send(
            "POST", "/api/v1/service-accounts", as: TestAccess.admin,
            .record(["name": .string("robot"), "role": .string("admin")]))
        let other = try TestAccess(sharing: server)
        let two = TestAccess.Who.basic("two", TestAccess.password)
        #expect(await other.may(.administer, two) == 200)
        async let first = server.send("PATCH", "/api/v1/users/two", as: TestAccess.admin, demote).status
        async let second = other.send("PATCH", "/api/v1/users/root", as: two, demote).status
        let statuses = await [first, second]
        #expect(statuses.filter { $0 == 200 }.count == 1, "\(statuses)")
        let left = try await server.services.database.read { sql in
            try sql.first("SELECT COUNT(*) FROM access_user WHERE role = 'admin' AND kind = 'person'") { $0.integer(0) }
        }
        #expect(left == 1)
    }
}
