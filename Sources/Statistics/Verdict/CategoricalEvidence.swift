package import Core

extension Evidence {
    /// Compares how often categories occur. Effect: total variation distance, half the sum of absolute differences of
    /// the shares, which is the share of rows that would have to change category.
    /// - Throws: `Failure(.invalid)` when a side is empty or the counts are not one per category.
    package static func categorical(
        _ counts: CategoryCounts, settings: VerdictSettings
    ) throws(Failure) -> ColumnEvidence {
        let (n, m) = (counts.referenceTotal, counts.currentTotal)
        guard n > 0, m > 0 else {
            throw Failure(.invalid, "a side has no values", hint: "compare columns that hold at least one value")
        }
        guard counts.reference.count == counts.categories.count, counts.current.count == counts.categories.count else {
            throw Failure(.bug, "category counts of unequal length")
        }
        var evidence = shares(reference: counts.reference, current: counts.current, settings: settings)
        evidence.movers = movers(counts)
        evidence.change = change(evidence)
        return evidence
    }

    /// Change of the share of missing values: a member of the comparison's family of tests beside the values
    /// themselves.
    /// - Returns: nil when neither side misses a value, or a side has no rows.
    package static func missing(
        referenceMissing: Int, referenceRows: Int, currentMissing: Int, currentRows: Int, settings: VerdictSettings
    ) -> ColumnEvidence? {
        guard referenceRows > 0, currentRows > 0, referenceMissing + currentMissing > 0 else { return nil }
        guard (0...referenceRows).contains(referenceMissing), (0...currentRows).contains(currentMissing) else {
            return nil
        }
        var evidence = shares(
            reference: [referenceRows - referenceMissing, referenceMissing],
            current: [currentRows - currentMissing, currentMissing], settings: settings)
        evidence.effect = "missing_share"
        evidence.threshold = settings.missingThreshold
        let before = Wording.percent(Double(referenceMissing) / Double(referenceRows))
        let after = Wording.percent(Double(currentMissing) / Double(currentRows))
        evidence.change = "missing values went from \(before) to \(after) of the rows"
        return evidence
    }

    /// Everything but words for counts per category.
    static func shares(reference: [Int], current: [Int], settings: VerdictSettings) -> ColumnEvidence {
        // Largest first and without empty categories: neither names nor their order can change a figure.
        let order = reference.indices.filter { reference[$0] + current[$0] > 0 }
            .sorted {
                (reference[$0] + current[$0], reference[$0], $0) > (reference[$1] + current[$1], reference[$1], $1)
            }
        let a = order.map { reference[$0] }
        let b = order.map { current[$0] }
        let n = Double(a.reduce(0, +))
        let m = Double(b.reduce(0, +))
        var digest = Digest(seed: settings.seed)
        var estimate = 0.0
        for index in a.indices {
            digest.add(a[index])
            digest.add(b[index])
            estimate += abs(Double(a[index]) / n - Double(b[index]) / m) / 2
        }
        var sized = Sized(estimate: min(estimate, 1), settings: settings, seed: digest.value)
        sized.measure(
            reference: a, current: b, weights: [Double](repeating: 0.5, count: a.count), cumulative: false)
        let test = CategoryTest.run(a, b, seed: digest.value).named
        let upper = min(1, sized.interval.upperBound)
        // The test knows rare categories better than the resampling does: without it the interval starts at 0.
        let isClear = test.pValue <= (1 - settings.confidence) / 2
        let lower = isClear ? min(sized.interval.lowerBound, upper) : 0
        return ColumnEvidence(
            effect: "total_variation", unit: "of the rows", estimate: sized.estimate, corrected: sized.corrected,
            interval: lower...upper, confidence: settings.confidence,
            threshold: settings.categoricalThreshold, noiseMean: sized.noiseMean, noise95: sized.noise95,
            test: test.name, statistic: test.statistic, pValue: test.pValue, referenceCount: Int(n),
            currentCount: Int(m), change: "")
    }

    /// The default test alone, for the simulation: name, statistic and p-value.
    package static func categoricalTest(
        reference: [Int], current: [Int]
    ) -> (name: String, statistic: Double, pValue: Double) {
        CategoryTest.run(reference, current, seed: 0).named
    }

    private static func movers(_ counts: CategoryCounts) -> [ColumnEvidence.Mover] {
        let n = Double(counts.referenceTotal)
        let m = Double(counts.currentTotal)
        func change(_ index: Int) -> Double {
            abs(Double(counts.reference[index]) / n - Double(counts.current[index]) / m)
        }
        return counts.categories.indices.filter { change($0) > 0 }
            .sorted { (change($0), -$0) > (change($1), -$1) }
            .prefix(moverLimit)
            .map {
                ColumnEvidence.Mover(
                    category: counts.categories[$0], referenceShare: Double(counts.reference[$0]) / n,
                    currentShare: Double(counts.current[$0]) / m)
            }
    }

    private static func change(_ evidence: ColumnEvidence) -> String {
        let size = evidence.corrected > 0 ? evidence.corrected : evidence.estimate
        let movers = evidence.movers.prefix(2).map {
            let shares = "\(Wording.percent($0.referenceShare)) -> \(Wording.percent($0.currentShare))"
            return "\(Wording.quoted($0.category)) \(shares)"
        }
        let detail = movers.isEmpty ? "" : " (\(movers.joined(separator: ", ")))"
        return "\(Wording.percent(size)) of the rows changed category\(detail)"
    }
}
