#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Two distributions counted on the same few points, where the random steps can afford to work.
///
/// Up to `limit` distinct values the grid holds each of them and loses nothing. Beyond that its points are pooled
/// quantiles at sin^2(pi u / 2), u = 1/limit, 2/limit, ...: close together in both tails. The grid depends on the
/// pooled rows only, so exchanging rows between the sides leaves it alone, as permutation arguments need.
struct NumericGrid {
    static let limit = 128

    /// Ascending; the last one is the largest pooled value.
    var points: [Double]
    /// Rows at or before each point.
    var reference: [Int]
    var current: [Int]
    /// How much of the effect's integral each point stands for, in the data's unit; 0 for the last point.
    var widths: [Double]

    var referenceCount: Int { reference[reference.count - 1] }
    var currentCount: Int { current[current.count - 1] }

    init(_ a: EmpiricalDistribution, _ b: EmpiricalDistribution, low: Double, high: Double) {
        let distinct = Self.distinct(a, b)
        points = distinct ?? Self.quantiles(a, b)
        reference = points.map { a.rank(of: $0) }
        current = points.map { b.rank(of: $0) }
        widths = [Double](repeating: 0, count: points.count)
        let limited = points.map { min(max($0, low), high) }
        let first = min(max(min(a.points[0], b.points[0]), low), high)
        for index in points.indices.dropLast() {
            if distinct != nil {
                widths[index] = limited[index + 1] - limited[index]
            } else {
                widths[index] = (limited[index + 1] - (index == 0 ? first : limited[index - 1])) / 2
            }
        }
    }

    /// All distinct pooled values, or nil when there are more than `limit`.
    private static func distinct(_ a: EmpiricalDistribution, _ b: EmpiricalDistribution) -> [Double]? {
        var found: [Double] = []
        var (i, j) = (0, 0)
        while i < a.points.count || j < b.points.count {
            if found.count == limit { return nil }
            let value = min(
                i < a.points.count ? a.points[i] : .infinity, j < b.points.count ? b.points[j] : .infinity)
            found.append(value)
            i = a.firstIndex(after: value, from: i)
            j = b.firstIndex(after: value, from: j)
        }
        return found
    }

    private static func quantiles(_ a: EmpiricalDistribution, _ b: EmpiricalDistribution) -> [Double] {
        let total = a.count + b.count
        var points: [Double] = []
        for step in 1...limit {
            let root = sin(Double.pi / 2 * Double(step) / Double(limit))
            let rank = step == limit ? total : min(max(Int((root * root * Double(total)).rounded(.up)), 1), total)
            let value = PooledRanks.value(a, b, atRank: rank)
            if points.last.map({ $0 < value }) ?? true { points.append(value) }
        }
        return points
    }

    /// F - G at every point but the last, where it is 0.
    var gaps: [Double] {
        points.indices.dropLast().map {
            Double(reference[$0]) / Double(referenceCount) - Double(current[$0]) / Double(currentCount)
        }
    }

    /// Rows in each cell (after the point before, up to this one).
    func cells(_ cumulative: [Int]) -> [Int] {
        cumulative.indices.map { cumulative[$0] - ($0 == 0 ? 0 : cumulative[$0 - 1]) }
    }

    func digest(seed: UInt64) -> Digest {
        var digest = Digest(seed: seed)
        for index in points.indices {
            digest.add(points[index])
            digest.add(reference[index])
            digest.add(current[index])
        }
        return digest
    }
}
