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
        let cells = Cells(reference, current, weights: weights, cumulative: cumulative)
        // About 40,000 random cells are enough for both figures: many cells average out among themselves.
        let replicates = min(Evidence.replicates, max(24, 40_000 / max(1, weights.count)))
        let still = NoiseProcess(
            cells.pooled.map { $0 * cells.n }, cells.pooled.map { $0 * cells.m }, weights: weights,
            cumulative: cumulative, replicates: replicates, seed: seed)
        let none = [Double](repeating: 0, count: weights.count)
        let lengths = still.lengths(shift: 0, direction: none)
        noiseMean = lengths.reduce(0, +) / Double(max(1, lengths.count))
        noise95 = NoiseProcess.quantile(lengths, 0.95)
        corrected = cumulative ? max(0, estimate * estimate - noiseMean * noiseMean).squareRoot() : cells.debiased
        let moving = NoiseProcess(
            cumulative ? reference.map(Double.init) : cells.smoothed(reference, cells.n),
            cumulative ? current.map(Double.init) : cells.smoothed(current, cells.m), weights: weights,
            cumulative: cumulative, replicates: replicates, seed: seed ^ 0x1)
        interval = EffectInterval.invert(
            estimate: estimate, directions: cells.directions, still: still, moving: moving,
            confidence: settings.confidence)
    }
}

/// Two samples counted in the same cells, and the directions in which they may differ.
private struct Cells {
    let n: Double
    let m: Double
    let pooled: [Double]
    let weights: [Double]
    let cumulative: Bool
    /// Weighted difference of each cell, or cumulative at its right end, and the standard deviation it has by chance.
    private(set) var differences: [Double] = []
    private(set) var deviations: [Double] = []

    /// A cell stands out beyond this many standard deviations.
    static let standsOut = 2.0
    /// What a cell that does not stand out measures too much, in standard deviations: E|Z| / P(|Z| <= 2), so that the
    /// sum over cells without a change is 0 on average.
    static let excess = 0.797_884_56 / 0.954_499_74

    init(_ reference: [Int], _ current: [Int], weights: [Double], cumulative: Bool) {
        let n = Double(reference.reduce(0, +))
        let m = Double(current.reduce(0, +))
        (self.n, self.m, self.weights, self.cumulative) = (n, m, weights, cumulative)
        pooled = zip(reference, current).map { Double($0 + $1) / (n + m) }
        var (running, share) = (0.0, 0.0)
        for index in weights.indices {
            let difference = Double(reference[index]) / n - Double(current[index]) / m
            running = cumulative ? running + difference : difference
            share = cumulative ? share + pooled[index] : pooled[index]
            differences.append(weights[index] * running)
            deviations.append(weights[index] * (max(0, share * (1 - share)) * (1 / n + 1 / m)).squareRoot())
        }
    }

    /// For categories: the sum of the differences, less what cells that do not stand out measure by chance.
    var debiased: Double {
        var sum = 0.0
        for (difference, deviation) in zip(differences, deviations) {
            let size = abs(difference)
            sum += size > Self.standsOut * deviation ? size : size - Self.excess * deviation
        }
        return max(0, sum)
    }

    /// Expected rows per category behind one side: drawn towards both sides' shares by as many rows as there are
    /// categories, so that a category one side happens to lack can still occur, and four rows spread over all of them
    /// (A. Agresti, B. Coull, 1998), so that a category nobody has seen often is not taken to be as rare as it looks.
    func smoothed(_ counts: [Int], _ size: Double) -> [Double] {
        let strength = Double(counts.count)
        return zip(counts, pooled).map { count, share in
            (Double(count) + strength * share) * size / (size + strength) + 4 / strength
        }
    }

    var directions: EffectInterval.Directions {
        let seen = Self.scaled(differences)
        // Noise-shaped: all values move the same way, or every other category gains.
        let hidden = Self.scaled(
            deviations.enumerated().map { cumulative || $0.offset.isMultiple(of: 2) ? $0.element : -$0.element })
        return EffectInterval.Directions(concentrated: cumulative ? seen : outstanding, seen: seen, hidden: hidden)
    }

    /// The categories that stand out, or else the one that gained and the one that lost most.
    private var outstanding: [Double] {
        var kept = zip(differences, deviations).map { abs($0) > Self.standsOut * $1 ? $0 : 0 }
        if kept.allSatisfy({ $0 == 0 }), let most = differences.max(), let least = differences.min() {
            if let index = differences.firstIndex(of: most) { kept[index] = 1 }
            if most > least, let index = differences.firstIndex(of: least) { kept[index] = -1 }
        }
        return Self.scaled(kept)
    }

    private static func scaled(_ values: [Double]) -> [Double] {
        let sum = values.reduce(0) { $0 + abs($1) }
        return sum > 0 ? values.map { $0 / sum } : values
    }
}
