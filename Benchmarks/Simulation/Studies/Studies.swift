import Statistics

/// One seeded experiment repeated many times.
package enum Studies {
    static func distribution(_ sorted: [Double]) -> EmpiricalDistribution {
        EmpiricalDistribution(SortedSample(ascending: sorted))
    }

    /// The stream of one cell of a table: the same whatever else is run.
    static func random(_ name: String, _ n: Int, _ m: Int, seed: UInt64) -> SeededRandom {
        var digest = Digest(seed: seed)
        for byte in name.utf8 { digest.add(UInt64(byte)) }
        digest.add(n)
        digest.add(m)
        return SeededRandom(seed: digest.value)
    }

    package struct Rate: Sendable {
        package var source: String
        package var reference: Int
        package var current: Int
        /// Share of runs with p < 0.05.
        package var rate: Double
        /// Share of runs with p < 0.001.
        package var farRate: Double
        /// Attainable levels are coarse: the lower bound does not apply.
        package var isCoarse: Bool
        package var tests: [String: Int]
    }

    /// How often a default test says p < 0.05 when both sides come from the same numbers.
    package static func falseAlarms(
        numbers source: NumberSource, _ n: Int, _ m: Int, runs: Int, seed: UInt64 = 1
    ) -> Rate {
        var random = random(source.name, n, m, seed: seed)
        var tally = Tally()
        for _ in 0..<runs {
            let a = distribution(source.sample(n, &random))
            let b = distribution(source.sample(m, &random))
            tally.add(Evidence.numericTest(reference: a, current: b))
        }
        return tally.rate(source.name, n, m, isCoarse: source.isDiscrete)
    }

    package static func falseAlarms(
        categories source: CategorySource, _ n: Int, _ m: Int, runs: Int, seed: UInt64 = 1
    ) -> Rate {
        var random = random(source.name, n, m, seed: seed)
        var tally = Tally()
        for _ in 0..<runs {
            let a = source.sample(n, &random)
            let b = source.sample(m, &random)
            tally.add(Evidence.categoricalTest(reference: a, current: b))
        }
        return tally.rate(source.name, n, m, isCoarse: source.shares.count <= 3)
    }

    struct Tally {
        var runs = 0
        var rejected = 0
        var far = 0
        var tests: [String: Int] = [:]

        mutating func add(_ result: (name: String, statistic: Double, pValue: Double)) {
            runs += 1
            rejected += result.pValue < 0.05 ? 1 : 0
            far += result.pValue < 0.001 ? 1 : 0
            tests[result.name, default: 0] += 1
        }

        func rate(_ name: String, _ n: Int, _ m: Int, isCoarse: Bool) -> Rate {
            Rate(
                source: name, reference: n, current: m, rate: Double(rejected) / Double(runs),
                farRate: Double(far) / Double(runs), isCoarse: isCoarse, tests: tests)
        }
    }

    package struct Coverage: Sendable {
        package var source: String
        package var reference: Int
        package var current: Int
        package var truth: Double
        package var estimate: Double
        package var corrected: Double
        package var covered: Double
        package var above: Double
        package var below: Double
        package var width: Double
        package var noise: Double
        package var drifted: Double
    }

    /// How often the interval holds the true effect, measured in the drawn reference's own unit.
    package static func coverage(
        numbers source: NumberSource, changed: NumberSource, label: String, _ n: Int, _ m: Int, runs: Int,
        seed: UInt64 = 2
    ) -> Coverage {
        var random = random(source.name + label, n, m, seed: seed)
        let f = distribution(source.sample(100_000, &random))
        // The same stream for both: the truth's own sampling error cancels for shifts.
        var again = self.random(source.name + label, n, m, seed: seed)
        let g = distribution(changed.sample(100_000, &again))
        var sums = Coverage.zero(source.name + label, n, m)
        let settings = VerdictSettings()
        for _ in 0..<runs {
            let a = distribution(source.sample(n, &random))
            let b = distribution(changed.sample(m, &random))
            guard let e = try? Evidence.numeric(reference: a, current: b, settings: settings) else { continue }
            let spread = e.spread ?? 1
            let reach = Evidence.fence * spread
            let median = a.quantile(0.5)
            let truth = spread > 0 ? DistributionGap(f, g, low: median - reach, high: median + reach).area / spread : 0
            sums.add(e, truth: truth)
        }
        return sums.averaged(runs)
    }

    package static func coverage(
        categories source: CategorySource, changed: CategorySource, label: String, _ n: Int, _ m: Int, runs: Int,
        seed: UInt64 = 2
    ) -> Coverage {
        var random = random(source.name + label, n, m, seed: seed)
        let truth = zip(source.shares, changed.shares).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
        var sums = Coverage.zero(source.name + label, n, m)
        for _ in 0..<runs {
            let counts = source.counts(source.sample(n, &random), changed.sample(m, &random))
            guard let e = try? Evidence.categorical(counts, settings: VerdictSettings()) else { continue }
            sums.add(e, truth: truth)
        }
        return sums.averaged(runs)
    }
}

extension Studies.Coverage {
    static func zero(_ name: String, _ n: Int, _ m: Int) -> Self {
        Self(
            source: name, reference: n, current: m, truth: 0, estimate: 0, corrected: 0, covered: 0, above: 0, below: 0,
            width: 0, noise: 0, drifted: 0)
    }

    mutating func add(_ e: ColumnEvidence, truth: Double) {
        self.truth += truth
        estimate += e.estimate
        corrected += e.corrected
        let slack = 1e-9
        above += e.interval.lowerBound > truth + slack ? 1 : 0
        below += e.interval.upperBound < truth - slack ? 1 : 0
        width += e.interval.upperBound - e.interval.lowerBound
        noise += e.noiseMean
        drifted += e.pValue <= 0.05 && e.corrected > e.threshold ? 1 : 0
    }

    func averaged(_ runs: Int) -> Self {
        var mean = self
        let count = Double(runs)
        mean.truth /= count
        mean.estimate /= count
        mean.corrected /= count
        mean.above /= count
        mean.below /= count
        mean.covered = 1 - mean.above - mean.below
        mean.width /= count
        mean.noise /= count
        mean.drifted /= count
        return mean
    }
}
