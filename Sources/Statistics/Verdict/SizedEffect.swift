/// Noise floor, noise-corrected effect and interval of one effect.
struct Sized {
    var estimate: Double
    var corrected = 0.0
    var interval = 0.0...0.0
    var noiseMean = 0.0
    var noise95 = 0.0
    let settings: VerdictSettings
    let seed: UInt64

    init(estimate: Double, settings: VerdictSettings, seed: UInt64) {
        self.estimate = estimate
        self.settings = settings
        self.seed = seed
    }

    /// - Parameters:
    ///   - reference, current: rows per cell.
    ///   - weights: what a difference of 1 in a cell (or, cumulative, at its right end) adds to the effect.
    mutating func measure(reference: [Int], current: [Int], weights: [Double], cumulative: Bool) {
        let n = Double(reference.reduce(0, +))
        let m = Double(current.reduce(0, +))
        // About 40,000 random cells are enough for both figures: many cells average out among themselves.
        let replicates = min(Evidence.replicates, max(40, 40_000 / max(1, weights.count)))
        let pooled = zip(reference, current).map { Double($0 + $1) / (n + m) }
        let still = NoiseProcess(
            pooled.map { $0 * n }, pooled.map { $0 * m }, weights: weights, cumulative: cumulative,
            replicates: replicates, seed: seed)
        let none = [Double](repeating: 0, count: weights.count)
        let lengths = still.lengths(shift: 0, direction: none)
        noiseMean = lengths.reduce(0, +) / Double(max(1, lengths.count))
        noise95 = NoiseProcess.quantile(lengths, 0.95)
        corrected = max(0, estimate * estimate - noiseMean * noiseMean).squareRoot()

        let moving = NoiseProcess(
            reference.map(Double.init), current.map(Double.init), weights: weights, cumulative: cumulative,
            replicates: replicates, seed: seed ^ 0x1)
        interval = EffectInterval.invert(
            estimate: estimate, direction: observed(reference, current, n, m, weights, cumulative),
            plain: plain(reference, current, pooled, n, m, cumulative), noise: moving,
            confidence: settings.confidence)
    }

    /// The differences seen, scaled to absolute sum 1.
    private func observed(
        _ reference: [Int], _ current: [Int], _ n: Double, _ m: Double, _ weights: [Double], _ cumulative: Bool
    ) -> [Double] {
        var differences: [Double] = []
        var running = 0.0
        for index in weights.indices {
            let difference = Double(reference[index]) / n - Double(current[index]) / m
            running = cumulative ? running + difference : difference
            differences.append(weights[index] * running)
        }
        if cumulative, !differences.isEmpty { differences[differences.count - 1] = 0 }
        return Self.scaled(differences)
    }

    /// The shape that hides best: all values move the same way, or all rows go from one category to one other.
    private func plain(
        _ reference: [Int], _ current: [Int], _ pooled: [Double], _ n: Double, _ m: Double, _ cumulative: Bool
    ) -> [Double] {
        var shape = [Double](repeating: 0, count: pooled.count)
        if cumulative {
            for index in pooled.indices.dropLast() { shape[index] = pooled[index] + pooled[index + 1] }
        } else if pooled.count > 1 {
            var (gained, lost) = (0, 0)
            var (gain, loss) = (-Double.infinity, Double.infinity)
            for index in pooled.indices {
                let difference = Double(current[index]) / m - Double(reference[index]) / n
                if difference > gain { (gain, gained) = (difference, index) }
                if difference < loss { (loss, lost) = (difference, index) }
            }
            if gained != lost { (shape[gained], shape[lost]) = (-1, 1) }
        }
        return Self.scaled(shape)
    }

    private static func scaled(_ values: [Double]) -> [Double] {
        let sum = values.reduce(0) { $0 + abs($1) }
        return sum > 0 ? values.map { $0 / sum } : values
    }
}
