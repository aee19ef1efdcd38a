#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Seeded replicates of how far two empirical distributions of these sizes wander from the truth, on counted cells.
///
/// Each row of cells is drawn as Poisson counts and tied down to the fixed sample size afterwards, which gives exactly
/// the multinomial covariance; cells that expect many rows use a normal-like sum of eight uniforms. `values` holds
/// weight_k * (A_k / n - B_k / m) minus its expectation, per replicate, for A, B cumulative (numbers) or per cell
/// (categories).
struct NoiseProcess {
    let replicates: Int
    let width: Int
    let values: [Double]

    /// - Parameters:
    ///   - a, b: expected rows per cell on each side.
    ///   - weights: one per cell; for `cumulative` the last is 0.
    init(_ a: [Double], _ b: [Double], weights: [Double], cumulative: Bool, replicates: Int, seed: UInt64) {
        self.replicates = replicates
        width = weights.count
        let cells = weights.count
        var random = SeededRandom(seed: seed)
        let sides = [Side(a), Side(b)]
        values = [Double](unsafeUninitializedCapacity: replicates * cells) { out, count in
            count = replicates * cells
            out.initialize(repeating: 0)
            var draws = [Double](repeating: 0, count: cells)
            for replicate in 0..<replicates {
                let row = replicate &* cells
                for (number, side) in sides.enumerated() {
                    let sign = number == 0 ? 1.0 : -1.0
                    let excess = side.draw(into: &draws, &random)
                    side.tie(draws, excess: excess, cumulative: cumulative) { index, value in
                        out[row &+ index] += sign * weights[index] * value
                    }
                }
            }
        }
    }

    /// One side's cells, with what drawing them needs.
    private struct Side {
        let mean: [Double]
        /// Standard deviation, or 0 where the count is drawn exactly.
        let root: [Double]
        /// P(count <= k) for k = 0, 1, ... `Side.limit - 1` of each cell whose count is drawn exactly.
        let ladders: [Double]
        let total: Double

        static let normalFrom = 8.0
        static let limit = 32

        init(_ expected: [Double]) {
            mean = expected
            root = expected.map { $0 >= Self.normalFrom ? $0.squareRoot() : 0 }
            var ladders = [Double](repeating: 1, count: expected.count * Self.limit)
            for (cell, mean) in expected.enumerated() where mean < Self.normalFrom {
                var term = exp(-mean)
                var sum = 0.0
                for count in 0..<Self.limit - 1 where sum < 1 {
                    sum += term
                    ladders[cell * Self.limit + count] = sum
                    term *= mean / Double(count + 1)
                }
            }
            self.ladders = ladders
            total = max(expected.reduce(0, +), .leastNonzeroMagnitude)
        }

        /// Deviations from the mean; returns their sum.
        func draw(into draws: inout [Double], _ random: inout SeededRandom) -> Double {
            var sum = 0.0
            for index in mean.indices {
                let value: Double
                if root[index] > 0 {
                    value = root[index] * NoiseProcess.nearlyNormal(&random)
                } else if mean[index] > 0 {
                    let u = random.uniform()
                    var rung = index &* Self.limit
                    while u > ladders[rung] { rung &+= 1 }
                    value = Double(rung &- index &* Self.limit) - mean[index]
                } else {
                    value = 0
                }
                draws[index] = value
                sum += value
            }
            return sum
        }

        /// Takes the excess off in proportion to each cell's share, so that the total is exact.
        func tie(_ draws: [Double], excess: Double, cumulative: Bool, _ body: (Int, Double) -> Void) {
            let scale = 1 / total
            let drift = excess * scale
            var running = 0.0
            for index in draws.indices {
                let value = draws[index] - drift * mean[index]
                running = cumulative ? running + value : value
                body(index, running * scale)
            }
        }
    }

    /// Sum of eight uniforms with mean 0 and variance 1; the process adds many of them.
    @inline(__always)
    private static func nearlyNormal(_ random: inout SeededRandom) -> Double {
        let a = random.next()
        let b = random.next()
        let even: UInt64 = 0x0000_FFFF_0000_FFFF
        let pairs = (a & even) &+ ((a >> 16) & even) &+ (b & even) &+ ((b >> 16) & even)
        let sum = (pairs & 0xFFFF_FFFF) &+ (pairs >> 32)
        // 8 * 65535 / 2 is the mean, 8 * (65536^2 - 1) / 12 the variance.
        return (Double(sum) - 262_140) * (1 / 53_509.919_8)
    }

    /// sum over cells of |shift * direction + noise|, per replicate, ascending.
    func lengths(shift: Double, direction: [Double]) -> [Double] {
        var lengths = [Double](repeating: 0, count: replicates)
        values.withUnsafeBufferPointer { values in
            direction.withUnsafeBufferPointer { direction in
                for replicate in 0..<replicates {
                    let row = replicate &* width
                    var sums = (0.0, 0.0, 0.0, 0.0)
                    var index = 0
                    while index &+ 4 <= width {
                        sums.0 += abs(shift * direction[index] + values[row &+ index])
                        sums.1 += abs(shift * direction[index &+ 1] + values[row &+ index &+ 1])
                        sums.2 += abs(shift * direction[index &+ 2] + values[row &+ index &+ 2])
                        sums.3 += abs(shift * direction[index &+ 3] + values[row &+ index &+ 3])
                        index &+= 4
                    }
                    while index < width {
                        sums.0 += abs(shift * direction[index] + values[row &+ index])
                        index &+= 1
                    }
                    lengths[replicate] = sums.0 + sums.1 + (sums.2 + sums.3)
                }
            }
        }
        lengths.sort()
        return lengths
    }

    /// The p-quantile of ascending values, interpolated.
    static func quantile(_ ascending: [Double], _ p: Double) -> Double {
        guard let last = ascending.last else { return 0 }
        let position = p * Double(ascending.count + 1) - 1
        guard position > 0 else { return ascending[0] }
        let index = Int(position)
        guard index + 1 < ascending.count else { return last }
        return ascending[index] + (position - Double(index)) * (ascending[index + 1] - ascending[index])
    }
}
