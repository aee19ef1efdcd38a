import Core
import MLflow

/// Runs in memory, searched by looking at each of them: what the search in the database is compared with.
struct SearchModel {
    struct Entry {
        var runID = ""
        var name = ""
        var experiment = 0
        var start = 0
        var end: Int?
        var status = "RUNNING"
        var isDeleted = false
        var metrics: [String: Double] = [:]
        var parameters: [String: String] = [:]
        var tags: [String: String] = [:]
    }

    var entries: [Entry] = []

    func search(_ filter: [SearchComparison], _ orderings: [SearchOrdering], experiments: Set<Int>, deleted: Bool?)
        -> [String]
    {
        entries.filter { entry in
            experiments.contains(entry.experiment) && (deleted == nil || deleted == entry.isDeleted)
                && filter.allSatisfy { Self.meets(entry, $0) }
        }.sorted { Self.precedes($0, $1, orderings) }.map(\.runID)
    }

    private enum Value {
        case number(Double)
        case text(String)
    }

    private static func value(_ entry: Entry, _ field: SearchField) -> Value? {
        switch (field.entity, field.key) {
        case (.metric, let key): entry.metrics[key].map(Value.number)
        case (.parameter, let key): entry.parameters[key].map(Value.text)
        case (.tag, let key): entry.tags[key].map(Value.text)
        case (_, "run_id"): .text(entry.runID)
        case (_, "run_name"): .text(entry.name)
        case (_, "status"): .text(entry.status)
        case (_, "start_time"): .number(Double(entry.start))
        case (_, "end_time"): entry.end.map { .number(Double($0)) }
        default: nil
        }
    }

    private static func meets(_ entry: Entry, _ comparison: SearchComparison) -> Bool {
        let value = value(entry, comparison.field)
        switch comparison.comparator {
        case .isNull: return value == nil
        case .isNotNull: return value != nil
        default: break
        }
        switch (value, comparison.value) {
        case (.number(let left), .number(let right)): return compare(left, comparison.comparator, right)
        case (.number(let left), .integer(let right)): return compare(left, comparison.comparator, Double(right))
        case (.text(let left), .text(let right)):
            switch comparison.comparator {
            case .equal: return left == right
            case .notEqual: return left != right
            case .like: return LikePattern(right).matches(left)
            case .ilike: return LikePattern(right, ignoringCase: true).matches(left)
            default: return false
            }
        case (.text(let left), .list(let list)):
            return list.contains(left) == (comparison.comparator == .in)
        default: return false
        }
    }

    private static func compare(_ left: Double, _ comparator: SearchOperator, _ right: Double) -> Bool {
        switch comparator {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        default: false
        }
    }

    private static func precedes(_ left: Entry, _ right: Entry, _ orderings: [SearchOrdering]) -> Bool {
        for ordering in orderings {
            let (a, b) = (value(left, ordering.field), value(right, ordering.field))
            let (rankA, rankB) = (rank(a), rank(b))
            if rankA != rankB { return rankA < rankB }
            if rankA > 0 { continue }
            switch (a, b) {
            case (.number(let a), .number(let b)) where a != b: return (a < b) == ordering.ascending
            case (.text(let a), .text(let b)) where a != b:
                return a.utf8.lexicographicallyPrecedes(b.utf8) == ordering.ascending
            default: continue
            }
        }
        if left.start != right.start { return left.start > right.start }
        return left.runID < right.runID
    }

    private static func rank(_ value: Value?) -> Int {
        switch value {
        case nil: 2
        case .number(let number) where number.isNaN: 1
        default: 0
        }
    }
}
