import Core
import Platform
import TestSupport
import Testing

/// A logged model says which versions were made of it, and these belong to registered models.
@Suite("A logged model names no registered model that somebody may not read")
struct VersionsTagTests {
    private let server: RightsServer
    private let own: Places

    init() async throws {
        server = try await RightsServer()
        let admin = server.add("admin", .everything)
        own = await server.makePlaces("team-a", as: admin)
        _ = await server.makePlaces("secret-b", as: admin)
        let model = own.values["logged_model"] ?? ""
        for name in ["team-a-model", "secret-b-model"] {
            let made = await server.send(
                "POST", "/api/2.0/mlflow/model-versions/create",
                #"{"name":"\#(name)","source":"models:/\#(model)","model_id":"\#(model)"}"#, as: admin)
            try #require(made.isDone, "\(made.text)")
        }
        let experiments = Grant(.experiment, .pattern(NamePattern("team-a-*")), .edit)
        _ = server.add(
            "ann", Rights(nil, grants: [experiments, Grant(.registeredModel, .name("team-a-model"), .read)]))
        _ = server.add("eve", Rights(nil, grants: [experiments]))
    }

    private func answers(_ person: String) async -> [RightsServer.Answer] {
        let id = own.values["logged_model"] ?? ""
        return [
            await server.send("GET", "/api/2.0/mlflow/logged-models/\(id)", as: person),
            await server.send(
                "PATCH", "/api/2.0/mlflow/logged-models/\(id)",
                #"{"model_id":"\#(id)","status":"LOGGED_MODEL_READY"}"#, as: person),
            await search("", person),
        ]
    }

    private func search(_ filter: String, _ person: String) async -> RightsServer.Answer {
        let body = JSON.record([
            "experiment_ids": .array([.string(own.values["experiment"] ?? "")]), "filter": .string(filter),
        ])
        return await server.send("POST", "/api/2.0/mlflow/logged-models/search", body.text(), as: person)
    }

    @Test("its tag holds what may be read")
    func shown() async {
        for (person, names) in [
            ("admin", ["team-a-model", "secret-b-model"]), ("ann", ["team-a-model"]), ("eve", []),
        ] as [(String, [String])] {
            for answer in await answers(person) {
                #expect(answer.isDone, "\(answer.text)")
                for name in ["team-a-model", "secret-b-model"] {
                    #expect(answer.text.contains(name) == names.contains(name), "\(person): \(answer.text)")
                }
                #expect(answer.text.contains("mlflow.modelVersions") == !names.isEmpty)
            }
        }
    }

    @Test("nor is it found by what it holds")
    func found() async {
        let filter = "tags.`mlflow.modelVersions` LIKE '%secret-b%'"
        #expect(await search(filter, "admin").json["models"]?.elements?.count == 1)
        let answer = await search(filter, "ann")
        #expect(answer.isDone && answer.json["models"] == nil, "\(answer.text)")
    }
}
