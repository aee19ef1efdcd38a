import Core
import Platform
import TestSupport
import Testing

@Suite("MLflow's calls for users and permissions")
struct MLflowCallTests {
    private let two = "/api/2.0/mlflow/"
    private let three = "/api/3.0/mlflow/"

    private func server(_ backend: Backend) async throws -> TestAccess {
        let server = try TestAccess(backend)
        try await server.setUp()
        let made = await server.send(
            "POST", two + "users/create", as: TestAccess.admin,
            .record(["username": .string("ada"), "password": .string(TestAccess.password)]))
        try #require(made.status == 200, "\(made.json.text())")
        #expect(made.json["user"]?["username"]?.text == "ada")
        #expect(made.json["user"]?["is_admin"] == .bool(false))
        #expect(made.json["user"]?["experiment_permissions"] == .array([]))
        return server
    }

    @Test("users: created, read, promoted, given a password, deleted", arguments: Backend.available)
    func users(_ backend: Backend) async throws {
        let server = try await self.server(backend)
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        let twice = await server.send(
            "POST", two + "users/create", as: TestAccess.admin,
            .record(["username": .string("ada"), "password": .string(TestAccess.password)]))
        #expect(twice.status == 400 && twice.errorCode == "RESOURCE_ALREADY_EXISTS")
        let missing = await server.send("GET", two + "users/get?username=eve", as: TestAccess.admin)
        #expect(missing.status == 404 && missing.errorCode == "RESOURCE_DOES_NOT_EXIST")
        #expect(await server.send("GET", two + "users/get?username=root", as: ada).status == 403)
        let current = await server.send("GET", two + "users/current", as: ada)
        #expect(current.json["user"]?["username"]?.text == "ada" && current.json["is_basic_auth"] == .bool(true))
        func isAdmin() async -> JSON? {
            await server.send("GET", two + "users/get?username=ada", as: TestAccess.admin).json["user"]?["is_admin"]
        }
        for flag in [true, false] {
            let answer = await server.send(
                "PATCH", two + "users/update-admin", as: TestAccess.admin,
                .record(["username": .string("ada"), "is_admin": .bool(flag)]))
            #expect(answer.status == 200)
            #expect(await isAdmin() == .bool(flag))
            #expect(await server.may(.administer, ada) == (flag ? 200 : 403))
        }
        let wrong = await server.send(
            "PATCH", two + "users/update-password", as: ada,
            .record([
                "username": .string("ada"), "password": .string("quite another one"),
                "current_password": .string("not this one"),
            ]))
        #expect(wrong.status == 400 && wrong.message == "Current password does not match.")
        let changed = await server.send(
            "PATCH", two + "users/update-password", as: ada,
            .record(["username": .string("ada"), "password": .string("quite another one")]))
        #expect(changed.status == 200, "Basic credentials show the current one")
        #expect(await server.may(.read, ada) == 401)
        #expect(await server.may(.read, .basic("ada", "quite another one")) == 200)
        let list = await server.send("GET", two + "users/list", as: TestAccess.admin).json["users"]?.elements
        #expect(list?.compactMap { $0["username"]?.text } == ["ada", "root"])
        let own = await server.send(
            "DELETE", two + "users/delete", as: TestAccess.admin, .record(["username": .string("root")]))
        #expect(own.status == 400)
        let deleted = await server.send(
            "DELETE", two + "users/delete", as: TestAccess.admin, .record(["username": .string("ada")]))
        #expect(deleted.status == 200 && deleted.json == .object([]))
    }

    @Test(
        "permissions of MLflow 2: created, read, changed, deleted; each has its effect", arguments: Backend.available)
    func permissions(_ backend: Backend) async throws {
        let server = try await self.server(backend)
        _ = await server.send("PATCH", "/api/v1/users/ada", as: TestAccess.admin, .record(["role": .string("none")]))
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        let path = two + "registered-models/permissions/"
        func body(_ permission: String) -> JSON {
            .record(["name": .string("fraud"), "username": .string("ada"), "permission": .string(permission)])
        }
        let query = "get?name=fraud&username=ada"
        #expect(await server.send("GET", path + query, as: TestAccess.admin).status == 404)
        let made = await server.send("POST", path + "create", as: TestAccess.admin, body("READ"))
        let id = made.json["registered_model_permission"]?["user_id"]?.int
        #expect(made.json["registered_model_permission"]?["permission"]?.text == "READ" && id != nil)
        #expect(await server.send("POST", path + "create", as: TestAccess.admin, body("EDIT")).status == 400)
        #expect(await server.send("GET", "/probe/model/fraud/read", as: ada).status == 200)
        for (permission, status) in [("EDIT", 200), ("MANAGE", 200), ("READ", 403), ("NO_PERMISSIONS", 404)] {
            let answer = await server.send("PATCH", path + "update", as: TestAccess.admin, body(permission))
            #expect(answer.status == 200)
            #expect(await server.send("GET", "/probe/model/fraud/edit", as: ada).status == status, "\(permission)")
            let read = await server.send("GET", path + query, as: TestAccess.admin)
            #expect(read.json["registered_model_permission"]?["permission"]?.text == permission)
        }
        #expect(await server.send("PATCH", path + "update", as: TestAccess.admin, body("OWN")).status == 400)
        let gone = await server.send("DELETE", path + "delete", as: TestAccess.admin, body(""))
        #expect(gone.status == 200)
        #expect(await server.send("DELETE", path + "delete", as: TestAccess.admin, body("")).status == 404)

        let experiment = await server.send(
            "POST", two + "experiments/permissions/create", as: TestAccess.admin,
            .record(["experiment_id": .string("2"), "username": .string("ada"), "permission": .string("EDIT")]))
        #expect(experiment.json["experiment_permission"]?["experiment_id"]?.text == "2")
        let user = await server.send("GET", two + "users/get?username=ada", as: TestAccess.admin).json["user"]
        #expect(user?["experiment_permissions"]?.elements?.first?["permission"]?.text == "EDIT")
    }

    @Test("permissions of MLflow 3: granted, resolved, listed, revoked", arguments: Backend.available)
    func userPermissions(_ backend: Backend) async throws {
        let server = try await self.server(backend)
        let path = three + "users/permissions/"
        func resolved(_ type: String, _ id: String) async -> (allowed: JSON?, name: String?) {
            let answer = await server.send(
                "GET", path + "get?username=ada&resource_type=\(type)&resource_id=\(id)", as: TestAccess.admin)
            return (answer.json["allowed"], answer.json["permission"]?.text)
        }
        let before = await resolved("experiment", "2")
        #expect(before.allowed == .bool(false) && before.name == "READ", "a viewer")
        for (type, id, permission, expected) in [
            ("experiment", "2", "MANAGE", "MANAGE"), ("experiment", "2", "EDIT", "EDIT"),
            ("registered_model", "fraud", "USE", "READ"), ("prompt", "greeting", "EDIT", "EDIT"),
            ("registered_model", "fraud", "DENY", "NO_PERMISSIONS"),
        ] {
            let answer = await server.send(
                "POST", path + "grant", as: TestAccess.admin,
                .record([
                    "username": .string("ada"), "resource_type": .string(type), "resource_id": .string(id),
                    "permission": .string(permission),
                ]))
            #expect(answer.status == 200, "\(answer.message ?? "")")
            #expect(await resolved(type, id).name == expected)
        }
        let list = await server.send("GET", path + "list?username=ada", as: TestAccess.admin)
        #expect(list.json["permissions"]?.elements?.count == 3 && list.json["is_admin"] == .bool(false))
        let own = await server.send(
            "GET", three + "users/current/permissions", as: .basic("ada", TestAccess.password))
        #expect(own.json == list.json)
        let body = JSON.record([
            "username": .string("ada"), "resource_type": .string("experiment"), "resource_id": .string("2"),
        ])
        for _ in 1...2 { #expect(await server.send("POST", path + "revoke", as: TestAccess.admin, body).status == 200) }
        #expect(await resolved("experiment", "2").name == "READ")
        let unknown = await server.send(
            "GET", path + "get?username=ada&resource_type=gateway_secret&resource_id=1", as: TestAccess.admin)
        #expect(unknown.status == 400)
    }

    @Test("what is hidden from somebody, and what is not there, are told them the same")
    func hidden() async throws {
        let server = try await self.server(.sqlite)
        let pattern = [JSON.Member("kind", .string("experiment")), JSON.Member("pattern", .string("fra*"))]
        #expect(await server.grant("none", "ada", pattern[0], pattern[1]).status == 200)
        func own(_ id: String) async -> JSON {
            let path = three + "users/permissions/get?username=ada&resource_type=experiment&resource_id=\(id)"
            return await server.send("GET", path, as: .basic("ada", TestAccess.password)).json
        }
        let (visible, hidden, absent) = (await own("1"), await own("2"), await own("99"))
        #expect(visible["permission"]?.text == "READ")
        #expect(hidden["permission"]?.text == "NO_PERMISSIONS" && hidden == absent)
    }

    @Test("roles of MLflow 3 are groups with grants", arguments: Backend.available)
    func roles(_ backend: Backend) async throws {
        let server = try await self.server(backend)
        let admin = TestAccess.admin
        let made = await server.send(
            "POST", three + "roles/create", as: admin,
            .record(["name": .string("fraud-team"), "workspace": .string("default"), "description": .string("d")]))
        let id = try #require(made.json["role"]?["id"]?.int)
        #expect(made.json["role"]?["workspace"]?.text == "default")
        #expect(
            await server.send(
                "POST", three + "roles/create", as: admin,
                .record(["name": .string("x"), "workspace": .string("other")])
            ).status == 400)
        let permission = await server.send(
            "POST", three + "roles/permissions/add", as: admin,
            .record([
                "role_id": .int(id), "resource_type": .string("registered_model"),
                "resource_pattern": .string("fraud"), "permission": .string("MANAGE"),
            ]))
        let permissionID = try #require(permission.json["role_permission"]?["id"]?.int)
        let assigned = await server.send(
            "POST", three + "roles/assign", as: admin, .record(["username": .string("ada"), "role_id": .int(id)]))
        #expect(assigned.json["assignment"]?["role_id"]?.int == id)
        let ada = TestAccess.Who.basic("ada", TestAccess.password)
        #expect(await server.send("GET", "/probe/model/fraud/manage", as: ada).status == 200)
        let roles = await server.send("GET", three + "users/roles/list?username=ada", as: ada)
        #expect(roles.json["roles"]?.elements?.first?["permissions"]?.elements?.count == 1)
        let users = await server.send("GET", three + "roles/users/list?role_id=\(id)", as: admin)
        #expect(users.json["assignments"]?.elements?.count == 1)
        let updated = await server.send(
            "PATCH", three + "roles/permissions/update", as: admin,
            .record(["role_permission_id": .int(permissionID), "permission": .string("DENY")]))
        #expect(updated.json["role_permission"]?["permission"]?.text == "DENY")
        #expect(await server.send("GET", "/probe/model/fraud/read", as: ada).status == 404)
        let renamed = await server.send(
            "PATCH", three + "roles/update", as: admin, .record(["role_id": .int(id), "name": .string("others")]))
        #expect(renamed.json["role"]?["name"]?.text == "others")
        #expect(
            await server.send(
                "DELETE", three + "roles/unassign", as: admin,
                .record(["username": .string("ada"), "role_id": .int(id)])
            ).status == 200)
        #expect(await server.send("GET", "/probe/model/fraud/read", as: ada).status == 200)
        #expect(
            await server.send("DELETE", three + "roles/delete", as: admin, .record(["role_id": .int(id)])).status == 200
        )
        #expect(await server.send("GET", three + "roles/get?role_id=\(id)", as: admin).status == 404)
        let list = await server.send("GET", three + "roles/list?workspace=default", as: admin)
        #expect(list.json["roles"] == .array([]))
    }
}
