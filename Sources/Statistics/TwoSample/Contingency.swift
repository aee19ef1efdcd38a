package import Core

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Tests on the table of two samples by categories, as `scipy.stats.chi2_contingency` and `fisher_exact` of scipy 1.17.
package enum Contingency {
    package struct Result: Sendable, Equatable {
        package var statistic: Double
        package var pValue: Double
        package var degreesOfFreedom: Int
    }

    /// Pearson's chi-square on the 2 x K table; expected counts from the margins.
    /// - Parameters:
    ///   - reference, current: counts by category, of equal length, not negative.
    ///   - yates: for two categories, move each count by min(0.5, |observed - expected|) towards its expectation.
    /// - Throws: `invalid` for an empty table, a negative count, or a category (or side) without any count.
    package static func chiSquare(
        _ reference: [Double], _ current: [Double], yates: Bool
    ) throws(Failure) -> Result {
        try divergence(reference, current, yates: yates) { observed, expected in
            (observed - expected) * (observed - expected) / expected
        }
    }

    /// The likelihood-ratio statistic G = 2 sum O ln(O / E) on the same table.
    package static func logLikelihood(
        _ reference: [Double], _ current: [Double], yates: Bool = false
    ) throws(Failure) -> Result {
        try divergence(reference, current, yates: yates) { observed, expected in
            observed == 0 ? 0 : 2 * (observed * log(observed / expected))
        }
    }

    private static func divergence(
        _ reference: [Double], _ current: [Double], yates: Bool, _ term: (Double, Double) -> Double
    ) throws(Failure) -> Result {
        guard reference.count == current.count else {
            throw Failure(.invalid, "the two rows of the table have \(reference.count) and \(current.count) categories")
        }
        guard !reference.isEmpty else { throw Failure(.invalid, "No data; `observed` has size 0.") }
        var observed = reference + current
        guard observed.allSatisfy({ $0 >= 0 }) else {
            throw Failure(.invalid, "All values in `observed` must be nonnegative.")
        }
        let categories = reference.count
        let rows = [NumPy.sum(reference), NumPy.sum(current)]
        let total = NumPy.sum(observed)
        var expected = [Double](repeating: 0, count: observed.count)
        for i in observed.indices {
            let column = observed[i % categories] + observed[categories + i % categories]
            expected[i] = rows[i / categories] * column / total
            guard expected[i] != 0, expected[i].isFinite else {
                throw Failure(
                    .invalid,
                    "The internally computed table of expected frequencies has a zero element at "
                        + "(\(i / categories), \(i % categories)).")
            }
        }
        let degrees = categories - 1
        if degrees == 0 { return Result(statistic: 0, pValue: 1, degreesOfFreedom: 0) }
        if degrees == 1, yates {
            for i in observed.indices {
                let difference = expected[i] - observed[i]
                let magnitude = min(0.5, abs(difference))
                observed[i] += difference < 0 ? -magnitude : magnitude
            }
        }
        let statistic = NumPy.sum(observed.indices.map { term(observed[$0], expected[$0]) })
        return Result(
            statistic: statistic,
            pValue: Distributions.chiSquareSurvival(statistic, degrees: Double(degrees)),
            degreesOfFreedom: degrees)
    }

    /// Fisher's exact test of the table [[a, b], [c, d]], conditional on its margins.
    ///
    /// Two-sided: the probability of all tables that are no more likely than the observed one. A table with an empty
    /// row or column has odds NaN and p = 1.
    /// - Parameter alternative: `greater`: the odds ratio exceeds one.
    package static func fisherExact(
        _ a: Int, _ b: Int, _ c: Int, _ d: Int, alternative: Alternative = .twoSided
    ) -> (odds: Double, pValue: Double) {
        let first = a + b
        let draws = a + c
        let population = first + c + d
        guard min(a, b, c, d) >= 0 else { return (.nan, .nan) }
        guard first > 0, c + d > 0, draws > 0, b + d > 0 else { return (.nan, 1) }
        let odds = c > 0 && b > 0 ? Double(a) * Double(d) / (Double(c) * Double(b)) : .infinity
        func atMost(_ k: Int) -> Double {
            Distributions.hypergeometricCumulative(k, population: population, successes: first, draws: draws)
        }
        func above(_ k: Int) -> Double {
            Distributions.hypergeometricSurvival(k, population: population, successes: first, draws: draws)
        }
        let pValue =
            switch alternative {
            case .less: atMost(a)
            case .greater: above(a - 1)
            case .twoSided: noMoreLikely(a, population, first, draws, atMost, above)
            }
        return (odds, min(pValue, 1))
    }

    /// Equal probabilities count as equal up to rounding.
    private static let equality = 1 + 1e-12

    private static func noMoreLikely(
        _ a: Int, _ population: Int, _ first: Int, _ draws: Int, _ atMost: (Int) -> Double, _ above: (Int) -> Double
    ) -> Double {
        func density(_ k: Int) -> Double {
            Distributions.hypergeometricDensity(k, population: population, successes: first, draws: draws)
        }
        let observed = density(a) * equality
        let mode = Int(Double(draws + 1) * Double(first + 1) / Double(population + 2))
        if density(mode) <= observed { return 1 }
        let lowest = max(0, draws + first - population)
        let highest = min(draws, first)
        if a < mode {
            if density(highest) > observed { return atMost(a) }
            // The first k above the mode that is no more likely; densities fall from the mode on.
            var low = mode
            var high = highest
            while low < high {
                let middle = (low + high) / 2
                if density(middle) <= observed { high = middle } else { low = middle + 1 }
            }
            return atMost(a) + above(low - 1)
        }
        if density(lowest) > observed { return above(a - 1) }
        var low = lowest
        var high = mode
        while low < high {
            let middle = (low + high + 1) / 2
            if density(middle) <= observed { low = middle } else { high = middle - 1 }
        }
        return above(a - 1) + atMost(low)
    }
}
