import Core
import MLflow
import Platform

/// A search for logged models as one statement: a page in key-set order, so that a deep page costs what the first does.
struct LoggedModelSearch {
    private let query: LoggedModelQuery
    private let dialect: SQLDialect
    private var parameters = SQLParameters()

    init(_ query: LoggedModelQuery, _ dialect: SQLDialect) {
        self.query = query
        self.dialect = dialect
    }

    struct Page {
        var models: [LoggedModel]
        /// Where the next page begins, when there is one.
        var next: JSON?
    }

    /// - Parameter position: the `next` of the page before.
    static func page(_ query: LoggedModelQuery, after position: JSON?, _ sql: any SQLConnection) throws -> Page {
        var query = query
        query.experiments = try ExperimentStore(sql).readable(query.experiments, query.rights)
        // PostgreSQL takes no empty list.
        guard !query.experiments.isEmpty else { return Page(models: [], next: nil) }
        var search = LoggedModelSearch(query, sql.dialect)
        let keys = try search.sortKeys()
        let conditions = try search.conditions()
        let source = "tracking_logged_model l WHERE \(conditions.joined(separator: " AND "))"
        var (rows, next) = try ComputedOrder(keys).page(
            of: LoggedModelStore.columns, count: LoggedModelStore.columnCount, from: source, after: position,
            limit: query.limit,
            search.parameters, sql, LoggedModelStore.Row.init)
        try LoggedModelStore(sql).addParts(to: &rows)
        return Page(models: rows.map(\.model), next: next)
    }

    // MARK: - Conditions

    private mutating func conditions() throws -> [String] {
        var conditions = [
            "l.deleted_at IS NULL", "l.experiment IN (\(parameters.add(all: query.experiments.map(SQLValue.integer))))",
        ]
        for condition in query.conditions { conditions.append(try self.condition(condition)) }
        let hasMetrics = query.conditions.contains { $0.field.entity == .metric }
        if !query.datasets.isEmpty, !hasMetrics {
            conditions.append(
                """
                EXISTS (SELECT 1 FROM tracking_logged_model_metric m WHERE m.model = l.id AND \(datasetCondition()))
                """)
        }
        return conditions
    }

    private mutating func condition(_ comparison: SearchComparison) throws -> String {
        let key = comparison.field.key
        switch comparison.field.entity {
        case .attribute: return try attribute(comparison)
        case .metric:
            let latest = latestMetric(key, datasetName: nil, datasetDigest: nil)
            return SearchCondition.sql(latest, comparison, dialect, &parameters)
        case .parameter: return try part("tracking_logged_model_parameter", comparison)
        case .tag:
            // What is not shown whole must not be found by guesses either.
            if key.utf8.elementsEqual(LoggedModelWire.versionsTag.utf8), !query.rights.holdEverywhere(.read) {
                return "1 = 0"
            }
            return try part("tracking_logged_model_tag", comparison)
        case .dataset, .metadata: throw Failure(.bug, "no such entity in a filter of logged models")
        }
    }

    private mutating func attribute(_ comparison: SearchComparison) throws -> String {
        let column = try column(comparison.field.key)
        switch column {
        case .status: return try status(comparison)
        case .experimentID:
            return SearchCondition.sql("CAST(l.experiment AS TEXT)", comparison, dialect, &parameters)
        default: return SearchCondition.sql(column.sql, comparison, dialect, &parameters)
        }
    }

    private func column(_ attribute: String) throws(Failure) -> LoggedModelColumn {
        guard let column = LoggedModelColumn(rawValue: attribute) else {
            throw Failure(.invalid, "Invalid attribute key '\(attribute)' specified.")
        }
        return column
    }

    private mutating func status(_ comparison: SearchComparison) throws -> String {
        func number(_ name: String) throws -> Int64 {
            guard let status = LoggedModelStatus(filterName: name) else {
                throw Failure(.invalid, "Unknown model status in filter: '\(name)'")
            }
            return status.rawValue
        }
        switch (comparison.comparator, comparison.value) {
        case (.equal, .text(let name)): return "l.status = \(parameters.add(.integer(try number(name))))"
        case (.notEqual, .text(let name)): return "l.status != \(parameters.add(.integer(try number(name))))"
        case (.in, .list(let names)):
            return "l.status IN (\(parameters.add(all: try names.map { .integer(try number($0)) })))"
        case (.notIn, .list(let names)):
            return "l.status NOT IN (\(parameters.add(all: try names.map { .integer(try number($0)) })))"
        default:
            throw Failure(.invalid, "Invalid comparison operator for status: \(comparison.comparator.rawValue)")
        }
    }

    private mutating func part(_ table: String, _ comparison: SearchComparison) throws -> String {
        let key = parameters.add(.text(comparison.field.key))
        let condition = SearchCondition.sql("p.value", comparison, dialect, &parameters)
        return "EXISTS (SELECT 1 FROM \(table) p WHERE p.model = l.id AND p.key = \(key) AND \(condition))"
    }

    // MARK: - Metrics

    /// The latest value of a metric: that of the greatest step, then time, then value. Null when there is none, and for
    /// not-a-number, which compares with nothing.
    private mutating func latestMetric(_ key: String, datasetName: String?, datasetDigest: String?) -> String {
        var conditions = ["m.model = l.id", "m.key = \(parameters.add(.text(key)))"]
        if !query.datasets.isEmpty { conditions.append(datasetCondition()) }
        if let datasetName { conditions.append("m.dataset_name = \(parameters.add(.text(datasetName)))") }
        if let datasetDigest { conditions.append("m.dataset_digest = \(parameters.add(.text(datasetDigest)))") }
        return """
            (SELECT CASE WHEN m.is_nan = 1 THEN NULL ELSE m.value END FROM tracking_logged_model_metric m
            WHERE \(conditions.joined(separator: " AND "))
            ORDER BY m.step DESC, m.time DESC, m.value DESC LIMIT 1)
            """
    }

    private mutating func datasetCondition() -> String {
        let alternatives = query.datasets.map { dataset in
            let name = "m.dataset_name = \(parameters.add(.text(dataset.name)))"
            guard let digest = dataset.digest else { return name }
            return "(\(name) AND m.dataset_digest = \(parameters.add(.text(digest))))"
        }
        return "(\(alternatives.joined(separator: " OR ")))"
    }

    // MARK: - Order

    /// Newest first, then by identifier, after what was asked for.
    private mutating func sortKeys() throws -> [ComputedOrder.Key] {
        var keys: [ComputedOrder.Key] = []
        for ordering in query.orderings {
            let field = ordering.by.field
            if field.entity == .metric {
                let value = latestMetric(
                    field.key, datasetName: ordering.datasetName, datasetDigest: ordering.datasetDigest)
                keys.append(ComputedOrder.Key(value, .real, ascending: ordering.by.ascending, isNullable: true))
            } else {
                let column = try column(field.key)
                // Texts may be absent: a model without a source run, without a message.
                keys.append(
                    ComputedOrder.Key(
                        column.sql, column.isText ? .text : .integer, ascending: ordering.by.ascending,
                        isNullable: column.isText))
            }
        }
        keys.append(ComputedOrder.Key("l.created_at", .integer, ascending: false))
        keys.append(ComputedOrder.Key("l.model_id", .text, ascending: true))
        return keys
    }
}
