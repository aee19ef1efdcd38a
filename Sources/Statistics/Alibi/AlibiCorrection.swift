/// How alibi-detect turns the p-values of several features into one answer.
enum AlibiCorrection: Sendable {
    /// Drift if any p < level / features.
    case bonferroni
    /// Benjamini-Hochberg with a strict comparison: drift if any ascending p_(i) < level i / features.
    case fdr
    /// Every feature for itself: p < level, uncorrected.
    case feature

    /// - Parameters:
    ///   - pValues: may hold NaN, which never drifts.
    ///   - single: the p-values are float32; numpy 1.26 then compares with the threshold rounded to float32, except
    ///     under `fdr`, where the thresholds are an array of float64.
    /// - Returns: the verdict, and the threshold alibi reports: for `fdr` the largest one that is satisfied, or the
    ///   largest of all (the level itself) if none is, where alibi returns the whole array.
    func decide(
        _ pValues: [Double], level: Double, single: Bool
    ) -> (drifted: DatasetResult.Drifted, threshold: Double) {
        let count = Double(pValues.count)
        func rounded(_ threshold: Double) -> Double { single ? Double(Float(threshold)) : threshold }
        switch self {
        case .bonferroni:
            let threshold = level / count
            return (.dataset(pValues.contains { $0 < rounded(threshold) }), threshold)
        case .feature:
            return (.columns(pValues.map { $0 < rounded(level) }), level)
        case .fdr:
            // NaN sorts to the end, as in numpy.
            let ascending = pValues.filter { !$0.isNaN }.sorted()
            var satisfied: Double?
            for (index, p) in ascending.enumerated() {
                let threshold = level * Double(index + 1) / count
                if p < threshold { satisfied = threshold }
            }
            return (.dataset(satisfied != nil), satisfied ?? level * count / count)
        }
    }
}
