import Core
import Foundation
import MLflow
import Platform

/// Puts down what a running MLflow server tells as a database of MLflow, beside the data folder. From there it is
/// imported like any other, so that there is one way in, with the same checks and the same comparison.
///
/// A download that was cut off goes on with the runs that are not there yet.
final class ServerDownload {
    private let address: String
    private let folder: String
    private let progress: (String, Double?) -> Void
    private var headers: [(name: String, value: String)] = []

    /// - Parameter data: the data folder that it is meant for.
    init(address: String, data: String, progress: @escaping (String, Double?) -> Void) throws(Failure) {
        self.address = address
        folder = "\(data)/import"
        self.progress = progress
        let environment = ProcessInfo.processInfo.environment
        if let token = environment["MLFLOW_TRACKING_TOKEN"], !token.isEmpty {
            headers = [("authorization", "Bearer \(token)")]
        } else if let name = environment["MLFLOW_TRACKING_USERNAME"], !name.isEmpty {
            let password = environment["MLFLOW_TRACKING_PASSWORD"] ?? ""
            headers = [("authorization", "Basic \(Base64.text(of: Array("\(name):\(password)".utf8)))")]
        }
    }

    private var marker: String { "\(folder)/complete" }
    private var database: String { "\(folder)/mlflow.db" }

    /// Downloads everything, lends it and removes it.
    func run<Value>(_ body: (DatabaseLocation) throws(Failure) -> Value) async throws -> Value {
        let files = FileManager.default
        // What is complete is of another day.
        if files.fileExists(atPath: marker) { try? files.removeItem(atPath: folder) }
        do {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Failure(.unavailable, "\(folder): cannot be made", cause: "\(error)")
        }
        let session = try DatabaseSession(SQLiteDriver(path: database), recorder: NoEvents())
        if try session.read({ try MLflowSchema.tableNames($0) }).isEmpty {
            try session.write { transaction in
                try transaction.sql.run(script: MLflowTables.script(transaction.dialect) + Self.doneTable)
            }
        }
        try await ServerClient.connect(to: address, timeout: .seconds(600)) { client in
            try await download(client, session)
        }
        _ = files.createFile(atPath: marker, contents: nil)
        defer { try? files.removeItem(atPath: folder) }
        return try body(.sqlite(path: database))
    }

    /// The runs that are there with the histories of their metrics.
    private static let doneTable = "\nCREATE TABLE steward_done (run_uuid VARCHAR(32) PRIMARY KEY);"

    private func download(_ client: ServerClient, _ session: DatabaseSession) async throws {
        let target = TransferTarget(MLflowDatabase(schema: .exported), session)
        let experiments = try await downloadExperiments(client, target)
        var hasLoggedModels = false
        for experiment in experiments where !hasLoggedModels {
            hasLoggedModels = try await !loggedModels(client, experiment, limit: 1, nil).isEmpty
        }
        for (index, experiment) in experiments.enumerated() {
            progress("reading runs of experiment \(experiment)", Double(index) / Double(experiments.count))
            try await downloadRuns(client, session, experiment, isWhole: hasLoggedModels)
            try await downloadTraces(client, target, experiment)
        }
        // Their metrics are of runs, which must be there before them.
        for experiment in experiments where hasLoggedModels {
            try await downloadLoggedModels(client, target, experiment)
        }
        try await downloadModels(client, target)
        try await downloadWebhooks(client, target)
    }

    // MARK: - Requests

    private func get(
        _ client: ServerClient, _ path: String, _ query: [(name: String, value: String)]
    ) async throws(Failure) -> JSON {
        try JSONParser.parse(await client.answer("GET", path, query: query, headers: headers).body)
    }

    private func post(_ client: ServerClient, _ path: String, _ body: JSON) async throws(Failure) -> JSON {
        try JSONParser.parse(
            await client.answer("POST", path, headers: headers, body: body.serialised()).body)
    }

    /// All pages of a list.
    private func pages(
        _ ask: (_ token: String?) async throws(Failure) -> JSON, _ body: (JSON) async throws -> Void
    ) async throws {
        var token: String?
        repeat {
            let answer = try await ask(token)
            try await body(answer)
            token = answer["next_page_token"]?.text.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
    }

    private static func search(_ members: [JSON.Member], _ token: String?) -> JSON {
        .object(members + (token.map { [.init("page_token", .string($0))] } ?? []))
    }

    private static func query(
        _ pairs: [(name: String, value: String)], _ token: String?
    ) -> [(name: String, value: String)] {
        pairs + (token.map { [("page_token", $0)] } ?? [])
    }

    /// Parts that a server of version 2 does not have are as good as empty.
    private func optional(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let failure as Failure where [.notFound, .unsupported].contains(failure.code) {
            return
        }
    }

    private func write(_ batch: ServerRows.Batch, _ kind: MigrationKind, _ target: TransferTarget) throws(Failure) {
        if batch.isEmpty { return }
        try target.write(kind) { writer in for rows in batch.ordered { try writer.write(rows) } }
    }

    // MARK: - Experiments, runs, traces

    private func downloadExperiments(
        _ client: ServerClient, _ target: TransferTarget
    ) async throws -> [String] {
        var ids: [String] = []
        try await pages { (token) async throws(Failure) in
            try await post(
                client, "/api/2.0/mlflow/experiments/search",
                Self.search([.init("view_type", .string("ALL")), .init("max_results", .int(1000))], token))
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
        _ client: ServerClient, _ session: DatabaseSession, _ experiment: String, isWhole: Bool
    ) async throws {
        let target = TransferTarget(MLflowDatabase(schema: .exported), session)
        try await pages { (token) async throws(Failure) in
            try await post(
                client, "/api/2.0/mlflow/runs/search",
                Self.search(
                    [
                        .init("experiment_ids", .array([.string(experiment)])), .init("run_view_type", .string("ALL")),
                        .init("max_results", .int(100)),
                    ], token))
        } _: { answer in
            let found = answer["runs"]?.elements ?? []
            let ids = found.compactMap { $0["info"]?["run_id"]?.text }
            let done = try Self.done(ids, session)
            let begun = try target.existing(.run, ids)
            var batch = ServerRows.Batch()
            var keys: [String: [String]] = [:]
            for run in found {
                guard let id = run["info"]?["run_id"]?.text, !done.contains(id) else { continue }
                // Searches do not tell which models a run used.
                let whole =
                    isWhole ? try await get(client, "/api/2.0/mlflow/runs/get", [("run_id", id)])["run"] ?? run : run
                if !begun.contains(MigrationKey(id)) { ServerRows.run(whole, into: &batch) }
                for metric in whole["data"]?["metrics"]?.elements ?? [] {
                    if let key = metric["key"]?.text { keys[key, default: []].append(id) }
                }
            }
            try write(batch, .run, target)
            for (key, runs) in keys.sorted(by: { $0.key < $1.key }) {
                try await downloadHistories(client, key, runs, session)
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
        _ client: ServerClient, _ key: String, _ runs: [String], _ session: DatabaseSession
    ) async throws {
        let together = try? await get(
            client, "/ajax-api/2.0/mlflow/metrics/get-history-bulk",
            runs.map { ("run_id", $0) } + [("metric_key", key), ("max_results", String(Self.historyLimit))])
        if let points = together?["metrics"]?.elements, points.count < Self.historyLimit {
            return try Self.write(points, of: nil, session)
        }
        for run in runs {
            try await pages { (token) async throws(Failure) in
                try await get(
                    client, "/api/2.0/mlflow/metrics/get-history",
                    Self.query(
                        [("run_id", run), ("metric_key", key), ("max_results", String(Self.historyLimit))], token))
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

    private func downloadTraces(_ client: ServerClient, _ target: TransferTarget, _ experiment: String) async throws {
        let place = JSON.record([
            "type": .string("MLFLOW_EXPERIMENT"), "mlflow_experiment": .record(["experiment_id": .string(experiment)]),
        ])
        try await optional {
            try await pages { (token) async throws(Failure) in
                try await post(
                    client, "/api/3.0/mlflow/traces/search",
                    Self.search([.init("locations", .array([place])), .init("max_results", .int(500))], token))
            } _: { answer in
                let found = answer["traces"]?.elements ?? []
                let known = try target.existing(.trace, found.compactMap { $0["trace_id"]?.text })
                var batch = ServerRows.Batch()
                for trace in found where !known.contains(MigrationKey(trace["trace_id"]?.text ?? "")) {
                    ServerRows.trace(trace, into: &batch)
                }
                try write(batch, .trace, target)
            }
        }
    }

    /// A page of logged models; nothing where the server has none.
    private func loggedModels(
        _ client: ServerClient, _ experiment: String, limit: Int, _ token: String?
    ) async throws(Failure) -> [JSON] {
        try await loggedModelPage(client, experiment, limit: limit, token)["models"]?.elements ?? []
    }

    private func loggedModelPage(
        _ client: ServerClient, _ experiment: String, limit: Int, _ token: String?
    ) async throws(Failure) -> JSON {
        do {
            return try await post(
                client, "/api/2.0/mlflow/logged-models/search",
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
        _ client: ServerClient, _ target: TransferTarget, _ experiment: String
    ) async throws {
        try await pages { (token) async throws(Failure) in
            try await loggedModelPage(client, experiment, limit: 50, token)
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

    private func downloadModels(_ client: ServerClient, _ target: TransferTarget) async throws {
        // Prompts are found only when they are asked for.
        for filter in ["", "tags.`mlflow.prompt.is_prompt` = 'true'"] {
            try await pages { (token) async throws(Failure) in
                try await get(
                    client, "/api/2.0/mlflow/registered-models/search",
                    Self.query(
                        [("max_results", "1000")] + (filter.isEmpty ? [] : [("filter", filter)]), token))
            } _: { answer in
                let found = answer["registered_models"]?.elements ?? []
                let known = try target.existing(.registeredModel, found.compactMap { $0["name"]?.text })
                for model in found where !known.contains(MigrationKey(model["name"]?.text ?? "")) {
                    var batch = ServerRows.Batch()
                    ServerRows.registeredModel(model, into: &batch)
                    try await downloadVersions(client, model["name"]?.text ?? "", filter, into: &batch)
                    try write(batch, .registeredModel, target)
                }
            }
        }
    }

    private func downloadVersions(
        _ client: ServerClient, _ name: String, _ filter: String, into batch: inout ServerRows.Batch
    ) async throws {
        // A quote in a name has no escape in filters; the name is compared below.
        let quote = name.contains("'") ? "\"" : "'"
        let condition = "name = \(quote)\(name)\(quote)" + (filter.isEmpty ? "" : " AND \(filter)")
        var versions: [JSON] = []
        try await pages { (token) async throws(Failure) in
            try await get(
                client, "/api/2.0/mlflow/model-versions/search",
                Self.query([("filter", condition), ("max_results", "10000")], token))
        } _: { answer in
            versions += answer["model_versions"]?.elements ?? []
        }
        for version in versions where version["name"]?.text?.utf8.elementsEqual(name.utf8) == true {
            var location = version["source"]?.text ?? ""
            if location.hasPrefix("models:/") {
                location =
                    try await get(
                        client, "/api/2.0/mlflow/model-versions/get-download-uri",
                        [("name", name), ("version", version["version"]?.text ?? "")])["artifact_uri"]?.text ?? location
            }
            ServerRows.version(version, location: location, into: &batch)
        }
    }

    private func downloadWebhooks(_ client: ServerClient, _ target: TransferTarget) async throws {
        try await optional {
            try await pages { (token) async throws(Failure) in
                try await get(
                    client, "/api/2.0/mlflow/webhooks", Self.query([("max_results", "100")], token))
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
