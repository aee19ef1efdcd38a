/// What MLflow's search calls search. Each has its own fields, operators and messages.
package enum SearchSubject: String, Sendable, CaseIterable {
    case runs, experiments, registeredModels, modelVersions, loggedModels, traces
}

/// One thing a condition or an ordering is about: `metrics.loss`, `tags."a b"`, `start_time`.
package struct SearchField: Sendable, Equatable {
    package enum Entity: String, Sendable {
        case attribute, metric
        case parameter = "param"
        case tag, dataset
        /// A trace's request metadata.
        case metadata
    }

    package let entity: Entity
    /// For an attribute MLflow's own name, whichever of its spellings was written: `start_time` for `Created`.
    package let key: String

    package init(_ entity: Entity, _ key: String) {
        self.entity = entity
        self.key = key
    }

    /// Keys are compared as bytes.
    package static func == (left: SearchField, right: SearchField) -> Bool {
        left.entity == right.entity && left.key.utf8.elementsEqual(right.key.utf8)
    }
}

package enum SearchOperator: String, Sendable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "LIKE"
    case ilike = "ILIKE"
    case `in` = "IN"
    case notIn = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"
}

package enum SearchValue: Sendable, Equatable {
    /// Of a numeric attribute, where the number is whole and fits.
    case integer(Int64)
    /// Of a metric always; of a numeric attribute otherwise. May be infinite, never NaN.
    case number(Double)
    case text(String)
    /// Not empty; of `IN` and `NOT IN` only.
    case list([String])
}

/// One condition of a filter. The types fit together: numbers are compared with numeric fields, lists come with `IN`
/// and `NOT IN`, and nothing comes with `IS NULL` and `IS NOT NULL`.
///
/// What lacks the field never matches, not even `!=`, but for `IS NULL`.
package struct SearchComparison: Sendable, Equatable {
    package let field: SearchField
    package let comparator: SearchOperator
    package let value: SearchValue?

    package init(_ field: SearchField, _ comparator: SearchOperator, _ value: SearchValue?) {
        self.field = field
        self.comparator = comparator
        self.value = value
    }
}

/// Bounds of what is read. A request that goes beyond is refused; MLflow has no such bounds and answers late.
package enum SearchLimit {
    /// UTF-8 bytes of a filter: room for an `IN` list of some thousand identifiers.
    package static let filterBytes = 262_144
    /// Conditions of a filter. Each may cost a join.
    package static let comparisons = 200
    /// Values of all `IN` lists of a filter, well below the 32,766 parameters of a SQLite statement.
    package static let listValues = 10_000
    /// Characters of a pattern of LIKE or ILIKE.
    package static let patternCharacters = 2_000
    /// UTF-8 bytes of one ordering.
    package static let orderingBytes = 2_048
    /// Orderings of a request. Each may cost a join.
    package static let orderings = 32
}
