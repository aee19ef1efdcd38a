import Statistics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One column, one change: how often each tool's default calls it drift.
package enum PowerStudy {
    package struct Outcome: Sendable {
        /// Verdict drifted, small shift and undecided (one column, so q = p).
        package var drifted = 0.0
        package var small = 0.0
        package var undecided = 0.0
        /// Two-sample test at 0.05: Kolmogorov-Smirnov as scipy decides it (Alibi Detect's and, up to 1000 reference
        /// rows, Evidently's choice for numbers), or chi-square (Alibi Detect's for categories).
        package var classic = 0.0
        /// Evidently's default for this size (0.7.23).
        package var evidently = 0.0
    }

    package static func outcome(
        numbers source: NumberSource, changed: NumberSource, _ n: Int, _ m: Int, runs: Int, seed: UInt64 = 6
    ) -> Outcome {
        var random = Studies.random("power " + source.name, n, m, seed: seed)
        var outcome = Outcome()
        for _ in 0..<runs {
            let x = SortedSample(ascending: source.sample(n, &random))
            let y = SortedSample(ascending: changed.sample(m, &random))
            guard
                let e = try? Evidence.numeric(
                    reference: EmpiricalDistribution(x), current: EmpiricalDistribution(y),
                    settings: VerdictSettings()),
                let test = try? KolmogorovSmirnov.test(x, y)
            else { continue }
            outcome.add(e)
            outcome.classic += test.pValue < 0.05 ? 1 : 0
            outcome.evidently += evidently(x, y, test.pValue) ? 1 : 0
        }
        return outcome.averaged(runs)
    }

    /// Up to 1000 reference rows the test's p <= 0.05, beyond that Wasserstein / reference deviation >= 0.1.
    private static func evidently(_ x: SortedSample, _ y: SortedSample, _ p: Double) -> Bool {
        if x.count <= 1000 { return p <= 0.05 }
        let n = Double(x.count)
        let mean = x.values.reduce(0, +) / n
        let deviation = (x.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
        return Distances.wasserstein(x, y) / max(deviation, 0.001) >= 0.1
    }

    package static func outcome(
        categories source: CategorySource, changed: CategorySource, _ n: Int, _ m: Int, runs: Int, seed: UInt64 = 6
    ) -> Outcome {
        var random = Studies.random("power " + source.name, n, m, seed: seed)
        var outcome = Outcome()
        for _ in 0..<runs {
            let counts = source.counts(source.sample(n, &random), changed.sample(m, &random))
            guard let e = try? Evidence.categorical(counts, settings: VerdictSettings()) else { continue }
            outcome.add(e)
            let used = counts.categories.indices.filter { counts.reference[$0] + counts.current[$0] > 0 }
            let a = used.map { Double(counts.reference[$0]) }
            let b = used.map { Double(counts.current[$0]) }
            let test = try? Contingency.chiSquare(a, b, yates: true)
            outcome.classic += (test?.pValue ?? 1) < 0.05 ? 1 : 0
            outcome.evidently += evidently(a, b) ? 1 : 0
        }
        return outcome.averaged(runs)
    }

    /// Up to 1000 reference rows goodness of fit to the reference as if it were the truth (z test for two categories),
    /// beyond that Jensen-Shannon distance >= 0.1, natural logarithms.
    private static func evidently(_ a: [Double], _ b: [Double]) -> Bool {
        let n = a.reduce(0, +)
        let m = b.reduce(0, +)
        if n > 1000 {
            var sum = 0.0
            for (x, y) in zip(a, b) {
                let (p, q) = (x / n, y / m)
                let middle = (p + q) / 2
                if p > 0 { sum += 0.5 * p * log(p / middle) }
                if q > 0 { sum += 0.5 * q * log(q / middle) }
            }
            return max(0, sum).squareRoot() >= 0.1
        }
        if a.count <= 2 {
            let pooled = (a[0] + b[0]) / (n + m)
            let z = (a[0] / n - b[0] / m) / (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
            return 2 * Distributions.normalSurvival(abs(z)) < 0.05
        }
        var statistic = 0.0
        for (x, y) in zip(a, b) {
            let expected = x / n * m
            statistic += expected > 0 ? (y - expected) * (y - expected) / expected : .infinity
        }
        return Distributions.chiSquareSurvival(statistic, degrees: Double(a.count - 1)) < 0.05
    }
}

extension PowerStudy.Outcome {
    mutating func add(_ e: ColumnEvidence) {
        switch Verdicts.decide([e], settings: VerdictSettings())[0].verdict {
        case .drifted: drifted += 1
        case .smallShift: small += 1
        case .undecided: undecided += 1
        case .stable, .notComparable: break
        }
    }

    func averaged(_ runs: Int) -> Self {
        var mean = self
        let count = Double(runs)
        mean.drifted /= count
        mean.small /= count
        mean.undecided /= count
        mean.classic /= count
        mean.evidently /= count
        return mean
    }
}
