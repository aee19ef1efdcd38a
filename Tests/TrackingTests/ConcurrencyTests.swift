import Core
import Platform
import Testing
import Tracking

/// What many do to one thing at once: none of it is lost, and nobody is told of a fault of the server.
@Suite("Writers of one thing", .everyDatabase)
struct ConcurrencyTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    private func loggedModel() async throws -> String {
        let answer = await server.post("logged-models", #"{"experiment_id":"0"}"#)
        return try #require(answer.json["model"]?["info"]?["model_id"]?.text)
    }

    /// Runs `body` for many numbers at once.
    private func together<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for index in 0..<count { group.addTask { try await body(index) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("versions of different registered models made of one logged model are all noted")
    func versions() async throws {
        let model = try await loggedModel()
        let (sources, database) = (server.tracking.modelSources, server.services.database)
        _ = try await together(40) { index in
            try await database.write { try sources.noteVersion(1, of: "m\(index)", loggedModel: model, $0) }
        }
        let tags = await server.get("logged-models/\(model)").json["model"]?["info"]?["tags"]?.elements
        let noted = try JSONParser.parse(try #require(tags?.first?["value"]?.text)).elements ?? []
        #expect(Set(noted.compactMap { $0["name"]?.text }) == Set((0..<40).map { "m\($0)" }))
    }

    @Test("of different values for one parameter one is taken, and the others are refused")
    func parameters() async throws {
        let model = try await loggedModel()
        let statuses = try await together(40) { index in
            await server.send(
                "POST", "/api/2.0/mlflow/logged-models/\(model)/params",
                #"{"params":[{"key":"p","value":"\#(index)"}]}"#
            ).status
        }
        #expect(statuses.sorted() == [200] + Array(repeating: 400, count: 39))
    }

    @Test("links of prompts, tags and assessments of one trace")
    func traces() async throws {
        let begun = await server.post("traces", #"{"experiment_id":"0","timestamp_ms":1000}"#)
        let id = try #require(begun.json["trace_info"]?["request_id"]?.text)
        let assessments = "/api/3.0/mlflow/traces/\(id)/assessments"
        let made = await server.send(
            "POST", assessments, #"{"assessment":{"assessment_name":"a","feedback":{"value":1},"rationale":"r"}}"#)
        let assessment = try #require(made.json["assessment"]?["assessment_id"]?.text)
        let statuses = try await together(40) { index in
            if index.isMultiple(of: 2) {
                return await server.post(
                    "traces/link-prompts",
                    #"{"trace_id":"\#(id)","prompt_versions":[{"name":"p\#(index)","version":"1"}]}"#
                ).status
            }
            // Each changes another field; neither may undo the other's change.
            let change = index % 4 == 1 ? #"{"feedback":{"value":2}}"# : #"{"rationale":"new"}"#
            let mask = index % 4 == 1 ? "feedback" : "rationale"
            return await server.send(
                "PATCH", "\(assessments)/\(assessment)", #"{"assessment":\#(change),"update_mask":"\#(mask)"}"#
            ).status
        }
        #expect(statuses.allSatisfy { $0 == 200 })
        let info = await server.send("GET", "/api/3.0/mlflow/traces/\(id)", nil).json["trace"]?["trace_info"]
        let linked = try JSONParser.parse(try #require(info?["tags"]?["mlflow.linkedPrompts"]?.text)).elements ?? []
        #expect(linked.count == 20)
        #expect(info?["assessments"]?.elements?.first?["feedback"]?["value"] == .int(2))
        #expect(info?["assessments"]?.elements?.first?["rationale"]?.text == "new")
    }

    @Test("what is added to something that is being deleted is stored, or there is nothing to add it to")
    func deletion() async throws {
        for round in 0..<10 {
            let begun = await server.post("traces", #"{"experiment_id":"0","timestamp_ms":1000}"#)
            let id = try #require(begun.json["trace_info"]?["request_id"]?.text)
            let statuses = try await together(24) { index in
                switch index % 3 {
                case 0 where index == 12:
                    await server.post("traces/delete-traces", #"{"experiment_id":"0","request_ids":["\#(id)"]}"#).status
                case 0:
                    await server.send(
                        "POST", "/api/3.0/mlflow/traces/\(id)/assessments",
                        #"{"assessment":{"assessment_name":"a","feedback":{"value":1}}}"#
                    ).status
                default:
                    await server.send(
                        "PATCH", "/api/3.0/mlflow/traces/\(id)/tags", #"{"key":"k\#(index)","value":"v"}"#
                    ).status
                }
            }
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 404 }, "round \(round): \(statuses)")
        }
    }

    @Test("runs of one experiment begin while it is renamed and deleted, or are refused")
    func experiments() async throws {
        let id = await server.experiment("e")
        let statuses = try await together(60) { index in
            switch index {
            case 20: await server.post("experiments/update", #"{"experiment_id":"\#(id)","new_name":"f"}"#).status
            case 40: await server.post("experiments/delete", #"{"experiment_id":"\#(id)"}"#).status
            case _ where index % 5 == 0:
                await server.post(
                    "experiments/set-experiment-tag", #"{"experiment_id":"\#(id)","key":"k\#(index)","value":"v"}"#
                ).status
            default: await server.post("runs/create", #"{"experiment_id":"\#(id)"}"#).status
            }
        }
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 400 }, "\(statuses)")
        let active = try await server.services.database.read { sql in
            try sql.first("SELECT count(*) FROM tracking_run WHERE is_deleted = 0") { $0.int(0) }
        }
        #expect(active == 0, "none began in a deleted experiment")
    }
}
