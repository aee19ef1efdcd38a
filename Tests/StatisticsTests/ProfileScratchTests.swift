import Core
import Statistics
import Testing

@Suite("Scratch") struct ProfileScratchTests {
    @Test func speed() throws {
        var random = SeededRandom(seed: 1)
        let n = 2_000_000
        let uniform = (0..<n).map { _ in random.uniform() }
        let ints = uniform.map { ($0 * 100).rounded() }
        let idx = uniform.map { Int32($0 * 12) }
        let dict = (0..<12).map { "c\($0)" }
        let clock = ContinuousClock()
        func time(_ name: String, _ column: Column) throws {
            var best = Double.infinity
            var size = 0
            for _ in 0..<4 {
                var p = TableProfile.zero
                let t = try clock.measure { try p.update(Table(columns: [column], rowCount: n)) }
                best = min(best, Double(t.components.attoseconds) / 1e18 + Double(t.components.seconds))
                size = p.serialised().count
            }
            print(name, best / Double(n) * 1e9, "ns/value", size, "bytes")
        }
        try time("uniform", Column(name: "x", kind: .num, values: .numbers(.init(values: uniform))))
        try time("ints", Column(name: "x", kind: .num, values: .numbers(.init(values: ints))))
        try time("cat", Column(name: "x", kind: .cat, values: .strings(.init(indices: idx, dictionary: dict))))
        let tidx = (0..<Int32(200_000)).map { $0 }
        let tdict = tidx.map { "a longer text, number \($0)" }
        var p = TableProfile.zero
        let t = try clock.measure {
            try p.update(Table(columns: [Column(name: "t", kind: .text, values: .strings(.init(indices: tidx, dictionary: tdict)))], rowCount: 200_000))
        }
        print("text", Double(t.components.attoseconds) / 1e18 / 200_000 * 1e9)
        for count in [5000, 40_000, 300_000, 1_000_000] {
            var by: [String: Double] = [:]; var worst = 0.0, items = 0, name = ""
            for seed in 0..<6 {
                for s in SketchQuantileTests.samples(count: count, seed: UInt64(seed)) {
                    var k = QuantileSketch.zero
                    k.update(s.values)
                    let e = SketchQuantileTests.largestRankError(k, s.values)
                    if e > worst { worst = e; name = s.name }
                    by[s.name, default: 0] = max(by[s.name, default: 0], e)
                    items = max(items, k.size)
                }
            }
            print("rank", count, worst, name, items, by)
        }
        for parts in [2, 7, 64, 500] {
            var worst = 0.0, name = ""
            for s in SketchQuantileTests.samples(count: 1_000_000, seed: 11) {
                var whole = QuantileSketch.zero
                let size = (s.values.count + parts - 1) / parts
                for start in stride(from: 0, to: s.values.count, by: size) {
                    var part = QuantileSketch.zero
                    part.update(Array(s.values[start..<min(s.values.count, start + size)]))
                    whole.merge(part)
                }
                let e = SketchQuantileTests.largestRankError(whole, s.values)
                if e > worst { worst = e; name = s.name }
            }
            print("merged", parts, worst, name)
        }
    }
}
