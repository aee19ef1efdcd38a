import Core
import Platform

/// Histories of metrics for pictures.
enum MetricSamples {
    /// Points of a history beyond which it is not drawn in passing: reading it would take longer than the page may.
    private static let passing = 20_000
    /// Points that are read for a picture of their own; of longer histories a sample is drawn. The charts thin lines
    /// so that peaks stay, which a sample does not.
    private static let whole = 200_000

    /// The histories of some metrics of a run, each at most `passing` long, thinned to about `points`.
    /// - Returns: nothing for those that are longer.
    static func inPassing(
        _ names: [String], _ run: Run, _ keys: KeyNames, _ sql: any SQLConnection, points: Int
    ) throws -> [String: [MetricPoint]] {
        var samples: [String: [MetricPoint]] = [:]
        for name in names {
            guard let key = try keys.number(of: name, sql),
                try count(of: key, run, atMost: passing, sql) <= passing
            else { continue }
            var sample: [MetricPoint] = []
            try MetricHistory(sql).sample(run: run.row, key: key, steps: nil, limit: points) { sample.append($0) }
            samples[name] = sample
        }
        return samples
    }

    /// The history of a metric, whole if it is not too long.
    /// - Parameter points: of the sample, otherwise.
    static func whole(
        _ name: String, _ run: Run, _ keys: KeyNames, _ sql: any SQLConnection, points: Int
    ) throws -> [MetricPoint] {
        guard let key = try keys.number(of: name, sql) else { return [] }
        var history: [MetricPoint] = []
        if try count(of: key, run, atMost: whole, sql) <= whole {
            try MetricHistory(sql).forEach(run: run.row, key: key, after: nil, limit: whole) { history.append($0) }
        } else {
            try MetricHistory(sql).sample(run: run.row, key: key, steps: nil, limit: points) { history.append($0) }
        }
        return history
    }

    private static func count(of key: Int64, _ run: Run, atMost bound: Int, _ sql: any SQLConnection) throws -> Int {
        try sql.first(
            "SELECT count(*) FROM (SELECT 1 FROM tracking_metric WHERE run = ?1 AND key = ?2 LIMIT ?3) AS counted",
            [.integer(run.row), .integer(key), .int(bound + 1)], { $0.int(0) }) ?? 0
    }
}
