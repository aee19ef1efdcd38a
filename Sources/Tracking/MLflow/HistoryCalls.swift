import Core
import MLflow
import Platform

/// MLflow's calls for the history of metrics.
struct HistoryCalls: Sendable {
    let services: Services
    let keys: KeyNames

    /// Points of a page, as in MLflow.
    private static let pageSize: Int64 = 25_000
    private static let maximumRuns = 100
    private static let maximumSample: Int64 = 2500

    var endpoints: [Endpoint] {
        let reader = Endpoint.Access.may(.readExperiments)
        let subjects = TrackedSubjects(services)
        let calls: [[Endpoint]] = [
            .mlflow("GET", "mlflow/metrics/get-history", reader, .reads, "The history of a metric of a run", history)
                .aboutRun(subjects),
            .mlflow(
                "GET", "mlflow/metrics/get-history-bulk", reader, .reads, "The histories of a metric of several runs",
                mount: .ajax, bulk
            ).filtered(),
            .mlflow(
                "GET", "mlflow/metrics/get-history-bulk-interval", reader, .reads,
                "Evenly thinned histories of a metric of several runs", interval
            ).filtered(),
        ]
        return calls.flatMap { $0 }
    }

    /// A run and a key as the tables know them.
    private struct Series: Sendable {
        let run: Int64
        let key: Int64
    }

    private func history(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        let metric = try message.requiredText("metric_key")
        let limit = try message.integer("max_results")
        if let limit, limit <= 0 {
            throw Failure(
                .invalid,
                "Invalid value \(limit) for parameter 'max_results' supplied. It must be a positive integer.")
        }
        let scope = SearchRequest.scope("history", [runID, metric])
        let position = try SearchRequest.position(message, scope, MetricHistory.order, services.pageTokens)
        let keys = keys
        let series = try await services.database.read { sql -> Series? in
            guard let run = try RunStore(sql).find(runID), let key = try keys.number(of: metric, sql) else {
                return nil
            }
            return Series(run: run.row, key: key)
        }
        guard let series else { return .emptyMessage }
        if let limit {
            return try await page(series, metric, scope, after: position, limit: Int(min(limit, Self.pageSize)))
        }
        return try await whole(series, metric, after: position)
    }

    private func page(
        _ series: Series, _ metric: String, _ scope: String, after position: KeySetOrder.Position?, limit: Int
    ) async throws -> Response {
        let tokens = services.pageTokens
        let bytes = try await services.database.read { sql in
            var writer = JSONWriter(capacity: 80 * limit)
            writer.beginObject()
            var count = 0
            var last: MetricPoint?
            try MetricHistory(sql).forEach(run: series.run, key: series.key, after: position, limit: limit + 1) {
                point in
                if count == 0 {
                    writer.name("metrics")
                    writer.beginArray()
                }
                if count < limit {
                    writer.point(metric, point)
                    last = point
                }
                count += 1
            }
            if count > 0 { writer.endArray() }
            if count > limit, let last {
                let next = MetricHistory.order.json(MetricHistory.position(of: last))
                writer.member("next_page_token", tokens.make(scope, next))
            }
            writer.endObject()
            return writer.finish()
        }
        return .json(bytes: bytes)
    }

    /// All points in one answer, read and sent in pieces: memory does not grow with the history.
    private func whole(
        _ series: Series, _ metric: String, after position: KeySetOrder.Position?
    ) async throws -> Response {
        let database = services.database
        let first = try await Self.piece(series, metric, after: position, database)
        guard let next = first.next else {
            return .json(bytes: first.bytes.isEmpty ? Array("{}".utf8) : Self.opening + first.bytes + Self.closing)
        }
        return Response(
            headers: Headers([("content-type", "application/json")]),
            body: .stream(length: nil) { sink in
                try await sink.write(Self.opening + first.bytes)
                var position: KeySetOrder.Position? = next
                while let from = position {
                    let piece = try await Self.piece(series, metric, after: from, database)
                    if !piece.bytes.isEmpty { try await sink.write([UInt8(ascii: ",")] + piece.bytes) }
                    position = piece.next
                }
                try await sink.write(Self.closing)
            })
    }

    private static let opening = Array(#"{"metrics":["#.utf8)
    private static let closing = Array("]}".utf8)

    /// Some points with commas between them, and where the next piece begins.
    private static func piece(
        _ series: Series, _ metric: String, after position: KeySetOrder.Position?, _ database: Database
    ) async throws -> (bytes: [UInt8], next: KeySetOrder.Position?) {
        let limit = Int(pageSize)
        return try await database.read { sql in
            var writer = JSONWriter(capacity: 1 << 16)
            var count = 0
            var last: MetricPoint?
            // Points without the array around them: the brackets are sent once.
            writer.beginArray()
            try MetricHistory(sql).forEach(run: series.run, key: series.key, after: position, limit: limit) { point in
                writer.point(metric, point)
                count += 1
                last = point
            }
            writer.endArray()
            let bytes = Array(writer.finish().dropFirst().dropLast())
            return (bytes, count == limit ? last.map(MetricHistory.position) : nil)
        }
    }

    private func bulk(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runIDs = try message.texts("run_id")
        guard !runIDs.isEmpty else {
            throw Failure(.invalid, "GetMetricHistoryBulk request must specify at least one run_id.")
        }
        guard runIDs.count <= Self.maximumRuns else {
            throw Failure(
                .invalid,
                "GetMetricHistoryBulk request cannot specify more than \(Self.maximumRuns) run_ids. "
                    + "Received \(runIDs.count) run_ids.")
        }
        guard let metric = try message.text("metric_key"), !metric.isEmpty else {
            throw Failure(.invalid, "GetMetricHistoryBulk request must specify a metric_key.")
        }
        let limit = Int(min(max(try message.integer("max_results") ?? Self.pageSize, 0), Self.pageSize))
        let sorted = Set(runIDs.map(ExactText.init)).map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return try await points(of: sorted, metric, request.principal.rights, isAlwaysThere: true) {
            history, series, count, body in
            try history.forEach(run: series.run, key: series.key, after: nil, limit: limit - count, body)
        }
    }

    private func interval(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runIDs = try message.texts("run_ids")
        guard !runIDs.isEmpty else { throw message.missing("run_ids") }
        let metric = try message.requiredText("metric_key")
        guard runIDs.count <= Self.maximumRuns else {
            throw Failure(
                .invalid,
                "GetMetricHistoryBulkInterval request must specify at most \(Self.maximumRuns) run_ids. "
                    + "Received \(runIDs.count) run_ids. \(ProtoMessage.seeDocs)")
        }
        let steps = try Self.steps(message.integer("start_step"), message.integer("end_step"))
        let limit = try message.integer("max_results") ?? Self.maximumSample
        guard (1...Self.maximumSample).contains(limit) else {
            throw Failure(
                .invalid, "max_results must be between 1 and \(Self.maximumSample). \(ProtoMessage.seeDocs)")
        }
        return try await points(of: runIDs, metric, request.principal.rights, isAlwaysThere: false) {
            history, series, _, body in
            try history.sample(run: series.run, key: series.key, steps: steps, limit: Int(limit), body)
        }
    }

    private static func steps(_ start: Int64?, _ end: Int64?) throws(Failure) -> ClosedRange<Int64>? {
        if start == nil, end == nil { return nil }
        guard let start, let end else {
            throw Failure(.invalid, "If either start step or end step are specified, both must be specified.")
        }
        guard start <= end else {
            throw Failure(
                .invalid,
                "end_step must be greater than start_step. Found start_step=\(start) and end_step=\(end).")
        }
        return start...end
    }

    private typealias Reading =
        @Sendable (MetricHistory, Series, _ count: Int, _ body: (MetricPoint) throws -> Void) throws -> Void

    /// The points of several runs, one run after the other; runs that are not there, or may not be read, are left out.
    private func points(
        of runIDs: [String], _ metric: String, _ rights: Rights, isAlwaysThere: Bool, _ read: @escaping Reading
    ) async throws -> Response {
        let keys = keys
        let bytes = try await services.database.read { sql in
            var writer = JSONWriter(capacity: 1 << 14)
            var count = 0
            writer.beginArray()
            if let key = try keys.number(of: metric, sql) {
                for runID in runIDs {
                    guard let run = try RunStore(sql).find(runID, rights) else { continue }
                    try read(MetricHistory(sql), Series(run: run.row, key: key), count) { point in
                        writer.point(metric, point, of: run.runID)
                        count += 1
                    }
                }
            }
            writer.endArray()
            let points = writer.finish()
            return count == 0 && !isAlwaysThere
                ? Array("{}".utf8) : Array(#"{"metrics":"#.utf8) + points + Array("}".utf8)
        }
        return .json(bytes: bytes)
    }
}
