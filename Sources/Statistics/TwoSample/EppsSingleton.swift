package import Core

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The Epps-Singleton test on empirical characteristic functions, as `scipy.stats.epps_singleton_2samp` of scipy 1.17
/// (Epps and Singleton, Journal of Statistical Computation and Simulation 26, 1986).
package enum EppsSingleton {
    /// The points of the characteristic function, in units of half the pooled interquartile range.
    static let points = (0.4, 0.8)

    /// The statistic W and its chi-square p-value on the rank of the covariance; NaN when a sample has fewer than
    /// five elements.
    /// - Throws: `invalid` when the pooled interquartile range is 0 or overflows.
    package static func test(_ x: NumericSample, _ y: NumericSample) throws(Failure) -> TestResult {
        guard x.count >= 5, y.count >= 5 else { return TestResult(statistic: .nan, pValue: .nan) }
        let n = Double(x.count)
        let m = Double(y.count)
        let total = n + m
        let scale = pooledRange(x.sorted, y.sorted) / 2
        guard scale > 0, scale.isFinite, (0.8 / scale).isFinite else {
            throw Failure(.invalid, "SVD did not converge", hint: "the pooled interquartile range is 0")
        }
        let first = Characteristic(x.values, scale)
        let second = Characteristic(y.values, scale)
        var covariance = [Double](repeating: 0, count: 16)
        for i in 0..<16 {
            covariance[i] =
                total / n * (first.covariance[i] * (n - 1) / n) + total / m * (second.covariance[i] * (m - 1) / m)
        }
        guard covariance.allSatisfy(\.isFinite) else {
            throw Failure(
                .invalid, "SVD did not converge", hint: "the values overflow against their interquartile range")
        }
        let difference = (0..<4).map { first.means[$0] - second.means[$0] }
        let (form, rank) = pseudoInverseForm(covariance, difference)
        var statistic = total * form
        if max(x.count, y.count) < 25 {
            statistic *= 1 / (1 + pow(total, -0.45) + 10.1 * (pow(n, -1.7) + pow(m, -1.7)))
        }
        return TestResult(
            statistic: statistic, pValue: Distributions.chiSquareSurvival(statistic, degrees: Double(rank)))
    }

    /// The pooled interquartile range, interpolated as (1 - g) a + g b.
    private static func pooledRange(_ x: SortedSample, _ y: SortedSample) -> Double {
        let total = x.count + y.count
        func quantile(_ p: Double) -> Double {
            let position = p * Double(total) + (1 - p)
            let whole = position.rounded(.down)
            let share = position - whole
            let lower = min(max(Int(whole) - 1, 0), total - 1)
            let upper = min(max(Int(whole), 0), total - 1)
            return (1 - share) * pooled(x, y, lower) + share * pooled(x, y, upper)
        }
        return quantile(0.75) - quantile(0.25)
    }

    /// The element with `rank` smaller or equal elements before it in the two sorted samples together.
    private static func pooled(_ x: SortedSample, _ y: SortedSample, _ rank: Int) -> Double {
        // How many of the first rank + 1 elements come from x.
        var low = max(0, rank + 1 - y.count)
        var high = min(rank + 1, x.count)
        while low < high {
            let middle = (low + high) / 2
            if x.values[middle] < y.values[rank - middle] { low = middle + 1 } else { high = middle }
        }
        let fromY = rank + 1 - low
        let a = low > 0 ? x.values[low - 1] : -Double.infinity
        let b = fromY > 0 ? y.values[fromY - 1] : -Double.infinity
        return max(a, b)
    }

    /// d' C^+ d and the rank of C, for a symmetric 4 x 4 matrix; singular values below 4 epsilon of the largest count
    /// as 0.
    private static func pseudoInverseForm(_ matrix: [Double], _ d: [Double]) -> (form: Double, rank: Int) {
        let (values, vectors) = symmetricEigen(matrix)
        let largest = values.map { abs($0) }.max() ?? 0
        let cutoff = 4 * Double.ulpOfOne * largest
        let kept = (0..<4).filter { abs(values[$0]) > cutoff }
        var form = 0.0
        for k in kept {
            let projection = (0..<4).reduce(0.0) { $0 + vectors[$1 * 4 + k] * d[$1] }
            form += projection * projection / values[k]
        }
        // The rank is taken of the pseudo-inverse, whose largest singular value belongs to the smallest one kept.
        let smallest = kept.map { abs(values[$0]) }.min() ?? 0
        let rank = kept.filter { 1 / abs(values[$0]) > 4 * Double.ulpOfOne / smallest }.count
        return (form, rank)
    }

    /// Eigenvalues and eigenvectors (columns) of a symmetric 4 x 4 matrix, by Jacobi rotations.
    private static func symmetricEigen(_ matrix: [Double]) -> (values: [Double], vectors: [Double]) {
        var a = matrix
        var v: [Double] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
        for _ in 0..<60 {
            var off = 0.0
            for p in 0..<3 { for q in (p + 1)..<4 { off += abs(a[p * 4 + q]) } }
            if off == 0 { break }
            for p in 0..<3 {
                for q in (p + 1)..<4 where a[p * 4 + q] != 0 {
                    let theta = (a[q * 4 + q] - a[p * 4 + p]) / (2 * a[p * 4 + q])
                    let t = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot()
                    let s = t * c
                    for k in 0..<4 {
                        let kp = a[k * 4 + p]
                        let kq = a[k * 4 + q]
                        a[k * 4 + p] = c * kp - s * kq
                        a[k * 4 + q] = s * kp + c * kq
                    }
                    for k in 0..<4 {
                        let pk = a[p * 4 + k]
                        let qk = a[q * 4 + k]
                        a[p * 4 + k] = c * pk - s * qk
                        a[q * 4 + k] = s * pk + c * qk
                    }
                    a[p * 4 + q] = 0
                    a[q * 4 + p] = 0
                    for k in 0..<4 {
                        let kp = v[k * 4 + p]
                        let kq = v[k * 4 + q]
                        v[k * 4 + p] = c * kp - s * kq
                        v[k * 4 + q] = s * kp + c * kq
                    }
                }
            }
        }
        return ((0..<4).map { a[$0 * 5] }, v)
    }
}

/// Mean and covariance (over n - 1) of cos and sin of the values at the two points.
private struct Characteristic {
    var means: [Double] = []
    var covariance = [Double](repeating: 0, count: 16)

    init(_ values: [Double], _ scale: Double) {
        let first = EppsSingleton.points.0 / scale
        let second = EppsSingleton.points.1 / scale
        let rows = [
            values.map { cos(first * $0) }, values.map { cos(second * $0) },
            values.map { sin(first * $0) }, values.map { sin(second * $0) },
        ]
        means = rows.map(NumPy.mean)
        let centred = zip(rows, means).map { row, mean in row.map { $0 - mean } }
        for i in 0..<4 {
            for j in i..<4 {
                let products = zip(centred[i], centred[j]).map { $0 * $1 }
                let value = NumPy.sum(products) / Double(values.count - 1)
                covariance[i * 4 + j] = value
                covariance[j * 4 + i] = value
            }
        }
    }
}
