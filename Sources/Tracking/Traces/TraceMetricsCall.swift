import Core
import MLflow
import Platform

/// MLflow's call for figures about traces. Figures about spans and assessments are refused: spans are artifacts here,
/// which this server does not read.
struct TraceMetricsCall: Sendable {
    private let services: Services
    private static let mostExperiments = 1000
    private static let mostResults: Int64 = 1000

    init(_ services: Services) { self.services = services }

    var endpoints: [Endpoint] {
        [Endpoint].mlflow(
            "POST", "mlflow/traces/metrics", .may(.readExperiments), .reads, "Figures about traces.", version: "3.0",
            answer
        ).map { $0.filtered() }
    }

    private func answer(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experimentIDs = try message.texts("experiment_ids")
        guard !experimentIDs.isEmpty else { throw message.missing("experiment_ids") }
        guard experimentIDs.count <= Self.mostExperiments else {
            throw Failure(.invalid, "At most \(Self.mostExperiments) experiments can be searched at once")
        }
        guard
            let isOfTraces = try message.choice(
                "view_type", [("TRACES", 1, true), ("SPANS", 2, false), ("ASSESSMENTS", 3, false)])
        else { throw message.missing("view_type") }
        guard isOfTraces else {
            throw Failure(
                .unsupported, "This server has figures about traces only, not about their spans and assessments")
        }
        let metrics = try metrics(message)
        let query = TraceQuery(
            experiments: try experimentIDs.map(ExperimentCalls.experimentID), rights: request.principal.rights,
            conditions: try conditions(message), orderings: [], limit: 0)
        let limit = try message.integer("max_results") ?? Self.mostResults
        guard (1...Self.mostResults).contains(limit) else { throw message.wrongType("max_results", .integer(limit)) }
        let groups = try await services.database.read { sql in
            try metrics.groups(query, sql).map { metrics.dataPoint($0.group, $0.figures) }.filter {
                $0["values"] != nil
            }
        }
        let scope = try scope(message)
        let token = try message.text("page_token") ?? ""
        let first = token.isEmpty ? 0 : try services.pageTokens.position(token, scope).int ?? 0
        let page = Array(groups.dropFirst(first).prefix(Int(limit)))
        var members = page.isEmpty ? [] : [JSON.Member("data_points", .array(page))]
        if first + page.count < groups.count {
            let next = services.pageTokens.make(scope, .int(first + page.count))
            members.append(JSON.Member("next_page_token", .string(next)))
        }
        return .json(.object(members))
    }

    /// A page token belongs to everything that was asked.
    private func scope(_ message: ProtoMessage) throws -> String {
        let names: [StaticString] = [
            "experiment_ids", "metric_name", "aggregations", "dimensions", "filters", "time_interval_seconds",
            "start_time_ms", "end_time_ms",
        ]
        return JSON.array([.string("trace-metrics")] + (try names.map { try message.value($0) ?? .null })).text()
    }

    private func metrics(_ message: ProtoMessage) throws -> TraceMetrics {
        let metric = try Self.word(message.requiredText("metric_name"), TraceMetrics.Metric.allCases, "metric_name")
        let aggregations = try message.messages("aggregations").map { try Self.aggregation($0) }
        guard !aggregations.isEmpty else { throw message.missing("aggregations") }
        for aggregation in aggregations where !metric.aggregations.contains(aggregation.kind) {
            let supported = metric.aggregations.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw Failure(
                .invalid,
                "Found invalid aggregation_type(s): ['\(aggregation.kind.rawValue)']. "
                    + "Supported aggregation types: [\(supported)]")
        }
        let dimensions = try message.texts("dimensions").map { text in
            guard let dimension = TraceMetrics.Dimension(rawValue: text), metric.dimensions.contains(dimension) else {
                let supported = metric.dimensions.map { "'\($0.rawValue)'" }.joined(separator: ", ")
                throw Failure(
                    .invalid,
                    "Found invalid dimension(s): ['\(text.prefix(100))']. Supported dimensions: [\(supported)]")
            }
            return dimension
        }
        guard Set(dimensions).count == dimensions.count else { throw Failure(.invalid, "A dimension is given twice.") }
        let start = try message.integer("start_time_ms")
        let end = try message.integer("end_time_ms")
        let seconds = try message.integer("time_interval_seconds")
        if let seconds {
            guard start != nil, end != nil else {
                throw Failure(.invalid, "start_time_ms and end_time_ms are required if time_interval_seconds is set")
            }
            guard (1...100_000_000).contains(seconds) else {
                throw message.wrongType("time_interval_seconds", .integer(seconds))
            }
        }
        guard (start ?? .min) <= (end ?? .max) else {
            throw Failure(.invalid, "end_time_ms must not be before start_time_ms")
        }
        return TraceMetrics(
            metric: metric, aggregations: aggregations, dimensions: dimensions, interval: seconds.map { $0 * 1000 },
            times: (start ?? .min)...(end ?? .max))
    }

    private static func word<Word: RawRepresentable>(_ text: String, _ words: [Word], _ field: String) throws(Failure)
        -> Word
    where Word.RawValue == String {
        guard let word = words.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) else {
            let known = words.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw Failure(.invalid, "\(field) must be one of [\(known)], got '\(text.prefix(100))'")
        }
        return word
    }

    private static func aggregation(_ message: ProtoMessage) throws(Failure) -> TraceMetrics.Aggregation {
        let kind = try word(
            message.requiredText("aggregation_type"), TraceMetrics.Aggregation.Kind.allCases, "aggregation_type")
        guard kind == .percentile else { return TraceMetrics.Aggregation(kind: kind, percent: nil) }
        let percent = try message.requiredNumber("percentile_value")
        guard (0...100).contains(percent) else {
            throw Failure(.invalid, "percentile_value must be between 0 and 100, got \(percent)")
        }
        return TraceMetrics.Aggregation(kind: kind, percent: percent)
    }

    /// Filters are those of searches with `trace.` in front, one condition each.
    private func conditions(_ message: ProtoMessage) throws -> [SearchComparison] {
        let filters = try message.texts("filters")
        guard filters.count <= 100 else { throw Failure(.invalid, "At most 100 filters can be given") }
        return try filters.map { filter in
            let prefix = "trace."
            guard filter.hasPrefix(prefix) else {
                throw Failure(
                    .unsupported,
                    "This server has figures about traces only: '\(filter.prefix(100))' is about something else")
            }
            let conditions = try SearchFilter.parse(String(filter.dropFirst(prefix.count)), for: .traces)
            guard conditions.count == 1, conditions[0].comparator == .equal else {
                throw Failure(.invalid, "Invalid filter: '\(filter.prefix(300))'. Expected one comparison with '='.")
            }
            return conditions[0]
        }
    }
}

extension TraceMetrics {
    /// `{"metric_name", "dimensions", "values"}`, without values where there are none.
    fileprivate func dataPoint(_ group: Group, _ figures: [Double?]) -> JSON {
        var dimensions: [JSON.Member] = []
        if let bucket = group.bucket {
            let time = Timestamp(milliseconds: bucket).rfc3339.replacing(".000Z", with: "+00:00")
            dimensions.append(JSON.Member("time_bucket", .string(time)))
        }
        for (dimension, value) in zip(self.dimensions, group.values) {
            dimensions.append(JSON.Member(dimension.rawValue, .string(value ?? "")))
        }
        let values = zip(aggregations, figures).compactMap { aggregation, figure in
            figure.map { JSON.Member(aggregation.name, .number($0)) }
        }
        var members = [JSON.Member("metric_name", .string(metric.rawValue))]
        if !dimensions.isEmpty { members.append(JSON.Member("dimensions", .object(dimensions))) }
        if !values.isEmpty { members.append(JSON.Member("values", .object(values))) }
        return .object(members)
    }
}
