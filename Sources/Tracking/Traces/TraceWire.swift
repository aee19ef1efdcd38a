import Core
import MLflow
import Platform

/// Traces as version 3 of MLflow's protocol writes them.
enum TraceWire {
    static let states: [(name: String, number: Int64, value: TraceState)] = [
        ("STATE_UNSPECIFIED", 0, .unspecified), ("OK", 1, .ok), ("ERROR", 2, .error), ("IN_PROGRESS", 3, .inProgress),
    ]

    static func answer(_ trace: Trace) -> Response {
        .json(.record(["trace": .record(["trace_info": json(trace)])]))
    }

    static func json(_ trace: Trace) -> JSON {
        var members: [JSON.Member] = [.init("trace_id", .string(trace.traceID))]
        if let id = trace.clientRequestID { members.append(.init("client_request_id", .string(id))) }
        members.append(
            .init(
                "trace_location",
                .record([
                    "type": .string("MLFLOW_EXPERIMENT"),
                    "mlflow_experiment": .record(["experiment_id": .string(String(trace.experimentID))]),
                ])))
        members.append(.init("request_time", .string(ProtoTime.text(trace.requestTime))))
        if let duration = trace.duration {
            members.append(.init("execution_duration", .string(ProtoTime.text(milliseconds: duration))))
        }
        members.append(.init("state", .string(trace.state.rawValue)))
        if !trace.metadata.isEmpty { members.append(.init("trace_metadata", map(trace.metadata))) }
        if !trace.assessments.isEmpty {
            members.append(
                .init("assessments", .array(trace.assessments.compactMap { try? JSONParser.parse($0) })))
        }
        if !trace.tags.isEmpty { members.append(.init("tags", map(trace.tags))) }
        if let preview = trace.requestPreview { members.append(.init("request_preview", .string(preview))) }
        if let preview = trace.responsePreview { members.append(.init("response_preview", .string(preview))) }
        return .object(members)
    }

    private static func map(_ pairs: [KeyValue]) -> JSON {
        .object(pairs.map { JSON.Member($0.key, .string($0.value)) })
    }

    /// What a request says of a trace, before it has its place.
    struct Draft: Sendable {
        let traceID: String
        let experiment: Int64
        let requestTime: Timestamp?
        let duration: Int64?
        let state: TraceState
        let clientRequestID: String?
        let requestPreview: String?
        let responsePreview: String?
        let metadata: [KeyValue]
        let tags: [KeyValue]
        let assessments: [JSON]
    }

    /// `trace_info` of a request.
    static func draft(_ info: ProtoMessage) throws(Failure) -> Draft {
        let traceID = try info.text("trace_id") ?? ""
        try Validate.traceID(traceID)
        let location = try info.message("trace_location") ?? ProtoMessage([])
        let experimentID = try location.message("mlflow_experiment")?.text("experiment_id")
        guard let experimentID, !experimentID.isEmpty else {
            throw Failure(.invalid, "The trace '\(traceID)' is not located in an experiment")
        }
        let metadata = try map(info, "trace_metadata")
        let tags = try map(info, "tags")
        let assessments = try info.value("assessments")?.elements ?? []
        try check(tags: tags, metadata: metadata, assessments: assessments.count)
        let clientRequestID = try info.text("client_request_id")
        try Validate.clientRequestID(clientRequestID ?? "")
        let requestPreview = try info.text("request_preview")
        let responsePreview = try info.text("response_preview")
        try Validate.tracePreview(requestPreview ?? "", field: "request_preview")
        try Validate.tracePreview(responsePreview ?? "", field: "response_preview")
        return Draft(
            traceID: traceID, experiment: try ExperimentCalls.experimentID(experimentID),
            requestTime: try info.text("request_time").map(ProtoTime.timestamp),
            duration: try info.text("execution_duration").map(ProtoTime.milliseconds),
            state: try info.choice("state", states) ?? .unspecified,
            clientRequestID: clientRequestID, requestPreview: requestPreview,
            responsePreview: responsePreview, metadata: metadata, tags: tags,
            assessments: assessments)
    }

    /// - Throws: `invalid` for a key or value that is too long, and for too many of them.
    static func check(
        tags: [KeyValue], metadata: [KeyValue] = [], assessments: Int = 0
    ) throws(Failure) {
        try Validate.traceEntries(tags: tags.count, metadata: metadata.count, assessments: assessments)
        for entry in tags + metadata { try Validate.traceEntry(entry.key, value: entry.value) }
    }

    /// A map of texts.
    static func map(_ message: ProtoMessage, _ name: StaticString) throws(Failure) -> [KeyValue] {
        guard let value = try message.value(name) else { return [] }
        guard let members = value.members else { throw message.wrongType(name, value) }
        var pairs: [KeyValue] = []
        for member in members {
            guard case .string(let text) = member.value else { throw message.wrongType(name, value) }
            pairs.append(KeyValue(member.name, text))
        }
        return pairs
    }

    /// The tag that names the prompts of a trace, with more of them.
    static func adding(_ prompts: [(name: String, version: String)], toPromptsTag value: String?) -> String {
        var list = value.flatMap { try? JSONParser.parse($0) }?.elements ?? []
        for prompt in prompts {
            let entry = JSON.record(["name": .string(prompt.name), "version": .string(prompt.version)])
            if !list.contains(entry) { list.append(entry) }
        }
        return JSON.array(list).text()
    }
}
