/// A one-dimensional distribution of finite numbers: every value of a sample, or the weighted points of a quantile
/// sketch.
/// Steward's own verdicts are computed on this, so that data and stored profiles are judged by the same code.
package struct EmpiricalDistribution: Sendable {
    /// Ascending, finite. Ties may repeat.
    package let points: [Double]
    /// `cumulative[i]` is how many rows are at or before `points[i]`, ending at `count`; nil when every point is one
    /// row.
    package let cumulative: [Int]?
    /// Rows with a finite value.
    package let count: Int
    /// Largest possible error of a rank, as a share of `count`; 0 for exact data.
    package let rankError: Double

    package init(_ sample: SortedSample) {
        points = sample.values
        cumulative = nil
        count = sample.count
        rankError = 0
    }

    package init(points: [Double], cumulative: [Int], rankError: Double) {
        self.points = points
        self.cumulative = cumulative
        self.count = cumulative.last ?? 0
        self.rankError = rankError
    }
}
