package import Core

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The two-sample Cramer-von Mises test with mid-ranks, as `scipy.stats.cramervonmises_2samp` of scipy 1.17 (T. W.
/// Anderson, Annals of Mathematical Statistics 33, 1962).
package enum CramerVonMises {
    /// Samples up to this size get exact p-values under `auto`.
    static let exactLimit = 20

    /// Statistic T and p-value; both NaN when a sample has fewer than two elements.
    /// - Throws: `exhausted` when exact p-values are asked for more than 30 elements a side.
    package static func test(
        _ x: SortedSample, _ y: SortedSample, calculation: Calculation = .auto
    ) throws(Failure) -> TestResult {
        let n = x.count
        let m = y.count
        guard n > 1, m > 1 else { return TestResult(statistic: .nan, pValue: .nan) }
        let fourfold = fourfoldU(x, y)
        let product = Double(n) * Double(m)
        let total = Double(n + m)
        // U is a quarter of a whole number, exact; the difference is taken in doubles as scipy takes it, because for
        // nearly equal samples its rounding shows.
        let statistic = Double(fourfold) / 4 / (product * total) - (4 * product - 1) / (6 * total)
        let isExact =
            switch calculation {
            case .auto: max(n, m) <= exactLimit
            case .exact: true
            case .asymptotic: false
            }
        guard isExact else {
            return TestResult(statistic: statistic, pValue: asymptotic(statistic, n, m))
        }
        guard max(n, m) <= 30 else {
            throw Failure(
                .exhausted, "the exact Cramer-von Mises distribution is limited to 30 rows a side, not \(max(n, m))",
                hint: "use the asymptotic p-value")
        }
        // 24 n m N T, in whole numbers.
        let pairs = Int128(n * m)
        return TestResult(statistic: statistic, pValue: exact(6 * fourfold - 4 * pairs * (4 * pairs - 1), n, m))
    }

    /// 4 U = 4 (n sum (r_i - i)^2 + m sum (s_j - j)^2), where r and s are mid-ranks in the pooled sample.
    static func fourfoldU(_ x: SortedSample, _ y: SortedSample) -> Int128 {
        var first: Int128 = 0
        var second: Int128 = 0
        forEachTieGroup(x, y) { group in
            let rank = group.doubledRank
            first += squares(rank - 2 * group.beforeX, group.x)
            second += squares(rank - 2 * group.beforeY, group.y)
        }
        return Int128(x.count) * first + Int128(y.count) * second
    }

    /// The sum of (c - 2k)^2 over k = 1...count.
    private static func squares(_ c: Int, _ count: Int) -> Int128 {
        if count == 0 { return 0 }
        let c = Int128(c)
        let k = Int128(count)
        return k * c * c - 2 * c * k * (k + 1) + 2 * k * (k + 1) * (2 * k + 1) / 3
    }

    /// Normalised to the limit distribution's mean and variance (Anderson's equations 11, 14, 15).
    static func asymptotic(_ statistic: Double, _ n: Int, _ m: Int) -> Double {
        let nx = Double(n)
        let ny = Double(m)
        let total = nx + ny
        let product = nx * ny
        let mean = (1 + 1 / total) / 6
        let variance =
            (total + 1) * (4 * product * total - 3 * (nx * nx + ny * ny) - 2 * product)
            / (45 * total * total * 4 * product)
        let normalised = 1.0 / 6 + (statistic - mean) / (45 * variance).squareRoot()
        // Below this the limit's distribution function is under 1e-17.
        if normalised < 0.003 { return 1 }
        return max(1 - limitCumulative(normalised), 0)
    }

    /// The limit distribution of the one-sample statistic (Anderson and Darling 1952; Csorgo and Faraway 1996, 1.3),
    /// summed as scipy does until a term is below 1e-7.
    static func limitCumulative(_ x: Double) -> Double {
        var sum = 0.0
        var k = 0.0
        while k < 1e7 {
            let y = 4 * k + 1
            let q = y * y / (16 * x)
            let weight =
                exp(Special.logGamma(k + 0.5) - Special.logGamma(k + 1)) / (pow(Double.pi, 1.5) * x.squareRoot())
            let term = weight * y.squareRoot() * exp(-2 * q) * Special.scaledBesselK(order: 0.25, q)
            sum += term
            if !(abs(term) >= 1e-7) { break }
            k += 1
        }
        return sum
    }
}

extension CramerVonMises {
    /// How many interleavings lead to each value of the statistic: values ascending, counts beside them.
    private struct Frequencies {
        var values: [Int] = []
        var counts: [Double] = []

        /// Both tables together, values moved by `shift`.
        static func sum(_ a: Frequencies, _ b: Frequencies, shift: Int) -> Frequencies {
            var result = Frequencies()
            result.values.reserveCapacity(a.values.count + b.values.count)
            result.counts.reserveCapacity(a.values.count + b.values.count)
            var i = 0
            var j = 0
            while i < a.values.count || j < b.values.count {
                let left = i < a.values.count ? a.values[i] : Int.max
                let right = j < b.values.count ? b.values[j] : Int.max
                var count = 0.0
                if left <= right {
                    count += a.counts[i]
                    i += 1
                }
                if right <= left {
                    count += b.counts[j]
                    j += 1
                }
                result.values.append(min(left, right) + shift)
                result.counts.append(count)
            }
            return result
        }
    }

    /// The share of interleavings whose statistic is at least the observed one: a table of frequencies is carried
    /// over the lattice of (rows of x, rows of y) (Xiao, Gordon and Yakovlev, "A C++ program for the Cramer-von Mises
    /// two-sample test", 2007).
    /// - Parameter numerator: 24 n m N T, a whole number.
    static func exact(_ numerator: Int128, _ n: Int, _ m: Int) -> Double {
        let divisor = KolmogorovSmirnov.greatestCommonDivisor(n, m)
        let multiple = n / divisor * m
        let a = multiple / n
        let b = multiple / m
        // Zeta = lcm^2 (n + m) (6 U - nm (4nm - 1)) / (6 (nm)^2), rounded down.
        let square = Int128(n * m) * Int128(n * m)
        let scaled = Int128(multiple) * Int128(multiple) * Int128(n + m) * numerator
        let over = 24 * square
        var observed = scaled / over
        if scaled % over < 0 { observed -= 1 }

        var columns = [Frequencies](repeating: Frequencies(), count: n + 1)
        for v in 0...m {
            for u in 0...n {
                let step = a * u - b * v
                let origin = Frequencies(values: [0], counts: [1])
                if u == 0, v == 0 {
                    columns[0] = origin
                } else {
                    let left = u > 0 ? columns[u - 1] : Frequencies()
                    columns[u] = Frequencies.sum(columns[u], left, shift: step * step)
                }
            }
        }
        let table = columns[n]
        var tail = 0.0
        var all = 0.0
        for (value, count) in zip(table.values, table.counts) {
            all += count
            if Int128(value) >= observed { tail += count }
        }
        return tail / all
    }
}
