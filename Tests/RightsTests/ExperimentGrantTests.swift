import Core
import Platform
import TestSupport
import Testing

@Suite("Grants for an experiment by its name are grants for that experiment")
struct ExperimentGrantTests {
    /// A server with accounts.
    private struct Scene {
        let server: RightsServer

        init(_ backend: Backend = .sqlite) async throws {
            server = try await RightsServer(backend)
            _ = server.add("admin", .everything)
            _ = server.add("editor", Rights(.edit))
            for (name, role) in [("root", "admin"), ("viewer", "viewer"), ("owner", "viewer")] {
                let body = #"{"name":"\#(name)","role":"\#(role)","password":"correct horse battery"}"#
                let made = await server.send("POST", "/api/v1/users", body, as: "admin")
                try #require(made.isDone, "\(made.text)")
            }
        }

        /// - Returns: a token that may do all that the account may by then.
        func signIn(_ name: String) async throws -> String {
            let person = server.add(name, .everything)
            let made = await server.send("POST", "/api/v1/tokens", #"{"name":"t","never_expires":true}"#, as: person)
            return try #require(made.json["token"]?.text, "\(made.text)")
        }

        func create(_ name: String) async throws -> String {
            let answer = await server.send(
                "POST", "/api/2.0/mlflow/experiments/create", #"{"name":"\#(name)"}"#, as: "admin")
            return try #require(answer.json["experiment_id"]?.text, "\(answer.text)")
        }

        func grant(_ level: String, _ user: String, _ name: String) async -> RightsServer.Answer {
            await server.send(
                "PUT", "/api/v1/grants",
                #"{"user":"\#(user)","level":"\#(level)","kind":"experiment","name":"\#(name)"}"#, as: "admin")
        }

        func status(_ experiment: String, as token: String) async -> Int {
            await server.send(
                "GET", "/api/2.0/mlflow/experiments/get?experiment_id=\(experiment)", as: token
            ).status
        }

        func delete(_ experiment: String, as token: String) async -> Int {
            await server.send(
                "POST", "/api/2.0/mlflow/experiments/delete", #"{"experiment_id":"\#(experiment)"}"#, as: token
            ).status
        }
    }

    @Test("they follow it to another name, and are not for the next that has the old one", arguments: Backend.available)
    func rename(_ backend: Backend) async throws {
        let scene = try await Scene(backend)
        let old = try await scene.create("payroll")
        let refusal = await scene.grant("none", "viewer", "payroll")
        #expect(refusal.json["about"]?["id"]?.text == old, "\(refusal.text)")
        #expect(await scene.grant("manage", "owner", "payroll").isDone)
        let (viewer, owner) = (try await scene.signIn("viewer"), try await scene.signIn("owner"))
        #expect(await scene.status(old, as: viewer) == 404)
        let list = await scene.server.send("GET", "/api/v1/grants?kind=experiment&name=payroll", as: "admin")
        #expect(list.json["grants"]?.elements?.count == 2)
        let renamed = await scene.server.send(
            "POST", "/api/2.0/mlflow/experiments/update", #"{"experiment_id":"\#(old)","new_name":"salaries"}"#,
            as: "editor")
        try #require(renamed.isDone, "\(renamed.text)")
        #expect(await scene.status(old, as: viewer) == 404, "a rename unhides nothing")
        let new = try await scene.create("payroll")
        #expect(await scene.status(new, as: viewer) == 200)
        #expect(await scene.delete(new, as: owner) == 403)
        #expect(await scene.delete(old, as: owner) == 200)
    }

    @Test("the things of a token are such, too; what is hidden and what is not there are told the same")
    func tokens() async throws {
        let scene = try await Scene()
        let (open, hidden) = (try await scene.create("open"), try await scene.create("hidden"))
        #expect(await scene.grant("none", "viewer", "hidden").isDone)
        let (viewer, owner) = (try await scene.signIn("viewer"), try await scene.signIn("owner"))
        func make(_ name: String) async -> RightsServer.Answer {
            await scene.server.send(
                "POST", "/api/v1/tokens",
                #"{"name":"for \#(name)","subjects":[{"kind":"experiment","name":"\#(name)"}]}"#,
                as: viewer)
        }
        let made = await make("open")
        #expect(made.json["subjects"]?.elements?.first?["id"]?.text == open, "\(made.text)")
        let (one, other) = (await make("hidden"), await make("absent"))
        #expect(one.status == 404 && other.status == 404)
        #expect(one.json["error"]?["message"]?.text == "there is no experiment 'hidden'")
        #expect(other.json["error"]?["message"]?.text == "there is no experiment 'absent'")
        #expect(await scene.grant("read", "viewer", "absent").status == 404)
        let form = await scene.server.send(
            "POST", "/users/viewer/grants", "kind=experiment&target=absent&level=read", as: "admin")
        #expect(form.status == 404 && form.text.contains("there is no experiment"), "\(form.status)")
        #expect(await scene.status(hidden, as: owner) == 200)
    }
}
