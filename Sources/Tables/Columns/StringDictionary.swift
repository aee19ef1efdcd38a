/// The distinct byte strings of a column in the order of first appearance, found again by hash.
///
/// Values are UTF-8; equality is equality of bytes. The hash only finds candidates, so the result does not depend on it.
struct StringDictionary {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    private var slots: [Int32] = Array(repeating: -1, count: 64)

    var count: Int { ends.count }

    /// The index of a value, given to it at its first appearance; nil when it is not UTF-8.
    mutating func index(of value: UnsafeRawBufferPointer) -> Int32? {
        let hash = Self.hash(value)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash, equals(candidate, value) { return Int32(truncatingIfNeeded: candidate) }
            slot = (slot &+ 1) & (slots.count - 1)
        }
        guard Self.isUTF8(value) else { return nil }
        return insert(value, hash: hash, slot: slot)
    }

    mutating func index(of text: String) -> Int32 {
        var text = text
        return text.withUTF8 { index(of: UnsafeRawBufferPointer($0)) ?? -1 }
    }

    /// All values, first appearance first.
    func strings() -> [String] {
        var result: [String] = []
        result.reserveCapacity(ends.count)
        bytes.withUnsafeBufferPointer { all in
            var start = 0
            for end in ends {
                result.append(String(decoding: UnsafeBufferPointer(rebasing: all[start..<end]), as: UTF8.self))
                start = end
            }
        }
        return result
    }

    private mutating func insert(_ value: UnsafeRawBufferPointer, hash: UInt64, slot: Int) -> Int32 {
        let index = Int32(truncatingIfNeeded: ends.count)
        bytes.append(contentsOf: value)
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = index
        if ends.count &* 2 > slots.count { grow() }
        return index
    }

    private func equals(_ index: Int, _ value: UnsafeRawBufferPointer) -> Bool {
        let start = index == 0 ? 0 : ends[index &- 1]
        let length = ends[index] &- start
        guard length == value.count else { return false }
        return bytes.withUnsafeBytes { all in
            UnsafeRawBufferPointer(rebasing: all[start..<start &+ length]).elementsEqual8(value)
        }
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 4)
        for (index, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot &+ 1) & (slots.count - 1) }
            slots[slot] = Int32(truncatingIfNeeded: index)
        }
    }

    /// Eight bytes at a time, folded by a full-width multiplication.
    private static func hash(_ value: UnsafeRawBufferPointer) -> UInt64 {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: value.count)
        var offset = 0
        while offset &+ 8 <= value.count {
            state = mix(state ^ value.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        var tail: UInt64 = 0
        while offset < value.count {
            tail = tail << 8 | UInt64(value[offset])
            offset &+= 1
        }
        return mix(state ^ tail)
    }

    @inline(__always)
    private static func mix(_ word: UInt64) -> UInt64 {
        let product = word.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    /// Well-formed UTF-8 (RFC 3629); plain ASCII is recognised eight bytes at a time.
    static func isUTF8(_ value: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset &+ 8 <= value.count {
            if value.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { break }
            offset &+= 8
        }
        while offset < value.count, value[offset] < 0x80 { offset &+= 1 }
        if offset == value.count { return true }
        return String(validating: value[offset...], as: UTF8.self) != nil
    }
}

extension UnsafeRawBufferPointer {
    /// Equality of two buffers of one length, eight bytes at a time: short values need no call into the C library.
    @inline(__always)
    fileprivate func elementsEqual8(_ other: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset &+ 8 <= count {
            let mine = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if mine != other.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
            offset &+= 8
        }
        while offset < count {
            if self[offset] != other[offset] { return false }
            offset &+= 1
        }
        return true
    }
}
