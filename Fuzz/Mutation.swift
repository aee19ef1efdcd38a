import Statistics

/// Random changes to an input.
struct Mutation {
    var bytes: [UInt8]
    var random: SeededRandom
    let tokens: [[UInt8]]

    private static let largest = 1 << 16

    /// Numbers at the edges of what formats can say, for little-endian fields.
    private static let edges: [UInt64] = [
        0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0x7FF0_0000_0000_0000,
    ]

    mutating func apply(other: [UInt8]) {
        // Half of the inputs get one change, a quarter two, ...: an input that is broken once is often nearly accepted.
        for _ in 0...min(random.next().trailingZeroBitCount, 8) { change(other: other) }
        if bytes.count > Self.largest { bytes.removeLast(bytes.count - Self.largest) }
    }

    private mutating func below(_ bound: Int) -> Int { bound <= 0 ? 0 : Int(random.next() % UInt64(bound)) }

    private mutating func someRange(longest: Int) -> Range<Int> {
        let start = below(bytes.count + 1)
        return start..<min(bytes.count, start + 1 + below(longest))
    }

    private mutating func change(other: [UInt8]) {
        let place = below(bytes.count + 1)
        switch random.next() % 12 {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
        case 1 where place < bytes.count: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.removeSubrange(someRange(longest: 32))
        case 3:
            let range = someRange(longest: 64)
            bytes.insert(contentsOf: Array(bytes[range]), at: range.lowerBound)
        case 4, 5, 6: bytes.insert(contentsOf: tokens[below(tokens.count)], at: place)
        case 7: bytes.replaceSubrange(someRange(longest: 12), with: tokens[below(tokens.count)])
        case 8:
            let width = [1, 2, 4, 8][below(4)]
            let value = Self.edges[below(Self.edges.count)]
            for byte in 0..<width where place + byte < bytes.count {
                bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(byte)))
            }
        case 9: bytes.removeSubrange(place...)
        case 10:
            let cut = below(other.count + 1)
            bytes.insert(contentsOf: other[cut..<min(other.count, cut + 1 + below(200))], at: place)
        case 11:
            let token = tokens[below(tokens.count)]
            for _ in 0..<below(300) where bytes.count < Self.largest { bytes.insert(contentsOf: token, at: place) }
        default: bytes.append(UInt8(truncatingIfNeeded: random.next()))
        }
    }
}
