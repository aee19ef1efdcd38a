extension JSON {
    /// The canonical form of RFC 8785 (JSON Canonicalization Scheme): no white space, members sorted by the UTF-16 code
    /// units of their names, numbers as ECMAScript prints doubles, only the escapes that must be. Equal data has equal
    /// bytes, so they can be hashed and signed.
    /// - Throws: `.invalid` for what the form has no place for: a number that is not finite, an integer that is not
    ///   exactly a double, two members of one name.
    package func canonical() throws(Failure) -> [UInt8] {
        var buffer = JSONBuffer(capacity: 256)
        try buffer.append(canonical: self)
        return Array(buffer.bytes)
    }
}

extension JSONBuffer {
    fileprivate mutating func append(canonical value: JSON) throws(Failure) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number):
            guard let double = Double(exactly: number) else {
                throw Failure(
                    .invalid, "the integer \(number) has no canonical form: it is not exactly a double",
                    hint: "Write integers beyond 2^53 as strings.")
            }
            append(ecmaScript: double)
        case .number(let number):
            guard number.isFinite else {
                throw Failure(.invalid, "the number \(number) has no canonical form: JSON numbers are finite")
            }
            append(ecmaScript: number)
        case .string(let text): append(quoted: text, .canonical)
        case .array(let elements):
            append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                try append(canonical: element)
            }
            append(UInt8(ascii: "]"))
        case .object(let members): try append(canonical: members)
        }
    }

    private mutating func append(canonical members: [JSON.Member]) throws(Failure) {
        let sorted = members.map { (key: Array($0.name.utf16), member: $0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        append(UInt8(ascii: "{"))
        for (index, entry) in sorted.enumerated() {
            if index > 0 {
                guard sorted[index - 1].key != entry.key else {
                    throw Failure(
                        .invalid, "an object with two members \"\(entry.member.name)\" has no canonical form")
                }
                append(UInt8(ascii: ","))
            }
            append(quoted: entry.member.name, .canonical)
            append(UInt8(ascii: ":"))
            try append(canonical: entry.member.value)
        }
        append(UInt8(ascii: "}"))
    }

    /// ECMAScript's `Number::toString` (ECMA-262, section 6.1.6.1.20): the shortest digits that read back as the same
    /// double, the closest of them; with an exponent below 1e-6 and from 1e21 on.
    private mutating func append(ecmaScript number: Double) {
        guard number != 0 else { return append(UInt8(ascii: "0")) }
        if number < 0 { append(UInt8(ascii: "-")) }
        // The number is 0.DIGITS * 10^point.
        var (digits, point) = Self.shortestDigits(number.magnitude)
        let count = digits.count
        switch point {
        case count...21:
            append(digits)
            append(repeating: UInt8(ascii: "0"), count: point - count)
        case 1...21:
            append(digits.prefix(point))
            append(UInt8(ascii: "."))
            append(digits.dropFirst(point))
        case -5...0:
            append("0.")
            append(repeating: UInt8(ascii: "0"), count: -point)
            append(digits)
        default:
            append(digits.prefix(1))
            if count > 1 {
                append(UInt8(ascii: "."))
                append(digits.dropFirst())
            }
            append(UInt8(ascii: "e"))
            point -= 1
            if point > 0 { append(UInt8(ascii: "+")) }
            append(decimal: Int64(point))
        }
    }

    private mutating func append(_ digits: some Sequence<UInt8>) {
        for digit in digits { append(digit) }
    }

    /// The digits of Swift's own shortest form, which chooses the same ones as ECMAScript, and where the point stands.
    /// - Parameter number: finite, above 0.
    private static func shortestDigits(_ number: Double) -> (digits: ArraySlice<UInt8>, point: Int) {
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        let text = Array(number.description.utf8)
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"): exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
            default: digits.append(byte)
            }
            if byte == UInt8(ascii: "e") { break }
        }
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        let trailing = digits.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        return (digits[leading..<digits.count - trailing], (point ?? digits.count) - leading + exponent)
    }
}
