/// Levene's test for equal spread with deviations from the median (Brown and Forsythe, 1974), as
/// `scipy.stats.levene(center="median")` of scipy 1.17.
package enum Levene {
    /// The F statistic of the absolute deviations and its p-value on (1, N - 2) degrees of freedom.
    /// NaN when both samples are constant or one is empty.
    package static func medianCentred(_ x: NumericSample, _ y: NumericSample) -> TestResult {
        guard x.count > 0, y.count > 0 else { return TestResult(statistic: .nan, pValue: .nan) }
        let n = Double(x.count)
        let m = Double(y.count)
        let first = deviations(x)
        let second = deviations(y)
        let meanFirst = NumPy.mean(first)
        let meanSecond = NumPy.mean(second)
        let mean = (n * meanFirst + m * meanSecond) / (n + m)
        let between =
            n * (meanFirst - mean) * (meanFirst - mean) + m * (meanSecond - mean) * (meanSecond - mean)
        let within = NumPy.variance(first) * n + NumPy.variance(second) * m
        let degrees = n + m - 2
        let statistic = degrees * between / within
        return TestResult(
            statistic: statistic, pValue: Distributions.fSurvival(statistic, numerator: 1, denominator: degrees))
    }

    private static func deviations(_ sample: NumericSample) -> [Double] {
        let sorted = sample.sorted.values
        let middle = sorted.count / 2
        let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        return sample.values.map { abs($0 - median) }
    }
}
