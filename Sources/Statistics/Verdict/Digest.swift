/// A 64-bit digest of what a random step works on, so that the same data give the same answer on every machine.
/// Not cryptographic: SplitMix64's finaliser over a running sum.
package struct Digest: Sendable {
    package private(set) var value: UInt64

    package init(seed: UInt64) { value = seed ^ 0x5354_4557_4152_4421 }

    package mutating func add(_ word: UInt64) {
        var z = (value &+ 0x9E37_79B9_7F4A_7C15) ^ (word &* 0xD6E8_FEB8_6659_FD93)
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        value = z ^ (z >> 31)
    }

    package mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }

    /// Both zeros count as the same number.
    package mutating func add(_ number: Double) { add(number == 0 ? 0 : number.bitPattern) }
}
