import Core
import Monitoring
import Statistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension ReportFixtures {
    static func numeric(
        _ name: String, shift: Double, seed: Int, verdict: Verdict, rows: (Int, Int) = (48_210, 12_904)
    ) -> ColumnReport {
        let scale = [12_400.0, 1, 0.23, 34][seed % 4]
        let centre = [31_000.0, 40, 0.5, 120][seed % 4]
        let reference = sample(seed: seed, count: 4000, shift: 0).map { centre + scale * $0 }
        let current = sample(seed: seed + 1000, count: 4000, shift: shift).map { centre + scale * $0 }
        var column = ColumnReport(name, .num)
        column.reference = summary(reference, rows: rows.0)
        column.current = summary(current, rows: rows.1)
        column.shape = shape(reference, current)
        let noise = 0.9 / Double(min(rows.0, rows.1)).squareRoot()
        let width = 2 * noise
        var answer = ColumnVerdict(
            verdict, effect: "wasserstein", corrected: max(0, shift - noise / 4),
            interval: max(0, shift - width)...(shift + width), threshold: 0.1, counts: rows,
            sentence: verdict == .stable
                ? "no sign of change"
                : verdict == .undecided
                    ? "too few rows to tell; about 1300 current rows would settle it"
                    : "moved up by \(String(Int((shift * 100).rounded())).leftPadded) standard deviations on average")
        answer.estimate = shift + noise / 3
        answer.noiseMean = noise
        answer.noise95 = noise * 1.9
        answer.test = "anderson_darling_ties"
        answer.statistic = 0.4 * shift + noise / 2
        answer.pValue = verdict == .drifted ? 1e-22 : verdict == .smallShift ? 0.0021 : 0.31
        answer.qValue = min(1, answer.pValue * 2.4)
        answer.largestGap = answer.statistic
        answer.rowsToSettle = verdict == .undecided ? 1300 : nil
        column.verdict = answer
        return column
    }

    static func categorical(
        _ name: String, change: Double, seed: Int, verdict: Verdict,
        names: [String] = ["salaried", "self-employed", "retired", "student", "unemployed", "homemaker", "(4 others)"]
    ) -> ColumnReport {
        var random = SeededRandom(seed: UInt64(seed))
        var reference = names.map { _ in 0.05 + random.uniform() }
        reference[0] += 0.9
        let total = reference.reduce(0, +)
        reference = reference.map { $0 / total }
        var current = reference
        current[0] -= min(change, current[0] * 0.9)
        let moved = reference[0] - current[0]
        current[1] += moved * 0.7
        current[2] += moved * 0.3
        let rows = (48_210, 12_904)
        var column = ColumnReport(name, .cat)
        column.reference = .init(rows.0, missing: 0, distinct: 10)
        column.current = .init(rows.1, missing: 12, distinct: 11)
        let order = names.indices.sorted { abs(current[$0] - reference[$0]) > abs(current[$1] - reference[$1]) }
        column.shape = .categorical(
            categories: order.map { names[$0] }, reference: order.map { reference[$0] },
            current: order.map { current[$0] })
        var answer = ColumnVerdict(
            verdict, effect: "total_variation", corrected: change, interval: max(0, change - 0.008)...(change + 0.009),
            threshold: 0.05, counts: rows,
            sentence: verdict == .stable
                ? "no sign of change"
                : "\(Int((change * 100).rounded())) % of the rows changed category (\"\(names[0])\" \(Int((reference[0] * 100).rounded())) % -> \(Int((current[0] * 100).rounded())) %)"
        )
        answer.estimate = change + 0.006
        answer.noiseMean = 0.007
        answer.noise95 = 0.0112
        answer.test = "chi_square"
        answer.statistic = 812.4 * change
        answer.pValue = verdict == .drifted ? 0 : verdict == .smallShift ? 0.00021 : 0.64
        answer.qValue = min(1, answer.pValue * 3)
        column.verdict = answer
        return column
    }

    static func time(_ name: String, seed: Int) -> ColumnReport {
        var column = numeric(name, shift: 0.02, seed: seed, verdict: .stable)
        column.kind = .datetime
        let reference = sample(seed: seed, count: 2000, shift: 0).map { 1_720_000_000 + 2_000_000 * $0 }
        let current = sample(seed: seed + 1, count: 2000, shift: 0.02).map { 1_720_000_000 + 2_000_000 * $0 }
        column.shape = shape(reference, current)
        column.reference = summary(reference, rows: 48_210)
        column.current = summary(current, rows: 12_904)
        return column
    }

    /// The values are stable, but many more of them are missing.
    static func withMissing(_ column: ColumnReport) -> ColumnReport {
        var column = column
        column.reference?.missing = 578
        column.current?.missing = 1187
        var missing = ColumnVerdict(
            .drifted, effect: "missing_share", corrected: 0.0797, interval: 0.0743...0.0854, threshold: 0.05,
            counts: (48_210, 12_904), sentence: "missing values rose from 1.2 % to 9.2 % of the rows")
        missing.estimate = 0.08
        missing.noiseMean = 0.0009
        missing.noise95 = 0.0021
        missing.test = "chi_square"
        missing.pValue = 1e-170
        missing.qValue = 1e-168
        column.missingness = missing
        return column
    }

    static func typeChanged(_ name: String) -> ColumnReport {
        var column = ColumnReport(name, .cat, .typeChanged)
        column.explanation = "The reference holds numbers, the current data text such as \"B-17\"."
        return column
    }

    static func oneSided(_ name: String, _ status: ColumnReport.Status) -> ColumnReport {
        var column = ColumnReport(name, .cat, status)
        let side = ColumnSummary(12_904, missing: 40, distinct: 9)
        if status == .new { column.current = side } else { column.reference = side }
        column.explanation = status == .new ? "Only the current data have it." : "Only the reference has it."
        return column
    }

    static func constant(_ name: String) -> ColumnReport {
        var column = ColumnReport(name, .cat, .constant)
        column.reference = .init(48_210, missing: 0, distinct: 1)
        column.current = .init(12_904, missing: 0, distinct: 1)
        column.explanation = "Every row on both sides holds \"EUR\"."
        return column
    }

    static func empty(_ name: String) -> ColumnReport {
        var column = ColumnReport(name, .text, .empty)
        column.reference = .init(48_210, missing: 48_210, distinct: 0)
        column.current = .init(12_904, missing: 12_904, distinct: 0)
        column.explanation = "No row has a value on either side."
        return column
    }

    static func failing(_ name: String) -> ColumnReport {
        var column = ColumnReport(name, .text, .error)
        column.explanation = "The column holds more than 10,000,000 distinct texts."
        return column
    }

    // MARK: data

    /// A skewed distribution with a mean near 0 and a standard deviation near 1.
    private static func sample(seed: Int, count: Int, shift: Double) -> [Double] {
        var random = SeededRandom(seed: UInt64(seed))
        return (0..<count).map { _ in
            let radius = (-2 * log(1 - random.uniform())).squareRoot()
            let normal = radius * cos(2 * .pi * random.uniform())
            return normal + 0.15 * normal * normal + shift
        }.sorted()
    }

    private static func summary(_ values: [Double], rows: Int) -> ColumnSummary {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        return ColumnSummary(
            rows, missing: 0, distinct: values.count,
            numeric: .init(mean, variance.squareRoot(), values.first!...values.last!))
    }

    private static func shape(_ reference: [Double], _ current: [Double]) -> DistributionShape {
        func quantile(_ values: [Double], _ share: Double) -> Double { values[Int(share * Double(values.count - 1))] }
        let low = min(quantile(reference, 0.005), quantile(current, 0.005))
        let high = max(quantile(reference, 0.995), quantile(current, 0.995))
        let edges = (0...40).map { low + (high - low) * Double($0) / 40 }
        func shares(_ values: [Double]) -> [Double] {
            var counts = [Double](repeating: 0, count: 40)
            for value in values { counts[max(0, min(39, Int((value - low) / (high - low) * 40)))] += 1 }
            return counts.map { $0 / Double(values.count) }
        }
        let probabilities = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
        return .numeric(
            edges: edges, reference: shares(reference), current: shares(current), probabilities: probabilities,
            referenceQuantiles: probabilities.map { quantile(reference, $0) },
            currentQuantiles: probabilities.map { quantile(current, $0) })
    }
}

extension String {
    /// "7" as "0.07", "41" as "0.41".
    fileprivate var leftPadded: String { "0." + (utf8.count == 1 ? "0" : "") + self }
}
