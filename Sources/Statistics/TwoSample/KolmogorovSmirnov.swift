internal import CKernels
package import Core

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The two-sample Kolmogorov-Smirnov test, as `scipy.stats.ks_2samp` of scipy 1.17.
package enum KolmogorovSmirnov {
    package struct Result: Sendable, Equatable {
        /// The largest gap between the two distribution functions, in [0, 1], in the direction that was asked for.
        package var statistic: Double
        package var pValue: Double
        /// A value at which the gap is attained.
        package var location: Double
        /// 1 when the first sample's distribution function is the higher one there, else -1.
        package var sign: Int
    }

    /// Samples up to this size get exact p-values under `auto`.
    static let exactLimit = 10_000

    /// - Parameters:
    ///   - alternative: `greater` looks for F_x > F_y somewhere (x tends to be smaller), `less` for F_x < F_y.
    ///   - calculation: `auto` is exact up to 10000 rows a side. `exact` falls back to the asymptotic formula where
    ///     scipy does.
    /// - Throws: `invalid` when a sample is empty.
    package static func test(
        _ x: SortedSample, _ y: SortedSample, alternative: Alternative = .twoSided, calculation: Calculation = .auto
    ) throws(Failure) -> Result {
        guard x.count > 0, y.count > 0 else { throw Failure(.invalid, "Data passed to ks_2samp must not be empty") }
        let n = x.count
        let m = y.count
        let gaps = extremes(x, y)
        let below = alternative == .less || (alternative == .twoSided && -gaps.lowest > gaps.highest)
        let gap = below ? -gaps.lowest : gaps.highest
        var result = Result(
            statistic: Double(gap) / (Double(n) * Double(m)), pValue: .nan,
            location: location(of: below ? gaps.lowest : gaps.highest, x, y), sign: below ? -1 : 1)

        let divisor = greatestCommonDivisor(n, m)
        let largest = max(n, m)
        let tooLarge = Double(n / divisor) >= 2_147_483_647.0 / Double(m / divisor)
        let isExact =
            switch calculation {
            case .auto: largest <= exactLimit
            case .exact: !tooLarge
            case .asymptotic: false
            }
        if isExact, let probability = exact(n, m, h: gap / divisor, alternative) {
            result.pValue = probability
        } else {
            result.pValue = asymptotic(result.statistic, n, m, alternative)
        }
        return result
    }

    /// The largest gap between the two empirical distribution functions, in one linear pass. NaN when a sample is
    /// empty.
    package static func statistic(
        _ x: SortedSample, _ y: SortedSample, alternative: Alternative = .twoSided
    ) -> Double {
        guard x.count > 0, y.count > 0 else { return .nan }
        let gaps = extremes(x, y)
        let gap =
            switch alternative {
            case .twoSided: max(gaps.highest, -gaps.lowest)
            case .less: -gaps.lowest
            case .greater: gaps.highest
            }
        return Double(gap) / (Double(x.count) * Double(y.count))
    }

    /// Greatest and least value of n m (F_x - F_y) over the pooled points: whole numbers, so ties in the gap are exact.
    static func extremes(_ x: SortedSample, _ y: SortedSample) -> (highest: Int, lowest: Int) {
        guard x.count > 0, y.count > 0 else { return (0, 0) }
        var highest: Int64 = 0
        var lowest: Int64 = 0
        x.values.withUnsafeBufferPointer { xs in
            y.values.withUnsafeBufferPointer { ys in
                steward_gap_extremes(
                    xs.baseAddress, Int64(xs.count), ys.baseAddress, Int64(ys.count), &highest, &lowest)
            }
        }
        return (Int(highest), Int(lowest))
    }

    /// The first value with this gap: scipy looks through the first sample, then through the second.
    private static func location(of gap: Int, _ x: SortedSample, _ y: SortedSample) -> Double {
        var inFirst: Double?
        var inSecond: Double?
        forEachTieGroup(x, y) { group in
            guard inFirst == nil else { return }
            let here = (group.beforeX + group.x) * y.count - (group.beforeY + group.y) * x.count
            guard here == gap else { return }
            if group.x > 0 { inFirst = group.value } else if inSecond == nil { inSecond = group.value }
        }
        return inFirst ?? inSecond ?? .nan
    }

    static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

extension KolmogorovSmirnov {
    /// P(D >= h / lcm(n, m)) over all interleavings; nil where scipy gives up and turns to the asymptotic formula.
    static func exact(_ n: Int, _ m: Int, h: Int, _ alternative: Alternative) -> Double? {
        if h <= 0 { return 1 }
        if n == m {
            let probability = alternative == .twoSided ? outsideSquare(n, h) : touchingOneSide(n, h)
            return probability >= 0 && probability <= 1 ? probability : nil
        }
        let oneSided = alternative != .twoSided
        // scipy counts one-sided paths in doubles and gives up when the binomial coefficient overflows.
        if oneSided, Special.logChoose(n + m, n) >= log(Double.greatestFiniteMagnitude) { return nil }
        // About four seconds of work; scipy would go on for hours.
        guard n + m < 1 << 30, n * m <= 1 << 33 else { return nil }
        let divisor = greatestCommonDivisor(n, m)
        let long = max(n, m)
        let short = min(n, m)
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * (short + 4)) { buffer in
            buffer.initialize(repeating: 1)
            guard let row = buffer.baseAddress else { return nil }
            return steward_lattice_outside(
                Int64(long), Int64(short), Int64(long / divisor), Int64(short / divisor), Int64(h), oneSided ? 1 : 0,
                row, row + (short + 4))
        }
    }

    /// Equal sizes, two-sided: reflections give 2 (A_1 - A_2 + A_3 - ...) with A_k = C(2n, n - k h) / C(2n, n), here
    /// nested as 2 a_0 (1 - a_1 (1 - a_2 ...)). The order of operations is scipy's: where rounding leaves [0, 1], scipy
    /// turns to the asymptotic formula.
    private static func outsideSquare(_ n: Int, _ h: Int) -> Double {
        var probability = 0.0
        var k = n / h
        while k >= 0 {
            var ratio = 1.0
            for j in 0..<h {
                ratio = Double(n - k * h - j) * ratio / Double(n + k * h + j + 1)
            }
            probability = ratio * (1 - probability)
            k -= 1
        }
        return 2 * probability
    }

    /// Equal sizes, one-sided: C(2n, n - h) / C(2n, n).
    private static func touchingOneSide(_ n: Int, _ h: Int) -> Double {
        var ratio = 1.0
        for j in 0..<h {
            ratio *= Double(n - j) / (Double(n + j) + 1)
            if ratio == 0 { break }
        }
        return ratio
    }

    /// Two-sided: the one-sample distribution at round(n m / (n + m)) rows. One-sided: Hodges (1958), formula 5.3.
    static func asymptotic(_ d: Double, _ n: Int, _ m: Int, _ alternative: Alternative) -> Double {
        let long = Double(max(n, m))
        let short = Double(min(n, m))
        let effective = long * short / (long + short)
        if alternative == .twoSided {
            return kstwoSurvival(d, Int(effective.rounded(.toNearestOrEven)))
        }
        let z = effective.squareRoot() * d
        let exponent = -2 * z * z - 2 * z * (long + 2 * short) / (long * short * (long + short)).squareRoot() / 3
        return min(max(exp(exponent), 0), 1)
    }
}
