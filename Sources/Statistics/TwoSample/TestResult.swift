/// What a two-sample test answers.
package struct TestResult: Sendable, Equatable {
    package var statistic: Double
    /// In [0, 1]; NaN where the test is undefined.
    package var pValue: Double

    package init(statistic: Double, pValue: Double) {
        self.statistic = statistic
        self.pValue = pValue
    }
}

/// Which departure from equality a test looks for; raw values are scipy's names.
package enum Alternative: String, Sendable, CaseIterable {
    case twoSided = "two-sided"
    case less, greater
}

/// How a p-value is computed.
package enum Calculation: String, Sendable, CaseIterable {
    case auto, exact, asymptotic
}
