import Statistics
import Testing

@Suite("Sorting")
struct SortTests {
    private static func sample(_ count: Int, _ seed: UInt64, _ make: (inout SeededRandom) -> Double) -> [Double] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in make(&random) }
    }

    @Test("any size and any bits give the order of the plain sort", arguments: [0, 1, 2, 255, 256, 257, 1000, 70_000])
    func anyBits(_ count: Int) {
        let values = Self.sample(count, 7) { random in
            let value = Double(bitPattern: random.next())
            return value.isNaN ? 0 : value
        }
        #expect(SortedSample(sorting: values).values == values.map { $0 + 0.0 }.sorted())
    }

    @Test("keys that share digits", arguments: [300, 5000])
    func constantDigits(_ count: Int) {
        let small = Self.sample(count, 3) { ($0.uniform() * 20).rounded() }
        #expect(SortedSample(sorting: small).values == small.sorted())
        let negative = small.map { -$0 }
        #expect(SortedSample(sorting: negative).values == negative.sorted())
        let constant = [Double](repeating: -2.5, count: count)
        #expect(SortedSample(sorting: constant).values == constant)
    }

    @Test("negative zeros become zeros, in small and large samples", arguments: [10, 1000])
    func zeros(_ count: Int) {
        let values = (0..<count).map { $0 % 3 == 0 ? -0.0 : $0 % 3 == 1 ? 0.0 : -1.0 }
        let sorted = SortedSample(sorting: values).values
        #expect(sorted == values.sorted())
        #expect(sorted.allSatisfy { !($0 == 0 && $0.sign == .minus) })
    }

    @Test func sortedAndReversedInput() {
        let ascending = (0..<2000).map { Double($0) - 700.5 }
        #expect(SortedSample(sorting: ascending).values == ascending)
        #expect(SortedSample(sorting: ascending.reversed()).values == ascending)
    }

    @Test func infinitiesAreAtTheEnds() {
        var values = Self.sample(500, 1) { $0.uniform() - 0.5 }
        values[10] = .infinity
        values[20] = -.infinity
        let sorted = SortedSample(sorting: values).values
        #expect(sorted.first == -.infinity)
        #expect(sorted.last == .infinity)
    }

    @Test func numericSampleLeavesGapsOut() {
        let sample = NumericSample(rows: [3, .nan, 1, .infinity, -.infinity, 2], isInteger: false)
        #expect(sample.values == [3, 1, 2])
        #expect(sample.sorted.values == [1, 2, 3])
        #expect(sample.missing == 1)
        #expect(sample.infinite == 2)
        #expect(sample.rowCount == 6)
    }
}
