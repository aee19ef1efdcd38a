package import Core

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The two-sample Anderson-Darling test with mid-ranks, as `scipy.stats.anderson_ksamp(..., midrank=True)` of scipy
/// 1.17 (Scholz and Stephens, "K-sample Anderson-Darling tests", Journal of the American Statistical Association 82,
/// 1987).
package enum AndersonDarling {
    /// Upper quantiles of the standardised statistic for two samples: Table 2 of the paper, b0 + b1 + b2 (k = 2).
    static let criticalValues = [
        0.675 - 0.245 - 0.105, 1.281 + 0.25 - 0.305, 1.645 + 0.678 - 0.362, 1.96 + 1.149 - 0.391,
        2.326 + 1.822 - 0.396, 2.573 + 2.364 - 0.345, 3.085 + 3.615 - 0.154,
    ]
    /// The significance levels they belong to.
    static let levels = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]

    /// The standardised statistic, and a p-value between 0.001 and 0.25: outside these limits it is cut off, between
    /// them it follows a parabola fitted to the logarithms of the seven levels.
    /// - Throws: `invalid` when a sample is empty, when all values are equal, or for fewer than three values in all.
    package static func kSample(_ x: SortedSample, _ y: SortedSample) throws(Failure) -> TestResult {
        guard x.count > 0, y.count > 0 else {
            throw Failure(.invalid, "anderson_ksamp encountered sample without observations")
        }
        guard min(x.values[0], y.values[0]) < max(x.values[x.count - 1], y.values[y.count - 1]) else {
            throw Failure(.invalid, "anderson_ksamp needs more than one distinct observation")
        }
        guard x.count + y.count > 2 else {
            throw Failure(.invalid, "anderson_ksamp needs at least three observations")
        }
        let statistic = (rawStatistic(x, y) - 1) / deviation(x.count, y.count)
        return TestResult(statistic: statistic, pValue: pValue(statistic))
    }

    /// Equation 7 of the paper, without the standardisation.
    private static func rawStatistic(_ x: SortedSample, _ y: SortedSample) -> Double {
        let n = Double(x.count)
        let m = Double(y.count)
        let total = n + m
        var first = 0.0
        var second = 0.0
        forEachTieGroup(x, y) { group in
            let size = Double(group.size)
            let below = Double(group.beforeX + group.beforeY) + size / 2
            let weight = size / total / (below * (total - below) - total * size / 4)
            let gapX = total * (Double(group.beforeX) + Double(group.x) / 2) - below * n
            let gapY = total * (Double(group.beforeY) + Double(group.y) / 2) - below * m
            first += weight * gapX * gapX
            second += weight * gapY * gapY
        }
        return (first / n + second / m) * (total - 1) / total
    }

    /// The standard deviation under equality (equation 4 of the paper, k = 2).
    private static func deviation(_ n: Int, _ m: Int) -> Double {
        let total = Double(n + m)
        let harmonic = 1 / Double(n) + 1 / Double(m)
        // h = sum of 1/i for i < N; g = sum over i of (sum of 1/j from N - 1 down to N - i) / (i + 1).
        var partial = 0.0
        var g = 0.0
        var i = 2
        while i < n + m {
            partial += 1 / Double(n + m + 1 - i)
            g += partial / Double(i)
            i += 1
        }
        let h = partial + 1
        let k = 2.0
        let a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * harmonic
        let b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * harmonic - 8 * h + 4 * g - 6
        let c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * harmonic + 4 * h
        let d = (2 * h + 6) * k * k - 4 * h * k
        let variance =
            (a * total * total * total + b * total * total + c * total + d)
            / ((total - 1) * (total - 2) * (total - 3))
        return variance.squareRoot()
    }

    private static func pValue(_ statistic: Double) -> Double {
        if statistic.isNaN { return .nan }
        if statistic < criticalValues[0] { return 0.25 }
        if statistic > criticalValues[6] { return 0.001 }
        return exp(parabola(statistic))
    }

    /// The least-squares parabola through ln(level) over the critical values, by orthogonal polynomials.
    private static func parabola(_ at: Double) -> Double {
        let count = Double(criticalValues.count)
        let mean = criticalValues.reduce(0, +) / count
        let linear = criticalValues.map { $0 - mean }
        let linearNorm = linear.reduce(0) { $0 + $1 * $1 }
        // (x - mean)^2 made orthogonal to 1 and x - mean.
        let slope = linear.reduce(0) { $0 + $1 * $1 * $1 } / linearNorm
        let offset = linearNorm / count
        let quadratic = linear.map { $0 * $0 - slope * $0 - offset }
        let quadraticNorm = quadratic.reduce(0) { $0 + $1 * $1 }
        let logs = levels.map { log($0) }
        let u = at - mean
        var value = logs.reduce(0, +) / count
        value += zip(linear, logs).reduce(0) { $0 + $1.0 * $1.1 } / linearNorm * u
        value += zip(quadratic, logs).reduce(0) { $0 + $1.0 * $1.1 } / quadraticNorm * (u * u - slope * u - offset)
        return value
    }
}
