import Core
import MLflow
import Platform

/// Figures about traces: counts, durations and tokens, over time and by name or state.
struct TraceMetrics: Sendable {
    enum Metric: String, Sendable, CaseIterable {
        case traces = "trace_count"
        case sessions = "session_count"
        /// Milliseconds.
        case latency
        case inputTokens = "input_tokens"
        case outputTokens = "output_tokens"
        case totalTokens = "total_tokens"
        case cacheReadInputTokens = "cache_read_input_tokens"
        case cacheCreationInputTokens = "cache_creation_input_tokens"

        var aggregations: [Aggregation.Kind] {
            switch self {
            case .traces, .sessions: [.count]
            case .latency: [.average, .minimum, .maximum, .percentile]
            default: [.sum, .average, .minimum, .maximum, .percentile]
            }
        }

        var dimensions: [Dimension] {
            switch self {
            case .traces: [.name, .state]
            case .sessions: []
            default: [.name]
            }
        }

        /// The metadata that holds it; nil for what stands in the table of traces.
        fileprivate var metadata: String? {
            switch self {
            case .traces, .latency: nil
            case .sessions: "mlflow.trace.session"
            default: "mlflow.trace.tokenUsage"
            }
        }
    }

    enum Dimension: String, Sendable, CaseIterable {
        case name = "trace_name"
        case state = "trace_status"
    }

    struct Aggregation: Sendable {
        enum Kind: String, Sendable, CaseIterable {
            case count = "COUNT"
            case sum = "SUM"
            case average = "AVG"
            case minimum = "MIN"
            case maximum = "MAX"
            case percentile = "PERCENTILE"
        }

        let kind: Kind
        /// 0 to 100, for a percentile.
        let percent: Double?

        /// What MLflow calls it in answers: `AVG`, `P50.0`.
        var name: String { percent.map { "P\($0)" } ?? kind.rawValue }
    }

    /// What the traces of one group have in common.
    struct Group: Sendable, Hashable {
        /// Where its span of time begins, in milliseconds since 1970.
        let bucket: Int64?
        let values: [String?]

        static func precedes(_ left: Group, _ right: Group) -> Bool {
            if left.bucket != right.bucket { return (left.bucket ?? .min) < (right.bucket ?? .min) }
            for (one, other) in zip(left.values, right.values) {
                let (one, other) = (Array((one ?? "").utf8), Array((other ?? "").utf8))
                if one != other { return one.lexicographicallyPrecedes(other) }
            }
            return false
        }
    }

    let metric: Metric
    let aggregations: [Aggregation]
    let dimensions: [Dimension]
    /// Milliseconds of a span of time; nil for all time together.
    let interval: Int64?
    /// Milliseconds since 1970, both included.
    let times: ClosedRange<Int64>

    /// Groups of an answer; more are refused.
    static let maximumGroups = 10_000

    /// - Returns: the groups in order, each with its figures in the order of `aggregations`; nil where there is none.
    func groups(_ query: TraceQuery, _ sql: any SQLConnection) throws -> [(group: Group, figures: [Double?])] {
        var samples: [Group: Samples] = [:]
        try TraceSearch.forEachFigure(query, times, metadata: metric.metadata, sql) { trace in
            let group = Group(
                bucket: bucket(trace.time), values: dimensions.map { $0 == .name ? trace.name : trace.state })
            if samples[group] == nil, samples.count == Self.maximumGroups {
                throw Failure(
                    .invalid, "The figures fall into more than \(Self.maximumGroups) groups",
                    hint: "Ask for longer intervals, or a shorter time.")
            }
            try add(trace, to: &samples[group, default: Samples()])
        }
        // Without groups there is one answer, also of nothing.
        if interval == nil, dimensions.isEmpty, samples.isEmpty { samples[Group(bucket: nil, values: [])] = Samples() }
        return samples.sorted { Group.precedes($0.key, $1.key) }.map { group, samples in
            let sorted = samples.numbers.sorted()
            return (group, aggregations.map { figure($0, samples, sorted) })
        }
    }

    private struct Samples {
        var count = 0
        var sessions: Set<String> = []
        var numbers: [Double] = []
    }

    private func bucket(_ time: Int64) -> Int64? {
        interval.map { interval in
            let rest = time % interval
            return time - (rest < 0 ? rest + interval : rest)
        }
    }

    private func add(_ trace: TraceSearch.Figure, to samples: inout Samples) throws {
        samples.count += 1
        switch metric {
        case .traces: break
        case .sessions: if let session = trace.metadata { samples.sessions.insert(session) }
        case .latency: if let duration = trace.duration { samples.numbers.append(Double(duration)) }
        default:
            // Clients write it; one that is no JSON counts as none.
            let usage = trace.metadata.flatMap { try? JSONParser.parse($0) }
            if let tokens = usage?[metric.rawValue]?.double, tokens.isFinite { samples.numbers.append(tokens) }
        }
    }

    private func figure(_ aggregation: Aggregation, _ samples: Samples, _ sorted: [Double]) -> Double? {
        if aggregation.kind == .count { return Double(metric == .sessions ? samples.sessions.count : samples.count) }
        guard let first = sorted.first, let last = sorted.last else { return nil }
        switch aggregation.kind {
        case .count, .minimum: return first
        case .maximum: return last
        case .sum: return sorted.reduce(0, +)
        case .average: return sorted.reduce(0, +) / Double(sorted.count)
        case .percentile:
            // Between two numbers on a straight line, as numpy.quantile does.
            let place = (aggregation.percent ?? 0) / 100 * Double(sorted.count - 1)
            let (low, high) = (sorted[Int(place)], sorted[Int(place.rounded(.up))])
            return low + (high - low) * (place - place.rounded(.down))
        }
    }
}
