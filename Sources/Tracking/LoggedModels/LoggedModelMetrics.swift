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
        var models: [String: Int64] = [:]
        var values: [SQLValue] = []
        values.reserveCapacity(points.count * 9)
        for point in points {
            let model: Int64
            if let known = models[point.modelID] {
                model = known
            } else {
                model = try row(point.modelID, allowsDeleted: true).id
                models[point.modelID] = model
            }
            values += [
                .integer(model), .text(point.key), .integer(point.point.step), .integer(point.point.time),
                .real(point.point.sortValue), .flag(point.point.value.isNaN), .text(point.runID),
                .text(point.datasetName),
                .text(point.datasetDigest),
            ]
        }
        try sql.insert(
            into: """
                tracking_logged_model_metric
                (model, key, step, time, value, is_nan, run_id, dataset_name, dataset_digest)
                """, width: 9, suffix: "ON CONFLICT DO NOTHING", values: values)
    }
}
