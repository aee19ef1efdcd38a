import Core

/// NannyML's distances between a chunk of numbers and the reference.
enum NannyMLNumeric {
    /// From this many reference values on, Kolmogorov-Smirnov and Wasserstein are estimated from bins.
    static let estimatedFrom = 10_000
    static let bins = 10_000

    /// Shares in Doane's bins of the reference; what lies outside them becomes one more bin.
    private static func shares(
        _ reference: [Double]
    ) throws(Failure) -> (reference: [Double], of: ([Double]) -> [Double]) {
        let edges = try NumPy.doaneEdges(reference)
        func shares(_ values: [Double]) -> [Double] {
            NumPy.histogram(values, edges).map { Double($0) / Double(values.count) }
        }
        return (shares(reference), shares)
    }

    static func jensenShannon(_ reference: [Double]) throws(Failure) -> ChunkMeasure<[Double]> {
        let binned = try shares(reference)
        return ChunkMeasure { (chunk) throws(Failure) in
            (NannyMLShares.jensenShannon(binned.reference, binned.of(chunk)), nil)
        }
    }

    static func hellinger(_ reference: [Double]) throws(Failure) -> ChunkMeasure<[Double]> {
        let binned = try shares(reference)
        return ChunkMeasure { (chunk) throws(Failure) in
            (NannyMLShares.hellinger(binned.reference, binned.of(chunk)), nil)
        }
    }

    static func kolmogorovSmirnov(_ reference: [Double]) throws(Failure) -> ChunkMeasure<[Double]> {
        if reference.count < estimatedFrom {
            let sorted = SortedSample(sorting: reference)
            return ChunkMeasure(
                measure: { (chunk) throws(Failure) in
                    (KolmogorovSmirnov.statistic(sorted, SortedSample(sorting: chunk)), nil)
                }, largest: 1)
        }
        let (low, high) = extent(reference)
        let edges = NumPy.linspace(low, high, bins + 1)
        let cumulative = runningShares(NumPy.histogram(reference, edges), of: reference.count)
        return ChunkMeasure(
            measure: { (chunk) throws(Failure) in
                let below = Double(chunk.count { $0 < low }) / Double(chunk.count)
                let shares = runningShares(NumPy.histogram(chunk, edges), of: chunk.count)
                return (zip(cumulative, shares).reduce(0) { max($0, abs($1.0 - (below + $1.1))) }, nil)
            }, largest: 1)
    }

    static func wasserstein(_ reference: [Double]) throws(Failure) -> ChunkMeasure<[Double]> {
        if reference.count < estimatedFrom {
            let sorted = SortedSample(sorting: reference)
            return ChunkMeasure { (chunk) throws(Failure) in
                (Distances.wasserstein(sorted, SortedSample(sorting: chunk)), nil)
            }
        }
        let histogram = try NumPy.histogramUniform(reference, bins)
        let cumulative = runningShares(histogram.counts, of: reference.count)
        let edges = histogram.edges
        return ChunkMeasure { (chunk) throws(Failure) in
            let left = tail(chunk.filter { $0 < edges[0] } + [edges[0]], of: chunk.count) { $0 }
            let right = tail(chunk.filter { $0 > edges[bins] } + [edges[bins]], of: chunk.count) { 1 - $0 }
            let shares = runningShares(NumPy.histogram(chunk, edges), of: chunk.count)
            let width = edges[1] - edges[0]
            let within = zip(cumulative, shares).map { abs($0 - ($1 + left.share)) * width }
            return (NumPy.sum(within) + left.area + right.area, nil)
        }
    }

    /// The integral of the empirical distribution function, as `height` sees it, of the chunk's values beyond one end
    /// of the reference, weighted with their share. The end itself has been appended, and NannyML counts it as a
    /// value.
    private static func tail(
        _ values: [Double], of total: Int, _ height: (Double) -> Double
    ) -> (area: Double, share: Double) {
        guard values.count > 1 else { return (0, 0) }
        let sorted = SortedSample(sorting: values).values
        var terms: [Double] = []
        for (index, (value, next)) in zip(sorted, sorted.dropFirst()).enumerated() where value < next {
            terms.append(height(Double(index + 1) / Double(sorted.count)) * (next - value))
        }
        let share = Double(values.count) / Double(total)
        return (NumPy.sum(terms) * share, share)
    }

    /// numpy's `cumsum` of counts over a total.
    private static func runningShares(_ counts: [Int], of total: Int) -> [Double] {
        var sum = 0.0
        return counts.map { count in
            sum += Double(count) / Double(total)
            return sum
        }
    }

    private static func extent(_ values: [Double]) -> (low: Double, high: Double) {
        values.reduce((Double.infinity, -Double.infinity)) { (min($0.0, $1), max($0.1, $1)) }
    }
}

/// NannyML's distances between shares, with its extra bin for what the reference does not know.
enum NannyMLShares {
    /// Base 2: in [0, 1].
    static func jensenShannon(_ reference: [Double], _ chunk: [Double]) -> Double {
        let (p, q) = withLeftover(reference, chunk)
        return Shares.jensenShannon(p, q, base: 2)
    }

    static func hellinger(_ reference: [Double], _ chunk: [Double]) -> Double {
        let (p, q) = withLeftover(reference, chunk)
        let squares = zip(p, q).map { pair in
            let difference = pair.0.squareRoot() - pair.1.squareRoot()
            return difference * difference
        }
        return NumPy.sum(squares).squareRoot() / 2.0.squareRoot()
    }

    private static func withLeftover(_ reference: [Double], _ chunk: [Double]) -> ([Double], [Double]) {
        let leftover = 1 - NumPy.sum(chunk)
        return leftover > 0 ? (reference + [0], chunk + [leftover]) : (reference, chunk)
    }
}
