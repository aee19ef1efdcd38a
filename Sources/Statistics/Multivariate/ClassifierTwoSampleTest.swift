package import Core

/// Can a classifier tell the two data sets apart? (D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests",
/// 2017)
///
/// Rows are split in two halves; boosted trees trained on each half score the other one. The AUC is the mean of the
/// two.
/// Under no drift the two AUCs lean the same way (each half's accidents are learnt and then met again), so their mean
/// is given the variance of a single one: valid whatever the correlation is, and a little cautious when there is drift.
package enum ClassifierTwoSampleTest {
    package struct Result: Sendable {
        /// 0.5 when nothing can be told, 1 when every row can.
        package var auc: Double
        package var interval: ClosedRange<Double>
        /// One-sided, from the normal approximation of the Mann-Whitney statistic with tie-corrected variance.
        package var pValue: Double
        /// Rows used, both sides together.
        package var rows: Int
        /// Share of the trees' gain per column, largest first, summing to 1; columns without any are left out.
        package var contributions: [(column: String, share: Double)]
    }

    /// - Parameters:
    ///   - reference, current: columns of equal names in equal order. Numbers may hold NaN; it counts as a value of its
    ///     own, so a change of the missing share is seen too.
    ///   - maximumRows: rows sampled per side without replacement, seeded.
    ///   - confidence: of the AUC's interval, in (0, 1).
    /// - Throws: `Failure(.invalid)` with fewer than 20 rows on a side or no column that varies.
    package static func run(
        reference: [Column], current: [Column], confidence: Double = 0.95, seed: UInt64 = 0, maximumRows: Int = 10_000
    ) throws(Failure) -> Result {
        let n = reference.map(\.count).min() ?? 0
        let m = current.map(\.count).min() ?? 0
        guard n >= 20, m >= 20 else {
            throw Failure(.invalid, "the classifier needs at least 20 rows on each side, has \(n) and \(m)")
        }
        var digest = Digest(seed: seed)
        digest.add(n)
        digest.add(m)
        var random = SeededRandom(seed: digest.value)
        let data = BinnedFeatures(
            reference: reference, current: current,
            rows: (sample(n, maximumRows, &random), sample(m, maximumRows, &random)))
        guard !data.values.isEmpty else {
            throw Failure(.invalid, "no column varies", hint: "the two data sets are the same constant everywhere")
        }
        // Sampled rows come in random order: every other one makes a random half of each side.
        let halves = (0..<2).map { half in
            (0..<Int32(data.rowCount)).filter { row in
                let position = Int(row) < data.referenceCount ? Int(row) : Int(row) - data.referenceCount
                return position % 2 == half
            }
        }
        var gains = [Double](repeating: 0, count: data.values.count)
        var curves: [ROC] = []
        for half in 0..<2 {
            let trees = BoostedTrees(data, rows: halves[half])
            for (index, gain) in trees.gains.enumerated() { gains[index] += gain }
            let rows = halves[1 - half]
            let scores = trees.scores(data, rows: rows)
            curves.append(ROC(scores, isCurrent: rows.map { Int($0) >= data.referenceCount }))
        }
        let auc = (curves[0].area + curves[1].area) / 2
        let still = ((curves[0].nullVariance + curves[1].nullVariance) / 2).squareRoot()
        let deviation = ((curves[0].variance + curves[1].variance) / 2).squareRoot()
        let reach = Distributions.normalQuantile(0.5 + confidence / 2) * deviation
        let total = gains.reduce(0, +)
        let contributions = gains.indices.filter { gains[$0] > 0 }
            .sorted { (gains[$0], -$0) > (gains[$1], -$1) }
            .map { (column: data.names[$0], share: gains[$0] / total) }
        return Result(
            auc: auc, interval: max(0, auc - reach)...min(1, auc + reach),
            pValue: still > 0 ? Distributions.normalSurvival((auc - 0.5) / still) : 1, rows: data.rowCount,
            contributions: contributions)
    }

    /// `limit` of `count` row numbers in random order, each at most once.
    private static func sample(_ count: Int, _ limit: Int, _ random: inout SeededRandom) -> [Int] {
        var rows = Array(0..<count)
        let wanted = min(count, max(limit, 20))
        for position in 0..<wanted {
            rows.swapAt(position, position + Int(random.uniform() * Double(count - position)))
        }
        return Array(rows[..<wanted])
    }

    /// The area under one receiver operating characteristic and its variance.
    struct ROC {
        private(set) var area = 0.5
        /// Variance of the area if scores said nothing: (N + 1) / (12 n m), less what ties take away.
        private(set) var nullVariance = 0.0
        /// DeLong, DeLong and Clarke-Pearson (1988), from the midranks within and across the sides.
        private(set) var variance = 0.0

        init(_ scores: [Double], isCurrent: [Bool]) {
            let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
            let m = Double(isCurrent.count { $0 })
            let n = Double(scores.count) - m
            guard n > 1, m > 1 else { return }
            let size = n + m
            var (below, belowCurrent) = (0.0, 0.0)
            var (sum, ties) = (0.0, 0.0)
            // Moments of each row's placement: the share of the other side it lies above.
            var (currentSquares, referenceSum, referenceSquares) = (0.0, 0.0, 0.0)
            var start = 0
            while start < order.count {
                var end = start
                var current = 0.0
                while end < order.count, scores[order[end]] == scores[order[start]] {
                    current += isCurrent[order[end]] ? 1 : 0
                    end += 1
                }
                let group = Double(end - start)
                let reference = group - current
                let placement = (below - belowCurrent + reference / 2) / n
                let other = (belowCurrent + current / 2) / m
                sum += current * placement
                currentSquares += current * placement * placement
                referenceSum += reference * other
                referenceSquares += reference * other * other
                ties += group * (group * group - 1)
                below += group
                belowCurrent += current
                start = end
            }
            area = sum / m
            nullVariance = max(0, (size + 1 - ties / (size * (size - 1))) / (12 * n * m))
            let spreadCurrent = max(0, currentSquares / m - area * area) * m / (m - 1)
            let mean = referenceSum / n
            let spreadReference = max(0, referenceSquares / n - mean * mean) * n / (n - 1)
            variance = spreadCurrent / m + spreadReference / n
        }
    }
}
