/// Numbers and strings, where a document spends most of its bytes.
extension JSONParser {
    mutating func number() throws(Failure) -> JSON {
        let first = position
        let isNegative = take(UInt8(ascii: "-"))
        if isNegative, options.acceptsNonFiniteWords, position < end, position.pointee == UInt8(ascii: "I") {
            return try word("Infinity", .number(-.infinity))
        }
        let whole = position
        var digits: UInt64 = 0
        skipDigits(&digits)
        var count = position - whole
        guard count > 0 else { throw failure("expected a digit") }
        guard count == 1 || whole.pointee != UInt8(ascii: "0") else {
            position = whole
            throw failure("a number must not begin with 0")
        }
        var exponent = 0
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            let fraction = position
            skipDigits(&digits)
            exponent = fraction - position
            guard exponent < 0 else { throw failure("expected a digit after the point") }
            count -= exponent
        }
        if position < end, position.pointee | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            exponent += try self.exponent()
        }
        if isInteger {
            if count <= 18 || (count == 19 && digits <= UInt64(Int64.max)) {
                return .integer(isNegative ? -Int64(digits) : Int64(digits))
            }
            if count == 19, isNegative, digits == 1 << 63 { return .integer(.min) }
        }
        // 19 digits fit into 64 bits; zeroes in front do not count.
        if count <= 19 || count - leadingZeroes(whole) <= 19,
            let value = JSONDecimal.double(digits, exponent: exponent)
        {
            return .number(isNegative ? -value : value)
        }
        return .number(try general(from: first))
    }

    /// Any number of digits, any exponent.
    @inline(never)
    private mutating func general(from first: UnsafePointer<UInt8>) throws(Failure) -> Double {
        let text = String(decoding: UnsafeBufferPointer(start: first, count: position - first), as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            position = first
            throw failure("the number is too large for a double")
        }
        return value
    }

    /// Appends the run of digits to `value` (modulo 2^64).
    @inline(__always)
    private mutating func skipDigits(_ value: inout UInt64) {
        while end - position >= 8, let eight = JSONText.eightDigits(position) {
            value = value &* 100_000_000 &+ eight
            position += 8
        }
        while position < end {
            let digit = position.pointee &- UInt8(ascii: "0")
            guard digit <= 9 else { return }
            value = value &* 10 &+ UInt64(digit)
            position += 1
        }
    }

    private mutating func exponent() throws(Failure) -> Int {
        position += 1
        let isNegative = take(UInt8(ascii: "-"))
        if !isNegative { _ = take(UInt8(ascii: "+")) }
        let first = position
        var value = 0
        while position < end {
            let digit = position.pointee &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            // Far beyond any double; kept from overflowing.
            value = min(value * 10 + Int(digit), 1_000_000_000_000)
            position += 1
        }
        guard position > first else { throw failure("expected a digit in the exponent") }
        return isNegative ? -value : value
    }

    private func leadingZeroes(_ first: UnsafePointer<UInt8>) -> Int {
        var count = 0
        var byte = first
        while byte < position, byte.pointee == UInt8(ascii: "0") || byte.pointee == UInt8(ascii: ".") {
            if byte.pointee == UInt8(ascii: "0") { count += 1 }
            byte += 1
        }
        return count
    }
}

extension JSONParser {
    /// The content of the string that begins here, without escapes, not yet checked as UTF-8. The position is behind
    /// the closing quote. Valid until the next call.
    @inline(__always)
    mutating func content() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        position += 1
        let first = position
        position = JSONText.plainEnd(first, end)
        if take(UInt8(ascii: "\"")) { return UnsafeBufferPointer(start: first, count: position - 1 - first) }
        return try contentWithEscapes(from: first)
    }

    @inline(never)
    private mutating func contentWithEscapes(
        from first: UnsafePointer<UInt8>
    ) throws(Failure) -> UnsafeBufferPointer<UInt8> {
        unescaped.removeAll()
        unescaped.append(UnsafeRawBufferPointer(start: first, count: position - first))
        while position < end {
            switch position.pointee {
            case UInt8(ascii: "\""):
                position += 1
                return unescaped.bytes
            case UInt8(ascii: "\\"):
                position += 1
                try escape()
            case 0..<0x20: throw failure("a control character in a string must be escaped")
            default:
                let plain = position
                position = JSONText.plainEnd(plain, end)
                unescaped.append(UnsafeRawBufferPointer(start: plain, count: position - plain))
            }
        }
        throw failure("unclosed string")
    }

    /// Checks the content of the string that has just been read.
    @inline(__always)
    mutating func text(_ content: UnsafeBufferPointer<UInt8>) throws(Failure) -> String {
        // Several times faster than String(validating:), which looks up generic metadata on every call.
        guard let valid = try? UTF8Span(validating: content.span) else {
            position -= 1
            throw failure("invalid UTF-8 in a string")
        }
        return String(copying: valid)
    }

    private mutating func escape() throws(Failure) {
        guard position < end else { throw failure("unclosed string") }
        let letter = position.pointee
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(letter)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "u"): unescaped.append(try escapedScalar())
        default: throw failure("unknown escape")
        }
    }

    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        var value = try hexadecimal()
        if (0xD800..<0xDC00).contains(value) {
            guard end - position >= 2, position[0] == UInt8(ascii: "\\"), position[1] == UInt8(ascii: "u") else {
                throw failure("a high surrogate without its low surrogate")
            }
            position += 2
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw failure("a high surrogate without its low surrogate") }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure("a low surrogate without its high surrogate") }
        return scalar
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        guard end - position >= 4 else { throw failure("expected four hexadecimal digits") }
        var value: UInt32 = 0
        for index in 0..<4 {
            let digit: UInt8
            switch position[index] {
            case let byte where byte &- UInt8(ascii: "0") <= 9: digit = byte &- UInt8(ascii: "0")
            case let byte where (byte | 0x20) &- UInt8(ascii: "a") <= 5: digit = (byte | 0x20) &- UInt8(ascii: "a") + 10
            default: throw failure("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
