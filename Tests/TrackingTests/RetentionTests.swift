import Core
import Platform
import Synchronization
import Testing
import Tracking

@Suite("Permanent deletion", .everyDatabase)
struct RetentionTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    private func count(_ table: String) async throws -> Int {
        try await server.services.database.read { sql in
            try sql.first("SELECT count(*) FROM \(table)", [], { $0.int(0) }) ?? -1
        }
    }

    private func purge(
        _ cutoff: Timestamp, isDryRun: Bool = false, withVersions: Bool = false, _ server: TestServer? = nil
    ) async throws -> PurgeReport {
        try await (server ?? self.server).tracking.purge(
            deletedBefore: cutoff, isDryRun: isDryRun, withVersions: withVersions, by: .system)
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

    @Test("artifacts are removed once; a place that cannot be removed holds up no other and is tried again")
    func artifacts() async throws {
        var runs: [String] = []
        for _ in 0..<3 { runs.append(await server.run()) }
        for run in runs { _ = await server.post("runs/delete", #"{"run_id":"\#(run)"}"#) }
        _ = try await purge(server.services.world.now())
        let removed = Mutex<[String]>([])
        let stuck = runs[0]
        let broken = try await server.tracking.removeArtifacts { location, _ in
            if location.contains(stuck) { throw Failure(.unavailable, "the disk is gone") }
            removed.withLock { $0.append(location) }
        }
        #expect(broken.removed == 2 && broken.failed == 1)
        #expect(broken.problem == "mlflow-artifacts:/0/\(runs[0])/artifacts: the disk is gone")
        let attempts = try await server.services.database.read { sql in
            try sql.rows("SELECT attempts, problem FROM tracking_artifact_deletion") { "\($0.int(0)) \($0.text(1))" }
        }
        #expect(attempts == ["1 the disk is gone"])
        let rest = try await server.tracking.removeArtifacts { location, _ in removed.withLock { $0.append(location) } }
        #expect(rest.removed == 1 && rest.failed == 0)
        #expect(removed.withLock { $0.sorted() } == runs.map { "mlflow-artifacts:/0/\($0)/artifacts" }.sorted())
        #expect(try await server.tracking.removeArtifacts { _, _ in } == RemovalReport())
    }

    @Test("what versions are made of stays, with its experiment, and is named; unless it is to go with them")
    func used() async throws {
        let versions = VersionList()
        let server = try TestServer(uses: versions)
        let experiment = await server.experiment("doomed")
        let (used, unused, elsewhere) = (await server.run(experiment), await server.run(experiment), await server.run())
        let model = try await loggedModel(experiment, server)
        versions.add(used, "fraud/3")
        _ = await server.post("runs/log-metric", #"{"run_id":"\#(used)","key":"m","value":1,"timestamp":1}"#)
        _ = await server.post("experiments/delete", #"{"experiment_id":"\#(experiment)"}"#)
        _ = await server.post("runs/delete", #"{"run_id":"\#(elsewhere)"}"#)
        let cutoff = server.services.world.now()

        let preview = try await purge(cutoff, isDryRun: true, server)
        #expect(preview.runs == 2 && preview.experiments == 0 && preview.loggedModels == 0)
        #expect(preview.kept == [.init(kind: .run, id: used, versions: ["fraud/3"])])
        #expect(try await purge(cutoff, server) == preview)
        #expect(await server.get("runs/get?run_id=\(unused)").status == 404)
        let kept = await server.get("runs/get?run_id=\(used)").json["run"]?["data"]?["metrics"]?.elements
        #expect(kept?.count == 1)
        // The run is not needed any more, the model is.
        versions.remove(used)
        versions.add(model, "fraud/4")
        let second = try await purge(cutoff, isDryRun: true, server)
        #expect(second.runs == 1 && second.experiments == 0)
        #expect(second.kept == [.init(kind: .loggedModel, id: model, versions: ["fraud/4"])])
        #expect(try await purge(cutoff, server) == second)
        // What is left can be restored.
        #expect(await server.post("experiments/restore", #"{"experiment_id":"\#(experiment)"}"#).status == 200)
        _ = await server.post("experiments/delete", #"{"experiment_id":"\#(experiment)"}"#)
        let all = try await purge(server.services.world.now(), withVersions: true, server)
        #expect(all.loggedModels == 1 && all.experiments == 1 && all.kept.isEmpty)
        let event = try #require(server.events.events.last { $0.kind == "tracking.logged-model-purged" })
        #expect(event.details["versions"]?.elements == [.string("fraud/4")])
    }

    private func loggedModel(_ experiment: String, _ server: TestServer) async throws -> String {
        let answer = await server.post("logged-models", #"{"experiment_id":"\#(experiment)"}"#)
        return try #require(answer.json["model"]?["info"]?["model_id"]?.text)
    }

    @Test("a run and a model with more rows than one transaction takes go all the same")
    func large() async throws {
        let (large, small) = (await server.run(), await server.run())
        let model = try await loggedModel("0", server)
        let points = 45_000
        try await server.services.database.write { transaction in
            let row = try transaction.sql.first("SELECT id FROM tracking_run WHERE run_id = ?1", [.text(large)]) {
                $0.integer(0)
            }
            let id = try transaction.sql.first("SELECT id FROM tracking_logged_model") { $0.integer(0) }
            try transaction.sql.insert(
                into: "tracking_metric (run, key, time, step, value, is_nan)", width: 6,
                values: (0..<points).flatMap {
                    [.integer(row ?? 0), .integer(1), .integer(0), .int($0), .real(0), .flag(false)]
                })
            try transaction.sql.insert(
                into: """
                    tracking_logged_model_metric
                    (model, key, step, time, value, is_nan, run_id, dataset_name, dataset_digest)
                    """, width: 9,
                values: (0..<points).flatMap {
                    [
                        .integer(id ?? 0), .text("k"), .int($0), .integer(0), .real(0), .flag(false), .text("r"),
                        .text(""), .text(""),
                    ]
                })
        }
        for run in [large, small] { _ = await server.post("runs/delete", #"{"run_id":"\#(run)"}"#) }
        _ = await server.send("DELETE", "/api/2.0/mlflow/logged-models/\(model)", nil)
        let before = server.services.database.statistics.writes
        let report = try await purge(server.services.world.now())
        #expect(report.runs == 2 && report.loggedModels == 1)
        #expect(server.services.database.statistics.writes - before > 6, "several transactions, each bounded")
        for table in ["metric", "purged_run", "logged_model", "logged_model_metric", "tag"] {
            #expect(try await count("tracking_\(table)") == 0, "\(table)")
        }
    }

    @Test("rows that a server which stopped had still to remove are removed by the routine")
    func leftovers() async throws {
        let run = await server.run()
        _ = await server.post("runs/log-metric", #"{"run_id":"\#(run)","key":"m","value":1,"timestamp":1}"#)
        try await server.services.database.write { transaction in
            try transaction.sql.execute("INSERT INTO tracking_purged_run (run) SELECT id FROM tracking_run")
            try transaction.sql.execute("DELETE FROM tracking_run")
        }
        let routine = try #require(server.tracking.routines.first { $0.name == "tracking.artifact-removal" })
        try await routine.run()
        for table in ["metric", "latest", "tag", "purged_run"] { #expect(try await count("tracking_\(table)") == 0) }
    }

    @Test("an experiment that goes takes nothing that another one has put into its folder")
    func foreignFolder() async throws {
        let proxy = "/api/2.0/mlflow-artifacts/artifacts"
        let doomed = await server.experiment("doomed")
        for location in ["mlflow-artifacts:/\(doomed)", "mlflow-artifacts:/\(doomed)/team", "mlflow-artifacts:/007"] {
            let answer = await server.post(
                "experiments/create", #"{"name":"x","artifact_location":"\#(location)"}"#)
            expectError(answer, 400, "INVALID_PARAMETER_VALUE", "'artifact_location' must not begin with a number")
        }
        // As a client that uploads by itself does.
        #expect(await server.send("PUT", "\(proxy)/\(doomed)/shared/file", "x").status == 200)
        let run = await server.run(doomed)
        #expect(await server.send("PUT", "\(proxy)/\(doomed)/\(run)/artifacts/file", "x").status == 200)
        let empty = await server.experiment("empty")
        #expect(await server.send("PUT", "\(proxy)/\(empty)/models/m/artifacts/file", "x").status == 200)
        #expect(await server.send("DELETE", "\(proxy)/\(empty)/models/m", nil).status == 200)
        for id in [doomed, empty] { _ = await server.post("experiments/delete", #"{"experiment_id":"\#(id)"}"#) }
        #expect(try await purge(server.services.world.now()).experiments == 2)
        #expect(try await server.tracking.removeArtifacts().failed == 0)
        #expect(await server.send("GET", "\(proxy)/\(doomed)/shared/file", nil).status == 200)
        let names = try server.services.artifacts.list(.root, after: nil, limit: 10).entries.map(\.name)
        #expect(names == [doomed], "the folder of the empty experiment is gone")
        let left = try server.services.artifacts.list(ArtifactPath(parsing: doomed), after: nil, limit: 10).entries
        #expect(left.map(\.name) == ["shared"], "and that of the run")
    }

    @Test("the experiment for runs that name none stays; an experiment that is going is not restored")
    func standard() async throws {
        _ = await server.run()
        _ = await server.post("experiments/delete", #"{"experiment_id":"0"}"#)
        let cutoff = server.services.world.now()
        for isDryRun in [true, false] {
            let report = try await purge(cutoff, isDryRun: isDryRun)
            #expect(report.runs == 1 && report.experiments == 0)
        }
        #expect(await server.post("experiments/restore", #"{"experiment_id":"0"}"#).status == 200)
        #expect(await !server.run().isEmpty)
        let other = await server.experiment("other")
        _ = await server.post("experiments/delete", #"{"experiment_id":"\#(other)"}"#)
        _ = try await server.services.database.write {
            try $0.sql.execute("UPDATE tracking_experiment SET is_going = 1 WHERE id = 1")
        }
        #expect(await server.post("experiments/restore", #"{"experiment_id":"\#(other)"}"#).status == 404)
    }

    @Test("datasets that no run has any more go, others stay")
    func datasets() async throws {
        let (kept, gone) = (await server.run(), await server.run())
        for (run, names) in [(kept, ["a"]), (gone, ["a", "b"])] {
            for name in names {
                let dataset = #"{"dataset":{"name":"\#(name)","digest":"d","source_type":"s","source":"u"}}"#
                _ = await server.post("runs/log-inputs", #"{"run_id":"\#(run)","datasets":[\#(dataset)]}"#)
            }
        }
        _ = await server.post("runs/delete", #"{"run_id":"\#(gone)"}"#)
        _ = try await purge(server.services.world.now())
        #expect(try await count("tracking_dataset") == 1)
        #expect(
            await server.get("runs/get?run_id=\(kept)").json["run"]?["inputs"]?["dataset_inputs"]?.elements?.count == 1)
    }

    @Test("artifacts kept elsewhere are reported and left alone")
    func foreignArtifacts() async throws {
        _ = await server.post("experiments/create", #"{"name":"s3","artifact_location":"s3://bucket/p"}"#)
        let run = await server.run("1")
        let model = try await loggedModel("1", server)
        let trace = await server.post("traces", #"{"experiment_id":"1","timestamp_ms":1}"#)
        _ = await server.post("experiments/delete", #"{"experiment_id":"1"}"#)
        let cutoff = server.services.world.now()
        let expected = [
            "s3://bucket/p/\(run)/artifacts", "s3://bucket/p/models/\(model)/artifacts",
            "s3://bucket/p/traces/\(trace.json["trace_info"]?["request_id"]?.text ?? "")/artifacts",
        ]
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
        let preview = try await purge(cutoff, isDryRun: true)
        #expect(preview.loggedModels == 2 && preview.traces == 1 && preview.experiments == 1)
        #expect(try await purge(cutoff) == preview)
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

/// Versions that are made of runs and models, instead of a registry.
private final class VersionList: ArtifactUses {
    func mayRead(_ parts: [String], _ rights: Rights, _ sql: any SQLConnection) -> Bool { false }

    private let versions = Mutex<[String: String]>([:])

    func add(_ source: String, _ version: String) { versions.withLock { $0[source] = version } }
    func remove(_ source: String) { versions.withLock { $0[source] = nil } }

    func uses(of source: ArtifactSource, limit: Int, _ sql: any SQLConnection) -> [String] {
        let id =
            switch source.kind {
            case .run(let id), .loggedModel(let id): id
            }
        return versions.withLock { $0[id].map { [$0] } ?? [] }
    }
}
