import Statistics
import Testing

@Suite("Counting sketches")
struct SketchCountTests {
    @Test(
        "HyperLogLog stays within four standard errors",
        arguments: [1, 10, 100, 1000, 5000, 20_000, 200_000, 1_000_000])
    func distinct(count: Int) {
        var sketch = HyperLogLog.zero
        sketch.update((0..<count).map { Double($0) * 0.37 })
        // Below a few thousand the estimate is much better than the asymptotic error.
        #expect(abs(sketch.estimate / Double(count) - 1) <= max(4 * HyperLogLog.standardError, 0.6 / Double(count)))
        var strings = HyperLogLog.zero
        for index in 0..<min(count, 50_000) { strings.update("item \(index)") }
        #expect(abs(strings.estimate / Double(min(count, 50_000)) - 1) <= max(0.065, 0.6 / Double(count)))
    }

    @Test("HyperLogLog has no systematic error: the mean over many streams is close")
    func bias() {
        for count in [500, 3000, 10_000, 30_000] {
            var total = 0.0
            for stream in 0..<60 {
                var sketch = HyperLogLog.zero
                sketch.update((0..<count).map { Double($0 + stream * 1_000_000) + 0.5 })
                total += sketch.estimate / Double(count) - 1
            }
            #expect(abs(total / 60) < 4 * HyperLogLog.standardError / 7.7, "\(count): \(total / 60)")
        }
    }

    @Test("HyperLogLog: merging equals the union, duplicates change nothing")
    func union() {
        let values = (0..<30_000).map { Double($0).squareRoot() }
        var (whole, left, right) = (HyperLogLog.zero, HyperLogLog.zero, HyperLogLog.zero)
        whole.update(values)
        left.update(Array(values[..<20_000]))
        right.update(Array(values[10_000...]) + [values[0], values[0]])
        var merged = right
        merged.merge(left)
        left.merge(right)
        #expect(left == whole && merged == whole)
    }

    @Test("frequent items are exact up to their capacity")
    func frequentExact() {
        var items = FrequentItems(capacity: 3)
        items.update(["b", "a", "never"], counts: [2, 3, 0])
        items.update(["c", "a"], counts: [1, 1])
        #expect(items.isExact && items.total == 7)
        #expect(items.items.map(\.category) == ["a", "b", "c"])
        #expect(items.ranked.map(\.count) == [4, 2, 1])
        items.update(["d"], counts: [1])
        #expect(!items.isExact && items.total == 8 && items["a"] == 3 && items.maximumError == 1)
    }

    @Test("categories are told apart by their bytes")
    func bytes() {
        var items = FrequentItems(capacity: 10)
        items.update(["\u{E9}", "e\u{301}"], counts: [2, 3])
        #expect(items.size == 2 && items["\u{E9}"] == 2 && items["e\u{301}"] == 3)
    }

    @Test("frequent items keep their bounds on skewed streams, in parts and merged", arguments: [1, 9])
    func frequentBounds(parts: Int) {
        var random = SeededRandom(seed: 21)
        var truth: [Int: Int] = [:]
        let capacity = 100
        var summary = FrequentItems(capacity: capacity)
        for _ in 0..<parts {
            var part = FrequentItems(capacity: capacity)
            for _ in 0..<5 {
                var counts: [Int: Int] = [:]
                for _ in 0..<4000 {
                    let item = Int(1 / (random.uniform() + 1e-4))
                    counts[item, default: 0] += 1
                    truth[item, default: 0] += 1
                }
                let keys = counts.keys.sorted()
                part.update(keys.map { "\($0)" }, counts: keys.map { counts[$0]! })
            }
            summary.merge(part)
        }
        #expect(summary.total == parts * 20_000 && summary.size <= capacity && !summary.isExact)
        #expect(summary.maximumError <= summary.total / (capacity + 1))
        for (item, count) in truth {
            let estimate = summary["\(item)"] ?? 0
            #expect(estimate <= count && count - estimate <= summary.maximumError)
        }
    }

    @Test("moments match two-pass figures and merge to the same")
    func moments() throws {
        var random = SeededRandom(seed: 5)
        let values = (0..<10_001).map { _ in 1e9 + random.uniform() }
        let mean = values.reduce(0, +) / 10_001
        let deviations = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        var (whole, left, right) = (Moments.zero, Moments.zero, Moments.zero)
        whole.update(values)
        left.update(Array(values[..<3000]))
        right.update(Array(values[3000...]))
        var other = right
        other.merge(left)
        left.merge(right)
        #expect(left == other)
        for moments in [whole, left] {
            #expect(moments.count == 10_001 && moments.minimum == values.min() && moments.maximum == values.max())
            #expect(abs(moments.mean - mean) <= 1e-15 * mean * 4)
            #expect(abs(moments.squaredDeviations / deviations - 1) < 1e-6)
        }
        var huge = Moments.zero
        huge.update([1.7e308, -1.7e308, 1.7e308, 1.7e308])
        #expect(huge.mean.isFinite && huge.squaredDeviations == .infinity)
        #expect(Moments.zero.variance == nil)
    }

    @Test("histograms count like numpy: the last bin is closed")
    func histogram() throws {
        var histogram = try FixedHistogram(edges: [0, 1, 2, 4])
        histogram.update([4, 0, 0.5, 1, 1.999, 2, -0.1, 4.1, 4])
        #expect(histogram.counts == [2, 2, 3] && histogram.below == 1 && histogram.above == 1 && histogram.total == 9)
        var other = try FixedHistogram(edges: [0, 1, 2, 4])
        other.update([3])
        try histogram.merge(other)
        #expect(histogram.counts == [2, 2, 4])
        #expect(throws: (any Error).self) { try histogram.merge(FixedHistogram(edges: [0, 1])) }
        for edges in [[0], [1, 0], [0, .nan], [0, 0], [0, .infinity]] {
            #expect(throws: (any Error).self) { try FixedHistogram(edges: edges) }
        }
    }
}
