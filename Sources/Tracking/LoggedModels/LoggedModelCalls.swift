import Core
import MLflow
import Platform

/// The calls of MLflow's protocol about logged models.
struct LoggedModelCalls {
    let services: Services

    private let subjects: TrackedSubjects

    init(_ services: Services) {
        self.services = services
        subjects = TrackedSubjects(services)
    }

    var endpoints: [Endpoint] {
        creation + (finalizing + lifecycle + parts).aboutLoggedModel(subjects)
            + [Endpoint].mlflow(
                "POST", "mlflow/logged-models/search", .may(.readExperiments), .reads, "Finds logged models.", search
            ).filtered()
    }

    private var creation: [Endpoint] {
        [Endpoint].mlflow(
            "POST", "mlflow/logged-models", .may(.writeExperiments), .writes, "Creates a logged model.",
            bodyLimit: 16 << 20, create
        ).about(subjects) { message, _ in
            let id = try ExperimentCalls.experimentID(message.requiredText("experiment_id"))
            let run = try message.text("source_run_id") ?? ""
            return [TrackedNeed(.experiment(id))] + (run.isEmpty ? [] : [TrackedNeed(.run(run), .read)])
        }
    }

    private var finalizing: [Endpoint] {
        [Endpoint].mlflow(
            "PATCH", "mlflow/logged-models/{model_id}", .may(.writeExperiments), .writes,
            "Says whether a logged model's artifacts are complete.", finalize)
    }

    private var lifecycle: [Endpoint] {
        [Endpoint].mlflow(
            "GET", "mlflow/logged-models/{model_id}", .may(.readExperiments), .reads, "A logged model.", get)
            + [Endpoint].mlflow(
                "DELETE", "mlflow/logged-models/{model_id}", .may(.deleteExperiments), .writes,
                "Deletes a logged model; its artifacts stay.", delete)
    }

    private var parts: [Endpoint] {
        [Endpoint].mlflow(
            "PATCH", "mlflow/logged-models/{model_id}/tags", .may(.writeExperiments), .writes,
            "Sets tags of a logged model.", bodyLimit: 16 << 20, setTags)
            + [Endpoint].mlflow(
                "DELETE", "mlflow/logged-models/{model_id}/tags/{tag_key}", .may(.writeExperiments), .writes,
                "Removes a tag of a logged model.", deleteTag)
            + [Endpoint].mlflow(
                "POST", "mlflow/logged-models/{model_id}/params", .may(.writeExperiments), .writes,
                "Adds parameters to a logged model.", bodyLimit: 16 << 20, addParameters)
    }

    // MARK: - Handlers

    private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experimentID = try ExperimentCalls.experimentID(message.requiredText("experiment_id"))
        let name = try message.text("name") ?? ""
        let modelType = try message.text("model_type") ?? ""
        let sourceRunID = try message.text("source_run_id") ?? ""
        let parameters = try PairWire.pairs(message.messages("params"))
        let tags = try PairWire.pairs(message.messages("tags"))
        if !name.isEmpty { try Validate.loggedModelName(name) }
        try Validate.loggedModelOrigin(modelType: modelType, sourceRunID: sourceRunID)
        try Self.check(parameters, Validate.loggedModelParameter)
        try Self.check(tags, Validate.loggedModelTag)
        let world = services.world
        return try await services.database.write { transaction in
            let experiment = try ExperimentStore(transaction.sql).active(experimentID)
            let modelID = "m-" + world.makeID()
            let now = world.now()
            let model = LoggedModel(
                modelID: modelID, experimentID: experiment.id,
                name: name.isEmpty ? RunName.make(world.random()) : name,
                artifactURI: ArtifactPlace.loggedModel(modelID, in: experiment.location),
                createdAt: now, updatedAt: now, status: .pending, modelType: modelType, sourceRunID: sourceRunID,
                parameters: parameters, tags: tags)
            let store = LoggedModelStore(transaction.sql)
            try store.insert(model)
            transaction.record(
                Event(
                    "tracking.logged-model-created", Event.subject("logged-model", modelID),
                    ["experiment": .string(String(experimentID)), "name": .string(model.name)]), by: request.origin)
            return LoggedModelWire.answer(try store.model(modelID), request.principal.rights)
        }
    }

    /// - Throws: `invalid` for an entry that `rule` refuses, and for a key given twice.
    private static func check(
        _ entries: [KeyValue], _ rule: (String, String) throws(Failure) -> Void
    ) throws(Failure) {
        var seen: Set<ExactText> = []
        for entry in entries {
            try rule(entry.key, entry.value)
            guard seen.insert(ExactText(entry.key)).inserted else {
                throw Failure(.invalid, "The key '\(entry.key)' is given twice")
            }
        }
    }

    /// The body names the model as well; the path decides. Clients of every version send both.
    private func finalize(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let modelID = try request.parameter("model_id")
        guard let given = try message.value("status"), given != .string("") else { throw message.missing("status") }
        guard let status = try message.choice("status", LoggedModelWire.statuses) else {
            throw message.wrongType("status", given)
        }
        let now = services.world.now()
        return try await services.database.write(key: modelID) { transaction in
            let store = LoggedModelStore(transaction.sql)
            let old = try store.setStatus(status, of: modelID, now: now)
            if status != old {
                transaction.record(
                    Event(
                        "tracking.logged-model-finished", Event.subject("logged-model", modelID),
                        ["status": .string(status.name), "old_status": .string(old.name)]), by: request.origin)
            }
            return LoggedModelWire.answer(try store.model(modelID), request.principal.rights)
        }
    }

    private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let modelID = try request.parameter("model_id")
        return LoggedModelWire.answer(
            try await services.database.read { try LoggedModelStore($0).model(modelID) }, request.principal.rights)
    }

    private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let modelID = try request.parameter("model_id")
        let now = services.world.now()
        try await services.database.write(key: modelID) { transaction in
            if try LoggedModelStore(transaction.sql).delete(modelID, now: now) {
                transaction.record(
                    Event("tracking.logged-model-deleted", Event.subject("logged-model", modelID)), by: request.origin)
            }
        }
        return .emptyMessage
    }

    private func setTags(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let modelID = try request.parameter("model_id")
        var tags: [KeyValue] = []
        // The last of two equal keys counts.
        var seen: Set<ExactText> = []
        for tag in try PairWire.pairs(message.messages("tags")).reversed() {
            try Validate.loggedModelTag(tag.key, value: tag.value)
            if seen.insert(ExactText(tag.key)).inserted { tags.append(tag) }
        }
        try await services.database.write(key: modelID) { [tags] transaction in
            let store = LoggedModelStore(transaction.sql)
            try store.setTags(tags, of: store.held(modelID))
        }
        return .emptyMessage
    }

    private func deleteTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let modelID = try request.parameter("model_id")
        let key = try request.parameter("tag_key")
        try await services.database.write(key: modelID) { try LoggedModelStore($0.sql).deleteTag(key, of: modelID) }
        return .emptyMessage
    }

    private func addParameters(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let modelID = try request.parameter("model_id")
        let parameters = try PairWire.pairs(message.messages("params"))
        try Self.check(parameters, Validate.loggedModelParameter)
        try await services.database.write(key: modelID) {
            try LoggedModelStore($0.sql).addParameters(parameters, to: modelID)
        }
        return .emptyMessage
    }
}
