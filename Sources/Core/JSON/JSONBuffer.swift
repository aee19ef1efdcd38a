#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bytes that grow, and the tokens of JSON appended to them.
///
/// Owns plain memory instead of an array: appending a token costs one comparison for space and no check for uniqueness.
struct JSONBuffer: ~Copyable {
    private var memory: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    init(capacity: Int) {
        self.capacity = max(capacity, 16)
        memory = malloc(self.capacity).assumingMemoryBound(to: UInt8.self)
    }

    deinit { free(memory) }

    /// Valid until the next change.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory, count: count) }

    mutating func removeAll() { count = 0 }

    @inline(__always)
    private mutating func reserve(_ size: Int) {
        if capacity - count < size { grow(size) }
    }

    @inline(never)
    private mutating func grow(_ size: Int) {
        capacity = max(capacity * 2, count + size)
        // Large blocks are moved by remapping their pages, not by copying.
        memory = realloc(memory, capacity).assumingMemoryBound(to: UInt8.self)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        memory[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        UnsafeMutableRawPointer(memory + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        for byte in UTF8.encode(scalar)! { append(byte) }
    }

    mutating func append(repeating byte: UInt8, count size: Int) {
        reserve(size)
        (memory + count).update(repeating: byte, count: size)
        count += size
    }

    mutating func append(decimal integer: Int64) {
        reserve(20)
        if integer < 0 {
            memory[count] = UInt8(ascii: "-")
            count += 1
        }
        var rest = integer.magnitude
        let size = Self.decimalDigits(rest)
        var place = memory + count + size
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            place -= 2
            place[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: pair / 10)
            place[1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: pair % 10)
            rest = quotient
        }
        if rest >= 10 {
            place[-2] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / 10)
        }
        place[-1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        count += size
    }

    private static func decimalDigits(_ value: UInt64) -> Int {
        var bound: UInt64 = 10
        for digits in 1..<19 {
            if value < bound { return digits }
            bound &*= 10
        }
        return value < bound ? 19 : 20
    }

    /// The shortest decimal number that reads back as the same double: `0.1`, `1.0`, `1e-07`, `1.5e+300`.
    /// - Parameter number: finite.
    mutating func append(shortest number: Double) {
        var text = number.description
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }
}

extension JSONBuffer {
    /// Which characters a string writes as escapes beside the quote, the backslash and the control characters.
    enum Escapes {
        /// Steward's own documents: delete (0x7F), too, and `\n`, `\r`, `\t` by their letters.
        case plain
        /// RFC 8785 and ECMAScript: `\b` and `\f` by their letters, too; delete stands for itself.
        case canonical
    }

    /// The text in quotes.
    @inline(__always)
    mutating func append(quoted text: String, _ escapes: Escapes) {
        var text = text
        text.withUTF8 { append(quoted: $0, escapes) }
    }

    private mutating func append(quoted text: UnsafeBufferPointer<UInt8>, _ escapes: Escapes) {
        append(UInt8(ascii: "\""))
        if var position = text.baseAddress {
            let end = position + text.count
            while true {
                position = appendPlain(position, end, delete: escapes == .plain)
                if position == end { break }
                append(escaped: position.pointee, escapes)
                position += 1
            }
        }
        append(UInt8(ascii: "\""))
    }

    /// Copies up to the first character that needs an escape, looking for it on the way.
    @inline(__always)
    private mutating func appendPlain(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, delete: Bool
    ) -> UnsafePointer<UInt8> {
        reserve(end - start)
        var position = start
        var target = memory + count
        while end - position >= 8 {
            let word = JSONText.word(position)
            UnsafeMutableRawPointer(target).storeBytes(of: word.littleEndian, as: UInt64.self)
            let found = JSONText.special(word, delete: delete)
            guard found == 0 else {
                position += found.trailingZeroBitCount >> 3
                count += position - start
                return position
            }
            position += 8
            target += 8
        }
        while position < end, !JSONText.isSpecial(position.pointee, delete: delete) {
            target.pointee = position.pointee
            position += 1
            target += 1
        }
        count += position - start
        return position
    }

    @inline(never)
    private mutating func append(escaped byte: UInt8, _ escapes: Escapes) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0x08 where escapes == .canonical: append("\\b")
        case 0x0C where escapes == .canonical: append("\\f")
        default:
            append("\\u00")
            for digit in [byte >> 4, byte & 15] {
                append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
