import Core
import MLflow
import Platform

/// One condition of a search for runs: how to test a run (`r`) for it, and, where an index knows, how to list the runs
/// that meet it.
struct RunCondition {
    /// A table of `tracking_latest`, `_parameter`, `_tag`, whose index begins with experiment and key.
    struct Source {
        let table: String
        let key: Int64
        /// A condition on the table's row (`d`), which the index answers, besides experiment and key.
        let test: (inout SQLParameters) -> String
    }

    /// True of the runs (`r`) that meet the condition. The text is an expression for `r.id`: where another table leads,
    /// its column lets the database test a run before it reads the run.
    let test: (String, inout SQLParameters) -> String
    /// Where to find the runs that meet it; nil where no index helps.
    var source: Source?
    /// Of a condition that names runs: no more than these are meant.
    var runIDs: [String]?
    /// The metric, parameter or tag that a run must have to meet it.
    var requires: SearchField?
    /// Whether a metric that is not a number may meet it.
    var allowsNaN = false
}

extension RunCondition {
    /// - Parameter key: the number of the key of a metric, parameter or tag; nil when no run has it.
    init(_ comparison: SearchComparison, key: Int64?, _ dialect: SQLDialect) throws(Failure) {
        switch comparison.field.entity {
        case .attribute: self = try Self.attribute(comparison, nameKey: key, dialect)
        case .metric: self = Self.metric(comparison, key, dialect)
        case .parameter: self = Self.text("tracking_parameter", comparison.field, comparison, key, dialect)
        case .tag: self = Self.text("tracking_tag", comparison.field, comparison, key, dialect)
        case .dataset: self = RunCondition { DatasetCondition.sql(comparison, run: $0, dialect, &$1) }
        case .metadata: throw Failure(.bug, "runs have no metadata")
        }
    }

    init(_ test: @escaping (String, inout SQLParameters) -> String) { self.test = test }

    static var never: RunCondition { RunCondition { _, _ in "1 = 0" } }

    private static func attribute(
        _ comparison: SearchComparison, nameKey: Int64?, _ dialect: SQLDialect
    ) throws(Failure) -> RunCondition {
        let key = comparison.field.key
        switch key {
        case "run_name":
            // The name as the tag has it: a run whose tag was deleted has none to compare.
            return text("tracking_tag", SearchField(.tag, RunStore.nameTag), comparison, nameKey, dialect)
        case "run_id", "user_id", "status", "artifact_uri", "start_time", "end_time":
            var condition = RunCondition { SearchCondition.sql("r.\(key)", comparison, dialect, &$1) }
            if key == "run_id" {
                switch (comparison.comparator, comparison.value) {
                case (.equal, .text(let runID)): condition.runIDs = [runID]
                case (.in, .list(let runIDs)): condition.runIDs = runIDs
                default: break
                }
            }
            return condition
        default: throw Failure(.bug, "runs have no attribute \(key)")
        }
    }

    private static func metric(_ comparison: SearchComparison, _ key: Int64?, _ dialect: SQLDialect) -> RunCondition {
        guard let key else { return never }
        let allowsNaN = comparison.comparator == .notEqual
        let test: (String, inout SQLParameters) -> String = { row, parameters in
            let value = SearchCondition.sql("\(row).value", comparison, dialect, &parameters)
            return allowsNaN ? "(\(row).is_nan = 1 OR \(value))" : "\(row).is_nan = 0 AND \(value)"
        }
        var condition = RunCondition { run, parameters in
            "EXISTS (SELECT 1 FROM tracking_latest f WHERE f.run = \(run) AND f.key = "
                + "\(parameters.add(.integer(key))) AND \(test("f", &parameters)))"
        }
        condition.requires = comparison.field
        condition.allowsNaN = allowsNaN
        if !allowsNaN { condition.source = Source(table: "tracking_latest", key: key) { test("d", &$0) } }
        return condition
    }

    /// - Parameter field: what the table holds under the key: not always the comparison's own field.
    private static func text(
        _ table: String, _ field: SearchField, _ comparison: SearchComparison, _ key: Int64?, _ dialect: SQLDialect
    ) -> RunCondition {
        let isNull = comparison.comparator == .isNull
        guard let key else { return isNull ? RunCondition { _, _ in "1 = 1" } : never }
        let exists: (String, inout SQLParameters, String) -> String = { run, parameters, test in
            "EXISTS (SELECT 1 FROM \(table) f WHERE f.run = \(run) AND f.key = "
                + "\(parameters.add(.integer(key)))\(test))"
        }
        if isNull { return RunCondition { "NOT " + exists($0, &$1, "") } }
        var condition: RunCondition
        if comparison.comparator == .isNotNull {
            condition = RunCondition { exists($0, &$1, "") }
            condition.source = Source(table: table, key: key) { _ in "1 = 1" }
        } else {
            condition = RunCondition { run, parameters in
                let test = SearchCondition.sql("f.value", comparison, dialect, &parameters)
                return exists(run, &parameters, " AND \(test)")
            }
        }
        if comparison.comparator == .equal, case .text(let value) = comparison.value {
            // The index holds the first 40 characters of the value: a shorter one is told by them alone.
            condition.source = Source(table: table, key: key) { parameters in
                guard value.unicodeScalars.count >= 40 else {
                    return "substr(d.value, 1, 40) = \(parameters.add(.text(value)))"
                }
                let value = parameters.add(.text(value))
                return "substr(d.value, 1, 40) = substr(\(value), 1, 40) AND d.value = \(value)"
            }
        }
        condition.requires = field
        return condition
    }
}
