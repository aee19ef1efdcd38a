import Core
import MLflow
import Platform

/// The calls of MLflow's protocol about what went into runs and came out of them.
struct RunLinkCalls {
    let services: Services
    let keys: KeyNames

    /// A schema and a profile may have millions of characters.
    private static let datasetBodyLimit = 48 << 20
    private static let mostExperiments = 20
    private static let mostSummaries = 1000

    var endpoints: [Endpoint] {
        let subjects = TrackedSubjects(services)
        let calls: [[Endpoint]] = [
            .mlflow(
                "POST", "mlflow/runs/log-inputs", .may(.writeExperiments), .writes,
                "Notes which datasets and models a run used.", bodyLimit: Self.datasetBodyLimit, logInputs
            ).aboutRun(subjects) { try Self.models(of: $0, .read) },
            .mlflow(
                "POST", "mlflow/runs/outputs", .may(.writeExperiments), .writes, "Notes which models a run made.",
                logOutputs
            ).aboutRun(subjects) { try Self.models(of: $0, .edit) },
            .mlflow(
                "POST", "mlflow/runs/log-model", .may(.writeExperiments), .writes,
                "Notes a model among a run's artifacts, as clients of version 2 do.", bodyLimit: 16 << 20, logModel
            ).aboutRun(subjects),
            .mlflow(
                "POST", "mlflow/experiments/search-datasets", .may(.readExperiments), .reads,
                "The datasets of experiments.", mount: .ajax, searchDatasets
            ).filtered(),
        ]
        return calls.flatMap { $0 }
    }

    private static func models(of message: ProtoMessage, _ level: Permission.Level) throws -> [TrackedNeed] {
        try message.messages("models").map { TrackedNeed(.loggedModel(try $0.requiredText("model_id")), level) }
    }

    private func logInputs(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        try Validate.runID(runID)
        let datasets = try RunLinkWire.datasetInputs(message.messages("datasets"))
        let models = try RunLinkWire.modelInputs(message.messages("models"))
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            let store = RunLinkStore(transaction.sql)
            try store.addDatasets(datasets, to: run.row, experiment: run.experiment)
            try store.addModelInputs(models, to: run.row)
        }
        return .emptyMessage
    }

    private func logOutputs(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        guard try message.value("models") != nil else { throw message.missing("models") }
        let outputs = try RunLinkWire.modelOutputs(message.messages("models"))
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            // A run may go on while its model is deleted.
            let models = LoggedModelStore(transaction.sql)
            for output in outputs { _ = try models.row(output.modelID, allowsDeleted: true) }
            try RunLinkStore(transaction.sql).addModelOutputs(outputs, to: run.row)
        }
        return .emptyMessage
    }

    /// Keeps the history of a run's models in the tag where clients look for it.
    private func logModel(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        let entry = try ModelHistory.entry(message.requiredText("model_json"))
        let key = try await keys.numbers(of: [ModelHistory.tag], services.database) { sql in
            try RunStore(sql).checkActive(runID)
        }[0]
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            let store = RunLogStore(transaction.sql)
            let history = try ModelHistory.appending(entry, to: store.tag(key, of: run))
            try store.set([(key, history)], run)
        }
        return .emptyMessage
    }

    private func searchDatasets(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experimentIDs = (try? message.texts("experiment_ids")) ?? []
        guard !experimentIDs.isEmpty else {
            throw Failure(.invalid, "SearchDatasets request must specify at least one experiment_id.")
        }
        guard experimentIDs.count <= Self.mostExperiments else {
            throw Failure(
                .invalid,
                "SearchDatasets request cannot specify more than \(Self.mostExperiments) experiment_ids. Received "
                    + "\(experimentIDs.count) experiment_ids.")
        }
        let experiments = try experimentIDs.compactMap(ExperimentCalls.possibleID)
        if experiments.isEmpty { return .emptyMessage }
        let rights = request.principal.rights
        let summaries = try await services.database.read { sql in
            let readable = try ExperimentStore(sql).readable(experiments, rights)
            return readable.isEmpty ? [] : try RunLinkStore(sql).summaries(of: readable, limit: Self.mostSummaries)
        }
        if summaries.isEmpty { return .emptyMessage }
        return .json(.record(["dataset_summaries": .array(summaries.map(RunLinkWire.json))]))
    }
}

/// The models that a client of version 2 logged to a run: a list in JSON, kept in a tag.
enum ModelHistory {
    static let tag = "mlflow.log-model.history"
    /// Characters of the whole list.
    private static let limit = 10_000_000

    /// What is kept of a model's description.
    /// - Throws: `invalid` unless it is an object with the fields every description has.
    static func entry(_ text: String) throws(Failure) -> JSON {
        let model: JSON
        do {
            model = try JSONParser.parse(text)
        } catch {
            throw Failure(.invalid, "Malformed model info. \n \(text.prefix(1000)) \n is not a valid JSON.")
        }
        guard model.members != nil else { throw Failure(.invalid, "Malformed model info: it is not an object.") }
        let missing = ["artifact_path", "flavors", "run_id", "utc_time_created"].filter { model[$0] == nil }
        guard missing.isEmpty else {
            let list = missing.map { "'\($0)'" }.joined(separator: ", ")
            throw Failure(.invalid, "Model json is missing mandatory fields: {\(list)}")
        }
        let flavors = (model["flavors"]?.members ?? []).map { flavor in
            guard let settings = flavor.value.members else { return flavor }
            return JSON.Member(flavor.name, .object(settings.filter { $0.name != "config" }))
        }
        return .record([
            "run_id": model["run_id"] ?? .null, "artifact_path": model["artifact_path"] ?? .null,
            "utc_time_created": model["utc_time_created"] ?? .null, "model_uuid": model["model_uuid"] ?? .null,
            "flavors": .object(flavors),
        ])
    }

    /// - Parameter history: what the tag holds.
    static func appending(_ entry: JSON, to history: String?) throws(Failure) -> String {
        let known = history.flatMap { try? JSONParser.parse($0) }?.elements ?? []
        let text = JSON.array(known + [entry]).pythonText()
        guard text.utf8.count <= limit else {
            throw Failure(.invalid, "the history of the run's models is longer than \(limit) bytes")
        }
        return text
    }
}
