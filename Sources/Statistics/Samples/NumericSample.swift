/// Finite numbers in ascending order.
package struct SortedSample: Sendable {
    package let values: [Double]
    package var count: Int { values.count }

    /// - Parameter values: finite, ascending; not checked.
    package init(ascending values: [Double]) { self.values = values }
}

/// One side of a numeric comparison: the finite values in row order and sorted, and how many were left out.
package struct NumericSample: Sendable {
    /// Finite values in row order.
    package let values: [Double]
    package let sorted: SortedSample
    /// Rows without a value.
    package let missing: Int
    /// Rows that hold an infinity.
    package let infinite: Int
    /// The column was read as integers without a missing value (numpy's int64).
    package let isInteger: Bool
    /// All rows in row order, NaN for a missing value.
    package let rows: [Double]

    package var count: Int { values.count }
    package var rowCount: Int { rows.count }
}
