/// Steward's own answer for one column (docs/concepts/statistics.md).
package enum Verdict: String, Sendable, CaseIterable {
    case stable
    case smallShift = "small shift"
    case drifted
    case undecided
    case notComparable = "not comparable"
}

/// How far a column moved, how sure that is, and what it would have measured had nothing changed.
package struct ColumnVerdict: Sendable, Equatable {
    package var verdict: Verdict
    /// The effect's name: `wasserstein` (units of the reference's robust spread) or `total_variation` (share of
    /// rows), ...
    package var effect: String
    /// Raw effect, noise-corrected effect, and the interval at `confidence`; all >= 0, in the effect's unit.
    package var estimate: Double
    package var corrected: Double
    package var interval: ClosedRange<Double>
    package var confidence: Double
    /// The effect above which a significant change counts as drift.
    package var threshold: Double
    /// What the effect measures on average, and at its 95th percentile, when nothing changed, at these sample sizes.
    package var noiseMean: Double
    package var noise95: Double
    /// The two-sample test: name, statistic, p-value, and Benjamini-Hochberg q over the comparison's columns.
    package var test: String
    package var statistic: Double
    package var pValue: Double
    package var qValue: Double
    /// Largest gap between the two distribution functions; nil for categories.
    package var largestGap: Double?
    /// For `undecided`: about how many current rows would settle it.
    package var rowsToSettle: Int?
    /// Rows with a usable value on each side.
    package var referenceCount: Int
    package var currentCount: Int
    /// One plain sentence: "moved up by 0.23 standard deviations on average".
    package var sentence: String
    /// Set beside `rowsToSettle` when the reference is too small for any number of current rows: rows needed on each
    /// side.
    package var referenceRowsToSettle: Int?
    /// Categories whose share changed, largest change first; empty for numbers.
    package var movers: [ColumnEvidence.Mover] = []
    /// Numbers: exact 1-Wasserstein distance in the data's unit, one unit of the effect in the data's unit, and the
    /// difference of means (current - reference) in effect units.
    package var distance: Double?
    package var spread: Double?
    package var meanShift: Double?
}

extension ColumnVerdict {
    /// A verdict with its effect; the test's figures start as "no evidence" and are set afterwards.
    package init(
        _ verdict: Verdict, effect: String, corrected: Double, interval: ClosedRange<Double>, threshold: Double,
        counts: (reference: Int, current: Int), sentence: String
    ) {
        self.init(
            verdict: verdict, effect: effect, estimate: corrected, corrected: corrected, interval: interval,
            confidence: 0.95, threshold: threshold, noiseMean: 0, noise95: 0, test: "", statistic: 0, pValue: 1,
            qValue: 1, largestGap: nil, rowsToSettle: nil, referenceCount: counts.reference,
            currentCount: counts.current, sentence: sentence)
    }
}
