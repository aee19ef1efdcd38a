import Statistics
import Testing

@Suite("Quantile sketch")
struct SketchQuantileTests {
    /// The largest difference between the sketch's distribution function and the sample's, over all values, on both
    /// sides of every point.
    static func largestRankError(_ sketch: QuantileSketch, _ sample: [Double]) -> Double {
        guard let distribution = sketch.distribution, let cumulative = distribution.cumulative else { return 1 }
        let sorted = sample.sorted()
        var worst = 0.0
        var (index, point, seen) = (0, 0, 0)
        while index < sorted.count {
            let value = sorted[index]
            // Ranks strictly below the value, then at or below it.
            while point < distribution.points.count, distribution.points[point] < value {
                seen = cumulative[point]
                point += 1
            }
            worst = max(worst, abs(Double(seen - index)))
            while index < sorted.count, sorted[index] == value { index += 1 }
            while point < distribution.points.count, distribution.points[point] == value {
                seen = cumulative[point]
                point += 1
            }
            worst = max(worst, abs(Double(seen - index)))
        }
        return worst / Double(sample.count)
    }

    static func samples(count: Int, seed: UInt64) -> [(name: String, values: [Double])] {
        var random = SeededRandom(seed: seed)
        let uniform = (0..<count).map { _ in random.uniform() }
        let heavy = uniform.map { 1 / (1 - $0) / (1 - $0) }
        let discrete = uniform.map { ($0 * 20_000).rounded(.down) }
        let skewedTies = uniform.map { $0 < 0.5 ? 0 : $0 }
        let ascending = uniform.sorted()
        var zigzag: [Double] = []
        for index in 0..<count { zigzag.append(ascending[index % 2 == 0 ? index / 2 : count - 1 - index / 2]) }
        let waves = (0..<count).map { Double(($0 * 7919) % count) }
        let blocks = (0..<count).map { Double($0 % 4096) + Double($0) / Double(count) }
        return [
            ("uniform", uniform), ("heavy tail", heavy), ("discrete", discrete), ("half zeros", skewedTies),
            ("ascending", ascending), ("descending", ascending.reversed()), ("zig-zag", zigzag), ("waves", waves),
            ("blocks", blocks), ("centre out", zigzag.reversed()),
        ]
    }

    @Test("is exact up to 4,096 distinct values, however many rows")
    func exact() throws {
        var random = SeededRandom(seed: 7)
        let values = (0..<50_000).map { _ in Double(random.next() % 4096) }
        var sketch = QuantileSketch.zero
        sketch.update(values)
        let table = try #require(sketch.exactValues)
        #expect(sketch.isExact && sketch.rankError == 0 && sketch.count == 50_000)
        #expect(table.values == Array(Set(values)).sorted())
        for (value, count) in zip(table.values, table.counts) where Int(value) % 512 == 0 {
            #expect(count == values.count { $0 == value })
        }
        sketch.update([-1])
        #expect(!sketch.isExact && sketch.rankError == QuantileSketch.statedRankError)
        #expect(sketch.count == 50_001)
    }

    @Test("keeps its stated rank error over distributions, orders and sizes", arguments: [5000, 40_000, 300_000])
    func rankError(count: Int) {
        for seed in 0..<3 {
            for (name, values) in Self.samples(count: count, seed: UInt64(seed)) {
                var sketch = QuantileSketch.zero
                sketch.update(values)
                let error = Self.largestRankError(sketch, values)
                #expect(error <= QuantileSketch.statedRankError, "\(name), \(count) rows: \(error)")
                #expect(sketch.count == count)
                #expect(sketch.size < 8000, "\(name): \(sketch.size) items")
            }
        }
    }

    @Test("keeps its stated rank error when merged from many parts", arguments: [2, 7, 64])
    func mergedRankError(parts: Int) {
        for (name, values) in Self.samples(count: 200_000, seed: 11) {
            var whole = QuantileSketch.zero
            let size = (values.count + parts - 1) / parts
            for start in stride(from: 0, to: values.count, by: size) {
                var part = QuantileSketch.zero
                part.update(Array(values[start..<min(values.count, start + size)]))
                whole.merge(part)
            }
            let error = Self.largestRankError(whole, values)
            #expect(error <= QuantileSketch.statedRankError, "\(name) in \(parts) parts: \(error)")
            #expect(whole.count == values.count)
        }
    }

    @Test("merging commutes, and associates exactly while exact")
    func algebra() {
        var random = SeededRandom(seed: 3)
        func sketch(_ count: Int, _ range: UInt64) -> QuantileSketch {
            var sketch = QuantileSketch.zero
            sketch.update((0..<count).map { _ in Double(random.next() % range) })
            return sketch
        }
        let small = (sketch(900, 1000), sketch(1200, 1000), sketch(10, 50))
        var left = small.0
        left.merge(small.1)
        left.merge(small.2)
        var tail = small.1
        tail.merge(small.2)
        var right = small.0
        right.merge(tail)
        #expect(left == right && left.isExact)
        let large = (sketch(60_000, 1 << 40), sketch(30_000, 1 << 40))
        var (one, two) = large
        one.merge(large.1)
        two.merge(large.0)
        #expect(one == two)
        var same = large.0
        same.merge(.zero)
        #expect(same == large.0)
        var fromZero = QuantileSketch.zero
        fromZero.merge(large.0)
        #expect(fromZero == large.0)
    }

    @Test("reads the levels of another tool's sketch")
    func foreignLevels() throws {
        let sketch = QuantileSketch(levels: [[1, 5], [2], [3, 4]], rankError: 0.01)
        let distribution = try #require(sketch.distribution)
        #expect(distribution.points == [1, 2, 3, 4, 5])
        #expect(distribution.cumulative == [1, 3, 7, 11, 12])
        #expect(distribution.rankError == 0.01 && distribution.count == 12)
    }
}
