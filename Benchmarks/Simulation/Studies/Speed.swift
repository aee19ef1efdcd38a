import Statistics

/// How long evidence takes.
enum Speed {
    static func main() {
        Simulate.head(
            "Time of evidence (noise floor, interval, test, verdict)", ["column", "sizes", "ms", "of which one merge"])
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
            Simulate.row(["numeric, sorted", "\(n)/\(m)", ms(time / 5), ms(merge / 5)])
        }
        for (categories, n) in [(2, 1000), (50, 1000), (50, 1_000_000), (10_000, 1_000_000)] {
            let source = CategorySource(name: "zipf", zipf: categories)
            let counts = source.counts(source.sample(n, &random), source.sample(n, &random))
            let time = clock.measure {
                for _ in 0..<5 { _ = try? Evidence.categorical(counts, settings: VerdictSettings()) }
            }
            Simulate.row(["\(categories) categories, counted", "\(n)/\(n)", ms(time / 5), ""])
        }
        ClassifierStudy.speed()
    }

    static func ms(_ time: Duration) -> String { Simulate.text(time / .milliseconds(1), 2) }
}
