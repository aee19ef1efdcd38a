import Core
import Foundation
import Statistics
import Testing

@Suite("Tables of counts")
struct TwoSampleContingencyTests {
    @Test("Fisher's p-values equal sums over all tables with these margins")
    func fisherByEnumeration() {
        for a in 0...5 {
            for b in 0...4 {
                for c in 0...5 {
                    for d in 0...4 where a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0 {
                        let (first, draws, all) = (a + b, a + c, a + b + c + d)
                        // Numerators over the common denominator C(all, draws): whole numbers.
                        func weight(_ k: Int) -> Double { choose(first, k) * choose(all - first, draws - k) }
                        let support = (0...draws).filter { weight($0) > 0 }
                        let total = choose(all, draws)
                        func share(_ keep: (Int) -> Bool) -> Double {
                            support.filter(keep).reduce(0.0) { $0 + weight($1) } / total
                        }
                        let observed = weight(a)
                        let expected: [(Alternative, Double)] = [
                            (.twoSided, share { weight($0) <= observed }), (.less, share { $0 <= a }),
                            (.greater, share { $0 >= a }),
                        ]
                        for (alternative, pValue) in expected {
                            let got = Contingency.fisherExact(a, b, c, d, alternative: alternative).pValue
                            #expect(abs(got - pValue) < 1e-12, "\(a) \(b) \(c) \(d) \(alternative)")
                        }
                    }
                }
            }
        }
    }

    private func choose(_ n: Int, _ k: Int) -> Double {
        guard k >= 0, k <= n else { return 0 }
        return (0..<k).reduce(1.0) { ($0 * Double(n - $1) / Double($1 + 1)) }.rounded()
    }

    @Test func fisherWithAnEmptyMargin() {
        let result = Contingency.fisherExact(0, 5, 0, 3)
        #expect(result.odds.isNaN)
        #expect(result.pValue == 1)
        #expect(Contingency.fisherExact(3, 0, 2, 4).odds == .infinity)
    }

    @Test func chiSquare() throws {
        let plain = try Contingency.chiSquare([21, 9], [20, 5], yates: false)
        #expect(abs(plain.statistic - 0.7186411149825781) < 1e-12)
        #expect(plain.degreesOfFreedom == 1)
        let corrected = try Contingency.chiSquare([21, 9], [20, 5], yates: true)
        #expect(abs(corrected.pValue - 0.5913409844258842) < 1e-12)
        let single = try Contingency.chiSquare([5], [9], yates: true)
        #expect(single.pValue == 1)
        // Correction is for two categories only.
        let three = try Contingency.chiSquare([5, 6, 7], [9, 2, 4], yates: true)
        let uncorrected = try Contingency.chiSquare([5, 6, 7], [9, 2, 4], yates: false)
        let swapped = try Contingency.chiSquare([9, 2, 4], [5, 6, 7], yates: false)
        #expect(three == uncorrected)
        #expect(abs(three.statistic - swapped.statistic) < 1e-12)
    }

    @Test func tablesWithoutAnAnswer() {
        #expect(throws: Failure.self) { try Contingency.chiSquare([], [], yates: true) }
        #expect(throws: Failure.self) { try Contingency.chiSquare([1, 0], [2, 0], yates: true) }
        #expect(throws: Failure.self) { try Contingency.chiSquare([0, 0], [2, 1], yates: true) }
        #expect(throws: Failure.self) { try Contingency.chiSquare([-1, 2], [2, 1], yates: true) }
        #expect(throws: Failure.self) { try Contingency.logLikelihood([1, 2], [2], yates: true) }
    }

    @Test func distancesBetweenShares() {
        let (p, q) = ([10.0, 0, 30], [0.0, 20, 20])
        #expect(abs(Distances.totalVariation(p, q) - 0.5) < 1e-15)
        #expect(abs(Distances.chebyshev(p, q) - 0.5) < 1e-15)
        #expect(Distances.jensenShannon(p, p) == 0)
        #expect(abs(Distances.jensenShannon([1, 0], [0, 1], base: 2) - 1) < 1e-15)
        #expect(abs(Distances.jensenShannon([1, 0], [0, 1]) - log(2).squareRoot()) < 1e-15)
    }

    @Test func stabilityIndex() throws {
        let reference = SortedSample(ascending: (0..<100).map(Double.init))
        #expect(PopulationStability.index(reference, reference) == 0)
        let moved = SortedSample(ascending: (50..<150).map(Double.init))
        let index = try #require(PopulationStability.index(reference, moved))
        #expect(index > 1)
        #expect(PopulationStability.index(SortedSample(ascending: [1, 1, 1]), moved) == nil)
        #expect(PopulationStability.index(SortedSample(ascending: []), moved) == nil)
    }

    @Test("every method has a name of its own and answers on any column")
    func methods() {
        let names = SciPyMethods.all.map(\.name)
        #expect(Set(names).count == names.count)
        let numeric: [([Double], [Double])] = [
            ([], []), ([1], []), ([1], [1]), ([.nan, .infinity], [1, 2]), ([1, 2, 3], [1, 2, 3]),
            ([1e308, -1e308, 1e308, 0, 1], [1e308, 5, 6, 7, -1e308]),
        ]
        for method in SciPyMethods.all {
            #expect(!method.definition.isEmpty && !method.source.isEmpty && !method.title.isEmpty)
            for (x, y) in numeric {
                let pair = ColumnPair(
                    name: "c", kind: .num,
                    values: .numeric(
                        reference: NumericSample(rows: x, isInteger: false),
                        current: NumericSample(rows: y, isInteger: false)))
                let result = method.evaluate(pair, MethodSettings())
                #expect((result.error == nil) == (result.statistic != nil), "\(method.name) \(x) \(y)")
            }
            let counts = CategoryCounts(categories: ["a", "b"], reference: [3, 1], current: [2, 2])
            let column = StringColumn(indices: [], dictionary: [])
            let pair = ColumnPair(
                name: "c", kind: .cat, values: .categorical(counts, reference: column, current: column))
            let result = method.evaluate(pair, MethodSettings())
            #expect((result.error == nil) == (result.statistic != nil))
        }
    }
}
