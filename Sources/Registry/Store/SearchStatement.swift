import Core
import MLflow
import Platform

/// A SELECT that is put together piece by piece: conditions, an order that is total, and the place where the last page
/// ended.
struct SearchStatement {
    struct Key: Sendable {
        /// How the request names it: `last_updated_timestamp`.
        let name: String
        let column: String
        let isDescending: Bool
        let isText: Bool
    }

    private(set) var arguments: [SQLValue] = []
    private var conditions: [String] = []
    private let dialect: SQLDialect

    init(_ dialect: SQLDialect) { self.dialect = dialect }

    mutating func bind(_ value: SQLValue) -> String {
        arguments.append(value)
        return "?\(arguments.count)"
    }

    mutating func require(_ condition: String) { conditions.append(condition) }

    /// Only models that may be read.
    mutating func require(_ rights: Rights, _ name: String) {
        let condition = RightsCondition(.registeredModel, name: name, dialect).sql(rights, bind: { bind($0) })
        if let condition { require(condition) }
    }

    /// The condition that a comparison puts on a column or expression.
    /// - Throws: `invalid` when the pattern is longer than both databases take.
    mutating func condition(_ expression: String, _ comparison: SearchComparison) throws(Failure) -> String {
        switch (comparison.comparator, comparison.value) {
        case (.like, .text(let pattern)?):
            return dialect.like(expression, bind(.text(try Self.checked(pattern))))
        case (.ilike, .text(let pattern)?):
            return dialect.ilike(expression, bind(.text(try Self.checked(pattern))))
        case (.in, .list(let texts)?), (.notIn, .list(let texts)?):
            let list = texts.map { bind(.text($0)) }.joined(separator: ",")
            return "\(expression) \(comparison.comparator.rawValue) (\(list))"
        case (.equal, let value?), (.notEqual, let value?), (.less, let value?), (.lessOrEqual, let value?),
            (.greater, let value?), (.greaterOrEqual, let value?):
            let sign = comparison.comparator == .notEqual ? "<>" : comparison.comparator.rawValue
            return "\(expression) \(sign) \(bind(Self.sql(value)))"
        default:
            throw Failure(.bug, "the condition on \(comparison.field.key) does not fit together")
        }
    }

    /// Only rows behind the last one of the page before, in the given order.
    mutating func resume(after position: [SQLValue], _ keys: [Key]) {
        guard let first = keys.first, position.count == keys.count else { return }
        var alternatives: [String] = []
        for (index, key) in keys.enumerated() {
            var parts = (0..<index).map { "\(keys[$0].column) = \(bind(position[$0]))" }
            parts.append("\(key.column) \(key.isDescending ? "<" : ">") \(bind(position[index]))")
            alternatives.append("(" + parts.joined(separator: " AND ") + ")")
        }
        // Said once more for the first key alone, which is what an index can begin with.
        require("\(first.column) \(first.isDescending ? "<=" : ">=") \(bind(position[0]))")
        require("(" + alternatives.joined(separator: " OR ") + ")")
    }

    func sql(_ columns: String, from tables: String, _ keys: [Key], limit: Int) -> String {
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let order = keys.map { "\($0.column) \($0.isDescending ? "DESC" : "ASC")" }.joined(separator: ", ")
        return "SELECT \(columns) FROM \(tables) \(filter) ORDER BY \(order) LIMIT \(limit)"
    }

    private static func sql(_ value: SearchValue) -> SQLValue {
        switch value {
        case .integer(let number): .integer(number)
        case .number(let number): .real(number)
        case .text(let text): .text(text)
        case .list: .null
        }
    }

    /// SQLite's limit.
    private static let patternLimit = 50_000

    private static func checked(_ pattern: String) throws(Failure) -> String {
        guard pattern.utf8.count <= patternLimit else {
            throw Failure(.invalid, "a pattern of LIKE is longer than \(patternLimit) bytes")
        }
        return pattern
    }
}

/// One page of what a search found.
struct SearchPage<Element: Sendable>: Sendable {
    let elements: [Element]
    /// The sort key of the last element when there are more.
    let end: [JSON]?
}

/// How the results of a search are ordered, and where it goes on.
struct SearchOrder: Sendable {
    let keys: [SearchStatement.Key]
    /// Where the last page ended, one value per key.
    let position: [JSON]?

    /// - Throws: `invalid` when the position does not fit the keys.
    func values() throws(Failure) -> [SQLValue]? {
        guard let position else { return nil }
        guard position.count == keys.count else { throw Self.misfit }
        var values: [SQLValue] = []
        for (key, value) in zip(keys, position) {
            switch value {
            case .string(let text) where key.isText: values.append(.text(text))
            case .integer(let number) where !key.isText: values.append(.integer(number))
            default: throw Self.misfit
            }
        }
        return values
    }

    private static let misfit = Failure(.invalid, "Invalid page token: it belongs to another query or server")
}
