import Core
import Platform
import TestSupport
import Testing

/// A query must not show what the calls behind its fields would not.
@Suite("GraphQL shows nothing that somebody has no right over")
struct GraphQLRightsTests {
    private let server: RightsServer
    private let own: Places
    private let foreign: Places

    init() async throws {
        server = try await RightsServer()
        let admin = server.add("admin", .everything)
        own = await server.makePlaces("team-a", as: admin)
        foreign = await server.makePlaces("secret-b", as: admin)
        // A version of a foreign model, made of her run.
        let run = own.values["run"] ?? ""
        _ = await server.send(
            "POST", "/api/2.0/mlflow/model-versions/create",
            #"{"name":"secret-b-model","source":"runs:/\#(run)/model","run_id":"\#(run)"}"#, as: admin)
        let grants = [
            Grant(.experiment, .pattern(NamePattern("team-a-*")), .read),
            Grant(.registeredModel, .pattern(NamePattern("team-a-*")), .read),
        ]
        _ = server.add("ann", Rights(nil, grants: grants))
    }

    private func ask(_ query: String, as person: String = "ann") async -> JSON {
        let body = JSON.record(["query": .string(query)]).text()
        let answer = await server.send("POST", "/graphql", body, as: person)
        #expect(answer.status == 200)
        return answer.json
    }

    private func run(_ id: String, as person: String = "ann") async -> JSON {
        await ask(
            "{ mlflowGetRun(input: {runId: \"\(id)\"}) "
                + "{ run { info { runId } experiment { name } modelVersions { name } } } }",
            as: person)
    }

    @Test("a run of hers, with the versions that she may see")
    func visible() async {
        let id = own.values["run"] ?? ""
        let found = await run(id)["data"]?["mlflowGetRun"]?["run"]
        #expect(found?["info"]?["runId"] == .string(id))
        #expect(found?["experiment"]?["name"] == .string("team-a-experiment"))
        #expect(found?["modelVersions"] == .array([.record(["name": .string("team-a-model")])]))
        let all = await run(id, as: "admin")["data"]?["mlflowGetRun"]?["run"]?["modelVersions"]?.elements
        #expect(all?.count == 2)
    }

    @Test("a run of others is told from none by nothing")
    func hidden() async {
        func answer(_ id: String) async -> String { await run(id).text().replacing(id, with: "ID") }
        let none = Places.missing.values["run"] ?? ""
        #expect(await answer(foreign.values["run"] ?? "") == answer(none))
        #expect(await run(foreign.values["run"] ?? "")["data"]?["mlflowGetRun"] == .null)
    }

    @Test("searches, lists and histories leave others out")
    func searches() async {
        let (run, experiment) = (foreign.values["run"] ?? "", foreign.values["experiment"] ?? "")
        for query in [
            "{ mlflowSearchRuns(input: {experimentIds: [\"\(experiment)\"]}) { runs { info { runId } } } }",
            "{ mlflowSearchModelVersions { modelVersions { name } } }",
            "{ mlflowListArtifacts(input: {runId: \"\(run)\"}) { files { path } } }",
            "{ mlflowGetExperiment(input: {experimentId: \"\(experiment)\"}) { experiment { name } } }",
            "{ mlflowGetMetricHistoryBulkInterval(input: {runIds: [\"\(run)\"], metricKey: \"loss\"}) "
                + "{ metrics { value } } }",
        ] {
            let answer = await ask(query).text()
            for secret in ["secret-b", "file.txt", "0.5"] {
                #expect(!answer.contains(secret), "\(query): \(answer)")
            }
        }
    }
}
