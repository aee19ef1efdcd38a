/// Mood's test for equal scale, as `scipy.stats.mood` of scipy 1.17 (with ties: Mielke, "Note on some squared rank
/// tests with existing ties", Technometrics 9, 1967).
package enum Mood {
    /// The standardised sum of squared distances of the first sample's ranks from the middle rank, two-sided normal
    /// p-value. NaN when all values are equal, a sample is empty, or there are fewer than three values.
    package static func test(_ x: SortedSample, _ y: SortedSample) -> TestResult {
        let n = Double(x.count)
        let m = Double(y.count)
        let total = n + m
        guard x.count > 0, y.count > 0, total >= 3 else { return TestResult(statistic: .nan, pValue: .nan) }
        var sum = 0.0
        var ties = 0.0
        forEachTieGroup(x, y) { group in
            let size = Double(group.size)
            let doubled = Double(group.doubledRank) - (total + 1)
            // Mean of (rank - middle)^2 over the ranks the tied values share.
            sum += Double(group.x) * (doubled * doubled / 4 + (size * size - 1) / 12)
            if group.size > 1 {
                let before = Double(group.beforeX + group.beforeY)
                let after = total - before - (before + size)
                ties += size * (size * size - 1) * (size * size - 4 + 15 * after * after)
            }
        }
        let expected = n * (total * total - 1) / 12
        let variance =
            n * m * (total + 1) * (total * total - 4) / 180 - n * m / (180 * total * (total - 1)) * ties
        let statistic = (sum - expected) / variance.squareRoot()
        return TestResult(statistic: statistic, pValue: 2 * Distributions.normalSurvival(abs(statistic)))
    }
}
