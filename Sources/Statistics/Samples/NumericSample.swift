internal import CKernels
package import Core

/// Finite numbers in ascending order.
package struct SortedSample: Sendable {
    package let values: [Double]
    package var count: Int { values.count }

    /// - Parameter values: finite, ascending; not checked.
    package init(ascending values: [Double]) { self.values = values }

    /// Sorts. Negative zeros become zeros, so that equal numbers are the same bits.
    /// - Parameter values: finite, in any order; not checked.
    package init(sorting values: consuming [Double]) {
        var values = values
        let count = values.count
        if count < 256 {
            for i in values.indices { values[i] += 0.0 }
            values.sort()
        } else {
            let scratch = UnsafeMutablePointer<Double>.allocate(capacity: count)
            defer { scratch.deallocate() }
            values.withUnsafeMutableBufferPointer { steward_sort_doubles($0.baseAddress, scratch, count) }
        }
        self.values = values
    }
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

    /// - Parameters:
    ///   - rows: NaN is a missing value; infinities are counted and left out of the sample.
    ///   - isInteger: the column was read as integers without a missing value.
    package init(rows: [Double], isInteger: Bool) {
        var missing = 0
        var infinite = 0
        for value in rows where !value.isFinite {
            if value.isNaN { missing += 1 } else { infinite += 1 }
        }
        // Without gaps the finite values are the rows: one shared buffer.
        let values = missing + infinite == 0 ? rows : rows.filter(\.isFinite)
        self.values = values
        self.sorted = SortedSample(sorting: values)
        self.missing = missing
        self.infinite = infinite
        self.isInteger = isInteger
        self.rows = rows
    }

    package init(column: NumberColumn) { self.init(rows: column.values, isInteger: column.isInteger) }
}
