import Foundation
import Statistics
import Testing

@Suite("Timings")
struct TimingTests {
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["STEWARD_TIMINGS"] != nil, "STEWARD_TIMINGS is not set: not timed"))
    func million() throws {
        var random = SeededRandom(seed: 1)
        func draw(_ n: Int) -> [Double] {
            (0..<n).map { _ in
                (0..<4).reduce(0.0) { sum, _ in sum + random.uniform() }
            }
        }
        let a = draw(1_000_000)
        let b = draw(1_000_000)
        func time(_ name: String, _ body: () throws -> Void) rethrows {
            let clock = ContinuousClock()
            var best = Duration.seconds(1000)
            for _ in 0..<5 { best = min(best, try clock.measure(body)) }
            print("timing \(name): \(best)")
        }
        var x = SortedSample(ascending: [])
        var sink = 0.0
        time("sort 1M") { x = SortedSample(sorting: a) }
        let y = SortedSample(sorting: b)
        time("sort 1M again") { sink += SortedSample(sorting: x.values).values[5] }
        time("KS D 1M+1M") { sink += KolmogorovSmirnov.statistic(x, y) }
        try time("KS test 1M+1M") { sink += try KolmogorovSmirnov.test(x, y).pValue }
        time("Wasserstein 1M+1M") { sink += Distances.wasserstein(x, y) }
        time("energy 1M+1M") { sink += Distances.energy(x, y) }
        try time("CvM 1M+1M") { sink += try CramerVonMises.test(x, y).pValue }
        try time("AD 1M+1M") { sink += try AndersonDarling.kSample(x, y).pValue }
        try time("MWU 1M+1M") { sink += try MannWhitney.test(x, y).pValue }
        time("Mood 1M+1M") { sink += Mood.test(x, y).pValue }
        let n = NumericSample(rows: a, isInteger: false)
        let m = NumericSample(rows: b, isInteger: false)
        time("NumericSample 1M") { sink += NumericSample(rows: a, isInteger: false).values[0] }
        time("t 1M+1M") { sink += TTest.independent(n, m).pValue }
        time("Levene 1M+1M") { sink += Levene.medianCentred(n, m).pValue }
        try time("ES 1M+1M") { sink += try EppsSingleton.test(n, m).pValue }
        time("PSI 1M+1M") { sink += PopulationStability.index(n.sorted, m.sorted) ?? 0 }
        let s = SortedSample(sorting: Array(a[0..<10_000]))
        let t = SortedSample(sorting: Array(b[0..<9_999].map { $0 + 0.02 }))
        let far = SortedSample(sorting: Array(b[0..<9_999].map { $0 + 1.5 }))
        try time("exact KS 10000x9999") { sink += try KolmogorovSmirnov.test(s, t).pValue }
        try time("exact KS 10000x9999 far") { sink += try KolmogorovSmirnov.test(s, far).pValue }
        try time("exact KS less 10000x9999 far") {
            sink += try KolmogorovSmirnov.test(s, far, alternative: .less).pValue
        }
        time("kstwo 500000 0.002") { sink += KolmogorovSmirnov.kstwoSurvival(0.0025, 500_000) }
        #expect(sink.isFinite || sink.isNaN)
    }
}
