import Core
import Foundation
import Statistics
import Testing

/// What must hold for any data, and exact distributions against plain enumeration.
@Suite("Two-sample tests")
struct TwoSampleTests {
    /// Samples from a few shapes; the small ones and the whole-number ones are full of ties.
    private static func draw(_ random: inout SeededRandom, _ count: Int, _ shape: Int) -> [Double] {
        (0..<count).map { _ in
            let normal = Distributions.normalQuantile(random.uniform() * 0.999998 + 1e-6)
            switch shape % 4 {
            case 0: return normal
            case 1: return (normal * 3).rounded()
            case 2: return exp(normal)
            default: return random.uniform() < 0.4 ? 0 : normal
            }
        }
    }

    private static let sizes = [(5, 5), (6, 9), (12, 12), (30, 17), (21, 40), (200, 200), (150, 90), (500, 501)]

    private static func batch(_ body: (NumericSample, NumericSample) throws -> Void) rethrows {
        var random = SeededRandom(seed: 42)
        for shape in 0..<4 {
            for (n, m) in sizes {
                let x = NumericSample(rows: draw(&random, n, shape), isInteger: false)
                let y = NumericSample(rows: draw(&random, m, shape).map { $0 + 0.2 }, isInteger: false)
                try body(x, y)
            }
        }
    }

    private func same(_ a: Double, _ b: Double, _ tolerance: Double = 1e-9) -> Bool {
        a.isNaN && b.isNaN || a == b || abs(a - b) <= tolerance * max(abs(a), abs(b))
    }

    @Test func swappingTheSamples() throws {
        try Self.batch { x, y in
            let there = try KolmogorovSmirnov.test(x.sorted, y.sorted)
            let back = try KolmogorovSmirnov.test(y.sorted, x.sorted)
            #expect(there.statistic == back.statistic)
            #expect(same(there.pValue, back.pValue))
            let less = try KolmogorovSmirnov.test(x.sorted, y.sorted, alternative: .less)
            let greater = try KolmogorovSmirnov.test(y.sorted, x.sorted, alternative: .greater)
            #expect(less.statistic == greater.statistic)
            #expect(same(less.pValue, greater.pValue))
            let pairs: [(TestResult, TestResult)] = [
                (try CramerVonMises.test(x.sorted, y.sorted), try CramerVonMises.test(y.sorted, x.sorted)),
                (try AndersonDarling.kSample(x.sorted, y.sorted), try AndersonDarling.kSample(y.sorted, x.sorted)),
                (Levene.medianCentred(x, y), Levene.medianCentred(y, x)),
            ]
            for (one, other) in pairs {
                #expect(same(one.statistic, other.statistic))
                #expect(same(one.pValue, other.pValue))
            }
            let both = try MannWhitney.test(x.sorted, y.sorted)
            let swapped = try MannWhitney.test(y.sorted, x.sorted)
            #expect(same(both.pValue, swapped.pValue))
            let smaller = try MannWhitney.test(x.sorted, y.sorted, alternative: .less)
            let larger = try MannWhitney.test(y.sorted, x.sorted, alternative: .greater)
            #expect(same(smaller.pValue, larger.pValue))
            #expect(TTest.independent(x, y).statistic == -TTest.independent(y, x).statistic)
            #expect(same(Mood.test(x.sorted, y.sorted).pValue, Mood.test(y.sorted, x.sorted).pValue, 1e-7))
            #expect(
                same(Distances.wasserstein(x.sorted, y.sorted), Distances.wasserstein(y.sorted, x.sorted), 1e-12))
            #expect(same(Distances.energy(x.sorted, y.sorted), Distances.energy(y.sorted, x.sorted), 1e-12))
        }
    }

    @Test("rank tests see only the order")
    func monotoneTransforms() throws {
        try Self.batch { x, y in
            func moved(_ sample: NumericSample) -> SortedSample {
                SortedSample(sorting: sample.values.map { $0 * $0 * $0 + 5 })
            }
            let (u, v) = (moved(x), moved(y))
            let gap = try KolmogorovSmirnov.test(x.sorted, y.sorted)
            let gapMoved = try KolmogorovSmirnov.test(u, v)
            #expect(gap.pValue == gapMoved.pValue)
            let results = [
                try CramerVonMises.test(x.sorted, y.sorted), try AndersonDarling.kSample(x.sorted, y.sorted),
                try MannWhitney.test(x.sorted, y.sorted),
            ]
            let moved = [
                try CramerVonMises.test(u, v), try AndersonDarling.kSample(u, v), try MannWhitney.test(u, v),
            ]
            #expect(results == moved)
            #expect(Mood.test(x.sorted, y.sorted) == Mood.test(u, v))
        }
    }

    @Test func shiftAndScale() {
        Self.batch { x, y in
            let u = NumericSample(rows: x.values.map { $0 * 4 - 8 }, isInteger: false)
            let v = NumericSample(rows: y.values.map { $0 * 4 - 8 }, isInteger: false)
            #expect(same(TTest.independent(x, y).statistic, TTest.independent(u, v).statistic))
            #expect(same(Levene.medianCentred(x, y).statistic, Levene.medianCentred(u, v).statistic))
            let moved = Distances.wasserstein(u.sorted, v.sorted)
            #expect(same(moved, 4 * Distances.wasserstein(x.sorted, y.sorted)))
            #expect(same(Distances.energy(u.sorted, v.sorted), 2 * Distances.energy(x.sorted, y.sorted)))
        }
    }

    @Test func identicalSamples() throws {
        try Self.batch { x, _ in
            let result = try KolmogorovSmirnov.test(x.sorted, x.sorted)
            #expect(result.statistic == 0)
            #expect(result.pValue == 1)
            #expect(Distances.wasserstein(x.sorted, x.sorted) == 0)
            #expect(Distances.energy(x.sorted, x.sorted) == 0)
            let mann = try MannWhitney.test(x.sorted, x.sorted)
            #expect(mann.pValue == 1)
            #expect(TTest.independent(x, x).statistic == 0)
        }
    }

    @Test("D by one merge equals D by definition")
    func statisticByDefinition() {
        Self.batch { x, y in
            var largest = 0.0
            for value in x.values + y.values {
                let f = Double(x.values.count { $0 <= value }) / Double(x.count)
                let g = Double(y.values.count { $0 <= value }) / Double(y.count)
                largest = max(largest, abs(f - g))
            }
            #expect(same(KolmogorovSmirnov.statistic(x.sorted, y.sorted), largest, 1e-12))
        }
    }

    @Test("the Wasserstein distance of equal sizes is the mean distance of sorted partners")
    func wassersteinByPartners() {
        Self.batch { x, y in
            guard x.count == y.count else { return }
            let mean = zip(x.sorted.values, y.sorted.values).reduce(0.0) { $0 + abs($1.0 - $1.1) } / Double(x.count)
            #expect(same(Distances.wasserstein(x.sorted, y.sorted), mean, 1e-12))
        }
    }

    @Test("exact and asymptotic p-values agree for larger samples")
    func exactAgainstAsymptotic() throws {
        var random = SeededRandom(seed: 9)
        for (n, m) in [(800, 800), (900, 700), (2000, 1999)] {
            let x = SortedSample(sorting: Self.draw(&random, n, 0))
            let y = SortedSample(sorting: Self.draw(&random, m, 0).map { $0 + 0.05 })
            let exact = try KolmogorovSmirnov.test(x, y, calculation: .exact).pValue
            let asymptotic = try KolmogorovSmirnov.test(x, y, calculation: .asymptotic).pValue
            #expect(abs(exact - asymptotic) < 0.03)
        }
    }

    /// All ways to choose which of the n + m ranks belong to the first sample.
    private static func interleavings(_ n: Int, _ m: Int) -> [(SortedSample, SortedSample)] {
        (0..<(1 << (n + m))).compactMap { mask -> (SortedSample, SortedSample)? in
            guard mask.nonzeroBitCount == n else { return nil }
            let ranks = (0..<(n + m))
            return (
                SortedSample(ascending: ranks.filter { mask >> $0 & 1 == 1 }.map(Double.init)),
                SortedSample(ascending: ranks.filter { mask >> $0 & 1 == 0 }.map(Double.init))
            )
        }
    }

    @Test("exact p-values equal the share of all interleavings", arguments: [(3, 3), (4, 3), (2, 6), (5, 5), (6, 4)])
    func exactByEnumeration(_ n: Int, _ m: Int) throws {
        let all = Self.interleavings(n, m)
        let count = Double(all.count)
        var tables: [[(Double, Double)]] = [[], [], [], [], []]
        for (x, y) in all {
            for (place, alternative) in Alternative.allCases.enumerated() {
                let test = try KolmogorovSmirnov.test(x, y, alternative: alternative)
                tables[place].append((test.statistic, test.pValue))
            }
            let cramer = try CramerVonMises.test(x, y)
            tables[3].append((cramer.statistic, cramer.pValue))
            let mann = try MannWhitney.test(x, y, alternative: .greater)
            tables[4].append((mann.statistic, mann.pValue))
        }
        for table in tables {
            for (statistic, pValue) in table {
                let tail = Double(table.count { $0.0 >= statistic - 1e-9 }) / count
                #expect(same(pValue, tail), "statistic \(statistic)")
            }
        }
    }

    @Test func samplesThatAreTooSmall() throws {
        let empty = SortedSample(ascending: [])
        let one = SortedSample(ascending: [1])
        let two = SortedSample(ascending: [1, 2])
        #expect(throws: Failure.self) { try KolmogorovSmirnov.test(empty, one) }
        let cramer = try CramerVonMises.test(one, two)
        #expect(cramer.pValue.isNaN)
        #expect(throws: Failure.self) { try AndersonDarling.kSample(one, one) }
        #expect(throws: Failure.self) { try AndersonDarling.kSample(empty, two) }
        let mann = try MannWhitney.test(empty, two)
        #expect(mann.pValue.isNaN)
        #expect(Mood.test(one, one).pValue.isNaN)
        #expect(Distances.wasserstein(empty, one).isNaN)
        let none = NumericSample(rows: [], isInteger: false)
        let few = NumericSample(rows: [1, 2], isInteger: false)
        #expect(TTest.independent(none, few).pValue.isNaN)
        #expect(Levene.medianCentred(none, few).pValue.isNaN)
        let epps = try EppsSingleton.test(few, few)
        #expect(epps.pValue.isNaN)
        let constant = NumericSample(rows: [3, 3, 3, 3, 3], isInteger: false)
        #expect(throws: Failure.self) { try EppsSingleton.test(constant, constant) }
    }
}
