import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// evidently's tests on category counts; on a numeric column each distinct value is a category.
enum EvidentlyCategorical {
    /// One-sample chi-square of the current counts against the reference shares taken as exact truth.
    static func chiSquare(_ values: ColumnPair.Values) -> EvidentlyScore {
        let merged = MergedCounts(values)
        let scale = Double(merged.currentTotal) / Double(merged.referenceTotal)
        let statistic = NumPy.sum(
            merged.counts.map { count in
                let expected = Double(count.reference) * scale
                let difference = Double(count.current) - expected
                return difference * difference / expected
            })
        return goodnessOfFit(statistic, categories: merged.counts.count)
    }

    /// G statistic against the unscaled reference counts; scipy refuses unequal totals.
    static func likelihoodRatio(_ values: ColumnPair.Values) throws(Failure) -> EvidentlyScore {
        let merged = MergedCounts(values)
        let (n, m) = (Double(merged.referenceTotal), Double(merged.currentTotal))
        guard abs(m - n) / min(n, m) <= sumTolerance else {
            throw Failure(
                .invalid,
                """
                For each axis slice, the sum of the observed frequencies must agree with the sum of the expected \
                frequencies to a relative tolerance of \(sumTolerance)
                """)
        }
        let statistic =
            2
            * NumPy.sum(
                merged.counts.map { count in
                    guard count.current > 0 else { return 0 }
                    return Double(count.current) * log(Double(count.current) / Double(count.reference))
                })
        return goodnessOfFit(statistic, categories: merged.counts.count)
    }

    /// sqrt(2^-52), scipy's tolerance for the sums of observed and expected counts.
    private static let sumTolerance = 1.4901161193847656e-08

    private static func goodnessOfFit(_ statistic: Double, categories: Int) -> EvidentlyScore {
        let degrees = Double(categories - 1)
        // One category leaves no degrees of freedom: scipy then answers NaN for a statistic of 0, which is not drift,
        // and 0 for anything above, which is: rounding of the expected count decides.
        let p: Double
        if statistic.isNaN || (degrees < 1 && statistic == 0) {
            p = .nan
        } else if degrees < 1 || statistic == .infinity {
            p = 0
        } else {
            p = Distributions.chiSquareSurvival(statistic, degrees: degrees)
        }
        return EvidentlyScore(statistic: statistic, score: p, figures: [.init("degrees_of_freedom", degrees)])
    }

    /// Two proportions: the share of everything but the first key in ascending order, pooled variance.
    static func proportions(_ values: ColumnPair.Values) -> EvidentlyScore {
        let merged = MergedCounts(values)
        if merged.counts.count == 1 { return EvidentlyScore(statistic: 0, score: 1) }
        let (n, m) = (Double(merged.referenceTotal), Double(merged.currentTotal))
        let first = merged.counts[0]
        let p1 = (n - Double(first.reference)) / n
        let p2 = (m - Double(first.current)) / m
        let pooled = (p1 * n + p2 * m) / (n + m)
        let z = (p1 - p2) / (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
        return EvidentlyScore(statistic: z, score: 2 * (1 - Distributions.normalCumulative(abs(z))))
    }

    /// Two-sided Fisher test of two categories; evidently's preconditions are errors.
    static func fisher(_ pair: ColumnPair) throws(Failure) -> EvidentlyScore {
        let merged = MergedCounts(pair.values)
        guard merged.referenceDistinct <= 2, merged.currentDistinct <= 2 else {
            throw Failure(
                .invalid, "Expects binary data for both reference and current, but found unique categories > 2")
        }
        guard merged.referenceTotal == merged.currentTotal else {
            throw Failure(
                .invalid,
                """
                reference_data and current_data are not of equal length, \
                please ensure that they are of equal length
                """)
        }
        guard merged.counts.count <= 2 else {
            throw Failure(
                .unsupported,
                "the two sides have \(merged.counts.count) categories together; evidently's answer then depends on "
                    + "the hash order of a Python set")
        }
        let zero = merged.counts[0]
        let one = merged.counts.count > 1 ? merged.counts[1] : (reference: 0, current: 0)
        let answer = Contingency.fisherExact(
            one.current, zero.current, one.reference, zero.reference, alternative: .twoSided)
        return EvidentlyScore(statistic: answer.odds, score: answer.pValue)
    }

    /// Hellinger distance of category shares: sqrt(1 - sum sqrt(p q)), the sum clipped to [0, 1].
    static func hellinger(_ counts: CategoryCounts) -> EvidentlyScore {
        let merged = MergedCounts(counts)
        let (n, m) = (Double(merged.referenceTotal), Double(merged.currentTotal))
        var overlap = 0.0
        for count in merged.counts {
            overlap += ((Double(count.reference) / n) * (Double(count.current) / m)).squareRoot()
        }
        return EvidentlyScore(score: (1 - min(max(overlap, 0), 1)).squareRoot())
    }
}
