import Core
import Platform

/// A point that a run logged for a model.
struct LoggedModelPoint: Sendable {
    let modelID: String
    let key: String
    let point: MetricPoint
    let runID: String
    /// Empty when not given.
    let datasetName: String
    let datasetDigest: String
}

extension LoggedModelStore {
    /// Attaches points to their models; an exact repetition changes nothing. Deleted models take them, too: a run may
    /// still be at work when its model goes.
    /// - Throws: `notFound` for a model that never was.
    func add(_ points: [LoggedModelPoint]) throws {
        if points.isEmpty { return }
        // None is held: points only come, and a model that goes meanwhile takes the write with it.
        var models: [ExactText: Int64] = [:]
        for point in points where models[ExactText(point.modelID)] == nil {
            models[ExactText(point.modelID)] = try row(point.modelID, allowsDeleted: true).id
        }
        var values: [SQLValue] = []
        values.reserveCapacity(points.count * 9)
        for point in points {
            guard let model = models[ExactText(point.modelID)] else { continue }
            values += [
                .integer(model), .text(point.key), .integer(point.point.step), .integer(point.point.time),
                .real(point.point.sortValue), .flag(point.point.value.isNaN), .text(point.runID),
                .text(point.datasetName), .text(point.datasetDigest),
            ]
        }
        try sql.insert(
            into: """
                tracking_logged_model_metric
                (model, key, step, time, value, is_nan, run_id, dataset_name, dataset_digest)
                """, width: 9, suffix: "ON CONFLICT DO NOTHING", values: values)
    }

    /// Removes points of a model that goes.
    /// - Parameter limit: at most so many.
    /// - Returns: how many it were.
    func removeMetrics(of row: Row, limit: Int) throws -> Int {
        let key = "key, step, time, value, is_nan, run_id, dataset_name, dataset_digest"
        return try sql.execute(
            """
            DELETE FROM tracking_logged_model_metric WHERE model = ?1
            AND (\(key)) IN (SELECT \(key) FROM tracking_logged_model_metric WHERE model = ?1 ORDER BY \(key) LIMIT ?2)
            """, [.integer(row.id), .int(limit)])
    }
}
