import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// evidently's two permutation tests. The statistics are evidently's; the p-values come from Steward's own seeded
/// permutations, so they agree within the noise of 1000 (total variation) or 100 (MMD) permutations and not in every
/// bit.
enum EvidentlyPermutation {
    /// Total variation distance of the category shares; p = share of 1000 random splits with at least that distance.
    static func totalVariation(_ values: ColumnPair.Values, seed: UInt64) -> EvidentlyScore {
        let merged = MergedCounts(values)
        let (n, m) = (merged.referenceTotal, merged.currentTotal)
        let pooled = merged.counts.map { $0.reference + $0.current }
        let observed = distance(merged.counts.map(\.reference), pooled, n, m)
        var random = SeededRandom(seed: seed)
        var atLeast = 0
        var drawn = Array(repeating: 0, count: pooled.count)
        for _ in 0..<1000 {
            var (rows, wanted) = (n + m, n)
            for (index, size) in pooled.enumerated() {
                drawn[index] = Hypergeometric.draw(wanted, successes: size, population: rows, &random)
                rows -= size
                wanted -= drawn[index]
            }
            if observed <= distance(drawn, pooled, n, m) { atLeast += 1 }
        }
        return EvidentlyScore(statistic: observed, score: Double(atLeast) / 1000)
    }

    private static func distance(_ reference: [Int], _ pooled: [Int], _ n: Int, _ m: Int) -> Double {
        var sum = 0.0
        for (count, total) in zip(reference, pooled) {
            sum += abs(Double(count) / Double(n) - Double(total - count) / Double(m))
        }
        return 0.5 * sum
    }

    /// Pooled values up to which the kernel matrix is computed (64 MB); evidently needs twice its full square.
    static let largestPool = 4000

    /// Unbiased squared maximum mean discrepancy, RBF kernel, sigma = sqrt(median squared distance of the reference /
    /// 2); p = share of 100 random splits with at least that value.
    static func meanDiscrepancy(
        _ sides: EvidentlyNumeric.Sides, seed: UInt64
    ) throws(Failure) -> EvidentlyScore {
        let (x, y) = (sides.reference.values, sides.current.values)
        guard x.count + y.count <= largestPool else {
            throw Failure(
                .unsupported,
                "the test needs memory for the square of the \(x.count + y.count) values; the limit is 4000")
        }
        guard x.count > 1, y.count > 1 else { throw Failure(.invalid, "float division by zero") }
        let kernel = KernelTriangle(x, y, scale: kernelScale(x))
        let observed = kernel.discrepancy(Array(0..<x.count), others: y.count)
        var random = SeededRandom(seed: seed)
        var order = Array(0..<(x.count + y.count))
        var atLeast = 0
        for _ in 0..<100 {
            for index in 0..<x.count {
                order.swapAt(index, index + Int(random.uniform() * Double(order.count - index)))
            }
            if observed <= kernel.discrepancy(order[0..<x.count].sorted(), others: y.count) { atLeast += 1 }
        }
        return EvidentlyScore(statistic: observed, score: Double(atLeast) / 100)
    }

    /// 1 / (2 sigma^2) with sigma^2 = half the nearest-rank median of all squared distances, the zeros of the diagonal
    /// included; a median of 0 counts as 1, and one that rounding made negative is NaN.
    private static func kernelScale(_ values: [Double]) -> Double {
        var squares: [Double] = []
        squares.reserveCapacity(values.count * values.count)
        for x in values {
            for y in values { squares.append(squaredDistance(x, y)) }
        }
        let rank = Int((Double(squares.count - 1) * 0.5).rounded(.toNearestOrEven))
        let median = element(rank, of: &squares)
        return median < 0 ? .nan : 1 / (median > 0 ? median : 1)
    }

    /// evidently's formula: far from zero its rounding error can exceed the distance, and even be negative.
    static func squaredDistance(_ x: Double, _ y: Double) -> Double { (y * y - 2 * (x * y)) + x * x }

    /// The element of that rank, by partitioning around medians of three.
    private static func element(_ rank: Int, of values: inout [Double]) -> Double {
        var (low, high) = (0, values.count - 1)
        while low < high {
            let (a, b, c) = (values[low], values[(low + high) / 2], values[high])
            let pivot = max(min(a, b), min(max(a, b), c))
            var (i, j) = (low, high)
            while i <= j {
                while values[i] < pivot { i += 1 }
                while values[j] > pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if rank <= j { high = j } else if rank >= i { low = i } else { break }
        }
        return values[rank]
    }
}

/// The kernel of all pairs i > j of both samples, the first sample's values first, packed.
private struct KernelTriangle {
    private var packed: [Double] = []
    private var rowSums: [Double]
    /// Over all ordered pairs i != j.
    private var total = 0.0

    init(_ x: [Double], _ y: [Double], scale: Double) {
        let values = x + y
        rowSums = Array(repeating: 0, count: values.count)
        packed.reserveCapacity(values.count * (values.count - 1) / 2)
        for i in values.indices {
            for j in 0..<i {
                // Within a sample both orders count, between the samples only (first, second).
                let forwards = exp(-scale * EvidentlyPermutation.squaredDistance(values[j], values[i]))
                let isMixed = i >= x.count && j < x.count
                let kernel =
                    isMixed
                    ? forwards
                    : (forwards + exp(-scale * EvidentlyPermutation.squaredDistance(values[i], values[j]))) / 2
                packed.append(kernel)
                rowSums[i] += kernel
                rowSums[j] += kernel
            }
        }
        total = rowSums.reduce(0, +)
    }

    /// - Parameter group: ascending indices of the first sample.
    func discrepancy(_ group: [Int], others m: Int) -> Double {
        let n = group.count
        var within = 0.0
        packed.withUnsafeBufferPointer { packed in
            for (position, i) in group.enumerated() {
                let start = i * (i - 1) / 2
                for index in 0..<position { within += packed[start &+ group[index]] }
            }
        }
        within *= 2
        let across = group.reduce(0.0) { $0 + rowSums[$1] } - within
        let rest = total - within - 2 * across
        return within / Double(n * (n - 1)) + rest / Double(m * (m - 1)) - 2 * across / Double(n * m)
    }
}
