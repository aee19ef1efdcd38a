package import Core

/// A column as both sides see it, ready for a method.
package struct ColumnPair: Sendable {
    package enum Values: Sendable {
        case numeric(reference: NumericSample, current: NumericSample)
        /// Counts without missing values, and the rows themselves for methods that cut chunks.
        case categorical(CategoryCounts, reference: StringColumn, current: StringColumn)
    }

    package let name: String
    package let kind: ColumnKind
    package let values: Values

    package init(name: String, kind: ColumnKind, values: Values) {
        self.name = name
        self.kind = kind
        self.values = values
    }
}

/// What one method says about one column. Fields a method does not define stay nil.
package struct MethodResult: Sendable, Equatable {
    package var method: String
    package var statistic: Double?
    package var pValue: Double?
    /// The figure that is compared with the threshold (a p-value or a distance).
    package var score: Double?
    package var threshold: Double?
    package var drifted: Bool?
    /// One value and one alert per chunk, for methods that cut the rows into chunks.
    package var values: [Double]?
    package var alerts: [Bool]?
    /// Why there is no answer, in the words of the tool that is reproduced where it has some.
    package var error: String?
    /// Further figures, named, in a stable order (degrees of freedom, interval ends, ...).
    package var figures: [Figure] = []

    package struct Figure: Sendable, Equatable {
        package var name: String
        package var value: Double
        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    package init(method: String) { self.method = method }
}

/// What a method that looks at several columns at once says.
package struct DatasetResult: Sendable, Equatable {
    package var method: String
    /// The columns it used; `pValues`, `distances` and a per-column `drifted` follow this order.
    package var columns: [String] = []
    package var pValues: [Double]?
    package var distances: [Double]?
    package var threshold: Double?
    package var drifted: Drifted?
    package var values: [Double]?
    package var alerts: [Bool]?
    package var error: String?
    package var figures: [MethodResult.Figure] = []

    package enum Drifted: Sendable, Equatable {
        case dataset(Bool)
        case columns([Bool])
    }

    package init(method: String) { self.method = method }
}

/// A named way of comparing one column, as listed in `docs/reference/methods.md`.
package struct Method: Sendable {
    /// `<namespace>.<key>`, for instance `scipy.ks_auto_two-sided`.
    package let name: String
    /// A few words for a table.
    package let title: String
    /// The definition in words and formula, with its defaults and thresholds.
    package let definition: String
    /// Paper, specification, or tool and version.
    package let source: String
    package let kinds: Set<ColumnKind>
    /// Never throws: what goes wrong is the result's `error`.
    package let evaluate: @Sendable (ColumnPair, MethodSettings) -> MethodResult

    package init(
        name: String, title: String, definition: String, source: String, kinds: Set<ColumnKind>,
        evaluate: @escaping @Sendable (ColumnPair, MethodSettings) -> MethodResult
    ) {
        self.name = name
        self.title = title
        self.definition = definition
        self.source = source
        self.kinds = kinds
        self.evaluate = evaluate
    }

    package var namespace: String { String(name.prefix { $0 != "." }) }
}

/// A named way of comparing several columns at once.
package struct DatasetMethod: Sendable {
    package let name: String
    package let title: String
    package let definition: String
    package let source: String
    package let evaluate: @Sendable ([ColumnPair], MethodSettings) -> DatasetResult

    package init(
        name: String, title: String, definition: String, source: String,
        evaluate: @escaping @Sendable ([ColumnPair], MethodSettings) -> DatasetResult
    ) {
        self.name = name
        self.title = title
        self.definition = definition
        self.source = source
        self.evaluate = evaluate
    }

    package var namespace: String { String(name.prefix { $0 != "." }) }
}

/// What a user may change for all methods; nil means the method's own default.
package struct MethodSettings: Sendable {
    /// Significance level of tests, in (0, 1).
    package var alpha: Double?
    /// Threshold of distances.
    package var threshold: Double?
    /// How many chunks `nannyml.*` cuts each side into.
    package var chunks = 5
    package var seed: UInt64 = 0

    package init() {}
}
