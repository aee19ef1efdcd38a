/// Everything measured about one column (or its missing share) before the comparison's other columns are considered.
/// All effects are >= 0 and in the effect's own unit.
package struct ColumnEvidence: Sendable {
    /// `wasserstein`, `total_variation`, `missing_share`, or for text `length`, `characters`, `new_words`.
    package var effect: String
    /// What is measured, as words for the sentence.
    package var unit: String
    package var estimate: Double
    /// `estimate` with the noise of these sample sizes taken off. Numeric: sqrt(max(0, estimate^2 - noiseMean^2));
    /// shares: cell by cell (docs/concepts/statistics.md).
    package var corrected: Double
    package var interval: ClosedRange<Double>
    package var confidence: Double
    package var threshold: Double
    package var noiseMean: Double
    package var noise95: Double
    /// `anderson_darling_ties`, `chi_square`, `chi_square_permutation`, `chi_square_moments`, `fisher_mid_p`.
    package var test: String
    package var statistic: Double
    /// In [0, 1]; NaN when the column is not to be judged.
    package var pValue: Double
    /// Largest gap between the two distribution functions; nil for categories.
    package var largestGap: Double?
    /// Numeric: the exact 1-Wasserstein distance in the data's unit, without the limit on far values.
    package var distance: Double?
    /// Numeric: one unit of the effect, in the data's unit.
    package var spread: Double?
    /// Numeric: difference of the means (current - reference) in spreads, far values limited.
    package var meanShift: Double?
    /// Categories whose share changed, largest change first, at most `Evidence.moverLimit`.
    package var movers: [Mover] = []
    package var referenceCount: Int
    package var currentCount: Int
    /// What happened, in words, were it real: "moved up by 0.23 standard deviations on average".
    package var change: String
    /// False when the figures are shown but no verdict is due (dates of windows that follow each other).
    package var isComparable = true

    package init(
        effect: String, unit: String, estimate: Double, corrected: Double, interval: ClosedRange<Double>,
        confidence: Double, threshold: Double, noiseMean: Double, noise95: Double, test: String, statistic: Double,
        pValue: Double, referenceCount: Int, currentCount: Int, change: String
    ) {
        (self.effect, self.unit, self.change, self.test) = (effect, unit, change, test)
        (self.estimate, self.corrected, self.interval) = (estimate, corrected, interval)
        (self.confidence, self.threshold) = (confidence, threshold)
        (self.noiseMean, self.noise95) = (noiseMean, noise95)
        (self.statistic, self.pValue) = (statistic, pValue)
        (self.referenceCount, self.currentCount) = (referenceCount, currentCount)
    }

    package struct Mover: Sendable, Equatable {
        package var category: String
        package var referenceShare: Double
        package var currentShare: Double
    }
}
