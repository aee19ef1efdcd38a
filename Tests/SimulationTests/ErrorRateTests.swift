import Simulation
import Statistics
import Testing

/// What docs/concepts/statistics.md promises, on fewer runs; seeded, so the figures are the same every time.
/// `swift run -c release steward-simulate` prints the full tables.
@Suite("Simulation") struct ErrorRateTests {
    @Test("every default test holds its level: p < 0.05 in 3 to 7 of 100 runs without drift")
    func falseAlarms() {
        let rates = Simulate.rates(1500, [(30, 30), (30, 300), (100, 100), (1000, 300)])
        for cell in rates {
            let name = "\(cell.source) \(cell.reference)/\(cell.current): \(cell.rate)"
            #expect(cell.rate <= 0.07, "\(name) is more than 0.07")
            #expect(cell.isCoarse || cell.rate >= 0.03, "\(name) is less than 0.03")
        }
        let large = Simulate.rates(150, [(5000, 5000)])
        let mean = large.reduce(0) { $0 + $1.rate } / Double(large.count)
        #expect((0.035...0.065).contains(mean), "mean rate \(mean) at 5000/5000")
    }

    @Test("a comparison in which nothing changed is called drifted in at most 5 of 100 cases")
    func dataSets() {
        let outcomes = Simulate.dataSets(500, sizes: [(30, 30), (100, 1000), (1000, 1000)])
        let mean = outcomes.reduce(0) { $0 + $1.drifted } / Double(outcomes.count)
        #expect(mean <= 0.05, "false drifted rate \(mean)")
        // Each size on its own may exceed 0.05 by chance: 500 runs have a standard error of 0.01.
        for outcome in outcomes { #expect(outcome.drifted <= 0.07) }
    }

    @Test("intervals hold the true effect as often as they say")
    func coverage() {
        let cells = Simulate.coverage(300, sizes: [(30, 30), (1000, 300)], everyChange: false)
        let mean = cells.reduce(0) { $0 + $1.covered } / Double(cells.count)
        #expect(mean >= 0.94, "mean coverage \(mean)")
        // 30 runs per cell: three standard errors below 0.93.
        for cell in cells { #expect(cell.covered >= 0.79, "\(cell.source) \(cell.reference): \(cell.covered)") }
    }

    @Test("a change that matters is found, a tiny one is not called drift")
    func power() {
        let outcomes = Simulate.power(60, sizes: [(1000, 1000)])
        func drifted(_ name: String) -> Double { outcomes.first { $0.name == name }?.outcome.drifted ?? .nan }
        #expect(drifted("normal, moved 0.5 sd") == 1)
        #expect(drifted("normal, moved 0.2 sd") >= 0.85)
        #expect(drifted("normal, moved 0.02 sd") <= 0.1)
        #expect(drifted("5 equal categories, 10 % of the rows") >= 0.9)
        let still = outcomes.first { $0.name == "5 equal categories, 0 % of the rows" }?.outcome
        // Taking the reference for the truth alarms at about 0.31 here.
        #expect((still?.evidently ?? 0) > 0.15)
        #expect((still?.drifted ?? 1) <= 0.08)
    }

    @Test("the classifier two-sample test rarely sees what is not there, and sees a changed correlation")
    func classifier() {
        #expect(ClassifierStudy.outcome(300, 300, .none, runs: 60).rejected <= 0.1)
        #expect(ClassifierStudy.outcome(1000, 1000, .correlation, runs: 4).rejected == 1)
    }
}
