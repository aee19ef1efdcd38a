package import Core

/// The Mann-Whitney U test, as `scipy.stats.mannwhitneyu` of scipy 1.17.
package enum MannWhitney {
    /// With a sample up to this size and without ties the p-value is exact.
    static let exactLimit = 8

    /// The statistic is U of the first sample: how many pairs (x, y) have x > y, ties counting one half.
    ///
    /// Exact when the smaller sample has at most 8 elements and nothing is tied (and the product of the sizes is at
    /// most 2^24), else normal with the tie-corrected variance and a continuity correction of one half.
    /// - Parameter alternative: `less`: x tends to be smaller than y.
    /// - Throws: nothing today; NaN when a sample is empty.
    package static func test(
        _ x: SortedSample, _ y: SortedSample, alternative: Alternative = .twoSided
    ) throws(Failure) -> TestResult {
        let n = x.count
        let m = y.count
        guard n > 0, m > 0 else { return TestResult(statistic: .nan, pValue: .nan) }
        var doubledRanks = 0
        var tieTerm = 0.0
        forEachTieGroup(x, y) { group in
            doubledRanks &+= group.x &* group.doubledRank
            if group.size > 1 {
                let size = Double(group.size)
                tieTerm += size * size * size - size
            }
        }
        // Twice U is a whole number.
        let doubledU = doubledRanks - n * (n + 1)
        let doubledOther = 2 * n * m - doubledU
        let tail =
            switch alternative {
            case .greater: doubledU
            case .less: doubledOther
            case .twoSided: max(doubledU, doubledOther)
            }
        var pValue: Double
        if min(n, m) <= exactLimit, tieTerm == 0, n * m <= 1 << 24 {
            pValue = exactSurvival(tail / 2, n, m)
        } else {
            let product = Double(n) * Double(m)
            let total = Double(n + m)
            let deviation = (product / 12 * (total + 1 - tieTerm / (total * (total - 1)))).squareRoot()
            pValue = Distributions.normalSurvival((Double(tail) / 2 - product / 2 - 0.5) / deviation)
        }
        if alternative == .twoSided { pValue *= 2 }
        // NaN stays NaN.
        if pValue > 1 { pValue = 1 }
        return TestResult(statistic: Double(doubledU) / 2, pValue: pValue)
    }

    /// P(U >= u) when every interleaving is equally likely.
    static func exactSurvival(_ u: Int, _ n: Int, _ m: Int) -> Double {
        // U is symmetric about n m / 2: count the shorter tail.
        let mirrored = n * m - u
        if mirrored < 0 { return 0 }
        if u <= 0 { return 1 }
        let (small, large) = (min(n, m), max(n, m))
        if mirrored <= u {
            let (below, total) = interleavings(upTo: mirrored, small, large)
            return Double(below) / Double(total)
        }
        let (below, total) = interleavings(upTo: u - 1, small, large)
        return Double(total - below) / Double(total)
    }

    /// How many of the C(small + large, small) interleavings have U <= limit, and how many there are.
    ///
    /// The numbers of interleavings by U are the coefficients of the Gaussian binomial coefficient, the product over
    /// i = 1...small of (1 - q^(large + i)) / (1 - q^i): every intermediate product is again one, so whole numbers
    /// suffice.
    private static func interleavings(upTo limit: Int, _ small: Int, _ large: Int) -> (UInt128, UInt128) {
        var counts = [UInt128](repeating: 0, count: limit + 1)
        counts[0] = 1
        var total: UInt128 = 1
        for i in 1...small {
            // All orders of U together: C(large + i, i).
            total = total * UInt128(large + i) / UInt128(i)
            var k = limit
            while k >= large + i {
                // May dip below zero here and come back in the division: arithmetic modulo 2^128 keeps it exact.
                counts[k] = counts[k] &- counts[k - large - i]
                k -= 1
            }
            k = i
            while k <= limit {
                counts[k] = counts[k] &+ counts[k - i]
                k += 1
            }
        }
        var below: UInt128 = 0
        for count in counts { below += count }
        return (below, total)
    }
}
