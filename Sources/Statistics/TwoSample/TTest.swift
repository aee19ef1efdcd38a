/// The t-test for the means of two samples, as `scipy.stats.ttest_ind` of scipy 1.17.
package enum TTest {
    /// Student's test with the pooled variance, or Welch's with Satterthwaite's degrees of freedom.
    ///
    /// Means and variances are summed in row order as numpy does: with values far from zero the result depends on it.
    /// Equal constants give NaN; different constants an infinite statistic and p = 0; an empty sample NaN.
    /// - Parameter alternative: `less`: the first mean is smaller.
    package static func independent(
        _ x: NumericSample, _ y: NumericSample, equalVariances: Bool = true, alternative: Alternative = .twoSided
    ) -> TestResult {
        guard x.count > 0, y.count > 0 else { return TestResult(statistic: .nan, pValue: .nan) }
        let n = Double(x.count)
        let m = Double(y.count)
        // scipy takes the mean of the squares first and corrects it by n / (n - 1).
        var first = NumPy.variance(x.values) * (n / (n - 1))
        var second = NumPy.variance(y.values) * (m / (m - 1))
        var degrees: Double
        let error: Double
        if equalVariances {
            if x.count == 1 { first = 0 }
            if y.count == 1 { second = 0 }
            degrees = n + m - 2
            let pooled = ((n - 1) * first + (m - 1) * second) / degrees
            error = (pooled * (1 / n + 1 / m)).squareRoot()
        } else {
            let a = first / n
            let b = second / m
            degrees = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1))
            if degrees.isNaN { degrees = 1 }
            error = (a + b).squareRoot()
        }
        let statistic = (NumPy.mean(x.values) - NumPy.mean(y.values)) / error
        let pValue =
            switch alternative {
            case .twoSided: Distributions.studentTTwoSided(statistic, degrees: degrees)
            case .greater: Distributions.studentTSurvival(statistic, degrees: degrees)
            case .less: Distributions.studentTSurvival(-statistic, degrees: degrees)
            }
        return TestResult(statistic: statistic, pValue: pValue)
    }
}
