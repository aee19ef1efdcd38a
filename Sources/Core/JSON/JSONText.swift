/// How JSON text is told apart eight bytes at a time.
enum JSONText {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// The bytes of a word that cannot stand for themselves between quotes: the quote, the backslash, control
    /// characters below 0x20, and 0x7F if `delete`. The lowest bit set is the top bit of the first of them; higher ones
    /// may be wrong.
    @inline(__always)
    static func special(_ word: UInt64, delete: Bool = false) -> UInt64 {
        var found = zeroes(word ^ (ones &* 0x22)) | zeroes(word ^ (ones &* 0x5C))
        found |= (word &- (ones &* 0x20)) & ~word & tops
        if delete { found |= zeroes(word ^ (ones &* 0x7F)) }
        return found
    }

    @inline(__always)
    static func isSpecial(_ byte: UInt8, delete: Bool = false) -> Bool {
        byte == 0x22 || byte == 0x5C || byte < 0x20 || (delete && byte == 0x7F)
    }

    /// The first special byte at or after `start`; `end` if there is none.
    @inline(__always)
    static func plainEnd(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var position = start
        while end - position >= 8 {
            let found = special(word(position))
            if found != 0 { return position + found.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < end, !isSpecial(position.pointee) { position += 1 }
        return position
    }

    /// The top bits of the zero bytes; above the first of them the borrow may set others.
    @inline(__always)
    private static func zeroes(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & tops }

    /// Eight bytes, the first in the lowest place.
    @inline(__always)
    static func word(_ start: UnsafePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(start).loadUnaligned(as: UInt64.self))
    }

    /// The value of eight decimal digits, or nil if one of the bytes is none.
    @inline(__always)
    static func eightDigits(_ start: UnsafePointer<UInt8>) -> UInt64? {
        var word = word(start) ^ (ones &* 0x30)
        guard (((word & (ones &* 0x7F)) &+ (ones &* 0x76)) | word) & tops == 0 else { return nil }
        word = word &* 10 &+ word >> 8
        let even = (word & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        let odd = (word >> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
        return (even &+ odd) >> 32
    }
}
