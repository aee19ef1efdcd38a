import Core
import MLflow
import Platform

/// The calls of version 3 of MLflow's protocol about traces.
///
/// The server keeps what is known of each trace and where its artifacts are; the spans are the artifact `traces.json`,
/// which clients send and fetch themselves. Nothing ever says that spans are here, so clients never ask for them.
struct TraceCalls {
    let services: Services

    private let subjects: TrackedSubjects

    init(_ services: Services) {
        self.services = services
        subjects = TrackedSubjects(services)
    }

    private static let bodyLimit = 16 << 20
    private static let mostInfos = 1000

    var endpoints: [Endpoint] { traces + searches + tags + spans }

    private func mlflow(
        _ method: String, _ path: String, _ effect: Endpoint.Effect, _ summary: String, version: String = "3.0",
        may permission: Permission? = nil, _ handle: @escaping Endpoint.MLflowHandler
    ) -> [Endpoint] {
        [Endpoint].mlflow(
            method, "mlflow/traces\(path)",
            .may(permission ?? (effect == .reads ? .readExperiments : .writeExperiments)), effect, summary,
            version: version, bodyLimit: Self.bodyLimit, handle)
    }

    private var traces: [Endpoint] {
        mlflow("POST", "", .writes, "Stores what is known of a trace.", start)
            .about(subjects) { message, _ in [TrackedNeed(.experiment(try Self.draft(message).experiment))] }
            + mlflow("GET", "/{trace_id}", .reads, "What is known of a trace.", get).aboutTrace(subjects)
    }

    private static func draft(_ message: ProtoMessage) throws -> TraceWire.Draft {
        guard let trace = try message.message("trace") else { throw message.missing("trace") }
        return try TraceWire.draft(trace.message("trace_info") ?? ProtoMessage([]))
    }

    private var searches: [Endpoint] {
        mlflow("POST", "/search", .reads, "Finds traces.", search).filtered()
            + mlflow("POST", "/batchGetInfos", .reads, "What is known of several traces.", infos).filtered()
    }

    private var tags: [Endpoint] {
        ["2.0", "3.0"].flatMap { version in
            mlflow("PATCH", "/{trace_id}/tags", .writes, "Sets a tag of a trace.", version: version, setTag)
                .aboutTrace(subjects)
                + mlflow(
                    "DELETE", "/{trace_id}/tags", .writes, "Removes a tag of a trace.", version: version, deleteTag
                ).aboutTrace(subjects)
                + mlflow(
                    "POST", "/delete-traces", .writes, "Deletes traces.", version: version, may: .deleteExperiments,
                    delete
                ).aboutExperiment(subjects)
                + mlflow("POST", "/link-to-run", .writes, "Links traces to a run.", version: version, linkRun)
                .about(subjects) { message, _ in
                    let traces = try message.texts("trace_ids").prefix(Self.mostLinked).map {
                        TrackedReference.trace($0)
                    }
                    return ([.run(try message.requiredText("run_id"))] + traces).map { TrackedNeed($0) }
                }
                + mlflow("POST", "/link-prompts", .writes, "Links prompts to a trace.", version: version, linkPrompts)
                .aboutTraceField(subjects)
        }
    }

    private static let mostLinked = 100

    private var spans: [Endpoint] {
        mlflow("GET", "/get", .reads, "Refused: the spans of a trace are in its artifacts.", spansOfOne)
            .aboutTraceField(subjects)
            + mlflow("GET", "/batchGet", .reads, "Refused: the spans of traces are in their artifacts.", spansOfMany)
            .filtered()
    }

    // MARK: - Traces

    private func start(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let draft = try Self.draft(message)
        let world = services.world
        var assessments: [(id: String, body: String)] = []
        for assessment in draft.assessments {
            let complete = try AssessmentWire.complete(
                assessment, trace: draft.traceID, now: world.now(), makeID: world.makeID)
            assessments.append(complete)
        }
        return try await services.database.write(key: draft.traceID) { [assessments] transaction in
            let experiment = try ExperimentStore(transaction.sql).active(draft.experiment)
            let store = TraceStore(transaction.sql)
            try store.save(Self.trace(draft, experiment, world.now()), assessments: assessments)
            return TraceWire.answer(try store.trace(draft.traceID))
        }
    }

    private static func trace(_ draft: TraceWire.Draft, _ experiment: Experiment, _ now: Timestamp) -> Trace {
        let location = KeyValue(TraceKey.artifactLocation, ArtifactPlace.trace(draft.traceID, in: experiment.location))
        return Trace(
            traceID: draft.traceID, experimentID: experiment.id, requestTime: draft.requestTime ?? now,
            duration: draft.duration, state: draft.state, clientRequestID: draft.clientRequestID,
            requestPreview: draft.requestPreview, responsePreview: draft.responsePreview,
            metadata: draft.metadata + [KeyValue(TraceKey.finalized, "true")],
            tags: draft.tags.filter { !TraceKey.isReserved($0.key) } + [location])
    }

    private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try request.parameter("trace_id")
        return TraceWire.answer(try await services.database.read { try TraceStore($0).trace(traceID) })
    }

    private func infos(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceIDs = try message.texts("trace_ids")
        guard traceIDs.count <= Self.mostInfos else {
            throw Failure(.invalid, "At most \(Self.mostInfos) trace_ids can be asked for at once")
        }
        let rights = request.principal.rights
        let traces = try await services.database.read { try TraceStore($0).traces(traceIDs, rights) }
        if traces.isEmpty { return .emptyMessage }
        return .json(.record(["trace_infos": .array(traces.map(TraceWire.json))]))
    }

    private func spansOfOne(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try message.requiredText("trace_id")
        _ = try await services.database.read { try TraceStore($0).row(traceID) }
        throw Self.spansElsewhere
    }

    private func spansOfMany(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceIDs = try message.texts("trace_ids")
        guard traceIDs.count <= Self.mostInfos else {
            throw Failure(.invalid, "At most \(Self.mostInfos) trace_ids can be asked for at once")
        }
        let rights = request.principal.rights
        let known = try await services.database.read { try TraceStore($0).traces(traceIDs, rights) }
        guard known.isEmpty else { throw Self.spansElsewhere }
        return .emptyMessage
    }

    private static let spansElsewhere = Failure(
        .unsupported, "Trace data not stored in tracking store: the spans are the artifact traces.json of the trace")

    // MARK: - Tags and links

    private func setTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try request.parameter("trace_id")
        let tag = KeyValue(try message.requiredText("key"), try message.text("value") ?? "")
        try TraceWire.check(tags: [tag])
        try Self.checkChangeable(tag.key)
        try await services.database.write(key: traceID) { transaction in
            let store = TraceStore(transaction.sql)
            try store.setTags([tag], of: store.held(traceID).id)
        }
        return .emptyMessage
    }

    private func deleteTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try request.parameter("trace_id")
        let key = try message.requiredText("key")
        try Self.checkChangeable(key)
        let wasThere = try await services.database.write(key: traceID) {
            try TraceStore($0.sql).deleteTag(key, of: traceID)
        }
        guard wasThere else { throw Failure(.notFound, "No trace tag with key '\(key)' for trace '\(traceID)'") }
        return .emptyMessage
    }

    private static func checkChangeable(_ key: String) throws(Failure) {
        guard !TraceKey.isReserved(key) else {
            throw Failure(.invalid, "The tag '\(key)' of a trace cannot be changed")
        }
    }

    private func linkRun(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceIDs = try message.texts("trace_ids")
        let runID = try message.requiredText("run_id")
        guard traceIDs.count <= Self.mostLinked else {
            throw Failure(
                .invalid,
                "Cannot link more than \(Self.mostLinked) traces to a run in a single request. Provided "
                    + "\(traceIDs.count) traces.")
        }
        try await services.database.write { transaction in
            guard let run = try RunStore(transaction.sql).find(runID) else { throw Failure.noRun(runID) }
            try TraceStore(transaction.sql).link(traceIDs, to: run.runID)
        }
        return .emptyMessage
    }

    private func linkPrompts(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try message.requiredText("trace_id")
        var prompts: [(name: String, version: String)] = []
        for prompt in try message.messages("prompt_versions") {
            prompts.append((try prompt.requiredText("name"), try prompt.requiredText("version")))
        }
        try await services.database.write(key: traceID) { [prompts] transaction in
            let store = TraceStore(transaction.sql)
            let row = try store.held(traceID)
            let known = try store.tag(TraceKey.linkedPrompts, of: row.id)
            let tag = KeyValue(TraceKey.linkedPrompts, TraceWire.adding(prompts, toPromptsTag: known))
            try TraceWire.check(tags: [tag])
            try store.setTags([tag], of: row.id)
        }
        return .emptyMessage
    }
}
