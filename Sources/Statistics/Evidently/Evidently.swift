package import Core

/// The rules of evidently 0.7.23 around its tests: what kind a column is, which test it gets, when a data set drifted.
package enum Evidently {
    static let source = "evidently 0.7.23 (numpy 2.4.6, scipy 1.17.1, pandas 2.3.3)"

    /// A column counts as text when more than this share of its values is distinct.
    static let textShare = 0.5
    /// An integer column with at most this many distinct values is categorical.
    static let integerCategories = 10
    /// Up to this many reference rows a test with a p-value is chosen, above it a distance.
    static let smallReference = 1000
    /// A data set drifted when at least this share of its columns did.
    package static let driftShare = 0.5

    /// The kind evidently gives a column it knows nothing about.
    ///
    /// Fractions are numeric; integers are categorical with at most 10 distinct values, else numeric; strings are text
    /// when more than half of the non-missing values are distinct, else categorical; booleans are categorical.
    package static func inferredKind(_ column: Column) -> ColumnKind {
        if column.kind == .datetime { return .datetime }
        switch column.values {
        case .numbers(let numbers):
            guard numbers.isInteger, Set(numbers.values).count <= integerCategories else { return .num }
            return .cat
        case .strings(let strings):
            if column.kind == .bool { return .cat }
            var seen = Set<Int32>()
            var present = 0
            for index in strings.indices where index >= 0 {
                present += 1
                seen.insert(index)
            }
            return Double(seen.count) > textShare * Double(present) ? .text : .cat
        }
    }

    /// The key of the test evidently picks for a column: `ks`, `z`, `chisquare`, `jensenshannon` or `wasserstein`;
    /// nil for text (a learned model) and dates (none).
    ///
    /// n = reference rows with a value, u = distinct values of both sides. n <= 1000: numeric u <= 2 z, u <= 5
    /// chisquare, else ks; categorical u <= 2 z, else chisquare. n > 1000: numeric u <= 5 jensenshannon, else
    /// wasserstein; categorical jensenshannon. The size of the current side plays no part.
    package static func defaultMethod(for pair: ColumnPair) -> String? {
        switch (pair.kind, pair.values) {
        case (.text, _), (.datetime, _): return nil
        case (_, .numeric(let reference, let current)):
            let distinct = MergedCounts(reference.sorted, current.sorted, limit: 5).counts.count
            if reference.count > smallReference { return distinct <= 5 ? "jensenshannon" : "wasserstein" }
            return distinct <= 2 ? "z" : distinct <= 5 ? "chisquare" : "ks"
        case (_, .categorical(let counts, _, _)):
            if counts.referenceTotal > smallReference { return "jensenshannon" }
            return MergedCounts(counts).counts.count <= 2 ? "z" : "chisquare"
        }
    }
}

/// How often each distinct value occurs on both sides, ascending; what pandas' `value_counts` says of both series.
struct MergedCounts {
    private(set) var counts: [(reference: Int, current: Int)] = []

    /// - Parameter limit: stop after one more than this many distinct values.
    init(_ reference: SortedSample, _ current: SortedSample, limit: Int = .max) {
        let (x, y) = (reference.values, current.values)
        var (i, j) = (0, 0)
        while i < x.count || j < y.count, counts.count <= limit {
            let value = i < x.count && (j >= y.count || x[i] <= y[j]) ? x[i] : y[j]
            let (startX, startY) = (i, j)
            while i < x.count, x[i] == value { i += 1 }
            while j < y.count, y[j] == value { j += 1 }
            counts.append((i - startX, j - startY))
        }
    }

    init(_ categories: CategoryCounts) {
        for index in categories.categories.indices {
            let pair = (reference: categories.reference[index], current: categories.current[index])
            if pair.reference + pair.current > 0 { counts.append(pair) }
        }
    }

    init(_ values: ColumnPair.Values) {
        switch values {
        case .numeric(let reference, let current): self.init(reference.sorted, current.sorted)
        case .categorical(let categories, _, _): self.init(categories)
        }
    }

    var referenceTotal: Int { counts.reduce(0) { $0 + $1.reference } }
    var currentTotal: Int { counts.reduce(0) { $0 + $1.current } }
    var referenceDistinct: Int { counts.count { $0.reference > 0 } }
    var currentDistinct: Int { counts.count { $0.current > 0 } }
}
