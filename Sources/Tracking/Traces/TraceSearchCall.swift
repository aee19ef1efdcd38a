import Core
import MLflow
import Platform

extension TraceCalls {
    private static let mostResults: Int64 = 500
    private static let mostExperiments = 1000

    func search(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        guard try message.value("locations") != nil else { throw message.missing("locations") }
        var experimentIDs: [String] = []
        for location in try message.messages("locations") {
            guard let id = try location.message("mlflow_experiment")?.text("experiment_id") else {
                throw Failure(.invalid, "Traces are found in experiments only: a location names none")
            }
            experimentIDs.append(id)
        }
        return try await found(experimentIDs, message, request.principal.rights) { TraceWire.json($0) }
    }

    /// A page of traces, each written by `json`.
    func found(
        _ experimentIDs: [String], _ message: ProtoMessage, _ rights: Rights,
        _ json: @escaping @Sendable (Trace) -> JSON
    ) async throws -> Response {
        let asked = try message.integer("max_results") ?? 100
        guard asked > 0 else {
            throw Failure(
                .invalid,
                "Invalid value \(asked) for parameter 'max_results' supplied. It must be a positive integer")
        }
        guard asked <= Self.mostResults else { throw message.wrongType("max_results", .integer(asked)) }
        guard experimentIDs.count <= Self.mostExperiments else {
            throw Failure(.invalid, "At most \(Self.mostExperiments) experiments can be searched at once")
        }
        let filter = try message.text("filter") ?? ""
        let order = try message.texts("order_by")
        let query = TraceQuery(
            experiments: try experimentIDs.map(ExperimentCalls.experimentID), rights: rights,
            conditions: try SearchFilter.parse(filter, for: .traces),
            orderings: try SearchOrdering.parse(order, for: .traces), limit: Int(asked))
        let scope = JSON.array([
            .string("traces"), .array(experimentIDs.map(JSON.string)), .string(filter), .array(order.map(JSON.string)),
        ]).text()
        let token = try message.text("page_token") ?? ""
        let position = token.isEmpty ? nil : try services.pageTokens.position(token, scope)
        let page = try await services.database.read { try TraceSearch.page(query, after: position, $0) }
        var members: [JSON.Member] = []
        if !page.traces.isEmpty { members.append(.init("traces", .array(page.traces.map(json)))) }
        if let next = page.next {
            members.append(.init("next_page_token", .string(services.pageTokens.make(scope, next))))
        }
        return .json(.object(members))
    }

    /// Deletes by identifiers, or the oldest up to a time. What the traces stored as artifacts is deleted later, by the
    /// routine that deletes artifacts.
    func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experimentID = try ExperimentCalls.experimentID(message.requiredText("experiment_id"))
        let time = try message.integer("max_timestamp_millis")
        let most = try message.integer("max_traces")
        let traceIDs = try message.texts("request_ids")
        guard time != nil || !traceIDs.isEmpty else {
            throw Failure(.invalid, "Either `max_timestamp_millis` or `trace_ids` must be specified.")
        }
        guard time == nil || traceIDs.isEmpty else {
            throw Failure(.invalid, "Only one of `max_timestamp_millis` and `trace_ids` can be specified.")
        }
        guard traceIDs.isEmpty || most == nil else {
            throw Failure(.invalid, "`max_traces` can't be specified if `trace_ids` is specified.")
        }
        guard most ?? 1 > 0, traceIDs.count <= Self.mostDeleted else {
            throw Failure(.invalid, "`max_traces` must be a positive integer, received \(most ?? 0).")
        }
        let now = services.world.now()
        let count = try await services.database.write { transaction in
            guard let experiment = try ExperimentStore(transaction.sql).find(experimentID) else {
                throw Failure.noExperiment(String(experimentID))
            }
            let store = TraceStore(transaction.sql)
            let deleted =
                if let time {
                    try store.delete(
                        upTo: Timestamp(milliseconds: time), limit: Int(min(most ?? .max, Int64(Self.mostDeleted))),
                        of: experiment.id)
                } else {
                    try store.delete(traceIDs, of: experiment.id)
                }
            try ArtifactRemovals(transaction.sql).add(deleted.compactMap(\.artifactURI), now: now)
            if !deleted.isEmpty {
                transaction.record(
                    Event(
                        "tracking.traces-deleted", ExperimentStore.subject(experimentID),
                        ["count": .int(deleted.count)]), by: request.origin)
            }
            return deleted.count
        }
        return .json(.record(["traces_deleted": .int(count)]))
    }

    /// One call deletes at most so many; it says how many it did.
    private static let mostDeleted = 10_000
}
