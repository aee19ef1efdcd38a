import CKernels

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many distinct values a stream held, from 4,096 registers (Flajolet et al., 2007).
/// The relative standard error is 1.04 / sqrt(4096) = 1.6 %; small and large counts are corrected by Ertl's estimator
/// ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which needs no tables.
/// Merging is exact: the sketch of a union is the register-wise maximum.
package struct HyperLogLog: Sendable, Equatable {
    package static let precision = 12
    package static let registerCount = 1 << precision
    /// The largest value of a register: 64 - 12 hash bits, all zero, plus one.
    static let largestRank: UInt8 = 53
    package static let standardError = 0.01625

    private(set) var registers: [UInt8]

    package static let zero = HyperLogLog()
    package init() { registers = [UInt8](repeating: 0, count: Self.registerCount) }

    /// - Parameter registers: 4,096 values from 0 to 53.
    init(registers: [UInt8]) { self.registers = registers }

    package mutating func update(_ text: String) { insert(hash: Hashing.mix(Hashing.xxh64(text))) }

    /// Adds numbers; minus zero must have been turned into zero.
    package mutating func update(_ values: [Double]) { values.withUnsafeBufferPointer { update($0) } }

    mutating func update(_ values: UnsafeBufferPointer<Double>) {
        registers.withUnsafeMutableBufferPointer {
            steward_hll_block(values.baseAddress, values.count, $0.baseAddress)
        }
    }

    mutating func insert(hash: UInt64) {
        let rank = UInt8(((hash << 12) | 0x800).leadingZeroBitCount + 1)
        let index = Int(hash >> 52)
        if rank > registers[index] { registers[index] = rank }
    }

    package mutating func merge(_ other: HyperLogLog) {
        for index in registers.indices { registers[index] = max(registers[index], other.registers[index]) }
    }

    package var estimate: Double {
        var histogram = [Int](repeating: 0, count: Int(Self.largestRank) + 1)
        for rank in registers { histogram[Int(min(rank, Self.largestRank))] += 1 }
        let size = Double(Self.registerCount)
        let last = Int(Self.largestRank)
        var z = size * Self.tau(1 - Double(histogram[last]) / size)
        for rank in stride(from: last - 1, through: 1, by: -1) { z = 0.5 * (z + Double(histogram[rank])) }
        z += size * Self.sigma(Double(histogram[0]) / size)
        return z.isFinite ? size * size / (2 * 0.693147180559945309 * z) : 0
    }

    private static func sigma(_ share: Double) -> Double {
        guard share < 1 else { return .infinity }
        var (x, y, z) = (share, 1.0, share)
        while true {
            x *= x
            let previous = z
            z += x * y
            y += y
            if z == previous { return z }
        }
    }

    private static func tau(_ share: Double) -> Double {
        guard share > 0, share < 1 else { return 0 }
        var (x, y, z) = (share, 1.0, 1 - share)
        while true {
            x = sqrt(x)
            let previous = z
            y *= 0.5
            z -= (1 - x) * (1 - x) * y
            if z == previous { return z / 3 }
        }
    }
}
