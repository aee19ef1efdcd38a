import Core
import Statistics
import Testing

@Suite("Verdict rules") struct VerdictRulesTests {
    private func evidence(
        p: Double, estimate: Double = 0.3, corrected: Double, interval: ClosedRange<Double>
    ) -> ColumnEvidence {
        ColumnEvidence(
            effect: "wasserstein", unit: "standard deviations", estimate: estimate, corrected: corrected,
            interval: interval, confidence: 0.95, threshold: 0.1, noiseMean: 0.02, noise95: 0.04, test: "t",
            statistic: 1, pValue: p, referenceCount: 1000, currentCount: 1000, change: "moved")
    }

    @Test("Benjamini-Hochberg, Bonferroni and none")
    func corrections() {
        let p = [0.01, 0.04, 0.03, 0.005]
        let q = Verdicts.qValues(p, .bh)
        for (value, expected) in zip(q, [0.02, 0.04, 0.04, 0.02]) { #expect(abs(value - expected) < 1e-15) }
        #expect(Verdicts.qValues(p, .bonferroni)[1] == 0.16)
        #expect(Verdicts.qValues([0.5, 0.6], .bonferroni) == [1, 1])
        #expect(Verdicts.qValues(p, .none) == p)
        #expect(Verdicts.qValues([], .bh).isEmpty)
    }

    @Test("the table of rules")
    func table() {
        let cases: [(ColumnEvidence, Verdict)] = [
            (evidence(p: 1e-6, corrected: 0.2, interval: 0.05...0.35), .drifted),
            (evidence(p: 1e-6, corrected: 0.05, interval: 0.01...0.2), .smallShift),
            (evidence(p: 1e-6, estimate: 0.03, corrected: 0.2, interval: 0.01...0.2), .smallShift),
            (evidence(p: 0.5, corrected: 0.02, interval: 0...0.2), .undecided),
            (evidence(p: 0.5, corrected: 0.02, interval: 0...0.08), .stable),
            (evidence(p: .nan, corrected: 0.2, interval: 0...0.3), .notComparable),
        ]
        for (evidence, expected) in cases {
            #expect(Verdicts.decide([evidence], settings: VerdictSettings())[0].verdict == expected)
        }
        var strict = VerdictSettings()
        strict.strict = true
        #expect(Verdicts.decide([cases[0].0], settings: strict)[0].verdict == .smallShift)
    }

    @Test("columns that are not judged do not weigh on the others")
    func family() {
        let judged = evidence(p: 0.04, corrected: 0.2, interval: 0.05...0.35)
        let skipped = evidence(p: .nan, corrected: 0.2, interval: 0.05...0.35)
        let verdicts = Verdicts.decide([skipped, judged, skipped], settings: VerdictSettings())
        #expect(verdicts.map(\.verdict) == [.notComparable, .drifted, .notComparable])
        #expect(verdicts[1].qValue == 0.04)
    }
}
