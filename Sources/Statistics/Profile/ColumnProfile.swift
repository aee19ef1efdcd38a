package import Core

/// One column of a profile: aggregates only, in bounded space.
package struct ColumnProfile: Sendable, Equatable {
    package internal(set) var name: String
    package internal(set) var kind: ColumnKind
    package private(set) var rows: Int
    package private(set) var missing: Int
    /// Every value was written as an integer and none is missing, in every batch.
    package private(set) var isInteger: Bool
    package private(set) var content: Content

    package enum Content: Sendable, Equatable {
        /// For `num` and `datetime`.
        case numbers(NumericProfile)
        /// For `cat`, `bool` and `text`.
        case categories(CategoryProfile)
    }

    /// A column without rows.
    /// - Parameter histogram: an empty histogram to fill; numeric columns only.
    package init(name: String, kind: ColumnKind, histogram: FixedHistogram? = nil) {
        self.name = name
        self.kind = kind
        rows = 0
        missing = 0
        isInteger = kind.isNumeric
        content =
            kind.isNumeric ? .numbers(NumericProfile(histogram: histogram)) : .categories(CategoryProfile(kind: kind))
    }

    /// A column from figures that come from elsewhere (a file, another tool).
    package init(name: String, kind: ColumnKind, rows: Int, missing: Int, isInteger: Bool, content: Content) {
        self.name = name
        self.kind = kind
        self.rows = rows
        self.missing = missing
        self.isInteger = isInteger
        self.content = content
    }

    package var numbers: NumericProfile? { if case .numbers(let numbers) = content { numbers } else { nil } }
    package var categories: CategoryProfile? {
        if case .categories(let categories) = content { categories } else { nil }
    }

    /// Rows with an infinity.
    package var infinite: Int { numbers?.infinite ?? 0 }
    /// Count, mean, deviation and range of the finite values; nil for columns of strings.
    package var moments: Moments? { numbers?.moments }
    package var histogram: FixedHistogram? { numbers?.histogram }
    /// The finite values as weighted points, with the largest error of a rank; nil for strings and without a value.
    package var distribution: EmpiricalDistribution? { numbers?.quantiles.distribution }
    /// The lengths of the values of a text column, in Unicode scalars.
    package var lengthDistribution: EmpiricalDistribution? { categories?.lengths?.quantiles.distribution }

    /// Categories and their counts in ascending order of their UTF-8 bytes; nil for numeric columns.
    /// When not exact, rare categories are absent and counts are lower bounds (`categories.frequent.maximumError`).
    package var categoryCounts: (counts: [(String, Int)], isExact: Bool)? {
        categories.map { ($0.frequent.items.map { ($0.category, $0.count) }, $0.frequent.isExact) }
    }

    /// Distinct values that are not missing; an estimate (1.6 % standard error) unless `isDistinctExact`.
    /// Infinities are not counted.
    package var distinctEstimate: Int { distinct.count }
    package var isDistinctExact: Bool { distinct.isExact }

    private var distinct: (count: Int, isExact: Bool) {
        switch content {
        case .numbers(let numbers): numbers.distinct
        case .categories(let categories): categories.distinct
        }
    }

    /// Whether `update` would accept the column; throws what it would throw.
    func check(_ column: Column) throws(Failure) {
        let isNumeric = if case .numbers = column.values { true } else { false }
        guard isNumeric == column.kind.isNumeric else {
            throw Failure(.invalid, "column \"\(name)\" holds values that do not fit its kind \(column.kind.rawValue)")
        }
        guard column.kind == kind || rows == missing || column.values.isAllMissing else {
            throw Self.conflict(name, kind, column.kind)
        }
    }

    /// Adds the rows of a column.
    /// - Throws: `conflict` when the kinds differ; a side without any value fits every kind.
    package mutating func update(_ column: Column) throws(Failure) {
        try check(column)
        if column.kind != kind {
            if column.values.isAllMissing {
                addMissing(column.count)
                return
            }
            let emptyRows = rows
            self = ColumnProfile(name: name, kind: column.kind)
            addMissing(emptyRows)
        }
        switch (column.values, content) {
        case (.numbers(let numbers), .numbers(var profile)):
            // Drop the second reference, so that the update works in place.
            content = .categories(CategoryProfile(kind: .bool))
            missing += numbers.values.withUnsafeBufferPointer { profile.update($0) }
            content = .numbers(profile)
            if !numbers.values.isEmpty { isInteger = isInteger && numbers.isInteger }
        case (.strings(let strings), .categories(var profile)):
            content = .numbers(NumericProfile())
            missing += profile.update(strings)
            content = .categories(profile)
        default: throw Failure(.bug, "column \"\(name)\" passed its check with values that do not fit")
        }
        rows += column.count
    }

    private mutating func addMissing(_ count: Int) {
        rows += count
        missing += count
        if count > 0 { isInteger = false }
    }

    /// Adds the rows of another profile of the same column.
    package mutating func merge(_ other: ColumnProfile) throws(Failure) {
        if other.kind != kind {
            if other.rows == other.missing {
                addMissing(other.rows)
                return
            }
            guard rows == missing else { throw Self.conflict(name, kind, other.kind) }
            let emptyRows = rows
            self = other
            addMissing(emptyRows)
            return
        }
        switch (content, other.content) {
        case (.numbers(var own), .numbers(let their)):
            try own.merge(their)
            content = .numbers(own)
        case (.categories(var own), .categories(let their)):
            try own.merge(their)
            content = .categories(own)
        default: throw Self.conflict(name, kind, other.kind)
        }
        isInteger = isInteger && other.isInteger
        rows += other.rows
        missing += other.missing
    }

    /// Works partial blocks in, so that reading needs no copy.
    package mutating func finish() {
        switch content {
        case .numbers(var numbers):
            numbers.finish()
            content = .numbers(numbers)
        case .categories(var categories):
            categories.finish()
            content = .categories(categories)
        }
    }

    static func conflict(_ name: String, _ own: ColumnKind, _ their: ColumnKind) -> Failure {
        Failure(
            .conflict, "column \"\(name)\" is \(own.rawValue) in one and \(their.rawValue) in the other",
            hint: "Give the kind of the column in a schema file, so that both sides read it the same way.")
    }
}

extension ColumnValues {
    fileprivate var isAllMissing: Bool {
        switch self {
        case .numbers(let numbers): numbers.values.allSatisfy(\.isNaN)
        case .strings(let strings): strings.indices.allSatisfy { $0 < 0 }
        }
    }
}

extension ColumnKind {
    /// Stored as numbers: `num` and `datetime`.
    package var isNumeric: Bool { self == .num || self == .datetime }
}
