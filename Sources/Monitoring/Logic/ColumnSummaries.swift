import Core
import Statistics

/// What one side of a column holds, reduced to what comparisons need: sorted numbers, or counted strings.
enum ReducedColumn: Sendable {
    case numeric(EmpiricalDistribution, ColumnSummary)
    /// Counts by value, and what text is judged by: its rows, or in a profile the lengths of its values.
    case strings([(String, Int)], ColumnSummary, Text)

    enum Text: Sendable {
        case rows(StringColumn)
        case lengths(EmpiricalDistribution?)

        /// Lengths in Unicode scalars.
        var lengths: EmpiricalDistribution? {
            switch self {
            case .lengths(let lengths): lengths
            case .rows(let column):
                EmpiricalDistribution(SortedSample(sorting: column.lengths))
            }
        }
    }

    var summary: ColumnSummary {
        switch self {
        case .numeric(_, let summary), .strings(_, let summary, _): summary
        }
    }

    init(_ side: consuming SideColumn) {
        switch consume side {
        case .profile(let profile): self.init(profile: profile)
        case .rows(let column):
            switch column.values {
            case .numbers(let numbers): self.init(numbers: numbers.values)
            case .strings(let strings): self.init(strings: strings)
            }
        }
    }

    /// Works in the column's own memory where nobody else holds it.
    private init(numbers: consuming [Double]) {
        let rows = numbers.count
        let infinite = numbers.count { $0.isInfinite }
        numbers.removeAll { !$0.isFinite }
        let missing = rows - numbers.count - infinite
        let sample = SortedSample(sorting: numbers)
        let summary = ColumnSummaries.summary(of: sample, rows: rows, missing: missing, infinite: infinite)
        self = .numeric(EmpiricalDistribution(sample), summary)
    }

    private init(strings: StringColumn) {
        let counts = strings.frequencies
        let summary = ColumnSummary(
            rows: strings.indices.count, missing: strings.missingCount, infinite: 0,
            distinct: counts.count { $0.1 > 0 })
        self = .strings(counts, summary, .rows(strings))
    }

    private init(profile: ColumnProfile) {
        let summary = ColumnSummaries.summary(of: profile)
        if let distribution = profile.distribution {
            self = .numeric(distribution, summary)
        } else {
            self = .strings(profile.categoryCounts?.counts ?? [], summary, .lengths(profile.lengthDistribution))
        }
    }
}

enum ColumnSummaries {
    static func summarise(_ side: SideColumn) -> ColumnSummary { ReducedColumn(side).summary }

    static func summary(of sample: SortedSample, rows: Int, missing: Int, infinite: Int) -> ColumnSummary {
        var summary = ColumnSummary(rows: rows, missing: missing, infinite: infinite, distinct: 0)
        guard let minimum = sample.values.first, let maximum = sample.values.last else { return summary }
        let count = Double(sample.count)
        // Two passes: the mean first, so that a large offset does not swallow the spread.
        var sum = 0.0
        var distinct = 1
        var squares = 0.0
        sample.values.withUnsafeBufferPointer { values in
            for value in values { sum += value / count }
            for index in values.indices {
                let deviation = values[index] - sum
                squares += deviation * deviation
                if index > 0, values[index] != values[index - 1] { distinct &+= 1 }
            }
        }
        summary.distinct = distinct
        summary.numeric = .init(
            mean: sum, standardDeviation: sample.count > 1 ? (squares / (count - 1)).squareRoot() : 0,
            minimum: minimum, maximum: maximum)
        return summary
    }

    static func summary(of profile: ColumnProfile) -> ColumnSummary {
        var summary = ColumnSummary(
            rows: profile.rows, missing: profile.missing, infinite: profile.infinite,
            distinct: profile.distinctEstimate)
        if let moments = profile.moments, moments.count > 0 {
            summary.numeric = .init(
                mean: moments.mean, standardDeviation: moments.standardDeviation ?? 0, minimum: moments.minimum,
                maximum: moments.maximum)
        }
        return summary
    }
}

/// Both sides of a column that can be compared.
struct ComparableSides: Sendable {
    let reference: ReducedColumn
    let current: ReducedColumn
    let kind: ColumnKind

    init(_ reference: consuming SideColumn, _ current: consuming SideColumn, kind: ColumnKind) {
        self.reference = ReducedColumn(reference)
        self.current = ReducedColumn(current)
        self.kind = kind
    }

    var referenceSummary: ColumnSummary { reference.summary }
    var currentSummary: ColumnSummary { current.summary }

    var shape: DistributionShape? {
        switch (reference, current) {
        case (.numeric(let first, _), .numeric(let second, _)): ColumnShapes.numeric(first, second)
        case (.strings(let first, _, _), .strings(let second, _, _)):
            ColumnShapes.categorical(CategoryCounts(reference: first, current: second))
        default: nil
        }
    }

    /// The one value that every usable row of both sides holds, as text.
    var commonConstant: String? {
        switch (reference, current) {
        case (.numeric(let first, _), .numeric(let second, _)):
            guard let value = first.points.first, value == first.points.last, value == second.points.first,
                value == second.points.last
            else { return nil }
            return value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
        case (.strings(let first, _, _), .strings(let second, _, _)):
            let counts = CategoryCounts(reference: first, current: second)
            return counts.categories.count == 1 ? "\"\(counts.categories[0])\"" : nil
        default: return nil
        }
    }

    func evidence(_ settings: VerdictSettings) throws(Failure) -> ColumnEvidence {
        switch (reference, current) {
        case (.numeric(let first, _), .numeric(let second, _)):
            return try Evidence.numeric(
                reference: first, current: second, settings: settings, isDate: kind == .datetime)
        case (.strings(let first, _, let firstText), .strings(let second, _, let secondText)):
            if kind == .text { return try textEvidence(firstText, secondText, settings) }
            return try Evidence.categorical(CategoryCounts(reference: first, current: second), settings: settings)
        default:
            throw Failure(.invalid, "one side holds numbers and the other strings")
        }
    }

    /// Profiles keep the lengths of texts only; then both sides are judged by them.
    private func textEvidence(
        _ reference: ReducedColumn.Text, _ current: ReducedColumn.Text, _ settings: VerdictSettings
    ) throws(Failure) -> ColumnEvidence {
        if case .rows(let first) = reference, case .rows(let second) = current {
            return try Evidence.text(reference: first, current: second, settings: settings)
        }
        guard let first = reference.lengths, let second = current.lengths else {
            throw Failure(.invalid, "the profile holds no lengths of texts")
        }
        return try Evidence.numeric(reference: first, current: second, settings: settings)
    }
}
