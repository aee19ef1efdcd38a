import Core
import MLflow
import Platform

/// A search for experiments.
struct ExperimentQuery: Sendable {
    var lifecycle: LifecycleFilter
    var filter: [SearchComparison]
    var orderings: [SearchOrdering]
    var limit: Int
    /// What may not be read is not found.
    var rights: Rights

    /// What was asked for, or the newest first; then by identifier.
    func order() throws(Failure) -> KeySetOrder {
        var columns: [KeySetOrder.Column] = []
        for ordering in orderings {
            columns.append(
                KeySetOrder.Column(
                    try Self.column(ordering.field), ordering.field.key == "name" ? .text : .integer,
                    ascending: ordering.ascending))
        }
        if columns.isEmpty { columns.append(KeySetOrder.Column("e.created_at", .integer, ascending: false)) }
        if !columns.contains(where: { $0.value == "e.id" }) {
            columns.append(KeySetOrder.Column("e.id", .integer, ascending: true))
        }
        return KeySetOrder(columns)
    }

    static func column(_ field: SearchField) throws(Failure) -> String {
        switch field.key {
        case "name": "e.name"
        case "experiment_id": "e.id"
        case "creation_time": "e.created_at"
        case "last_update_time": "e.updated_at"
        default: throw Failure(.bug, "experiments have no attribute \(field.key)")
        }
    }
}

struct ExperimentSearch {
    struct Page: Sendable {
        var experiments: [Experiment]
        /// The position of the last one, when more follow.
        let next: KeySetOrder.Position?
    }

    let sql: any SQLConnection
    let query: ExperimentQuery

    func page(after position: KeySetOrder.Position?) throws -> Page {
        let order = try query.order()
        var parameters = SQLParameters()
        var tests: [String] = []
        switch query.lifecycle {
        case .active: tests.append("e.deleted_at IS NULL")
        case .deleted: tests.append("e.deleted_at IS NOT NULL")
        case .all: break
        }
        let readable = RightsCondition(.experiment, id: "e.id", name: "e.name", sql.dialect)
        if let test = readable.sql(query.rights, bind: { parameters.add($0) }) { tests.append(test) }
        for comparison in query.filter { tests.append(try test(comparison, &parameters)) }
        if let position { tests.append(order.after(position, &parameters)) }
        let filter = tests.isEmpty ? "" : "WHERE " + tests.joined(separator: " AND ")
        var found = try sql.rows(
            """
            SELECT e.id, e.name, e.location, e.created_at, e.updated_at, e.deleted_at, \(order.selection) \
            FROM tracking_experiment e \(filter) ORDER BY \(order.clause) LIMIT \(parameters.add(.int(query.limit + 1)))
            """, parameters.values
        ) { (ExperimentStore.experiment($0), order.position($0, from: 6)) }
        let hasMore = found.count > query.limit
        if hasMore { found.removeLast() }
        var tags: [Int64: [KeyValue]] = [:]
        try sql.forEach(in: found.map(\.0.id)) { list, arguments in
            try sql.forEach(
                """
                SELECT experiment, key, value FROM tracking_experiment_tag WHERE experiment IN (\(list))
                ORDER BY experiment, key
                """, arguments
            ) { tags[$0.integer(0), default: []].append(KeyValue($0.text(1), $0.text(2))) }
        }
        return Page(
            experiments: found.map { experiment, _ in
                var experiment = experiment
                experiment.tags = tags[experiment.id] ?? []
                return experiment
            }, next: hasMore ? found.last?.1 : nil)
    }

    private func test(_ comparison: SearchComparison, _ parameters: inout SQLParameters) throws -> String {
        if comparison.field.entity == .tag {
            let exists = "EXISTS (SELECT 1 FROM tracking_experiment_tag t WHERE t.experiment = e.id AND t.key = "
            let key = parameters.add(.text(comparison.field.key))
            switch comparison.comparator {
            case .isNull: return "NOT \(exists)\(key))"
            case .isNotNull: return "\(exists)\(key))"
            default:
                let value = SearchCondition.sql("t.value", comparison, sql.dialect, &parameters)
                return "\(exists)\(key) AND \(value))"
            }
        }
        let column = try ExperimentQuery.column(comparison.field)
        guard column == "e.id" else { return SearchCondition.sql(column, comparison, sql.dialect, &parameters) }
        return try identifiers(comparison, &parameters)
    }

    /// Identifiers are texts in a filter and numbers here.
    private func identifiers(_ comparison: SearchComparison, _ parameters: inout SQLParameters) throws -> String {
        let texts: [String]
        switch comparison.value {
        case .text(let text): texts = [text]
        case .list(let list): texts = list
        default: throw Failure(.bug, "an identifier is no text")
        }
        let numbers = texts.compactMap { Int64($0) }.map(SQLValue.integer)
        let isNegative = comparison.comparator == .notEqual || comparison.comparator == .notIn
        if numbers.isEmpty { return isNegative ? "1 = 1" : "1 = 0" }
        return "e.id \(isNegative ? "NOT IN" : "IN") (\(parameters.add(all: numbers)))"
    }
}
