import Core
package import Platform

/// What is logged to runs: metrics, parameters, tags. Keys are numbers of `tracking_key`; runs were checked and are
/// held by the caller, in the same transaction.
package struct RunLogStore {
    let sql: any SQLConnection

    package init(_ sql: any SQLConnection) { self.sql = sql }

    /// Adds points to the history, where exact duplicates vanish, and keeps the latest of each metric.
    package func append(_ points: [KeyedPoint], to run: Run) throws {
        if points.isEmpty { return }
        var history: [SQLValue] = []
        history.reserveCapacity(points.count * 6)
        for entry in points {
            history.append(.integer(run.row))
            history.append(.integer(entry.key))
            history.append(.integer(entry.point.time))
            history.append(.integer(entry.point.step))
            history.append(.real(entry.point.sortValue))
            history.append(.flag(entry.point.value.isNaN))
        }
        try sql.insert(
            into: "tracking_metric (run, key, time, step, value, is_nan)", width: 6, suffix: "ON CONFLICT DO NOTHING",
            values: history)
        try sql.insert(
            into: "tracking_latest (run, key, experiment, value, is_nan, time, step)", width: 7, suffix: Self.ifLater,
            values: LatestPoints.of(points).flatMap { entry -> [SQLValue] in
                [
                    .integer(run.row), .integer(entry.key), .integer(run.experiment), .real(entry.point.sortValue),
                    .flag(entry.point.value.isNaN), .integer(entry.point.time), .integer(entry.point.step),
                ]
            })
    }

    private static let ifLater = """
        ON CONFLICT (run, key) DO UPDATE
        SET value = excluded.value, is_nan = excluded.is_nan, time = excluded.time, step = excluded.step
        WHERE (excluded.step, excluded.time, excluded.value)
            > (tracking_latest.step, tracking_latest.time, tracking_latest.value)
        """

    /// A parameter that was logged before with another value.
    package struct ChangedParameter: Sendable {
        package let index: Int
        package let oldValue: String
    }

    /// Adds parameters, whose keys differ. Nothing is written when one of them has another value already.
    /// - Returns: those that were logged before with another value.
    package func add(_ parameters: [(key: Int64, value: String)], to run: Run) throws -> [ChangedParameter] {
        if parameters.isEmpty { return [] }
        var known: [Int64: String] = [:]
        try sql.forEach(in: parameters.map(\.key)) { list, arguments in
            try sql.forEach(
                "SELECT key, value FROM tracking_parameter WHERE key IN (\(list)) AND run = ?\(arguments.count + 1)",
                arguments + [.integer(run.row)]
            ) { known[$0.integer(0)] = $0.text(1) }
        }
        var changed: [ChangedParameter] = []
        var values: [SQLValue] = []
        for (index, parameter) in parameters.enumerated() {
            if let old = known[parameter.key] {
                if !old.utf8.elementsEqual(parameter.value.utf8) {
                    changed.append(ChangedParameter(index: index, oldValue: old))
                }
            } else {
                values += [
                    .integer(run.row), .integer(parameter.key), .integer(run.experiment), .text(parameter.value),
                ]
            }
        }
        guard changed.isEmpty else { return changed }
        try sql.insert(into: "tracking_parameter (run, key, experiment, value)", width: 4, values: values)
        return []
    }

    /// Sets tags, whose keys differ.
    package func set(_ tags: [(key: Int64, value: String)], _ run: Run) throws {
        try sql.insert(
            into: "tracking_tag (run, key, experiment, value)", width: 4,
            suffix: "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
            values: tags.flatMap { [.integer(run.row), .integer($0.key), .integer(run.experiment), .text($0.value)] })
    }

    /// - Returns: whether the tag was there.
    package func deleteTag(_ key: Int64, of run: Run) throws -> Bool {
        try sql.execute(
            "DELETE FROM tracking_tag WHERE run = ?1 AND key = ?2", [.integer(run.row), .integer(key)]) == 1
    }

    package func tag(_ key: Int64, of run: Run) throws -> String? {
        try sql.first(
            "SELECT value FROM tracking_tag WHERE run = ?1 AND key = ?2", [.integer(run.row), .integer(key)],
            { $0.text(0) })
    }
}
