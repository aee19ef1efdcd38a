import Core
import Foundation
import MLflow
import Platform

/// Puts down what a running MLflow server tells as a database of MLflow. From there it is imported like any other, so
/// that there is one way in, with the same checks and the same comparison.
///
/// A download of the same server that was cut off is gone on with: runs that are there with the histories of their
/// metrics, experiments and traces are not asked for again.
final class ServerDownload {
    let address: String
    private let folder: String
    private let world: World
    private let progress: (String, Double?) -> Void
    /// When the one began that is gone on with.
    private(set) var resumed: Timestamp?
    /// What was fetched of the files; nil where none is behind the server, or none was to be.
    private(set) var files: ServerFiles?

    /// - Parameter folder: for nothing else.
    init(address: String, folder: String, world: World, progress: @escaping (String, Double?) -> Void) {
        self.address = address
        self.folder = folder
        self.world = world
        self.progress = progress
    }

    var database: String { "\(folder)/mlflow.db" }

    /// Downloads everything. What was downloaded stays until `remove`.
    func run() async throws {
        let session = try prepare()
        try await MLflowServer.connect(to: address, world) { server in
            try await download(server, session)
        }
    }

    /// Fetches the files that the server stands in front of. They stay until `remove`, too.
    func fetchFiles() async throws {
        let (places, traces) = try DatabaseSession.read(SQLiteDriver(path: database)) { sql in
            (
                try sql.rows(Self.places) { $0.optionalText(0).flatMap(PlaceMapping.proxiedPath) }.compactMap(\.self),
                try sql.rows(Self.tracesWithoutFiles) { row in
                    PlaceMapping.proxiedPath(row.text(1)).map { (id: row.text(0), place: $0) }
                }.compactMap(\.self)
            )
        }
        guard !places.isEmpty else { return }
        try await MLflowServer.connect(to: address, world) { server in
            let files = ServerFiles(server, folder: "\(folder)/artifacts", progress: progress)
            try await files.fetch(places)
            let fetched = try await files.fetchSpans(traces)
            try DatabaseSession(SQLiteDriver(path: database), recorder: NoEvents()).write { transaction in
                // They are among the files now.
                for trace in fetched {
                    try transaction.sql.execute(
                        "DELETE FROM trace_tags WHERE request_id = ?1 AND key = 'mlflow.trace.spansLocation'",
                        [.text(trace)])
                }
            }
            self.files = files
        }
    }

    /// Traces whose spans MLflow has elsewhere than in a file at the trace's place.
    private static let tracesWithoutFiles = """
        SELECT s.request_id, p.value FROM trace_tags s
        JOIN trace_tags p ON p.request_id = s.request_id AND p.key = 'mlflow.artifactLocation'
        WHERE s.key = 'mlflow.trace.spansLocation' AND s.value IN ('TRACKING_STORE', 'ARCHIVE_REPO')
        """

    /// Where runs, logged models, traces and versions have their files.
    private static let places = """
        SELECT artifact_uri FROM runs UNION SELECT artifact_location FROM logged_models
        UNION SELECT value FROM trace_tags WHERE key = 'mlflow.artifactLocation'
        UNION SELECT storage_location FROM model_versions
        """

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    // MARK: - The folder

    private func prepare() throws(Failure) -> DatabaseSession {
        resumed = earlier()
        if resumed == nil { remove() }
        do {
            // Nobody else needs to look: what a server tells to somebody who signed in is not for everybody.
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(.unavailable, "\(folder): cannot be made", cause: "\(error)")
        }
        let session = try DatabaseSession(SQLiteDriver(path: database), recorder: NoEvents())
        try session.write { [isNew = resumed == nil, address, now = world.now()] transaction in
            guard isNew else { return try transaction.sql.run(script: Self.unfinished) }
            try transaction.sql.run(script: MLflowTables.script(transaction.dialect) + Self.tables)
            try transaction.sql.execute(
                "INSERT INTO steward_download (address, begun) VALUES (?1, ?2)",
                [.text(address), .integer(now.milliseconds)])
        }
        return session
    }

    /// When a download of this server began that is there; nil for one of another server, and what cannot be read.
    private func earlier() -> Timestamp? {
        guard FileManager.default.fileExists(atPath: database) else { return nil }
        return try? DatabaseSession.read(SQLiteDriver(path: database)) { sql in
            try sql.first("SELECT begun FROM steward_download WHERE address = ?1", [.text(address)]) {
                Timestamp(milliseconds: $0.integer(0))
            }
        }
    }

    /// Which server it is, and the runs that are there with the histories of their metrics.
    private static let tables = """

        CREATE TABLE steward_download (address TEXT NOT NULL, begun BIGINT NOT NULL);
        CREATE TABLE steward_done (run_uuid VARCHAR(32) PRIMARY KEY);
        """

    /// Forgets what may have changed since, and is soon asked for again: runs that were not done here or there, logged
    /// models, registered models and webhooks.
    private static let unfinished = """
        DELETE FROM steward_done WHERE run_uuid IN
            (SELECT run_uuid FROM runs WHERE status IN ('RUNNING', 'SCHEDULED'));
        DELETE FROM logged_model_metrics;
        DELETE FROM logged_model_params;
        DELETE FROM logged_model_tags;
        DELETE FROM logged_models;
        DELETE FROM input_tags WHERE input_uuid IN (SELECT input_uuid FROM inputs WHERE source_id NOT IN
            (SELECT run_uuid FROM steward_done) AND destination_id NOT IN (SELECT run_uuid FROM steward_done));
        DELETE FROM inputs WHERE source_id NOT IN (SELECT run_uuid FROM steward_done)
            AND destination_id NOT IN (SELECT run_uuid FROM steward_done);
        DELETE FROM metrics WHERE run_uuid NOT IN (SELECT run_uuid FROM steward_done);
        DELETE FROM latest_metrics WHERE run_uuid NOT IN (SELECT run_uuid FROM steward_done);
        DELETE FROM params WHERE run_uuid NOT IN (SELECT run_uuid FROM steward_done);
        DELETE FROM tags WHERE run_uuid NOT IN (SELECT run_uuid FROM steward_done);
        DELETE FROM runs WHERE run_uuid NOT IN (SELECT run_uuid FROM steward_done);
        DELETE FROM registered_model_aliases;
        DELETE FROM model_version_tags;
        DELETE FROM model_versions;
        DELETE FROM registered_model_tags;
        DELETE FROM registered_models;
        DELETE FROM webhook_events;
        DELETE FROM webhooks;
        """

    private func download(_ server: MLflowServer, _ session: DatabaseSession) async throws {
        let target = TransferTarget(MLflowDatabase(schema: .exported), session)
        let experiments = try await downloadExperiments(server, target)
        var hasLoggedModels = false
        for experiment in experiments where !hasLoggedModels {
            hasLoggedModels = try await !loggedModels(server, experiment, limit: 1, nil).isEmpty
        }
        for (index, experiment) in experiments.enumerated() {
            progress("reading runs of experiment \(experiment)", Double(index) / Double(experiments.count))
            try await downloadRuns(server, session, experiment, isWhole: hasLoggedModels)
            try await downloadTraces(server, target, experiment)
        }
        // Their metrics are of runs, which must be there before them.
        for experiment in experiments where hasLoggedModels {
            try await downloadLoggedModels(server, target, experiment)
        }
        try await downloadModels(server, target)
        try await downloadWebhooks(server, target)
    }

    // MARK: - Requests

    private static func search(_ members: [JSON.Member], _ token: String?) -> JSON {
        .object(members + (token.map { [.init("page_token", .string($0))] } ?? []))
    }

    private static func query(
        _ pairs: [(name: String, value: String)], _ token: String?
    ) -> [(name: String, value: String)] {
        pairs + (token.map { [("page_token", $0)] } ?? [])
    }

    /// Parts that a server of version 2 does not have are as good as empty.
    /// - Returns: whether the server has the part.
    @discardableResult
    private func optional(_ body: () async throws -> Void) async throws -> Bool {
        do { try await body() } catch let failure as Failure where [.notFound, .unsupported].contains(failure.code) {
            return false
        }
        return true
    }

    private func write(_ batch: ServerRows.Batch, _ kind: MigrationKind, _ target: TransferTarget) throws(Failure) {
        if batch.isEmpty { return }
        try target.write(kind) { writer in for rows in batch.ordered { try writer.write(rows) } }
    }

    // MARK: - Experiments, runs, traces

    private func downloadExperiments(
        _ server: MLflowServer, _ target: TransferTarget
    ) async throws -> [String] {
        var ids: [String] = []
        try await server.pages(limit: 1000) { (token, limit) async throws(Failure) in
            try await server.post(
                "/api/2.0/mlflow/experiments/search",
                Self.search([.init("view_type", .string("ALL")), .init("max_results", .int(limit))], token))
        } _: { answer in
            let found = answer["experiments"]?.elements ?? []
            let keys = found.compactMap { $0["experiment_id"]?.text }
            let known = try target.existing(.experiment, keys)
            var batch = ServerRows.Batch()
            for experiment in found {
                guard let id = experiment["experiment_id"]?.text else { continue }
                ids.append(id)
                if !known.contains(MigrationKey(id)) { ServerRows.experiment(experiment, into: &batch) }
            }
            try write(batch, .experiment, target)
        }
        return ids
    }

    private func downloadRuns(
        _ server: MLflowServer, _ session: DatabaseSession, _ experiment: String, isWhole: Bool
    ) async throws {
        let target = TransferTarget(MLflowDatabase(schema: .exported), session)
        try await server.pages(limit: 100) { (token, limit) async throws(Failure) in
            try await server.post(
                "/api/2.0/mlflow/runs/search",
                Self.search(
                    [
                        .init("experiment_ids", .array([.string(experiment)])), .init("run_view_type", .string("ALL")),
                        .init("max_results", .int(limit)),
                    ], token))
        } _: { answer in
            let found = answer["runs"]?.elements ?? []
            let ids = found.compactMap { $0["info"]?["run_id"]?.text }
            let done = try Self.done(ids, session)
            var batch = ServerRows.Batch()
            var keys: [String: [String]] = [:]
            for run in found {
                guard let id = run["info"]?["run_id"]?.text, !done.contains(id) else { continue }
                // Searches do not tell which models a run used.
                let whole =
                    isWhole ? try await server.get("/api/2.0/mlflow/runs/get", [("run_id", id)])["run"] ?? run : run
                ServerRows.run(whole, into: &batch)
                for metric in whole["data"]?["metrics"]?.elements ?? [] {
                    if let key = metric["key"]?.text { keys[key, default: []].append(id) }
                }
            }
            try write(batch, .run, target)
            for (key, runs) in keys.sorted(by: { $0.key < $1.key }) {
                try await downloadHistories(server, key, runs, session)
            }
            try session.write { transaction in
                _ = try transaction.sql.insert(
                    into: "steward_done (run_uuid)", width: 1, suffix: "ON CONFLICT DO NOTHING",
                    values: ids.map { .text($0) })
            }
        }
    }

    private static func done(_ ids: [String], _ session: DatabaseSession) throws(Failure) -> Set<String> {
        try session.read { sql in
            var found: Set<String> = []
            try sql.forEach(in: ids.map(SQLValue.text)) { list, arguments in
                try sql.forEach("SELECT run_uuid FROM steward_done WHERE run_uuid IN (\(list))", arguments) {
                    found.insert($0.text(0))
                }
            }
            return found
        }
    }

    /// Points of one answer at most.
    private static let historyLimit = 25_000

    /// The histories of a metric of some runs: together where they fit into one answer, else one after the other.
    private func downloadHistories(
        _ server: MLflowServer, _ key: String, _ runs: [String], _ session: DatabaseSession
    ) async throws {
        let together = try? await server.get(
            "/ajax-api/2.0/mlflow/metrics/get-history-bulk",
            runs.map { ("run_id", $0) } + [("metric_key", key), ("max_results", String(Self.historyLimit))])
        if let points = together?["metrics"]?.elements, points.count < Self.historyLimit {
            return try Self.write(points, of: nil, session)
        }
        for run in runs {
            try await server.pages(limit: Self.historyLimit) { (token, limit) async throws(Failure) in
                try await server.get(
                    "/api/2.0/mlflow/metrics/get-history",
                    Self.query([("run_id", run), ("metric_key", key), ("max_results", String(limit))], token))
            } _: { answer in
                try Self.write(answer["metrics"]?.elements ?? [], of: run, session)
            }
        }
    }

    /// - Parameter run: of all points; nil where each says its own.
    private static func write(_ points: [JSON], of run: String?, _ session: DatabaseSession) throws(Failure) {
        let values = points.flatMap { point in
            [SQLValue.text(run ?? point["run_id"]?.text ?? "")] + ServerRows.point(point)
        }
        try session.write { transaction in
            _ = try transaction.sql.insert(
                into: "metrics (run_uuid, key, value, is_nan, timestamp, step)", width: 6,
                suffix: "ON CONFLICT DO NOTHING", values: values)
        }
    }

    private func downloadTraces(_ server: MLflowServer, _ target: TransferTarget, _ experiment: String) async throws {
        let place = JSON.record([
            "type": .string("MLFLOW_EXPERIMENT"), "mlflow_experiment": .record(["experiment_id": .string(experiment)]),
        ])
        let isOfThree = try await optional {
            try await server.pages(limit: 500) { (token, limit) async throws(Failure) in
                try await server.post(
                    "/api/3.0/mlflow/traces/search",
                    Self.search([.init("locations", .array([place])), .init("max_results", .int(limit))], token))
            } _: { answer in
                try write(answer["traces"]?.elements ?? [], "trace_id", target, ServerRows.trace)
            }
        }
        if isOfThree { return }
        try await optional {
            try await server.pages(limit: 500) { (token, limit) async throws(Failure) in
                try await server.get(
                    "/api/2.0/mlflow/traces",
                    Self.query([("experiment_ids", experiment), ("max_results", String(limit))], token))
            } _: { answer in
                try write(answer["traces"]?.elements ?? [], "request_id", target, ServerRows.traceOfTwo)
            }
        }
    }

    private func write(
        _ traces: [JSON], _ name: String, _ target: TransferTarget, _ add: (JSON, inout ServerRows.Batch) -> Void
    ) throws(Failure) {
        let known = try target.existing(.trace, traces.compactMap { $0[name]?.text })
        var batch = ServerRows.Batch()
        for trace in traces where !known.contains(MigrationKey(trace[name]?.text ?? "")) { add(trace, &batch) }
        try write(batch, .trace, target)
    }

    /// A page of logged models; nothing where the server has none.
    private func loggedModels(
        _ server: MLflowServer, _ experiment: String, limit: Int, _ token: String?
    ) async throws(Failure) -> [JSON] {
        try await loggedModelPage(server, experiment, limit: limit, token)["models"]?.elements ?? []
    }

    private func loggedModelPage(
        _ server: MLflowServer, _ experiment: String, limit: Int, _ token: String?
    ) async throws(Failure) -> JSON {
        do {
            return try await server.post(
                "/api/2.0/mlflow/logged-models/search",
                Self.search(
                    [
                        .init("experiment_ids", .array([.string(experiment)])), .init("max_results", .int(limit)),
                    ], token))
        } catch {
            // Servers of version 2 do not know them.
            guard [.notFound, .unsupported].contains(error.code) else { throw error }
            return .null
        }
    }

    private func downloadLoggedModels(
        _ server: MLflowServer, _ target: TransferTarget, _ experiment: String
    ) async throws {
        try await server.pages(limit: 50) { (token, limit) async throws(Failure) in
            try await loggedModelPage(server, experiment, limit: limit, token)
        } _: { answer in
            let found = answer["models"]?.elements ?? []
            let known = try target.existing(.loggedModel, found.compactMap { $0["info"]?["model_id"]?.text })
            var batch = ServerRows.Batch()
            for model in found where !known.contains(MigrationKey(model["info"]?["model_id"]?.text ?? "")) {
                ServerRows.loggedModel(model, into: &batch)
            }
            try write(batch, .loggedModel, target)
        }
    }

    // MARK: - Registered models and webhooks

    private func downloadModels(_ server: MLflowServer, _ target: TransferTarget) async throws {
        // Prompts are found only when they are asked for.
        for filter in ["", "tags.`mlflow.prompt.is_prompt` = 'true'"] {
            try await server.pages(limit: 1000) { (token, limit) async throws(Failure) in
                try await server.get(
                    "/api/2.0/mlflow/registered-models/search",
                    Self.query(
                        [("max_results", String(limit))] + (filter.isEmpty ? [] : [("filter", filter)]), token))
            } _: { answer in
                let found = answer["registered_models"]?.elements ?? []
                let known = try target.existing(.registeredModel, found.compactMap { $0["name"]?.text })
                for model in found where !known.contains(MigrationKey(model["name"]?.text ?? "")) {
                    var batch = ServerRows.Batch()
                    ServerRows.registeredModel(model, into: &batch)
                    try await downloadVersions(server, model["name"]?.text ?? "", filter, into: &batch)
                    try write(batch, .registeredModel, target)
                }
            }
        }
    }

    private func downloadVersions(
        _ server: MLflowServer, _ name: String, _ filter: String, into batch: inout ServerRows.Batch
    ) async throws {
        // A quote in a name has no escape in filters; with both kinds, all versions are looked through.
        let quote = name.contains("'") ? "\"" : "'"
        let named = name.contains(quote) ? [] : ["name = \(quote)\(name)\(quote)"]
        let condition = (named + (filter.isEmpty ? [] : [filter])).joined(separator: " AND ")
        var versions: [JSON] = []
        try await server.pages(limit: 10_000) { (token, limit) async throws(Failure) in
            try await server.get(
                "/api/2.0/mlflow/model-versions/search",
                Self.query([("filter", condition), ("max_results", String(limit))], token))
        } _: { answer in
            versions += answer["model_versions"]?.elements ?? []
        }
        for version in versions where version["name"]?.text?.utf8.elementsEqual(name.utf8) == true {
            var location = version["source"]?.text ?? ""
            if location.hasPrefix("models:/") {
                location =
                    try await server.get(
                        "/api/2.0/mlflow/model-versions/get-download-uri",
                        [("name", name), ("version", version["version"]?.text ?? "")])["artifact_uri"]?.text ?? location
            }
            ServerRows.version(version, location: location, into: &batch)
        }
    }

    private func downloadWebhooks(_ server: MLflowServer, _ target: TransferTarget) async throws {
        try await optional {
            try await server.pages(limit: 100) { (token, limit) async throws(Failure) in
                try await server.get("/api/2.0/mlflow/webhooks", Self.query([("max_results", String(limit))], token))
            } _: { answer in
                let found = answer["webhooks"]?.elements ?? []
                let known = try target.existing(.webhook, found.compactMap { $0["webhook_id"]?.text })
                var batch = ServerRows.Batch()
                for webhook in found where !known.contains(MigrationKey(webhook["webhook_id"]?.text ?? "")) {
                    ServerRows.webhook(webhook, into: &batch)
                }
                try write(batch, .webhook, target)
            }
        }
    }
}
