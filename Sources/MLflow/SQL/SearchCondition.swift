import Core
package import Platform

/// Conditions of a search as SQL, for an expression that holds the field's value.
package enum SearchCondition {
    /// A condition that is true, false or null as the comparison asks; null (for what lacks the field) counts as false.
    /// - Parameter expression: SQL of the type the comparison's value has.
    package static func sql(
        _ expression: String, _ comparison: SearchComparison, _ dialect: SQLDialect, _ parameters: inout SQLParameters
    ) -> String {
        switch comparison.comparator {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            let sign = comparison.comparator == .notEqual ? "<>" : comparison.comparator.rawValue
            return "\(expression) \(sign) \(parameters.add(value(comparison)))"
        case .like: return dialect.like(expression, parameters.add(value(comparison)))
        case .ilike: return dialect.ilike(expression, parameters.add(value(comparison)))
        case .in: return "\(expression) IN (\(list(comparison, &parameters)))"
        case .notIn: return "\(expression) NOT IN (\(list(comparison, &parameters)))"
        case .isNull: return "\(expression) IS NULL"
        case .isNotNull: return "\(expression) IS NOT NULL"
        }
    }

    private static func value(_ comparison: SearchComparison) -> SQLValue {
        switch comparison.value {
        case .integer(let number): .integer(number)
        case .number(let number): .real(number)
        case .text(let text): .text(text)
        case .list, nil: .null
        }
    }

    private static func list(_ comparison: SearchComparison, _ parameters: inout SQLParameters) -> String {
        guard case .list(let texts) = comparison.value else { return "" }
        return parameters.add(all: texts.map(SQLValue.text))
    }
}
