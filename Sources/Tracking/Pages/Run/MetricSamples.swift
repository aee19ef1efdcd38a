import Core
import Platform

/// Histories of metrics, thinned for pictures.
enum MetricSamples {
    /// Points of a history beyond which it is not drawn in passing: reading it would take longer than the page may.
    private static let passing = 20_000

    /// The histories of some metrics of a run, in the order of step, time and value.
    /// - Parameters:
    ///   - points: of each at most.
    ///   - everything: also histories that take long to read.
    static func of(
        _ names: [String], _ run: Run, _ keys: KeyNames, _ sql: any SQLConnection, points: Int,
        everything: Bool = false
    ) throws -> [String: [MetricPoint]] {
        var samples: [String: [MetricPoint]] = [:]
        for name in names {
            guard let key = try keys.number(of: name, sql) else { continue }
            if !everything {
                let count = try sql.first(
                    """
                    SELECT count(*) FROM (
                        SELECT 1 FROM tracking_metric WHERE run = ?1 AND key = ?2 LIMIT ?3) AS counted
                    """, [.integer(run.row), .integer(key), .int(Self.passing + 1)], { $0.int(0) })
                guard (count ?? 0) <= Self.passing else { continue }
            }
            var sample: [MetricPoint] = []
            try MetricHistory(sql).sample(run: run.row, key: key, steps: nil, limit: points) { sample.append($0) }
            samples[name] = sample
        }
        return samples
    }
}
