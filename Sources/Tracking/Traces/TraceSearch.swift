import Core
import MLflow
import Platform

/// What a search for traces asks for.
struct TraceQuery: Sendable {
    var experiments: [Int64]
    /// Experiments that may not be read count as empty.
    var rights: Rights
    var conditions: [SearchComparison]
    var orderings: [SearchOrdering]
    var limit: Int
}

/// A search for traces as one statement: a page in key-set order.
struct TraceSearch {
    private let query: TraceQuery
    private let dialect: SQLDialect
    private var parameters = SQLParameters()

    private init(_ query: TraceQuery, _ dialect: SQLDialect) {
        self.query = query
        self.dialect = dialect
    }

    struct Page {
        var traces: [Trace]
        /// Where the next page begins, when there is one.
        var next: JSON?
    }

    /// - Parameter position: the `next` of the page before.
    static func page(_ query: TraceQuery, after position: JSON?, _ sql: any SQLConnection) throws -> Page {
        var query = query
        query.experiments = try ExperimentStore(sql).readable(query.experiments, query.rights)
        // PostgreSQL takes no empty list.
        guard !query.experiments.isEmpty else { return Page(traces: [], next: nil) }
        var search = TraceSearch(query, sql.dialect)
        let keys = try search.sortKeys()
        let conditions = try search.conditions()
        let source = "tracking_trace t WHERE \(conditions.joined(separator: " AND "))"
        var (rows, next) = try ComputedOrder(keys).page(
            of: TraceStore.columns, count: TraceStore.columnCount, from: source, after: position, limit: query.limit,
            search.parameters, sql, TraceStore.Row.init)
        try TraceStore(sql).addParts(to: &rows)
        return Page(traces: rows.map(\.trace), next: next)
    }

    /// What figures are made of.
    struct Figure {
        /// When the call began, and how long it took, in milliseconds.
        let time: Int64
        let duration: Int64?
        let state: String
        let name: String?
        let metadata: String?
    }

    /// Hands over the traces that meet the conditions of a query, in no order.
    /// - Parameters:
    ///   - times: milliseconds since 1970.
    ///   - metadata: the key of the metadata wanted; nil for none.
    static func forEachFigure(
        _ query: TraceQuery, _ times: ClosedRange<Int64>, metadata: String?, _ sql: any SQLConnection,
        _ body: (Figure) throws -> Void
    ) throws {
        var query = query
        query.experiments = try ExperimentStore(sql).readable(query.experiments, query.rights)
        guard !query.experiments.isEmpty else { return }
        var search = TraceSearch(query, sql.dialect)
        let name = search.value("tracking_trace_tag", TraceKey.name)
        let value = metadata.map { search.value("tracking_trace_metadata", $0) } ?? "NULL"
        var conditions = try search.conditions()
        conditions.append("t.request_time >= \(search.parameters.add(.integer(times.lowerBound)))")
        conditions.append("t.request_time <= \(search.parameters.add(.integer(times.upperBound)))")
        try sql.forEach(
            "SELECT t.request_time, t.duration, t.state, \(name), \(value) FROM tracking_trace t "
                + "WHERE \(conditions.joined(separator: " AND "))", search.parameters.values
        ) { row in
            try body(
                Figure(
                    time: row.integer(0), duration: row.optionalInteger(1), state: row.text(2),
                    name: row.optionalText(3), metadata: row.optionalText(4)))
        }
    }

    /// The value that a trace has under a key.
    private mutating func value(_ table: String, _ key: String) -> String {
        "(SELECT p.value FROM \(table) p WHERE p.trace = t.id AND p.key = \(parameters.add(.text(key))))"
    }

    // MARK: - Conditions

    private mutating func conditions() throws -> [String] {
        var conditions = ["t.experiment IN (\(parameters.add(all: query.experiments.map(SQLValue.integer))))"]
        for condition in query.conditions { conditions.append(try self.condition(condition)) }
        return conditions
    }

    private mutating func condition(_ comparison: SearchComparison) throws -> String {
        switch comparison.field.entity {
        case .attribute:
            let column = try Self.column(comparison.field.key).sql
            return SearchCondition.sql(column, comparison, dialect, &parameters)
        case .tag: return try part("tracking_trace_tag", comparison)
        case .metadata:
            let condition = try part("tracking_trace_metadata", comparison)
            guard comparison.field.key == TraceKey.sourceRun, comparison.comparator == .equal,
                case .text(let runID)? = comparison.value
            else { return condition }
            // A trace belongs to the run it was made in, and to those it was linked to later.
            let linked = "SELECT 1 FROM tracking_trace_run r WHERE r.trace = t.id AND r.run_id"
            return "(\(condition) OR EXISTS (\(linked) = \(parameters.add(.text(runID)))))"
        case .metric, .parameter, .dataset: throw Failure(.bug, "no such entity in a filter of traces")
        }
    }

    private mutating func part(_ table: String, _ comparison: SearchComparison) throws -> String {
        let key = parameters.add(.text(comparison.field.key))
        let exists = "EXISTS (SELECT 1 FROM \(table) p WHERE p.trace = t.id AND p.key = \(key)"
        switch comparison.comparator {
        case .isNull: return "NOT \(exists))"
        case .isNotNull: return "\(exists))"
        default: return "\(exists) AND \(SearchCondition.sql("p.value", comparison, dialect, &parameters)))"
        }
    }

    /// The column of an attribute, and what it holds.
    private static func column(_ attribute: String) throws(Failure) -> (sql: String, kind: KeySetOrder.Column.Kind) {
        switch attribute {
        case "request_id": ("t.trace_id", .text)
        case "client_request_id": ("t.client_request_id", .text)
        case "experiment_id": ("t.experiment", .integer)
        case "status": ("t.state", .text)
        case "timestamp_ms": ("t.request_time", .integer)
        case "execution_time_ms": ("t.duration", .integer)
        case "end_time_ms": ("t.request_time + COALESCE(t.duration, 0)", .integer)
        default: throw Failure(.invalid, "Invalid attribute key '\(attribute)' specified.")
        }
    }

    // MARK: - Order

    /// Newest first, then by identifier, after what was asked for.
    private mutating func sortKeys() throws -> [ComputedOrder.Key] {
        var keys: [ComputedOrder.Key] = []
        for ordering in query.orderings {
            switch ordering.field.entity {
            case .attribute:
                let (sql, kind) = try Self.column(ordering.field.key)
                keys.append(
                    ComputedOrder.Key(sql, kind, ascending: ordering.ascending, isNullable: sql == "t.duration"))
            case .tag: keys.append(part("tracking_trace_tag", ordering))
            case .metadata: keys.append(part("tracking_trace_metadata", ordering))
            case .metric, .parameter, .dataset: throw Failure(.bug, "no such entity in an order of traces")
            }
        }
        keys.append(ComputedOrder.Key("t.request_time", .integer, ascending: false))
        keys.append(ComputedOrder.Key("t.trace_id", .text, ascending: true))
        return keys
    }

    private mutating func part(_ table: String, _ ordering: SearchOrdering) -> ComputedOrder.Key {
        let key = parameters.add(.text(ordering.field.key))
        return ComputedOrder.Key(
            "(SELECT p.value FROM \(table) p WHERE p.trace = t.id AND p.key = \(key))", .text,
            ascending: ordering.ascending,
            isNullable: true)
    }
}
