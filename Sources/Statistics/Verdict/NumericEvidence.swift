package import Core

/// What one column shows, from its two distributions.
package enum Evidence {
    /// Replicates behind a noise floor and an interval.
    static let replicates = 300
    /// Values further than this many spreads from the reference's median count as lying there.
    package static let fence = 10.0
    /// Categories listed as movers.
    package static let moverLimit = 10

    /// Compares two distributions of finite numbers.
    ///
    /// Effect: 1-Wasserstein distance in robust reference spreads, with values beyond 10 spreads from the reference's
    /// median counted as lying there, so that one wild value cannot make or break a verdict. Test: Anderson-Darling
    /// with ties. Cost: one merge of the sorted values, and about a millisecond.
    /// - Parameter isDate: values are seconds since 1970; the sentence speaks of days and hours, and when the two sides
    ///   hardly overlap in time the evidence is not comparable: windows follow each other.
    /// - Throws: `Failure(.invalid)` when a side is empty or the values span more than a double can hold.
    package static func numeric(
        reference: EmpiricalDistribution, current: EmpiricalDistribution, settings: VerdictSettings,
        isDate: Bool = false
    ) throws(Failure) -> ColumnEvidence {
        guard reference.count > 0, current.count > 0 else {
            throw Failure(.invalid, "a side has no values", hint: "compare columns that hold at least one number")
        }
        let first = min(reference.points[0], current.points[0])
        let last = max(reference.points[reference.points.count - 1], current.points[current.points.count - 1])
        guard (last - first).isFinite else {
            throw Failure(
                .invalid, "the values span more than 1.8e308", hint: "check the column for placeholder values")
        }
        let spread = unit(reference, current)
        let median = reference.quantile(0.5)
        let low = median - fence * spread
        let high = median + fence * spread
        let inside = DistributionGap(reference, current, low: low, high: high)
        let below = DistributionGap(reference, current, low: -.infinity, high: low)
        let above = DistributionGap(reference, current, low: high, high: .infinity)
        let grid = NumericGrid(reference, current, low: low, high: high)
        let digest = grid.digest(seed: settings.seed).value
        let rankError = reference.rankError + current.rankError

        let widths = grid.widths.map { spread > 0 ? $0 / spread : 0 }
        var sized = Sized(estimate: spread > 0 ? inside.area / spread : 0, settings: settings, seed: digest)
        sized.measure(
            reference: grid.cells(grid.reference), current: grid.cells(grid.current), weights: widths, cumulative: true)
        let test = numericTest(grid, rankError: rankError)
        let slack = rankError * 4.653
        var evidence = ColumnEvidence(
            effect: "wasserstein", unit: "standard deviations", estimate: sized.estimate, corrected: sized.corrected,
            interval: max(0, sized.interval.lowerBound - slack)...(sized.interval.upperBound + slack),
            confidence: settings.confidence, threshold: settings.numericThreshold, noiseMean: sized.noiseMean,
            noise95: sized.noise95, test: test.name, statistic: test.statistic, pValue: test.pValue,
            referenceCount: reference.count, currentCount: current.count, change: "")
        evidence.largestGap = max(inside.largest, below.largest, above.largest)
        evidence.distance = inside.area + below.area + above.area
        evidence.spread = spread
        evidence.meanShift = spread > 0 ? inside.signed / spread : 0
        evidence.change = change(evidence, reference, current, isDate: isDate)
        if isDate { judgeOverlap(&evidence, reference, current) }
        return evidence
    }

    /// The reference's spread; for a constant reference the current one's, or the distance between two constants.
    private static func unit(_ reference: EmpiricalDistribution, _ current: EmpiricalDistribution) -> Double {
        let own = reference.robustSpread
        if own > 0 { return own }
        let other = current.robustSpread
        return other > 0 ? other : abs(current.points[0] - reference.points[0])
    }

    /// The default test alone, for the simulation: name, statistic and p-value of two non-empty distributions.
    package static func numericTest(
        reference: EmpiricalDistribution, current: EmpiricalDistribution
    ) -> (name: String, statistic: Double, pValue: Double) {
        let grid = NumericGrid(reference, current, low: -.infinity, high: .infinity)
        return numericTest(grid, rankError: reference.rankError + current.rankError)
    }

    private static func numericTest(
        _ grid: NumericGrid, rankError: Double
    ) -> (name: String, statistic: Double, pValue: Double) {
        let cells = (grid.cells(grid.reference), grid.cells(grid.current))
        if cells.0.count <= 2, rankError == 0 { return CategoryTest.run(cells.0, cells.1, seed: 0).named }
        // Figures from sketches: only the part of a gap that the sketch cannot have made counts.
        let gaps = grid.gaps.map { $0 < 0 ? min(0, $0 + rankError) : max(0, $0 - rankError) }
        let test = AndersonDarlingTies(
            gaps: gaps, pooled: zip(cells.0, cells.1).map { $0 + $1 }, referenceCount: grid.referenceCount,
            currentCount: grid.currentCount)
        return ("anderson_darling_ties", test.statistic, test.pValue)
    }

    private static func change(
        _ evidence: ColumnEvidence, _ reference: EmpiricalDistribution, _ current: EmpiricalDistribution, isDate: Bool
    ) -> String {
        let shift = evidence.meanShift ?? 0
        let size = evidence.corrected > 0 ? evidence.corrected : evidence.estimate
        let amount =
            isDate
            ? Wording.duration(size * (evidence.spread ?? 0)) : "\(Wording.number(size)) standard deviations"
        if abs(shift) >= 0.7 * evidence.estimate {
            let direction = isDate ? (shift > 0 ? "later" : "earlier") : (shift > 0 ? "up" : "down")
            return "moved \(direction) by \(amount) on average"
        }
        let ratio = current.robustSpread / reference.robustSpread
        if ratio > 1.1 { return "spread widened: values moved by \(amount) on average" }
        if ratio < 0.9 { return "spread narrowed: values moved by \(amount) on average" }
        return "changed shape: values moved by \(amount) on average"
    }

    /// Time goes on: when nearly all current dates lie outside the reference's range, their position says nothing.
    private static func judgeOverlap(
        _ evidence: inout ColumnEvidence, _ reference: EmpiricalDistribution, _ current: EmpiricalDistribution
    ) {
        let first = reference.points[0]
        let last = reference.points[reference.points.count - 1]
        let after = current.count - current.rank(of: last)
        let before = current.rank(of: first.nextDown)
        guard Double(max(after, before)) >= 0.95 * Double(current.count) else { return }
        let gap = after >= before ? current.quantile(0.05) - last : first - current.quantile(0.95)
        let length = gap > 0 ? "about \(Wording.duration(gap)) " : ""
        evidence.isComparable = false
        evidence.pValue = .nan
        evidence.change =
            after >= before
            ? "starts \(length)after the reference ends; time going on is not drift"
            : "ends \(length)before the reference starts; time going on is not drift"
    }
}
