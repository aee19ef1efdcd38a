import Statistics

/// How long evidence takes.
enum Speed {
    static func main() {
        let clock = ContinuousClock()
        var random = SeededRandom(seed: 3)
        for (n, m) in [(100, 100), (1000, 1000), (5000, 5000), (100_000, 100_000), (1_000_000, 1_000_000)] {
            let a = EmpiricalDistribution(SortedSample(ascending: Zoo.gaussian.sample(n, &random)))
            let b = EmpiricalDistribution(SortedSample(ascending: Zoo.gaussian.sample(m, &random)))
            let time = clock.measure {
                for _ in 0..<5 {
                    _ = try? Evidence.numeric(reference: a, current: b, settings: VerdictSettings())
                }
            }
            let merge = clock.measure { for _ in 0..<5 { _ = DistributionGap(a, b) } }
            print("numeric", n, m, time / 5, "of which merge", merge / 5)
        }
        for (categories, n) in [(2, 1000), (50, 1000), (50, 1_000_000), (10_000, 1_000_000)] {
            let source = CategorySource(name: "zipf", zipf: categories)
            let counts = source.counts(source.sample(n, &random), source.sample(n, &random))
            let time = clock.measure {
                for _ in 0..<5 { _ = try? Evidence.categorical(counts, settings: VerdictSettings()) }
            }
            print("categorical", categories, n, time / 5)
        }
    }
}
