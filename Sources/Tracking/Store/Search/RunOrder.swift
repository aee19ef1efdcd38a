import Core
import MLflow
import Platform

/// The order of a search for runs: what was asked for, then the newest first, then by identifier.
///
/// Of the runs that have no value for a column, those whose metric is not a number come before those without it, and
/// both after all others, whatever the direction.
struct RunOrder {
    /// What the first column is sorted by, when a table with an index on it can lead.
    struct Leader {
        let field: SearchField
        let table: String
        let key: Int64
    }

    let keySet: KeySetOrder
    /// LEFT JOINs that fetch what the columns need, with the numbers of the keys written in: they are ours.
    let joins: [String]
    let leader: Leader?
    /// Whether the first column is the time of the start.
    let isByStart: Bool

    /// - Parameter key: the number of a key, nil when no run has it.
    init(_ orderings: [SearchOrdering], key: (SearchField) throws -> Int64?) throws {
        var columns: [KeySetOrder.Column] = []
        var joins: [String] = []
        var leader: Leader?
        var hasStart = false
        for ordering in orderings {
            let field = ordering.field
            if field.entity == .attribute {
                columns.append(try Self.attribute(field.key, ordering.ascending))
                if field.key == "start_time" { hasStart = true }
                continue
            }
            let isMetric = field.entity == .metric
            guard let number = try key(field) else {
                // A run may log it before the next page is asked for.
                columns.append(.absent(isMetric ? .real : .text, ascending: ordering.ascending))
                continue
            }
            let table = try Self.table(field)
            let alias = "o\(joins.count + 1)"
            joins.append("LEFT JOIN \(table) \(alias) ON \(alias).run = r.id AND \(alias).key = \(number)")
            columns.append(
                KeySetOrder.Column(
                    "\(alias).value", isMetric ? .real : .text, ascending: ordering.ascending,
                    rank: "CASE WHEN \(alias).run IS NULL THEN 2 ELSE \(isMetric ? "\(alias).is_nan" : "0") END"))
            if columns.count == 1 { leader = Leader(field: field, table: table, key: number) }
        }
        isByStart =
            columns.allSatisfy(\.isAbsent)
            || (hasStart && orderings.first?.field == SearchField(.attribute, "start_time"))
        if !hasStart { columns.append(KeySetOrder.Column("r.start_time", .integer, ascending: false)) }
        columns.append(KeySetOrder.Column("r.run_id", .text, ascending: true))
        keySet = KeySetOrder(columns)
        self.joins = joins
        self.leader = leader
    }

    private static func table(_ field: SearchField) throws(Failure) -> String {
        switch field.entity {
        case .metric: "tracking_latest"
        case .parameter: "tracking_parameter"
        case .tag: "tracking_tag"
        default: throw Failure(.bug, "runs are not sorted by \(field.entity)")
        }
    }

    private static func attribute(_ key: String, _ ascending: Bool) throws(Failure) -> KeySetOrder.Column {
        switch key {
        case "start_time": KeySetOrder.Column("r.start_time", .integer, ascending: ascending)
        case "end_time":
            KeySetOrder.Column(
                "r.end_time", .integer, ascending: ascending, rank: "CASE WHEN r.end_time IS NULL THEN 2 ELSE 0 END")
        case "run_id", "user_id", "status", "artifact_uri":
            KeySetOrder.Column("r.\(key)", .text, ascending: ascending)
        case "run_name": KeySetOrder.Column("r.name", .text, ascending: ascending)
        default: throw Failure(.bug, "runs have no attribute \(key)")
        }
    }
}
