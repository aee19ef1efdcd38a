import Core
import Platform
import Synchronization
import Testing
import Tracking

@Suite("Permanent deletion")
struct RetentionTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    private func count(_ table: String) async throws -> Int {
        try await server.services.database.read { sql in
            try sql.first("SELECT count(*) FROM \(table)", [], { $0.int(0) }) ?? -1
        }
    }

    private func purge(_ cutoff: Timestamp, isDryRun: Bool = false) async throws -> PurgeReport {
        try await server.tracking.purge(deletedBefore: cutoff, isDryRun: isDryRun, by: .system)
    }

    @Test("what was deleted before the time goes with all its rows; the rest stays")
    func purge() async throws {
        let doomed = await server.experiment("doomed")
        var inDoomed: [String] = []
        for _ in 0..<150 { inDoomed.append(await server.run(doomed)) }
        let kept = await server.run()
        let deleted = await server.run()
        for run in [kept, deleted, inDoomed[0]] {
            _ = await server.post(
                "runs/log-batch",
                #"{"run_id":"\#(run)","metrics":[{"key":"m","value":1,"timestamp":1}],"params":[{"key":"p","value":"1"}]}"#
            )
        }
        _ = await server.post("runs/delete", #"{"run_id":"\#(deleted)"}"#)
        _ = await server.post("experiments/delete", #"{"experiment_id":"\#(doomed)"}"#)
        let cutoff = server.services.world.now()
        let later = await server.run()
        _ = await server.post("runs/delete", #"{"run_id":"\#(later)"}"#)

        let preview = try await purge(cutoff, isDryRun: true)
        #expect(preview.runs == 151 && preview.experiments == 1 && preview.foreignLocations.isEmpty)
        #expect(try await count("tracking_run") == 153)
        #expect(try await purge(cutoff) == preview)
        #expect(try await purge(cutoff) == PurgeReport())

        #expect(await server.get("runs/get?run_id=\(deleted)").status == 404)
        #expect(await server.get("experiments/get?experiment_id=\(doomed)").status == 404)
        #expect(await server.get("runs/get?run_id=\(kept)").data.json["metrics"]?.elements?.count == 1)
        #expect(await server.get("runs/get?run_id=\(later)").status == 200)
        for (table, rows) in [
            ("run", 2), ("metric", 1), ("latest", 1), ("parameter", 1), ("tag", 2), ("experiment", 1),
        ] {
            #expect(try await count("tracking_\(table)") == rows, "\(table)")
        }
        #expect(server.events.kinds.filter { $0 == "tracking.run-purged" }.count == 151)
        #expect(server.events.kinds.filter { $0 == "tracking.experiment-purged" }.count == 1)
        #expect(await server.experiment("doomed") == "2")
    }

    @Test("artifacts are removed once, and again from where it broke off")
    func artifacts() async throws {
        var runs: [String] = []
        for _ in 0..<3 { runs.append(await server.run()) }
        for run in runs { _ = await server.post("runs/delete", #"{"run_id":"\#(run)"}"#) }
        _ = try await purge(server.services.world.now())
        let removed = Mutex<[String]>([])
        await #expect(throws: Failure.self) {
            try await server.tracking.removeArtifacts { location in
                if removed.withLock({ $0.count }) == 1 { throw Failure(.unavailable, "the disk is gone") }
                removed.withLock { $0.append(location) }
            }
        }
        let count = try await server.tracking.removeArtifacts { location in removed.withLock { $0.append(location) } }
        #expect(count == 2)
        #expect(removed.withLock { $0.sorted() } == runs.map { "mlflow-artifacts:/0/\($0)/artifacts" }.sorted())
        #expect(try await server.tracking.removeArtifacts { _ in } == 0)
    }

    @Test("artifacts kept elsewhere are reported and left alone")
    func foreignArtifacts() async throws {
        _ = await server.post("experiments/create", #"{"name":"s3","artifact_location":"s3://bucket/p"}"#)
        let run = await server.run("1")
        _ = await server.post("experiments/delete", #"{"experiment_id":"1"}"#)
        let cutoff = server.services.world.now()
        let expected = ["s3://bucket/p/\(run)/artifacts"]
        #expect(try await purge(cutoff, isDryRun: true).foreignLocations == expected)
        #expect(try await purge(cutoff).foreignLocations == expected)
        #expect(try await count("tracking_artifact_deletion") == 0)
    }

    @Test("deleted logged models go with their artifacts; those of an experiment, and its traces, go with it")
    func modelsAndTraces() async throws {
        let proxy = "/api/2.0/mlflow-artifacts/artifacts"
        let experiment = await server.experiment("doomed")
        var places: [String] = []
        for id in ["0", experiment] {
            let model = await server.post(
                "logged-models", #"{"experiment_id":"\#(id)","tags":[{"key":"a","value":"b"}]}"#)
            let modelID = try #require(model.json["model"]?["info"]?["model_id"]?.text)
            places.append("\(id)/models/\(modelID)/artifacts")
            if id == "0" { _ = await server.send("DELETE", "/api/2.0/mlflow/logged-models/\(modelID)", nil) }
            let trace = await server.post("traces", #"{"experiment_id":"\#(id)","timestamp_ms":1}"#)
            places.append("\(id)/traces/\(trace.json["trace_info"]?["request_id"]?.text ?? "")/artifacts")
        }
        for place in places { _ = await server.send("PUT", "\(proxy)/\(place)/file", "x") }
        _ = await server.post("experiments/delete", #"{"experiment_id":"\#(experiment)"}"#)
        let cutoff = server.services.world.now()
        #expect(try await purge(cutoff, isDryRun: true).loggedModels == 1)
        #expect(try await purge(cutoff).loggedModels == 1)
        _ = try await server.tracking.removeArtifacts()
        var left: [String] = []
        for place in places where await server.send("GET", "\(proxy)/\(place)/file", nil).status == 200 {
            left.append(place)
        }
        #expect(left == [places[1]], "the trace of the experiment that stays")
        #expect(try await count("tracking_artifact") == 1)
        for table in ["logged_model", "logged_model_tag"] { #expect(try await count("tracking_\(table)") == 0) }
        #expect(try await count("tracking_trace") == 1)
    }
}
