import Core
package import Platform

/// The history of a metric of a run.
package struct MetricHistory {
    let sql: any SQLConnection

    package init(_ sql: any SQLConnection) { self.sql = sql }

    /// Where a point stands in the order of a history.
    static let order = KeySetOrder([
        KeySetOrder.Column("time", .integer, ascending: true), KeySetOrder.Column("step", .integer, ascending: true),
        KeySetOrder.Column("value", .real, ascending: true), KeySetOrder.Column("is_nan", .integer, ascending: true),
    ])

    /// Hands over up to `limit` points in the order of time, step and value, where NaN counts as 0.
    /// - Parameter position: the last point of the page before.
    func forEach(
        run: Int64, key: Int64, after position: KeySetOrder.Position?, limit: Int, _ body: (MetricPoint) throws -> Void
    ) throws {
        var parameters = SQLParameters()
        var tests = ["run = \(parameters.add(.integer(run)))", "key = \(parameters.add(.integer(key)))"]
        if let position {
            tests.append("(time, step, value, is_nan) > (\(parameters.add(all: position.values)))")
        }
        try sql.forEach(
            """
            SELECT value, is_nan, time, step FROM tracking_metric WHERE \(tests.joined(separator: " AND ")) \
            ORDER BY time, step, value, is_nan LIMIT \(parameters.add(.int(limit)))
            """, parameters.values
        ) { try body(Self.point($0)) }
    }

    static func position(of point: MetricPoint) -> KeySetOrder.Position {
        KeySetOrder.Position(
            ranks: [0, 0, 0, 0],
            values: [.integer(point.time), .integer(point.step), .real(point.sortValue), .flag(point.value.isNaN)])
    }

    /// The points of a sample (`HistorySample`) in the order of step, time and value, chosen by the database: a history
    /// does not fit into memory.
    /// - Parameter steps: only these; nil for all.
    func sample(
        run: Int64, key: Int64, steps: ClosedRange<Int64>?, limit: Int, _ body: (MetricPoint) throws -> Void
    ) throws {
        var arguments: [SQLValue] = [.integer(run), .integer(key)]
        var test = "run = ?1 AND key = ?2"
        if let steps {
            arguments += [.integer(steps.lowerBound), .integer(steps.upperBound)]
            test += " AND step BETWEEN ?3 AND ?4"
        }
        let count = try sql.first("SELECT count(*) FROM tracking_metric WHERE \(test)", arguments, { $0.int(0) }) ?? 0
        let order = "step, time, value, is_nan"
        guard let sample = HistorySample(count: count, limit: limit) else {
            try sql.forEach(
                "SELECT value, is_nan, time, step FROM tracking_metric WHERE \(test) ORDER BY \(order)", arguments
            ) { try body(Self.point($0)) }
            return
        }
        // `HistorySample.contains`, as SQL.
        let first = arguments.count
        let (size, wideEnd) = ("CAST(?\(first + 1) AS BIGINT)", "?\(first + 2)")
        let (lastStart, last) = ("?\(first + 3)", "?\(first + 4)")
        try sql.forEach(
            """
            SELECT value, is_nan, time, step FROM (
                SELECT value, is_nan, time, step, row_number() OVER (ORDER BY \(order)) - 1 AS place
                FROM tracking_metric WHERE \(test)) numbered
            WHERE place = \(last) OR place <> \(lastStart) AND (
                place < \(wideEnd) AND place % (\(size) + 1) = 0
                OR place >= \(wideEnd) AND (place - \(wideEnd)) % \(size) = 0)
            ORDER BY \(order)
            """,
            arguments + [.int(sample.size), .int(sample.wideEnd), .int(sample.lastStart), .int(sample.last)]
        ) { try body(Self.point($0)) }
    }

    private static func point(_ row: any SQLRow) -> MetricPoint {
        MetricPoint(value: row.flag(1) ? .nan : row.real(0), time: row.integer(2), step: row.integer(3))
    }
}
