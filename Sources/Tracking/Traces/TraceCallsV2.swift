import Core
import MLflow
import Platform

/// The calls of version 2 of MLflow's protocol about traces: a trace is begun and ended by two calls, and its
/// identifier is the server's.
struct TraceCallsV2 {
    let services: Services

    private let subjects: TrackedSubjects

    init(_ services: Services) {
        self.services = services
        subjects = TrackedSubjects(services)
    }

    var endpoints: [Endpoint] {
        mlflow("POST", "", .writes, "Begins a trace.", start).aboutExperiment(subjects)
            + mlflow("PATCH", "/{trace_id}", .writes, "Ends a trace.", end).aboutTrace(subjects)
            + mlflow("GET", "/{trace_id}/info", .reads, "What is known of a trace.", get).aboutTrace(subjects)
            + mlflow("GET", "", .reads, "Finds traces.", search).filtered()
    }

    private func mlflow(
        _ method: String, _ path: String, _ effect: Endpoint.Effect, _ summary: String,
        _ handle: @escaping Endpoint.MLflowHandler
    ) -> [Endpoint] {
        [Endpoint].mlflow(
            method, "mlflow/traces\(path)", .may(effect == .reads ? .readExperiments : .writeExperiments), effect,
            summary,
            bodyLimit: 16 << 20, handle)
    }

    private func start(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experimentID = try ExperimentCalls.experimentID(message.requiredText("experiment_id"))
        let time = try message.integer("timestamp_ms")
        let metadata = try PairWire.pairs(message.messages("request_metadata"))
        let tags = try PairWire.pairs(message.messages("tags"))
        try TraceWire.check(tags: tags, metadata: metadata)
        let world = services.world
        return try await services.database.write { transaction in
            let experiment = try ExperimentStore(transaction.sql).active(experimentID)
            let traceID = world.makeID()
            let location = KeyValue(TraceKey.artifactLocation, ArtifactPlace.trace(traceID, in: experiment.location))
            let trace = Trace(
                traceID: traceID, experimentID: experiment.id,
                requestTime: time.map { Timestamp(milliseconds: $0) } ?? world.now(), duration: nil, state: .inProgress,
                clientRequestID: nil, requestPreview: nil, responsePreview: nil, metadata: metadata,
                tags: tags.filter { !TraceKey.isReserved($0.key) } + [location])
            let store = TraceStore(transaction.sql)
            try store.save(trace, assessments: [])
            return TraceWireV2.answer(try store.trace(traceID))
        }
    }

    private func end(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try request.parameter("trace_id")
        let time = try message.integer("timestamp_ms").map { Timestamp(milliseconds: $0) } ?? services.world.now()
        let state = try message.choice("status", TraceWireV2.statuses) ?? .unspecified
        let metadata = try PairWire.pairs(message.messages("request_metadata"))
        let tags = try PairWire.pairs(message.messages("tags"))
            .filter { !TraceKey.isReserved($0.key) }
        try TraceWire.check(tags: tags, metadata: metadata)
        return try await services.database.write(key: traceID) { transaction in
            let store = TraceStore(transaction.sql)
            let row = try store.end(traceID, at: time, state)
            try store.setMetadata(metadata, of: row.id)
            try store.setTags(tags, of: row.id)
            return TraceWireV2.answer(try store.trace(traceID))
        }
    }

    private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let traceID = try request.parameter("trace_id")
        return TraceWireV2.answer(try await services.database.read { try TraceStore($0).trace(traceID) })
    }

    private func search(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experimentIDs = try message.texts("experiment_ids")
        guard !experimentIDs.isEmpty else { throw message.missing("experiment_ids") }
        return try await TraceCalls(services).found(experimentIDs, message, request.principal.rights) {
            TraceWireV2.json($0)
        }
    }
}

/// Traces as version 2 of MLflow's protocol writes them.
enum TraceWireV2 {
    static let statuses: [(name: String, number: Int64, value: TraceState)] = [
        ("TRACE_STATUS_UNSPECIFIED", 0, .unspecified), ("OK", 1, .ok), ("ERROR", 2, .error),
        ("IN_PROGRESS", 3, .inProgress),
    ]

    static func answer(_ trace: Trace) -> Response { .json(.record(["trace_info": json(trace)])) }

    static func json(_ trace: Trace) -> JSON {
        let status = statuses.first { $0.value == trace.state }?.name ?? statuses[0].name
        var members: [JSON.Member] = [
            .init("request_id", .string(trace.traceID)), .init("experiment_id", .string(String(trace.experimentID))),
            .init("timestamp_ms", .integer(trace.requestTime.milliseconds)),
            .init("execution_time_ms", .integer(trace.duration ?? 0)), .init("status", .string(status)),
        ]
        if !trace.metadata.isEmpty { members.append(.init("request_metadata", PairWire.json(trace.metadata))) }
        if !trace.tags.isEmpty { members.append(.init("tags", PairWire.json(trace.tags))) }
        return .object(members)
    }
}
