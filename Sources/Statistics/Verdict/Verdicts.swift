#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// From evidence on all columns of one comparison to a verdict on each.
package enum Verdicts {
    /// Corrects the p-values over the whole family, then applies the rules of docs/concepts/statistics.md, in order.
    ///
    /// - drifted: q <= alpha, the corrected effect is above the threshold (strict: the interval's lower end is), and
    ///   the raw effect is above the noise's 95th percentile
    /// - small shift: q <= alpha otherwise
    /// - undecided: not significant, but the interval reaches the threshold
    /// - stable: not significant, and the interval stays below the threshold
    /// - not comparable: the evidence says so
    package static func decide(_ evidence: [ColumnEvidence], settings: VerdictSettings) -> [ColumnVerdict] {
        let judged = evidence.indices.filter { evidence[$0].isComparable && !evidence[$0].pValue.isNaN }
        let corrected = qValues(judged.map { evidence[$0].pValue }, settings.correction)
        var q = [Double](repeating: .nan, count: evidence.count)
        for (position, index) in judged.enumerated() { q[index] = corrected[position] }
        return evidence.indices.map { verdict(evidence[$0], q: q[$0], settings) }
    }

    /// Corrected p-values in the order given: reject where q <= alpha. All in [0, 1].
    package static func qValues(_ pValues: [Double], _ correction: MultipleTesting) -> [Double] {
        let count = Double(pValues.count)
        switch correction {
        case .none: return pValues
        case .bonferroni: return pValues.map { min(1, $0 * count) }
        case .bh:
            var q = pValues
            var least = 1.0
            let order = pValues.indices.sorted { (pValues[$0], $0) > (pValues[$1], $1) }
            for (position, index) in order.enumerated() {
                least = min(least, pValues[index] * count / (count - Double(position)))
                q[index] = least
            }
            return q
        }
    }

    private static func verdict(_ e: ColumnEvidence, q: Double, _ settings: VerdictSettings) -> ColumnVerdict {
        let verdict: Verdict
        if q.isNaN {
            verdict = .notComparable
        } else if q <= settings.alpha {
            let size = settings.strict ? e.interval.lowerBound : e.corrected
            verdict = size > e.threshold && e.estimate > e.noise95 ? .drifted : .smallShift
        } else {
            verdict = e.interval.upperBound >= e.threshold ? .undecided : .stable
        }
        let rows = verdict == .undecided ? rowsToSettle(e) : nil
        var result = ColumnVerdict(
            verdict: verdict, effect: e.effect, estimate: e.estimate, corrected: e.corrected, interval: e.interval,
            confidence: e.confidence, threshold: e.threshold, noiseMean: e.noiseMean, noise95: e.noise95, test: e.test,
            statistic: e.statistic, pValue: e.pValue, qValue: q, largestGap: e.largestGap, rowsToSettle: rows?.current,
            referenceCount: e.referenceCount, currentCount: e.currentCount, sentence: "")
        result.referenceRowsToSettle = rows?.reference
        result.movers = e.movers
        result.distance = e.distance
        result.spread = e.spread
        result.meanShift = e.meanShift
        result.sentence = sentence(e, result)
        return result
    }

    /// Rows with which an effect of the size seen would be settled either way, to two digits, rounded up.
    ///
    /// Both the interval's reach and the noise shrink with sqrt(1/n + 1/m). `reference` is set when the reference is
    /// too small for any number of current rows; both are then for equal sizes.
    static func rowsToSettle(_ e: ColumnEvidence) -> (current: Int, reference: Int?)? {
        let n = Double(e.referenceCount)
        let scale = (1 / n + 1 / Double(e.currentCount)).squareRoot()
        let reach = e.interval.upperBound - e.corrected
        // Below the threshold the interval must get shorter. Above it the effect may turn out real (less noise shows
        // it)
        // or not (then the interval must fit below the threshold).
        let shrink =
            e.corrected < e.threshold
            ? (e.threshold - e.corrected) / reach : min(0.8 * e.corrected / e.noise95, e.threshold / (1.2 * reach))
        guard shrink > 0, shrink.isFinite else { return nil }
        let wanted = shrink * scale * (shrink * scale)
        // Close calls would ask for absurd numbers: more than 100 million rows is as good as never.
        let left = wanted - 1 / n
        if left > 0, 1 / left < 4 * n { return rounded(max(1 / left, Double(e.currentCount) + 1)).map { ($0, nil) } }
        return rounded(2 / wanted).map { ($0, max($0, e.referenceCount)) }
    }

    private static func rounded(_ rows: Double) -> Int? {
        guard rows < 1e8 else { return nil }
        let unit = pow(10, max(0, floor(log10(max(1, rows))) - 1))
        return Int((rows / unit).rounded(.up) * unit)
    }

    private static func sentence(_ e: ColumnEvidence, _ verdict: ColumnVerdict) -> String {
        switch verdict.verdict {
        case .drifted: return e.change
        case .smallShift: return "\(e.change); too little to matter"
        case .stable: return "no sign of change"
        case .notComparable: return e.change
        case .undecided:
            if let reference = verdict.referenceRowsToSettle {
                return "too few rows to tell; about \(reference) on each side would settle it"
            }
            if let rows = verdict.rowsToSettle {
                return "too few rows to tell; about \(rows) current rows would settle it"
            }
            return "too close to the threshold to tell"
        }
    }
}
