/// What a column of a table means, as in `schema.json`: `num`, `cat`, `text`, `bool` or `datetime`.
package enum ColumnKind: String, Sendable, CaseIterable {
    case num, cat, text, bool, datetime
}

/// One named column of a table, in row order.
package struct Column: Sendable {
    package var name: String
    package var kind: ColumnKind
    package var values: ColumnValues

    package init(name: String, kind: ColumnKind, values: ColumnValues) {
        self.name = name
        self.kind = kind
        self.values = values
    }

    package var count: Int { values.count }
}

/// Numbers for `num` and `datetime`, dictionary-encoded strings for `cat`, `text` and `bool`.
package enum ColumnValues: Sendable {
    case numbers(NumberColumn)
    case strings(StringColumn)

    package var count: Int {
        switch self {
        case .numbers(let column): column.values.count
        case .strings(let column): column.indices.count
        }
    }
}

/// Numbers in row order. NaN is a missing value; infinities are values. A `datetime` is seconds since
/// 1970-01-01T00:00:00Z.
package struct NumberColumn: Sendable {
    package var values: [Double]
    /// Every value was written as an integer (no point, no exponent) and none is missing: what pandas reads as int64.
    package var isInteger: Bool

    package init(values: [Double], isInteger: Bool = false) {
        self.values = values
        self.isInteger = isInteger
    }
}

/// Strings in row order as indices into the distinct values; -1 is a missing value.
/// `dictionary` holds each distinct value once, in the order of first appearance, compared as UTF-8 bytes.
package struct StringColumn: Sendable {
    package var indices: [Int32]
    package var dictionary: [String]

    package init(indices: [Int32], dictionary: [String]) {
        self.indices = indices
        self.dictionary = dictionary
    }
}

/// Named columns of equal length.
package struct Table: Sendable {
    package var columns: [Column]
    package var rowCount: Int

    package init(columns: [Column], rowCount: Int) {
        self.columns = columns
        self.rowCount = rowCount
    }

    package func column(named name: String) -> Column? {
        columns.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}
