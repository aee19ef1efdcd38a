import Statistics

/// Whole comparisons: every source of the zoo is a column, and nothing changed.
package enum DataSetStudy {
    package struct Outcome: Sendable {
        package var columns: Int
        /// Share of comparisons with at least one significant column after correction.
        package var significant: Double
        /// Share of comparisons with at least one column called drifted: the false alarms that matter.
        package var drifted: Double
    }

    package static func outcome(_ n: Int, _ m: Int, runs: Int, seed: UInt64 = 3) -> Outcome {
        let settings = VerdictSettings()
        var random = Studies.random("data sets", n, m, seed: seed)
        var outcome = Outcome(columns: Zoo.numbers.count + Zoo.categories.count, significant: 0, drifted: 0)
        for _ in 0..<runs {
            let numbers = Zoo.numbers.map {
                (Studies.distribution($0.sample(n, &random)), Studies.distribution($0.sample(m, &random)))
            }
            let categories = Zoo.categories.map { $0.counts($0.sample(n, &random), $0.sample(m, &random)) }
            // The tests alone decide whether anything is significant; the rest is measured only then.
            let p =
                numbers.map { Evidence.numericTest(reference: $0.0, current: $0.1).pValue }
                + categories.map { Evidence.categoricalTest(reference: $0.reference, current: $0.current).pValue }
            guard Verdicts.qValues(p, settings.correction).contains(where: { $0 <= settings.alpha }) else { continue }
            var evidence: [ColumnEvidence] = []
            for (a, b) in numbers {
                if let e = try? Evidence.numeric(reference: a, current: b, settings: settings) { evidence.append(e) }
            }
            for counts in categories {
                if let e = try? Evidence.categorical(counts, settings: settings) { evidence.append(e) }
            }
            let verdicts = Verdicts.decide(evidence, settings: settings)
            outcome.significant += verdicts.contains { $0.qValue <= settings.alpha } ? 1 : 0
            outcome.drifted += verdicts.contains { $0.verdict == .drifted } ? 1 : 0
        }
        outcome.significant /= Double(runs)
        outcome.drifted /= Double(runs)
        return outcome
    }
}
