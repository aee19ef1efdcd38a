/// The shortest decimal digits that read back as a given double, for rounding in decimal.
package struct DecimalDigits {
    /// Most significant first, without leading zeros; empty for zero. The value is `0.d1 d2 d3... * 10^exponent`.
    package private(set) var digits: [UInt8]
    package private(set) var exponent: Int
    package let isNegative: Bool

    /// - Parameter value: finite.
    package init(_ value: Double) {
        isNegative = value < 0
        digits = []
        exponent = 0
        var seenPoint = false
        var integerDigits = 0
        var power = 0
        var text = value.magnitude.description.utf8[...]
        if let mark = text.firstIndex(of: UInt8(ascii: "e")) {
            power = Int(Substring(text[text.index(after: mark)...])) ?? 0
            text = text[..<mark]
        }
        for byte in text {
            if byte == UInt8(ascii: ".") {
                seenPoint = true
            } else {
                digits.append(byte &- UInt8(ascii: "0"))
                if !seenPoint { integerDigits += 1 }
            }
        }
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        while digits.last == 0 { digits.removeLast() }
        exponent = digits.isEmpty ? 0 : integerDigits - leading + power
    }

    /// Keeps `count` leading digits, rounding half away from zero.
    package mutating func round(significant count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            exponent = 0
            return
        }
        let roundsUp = digits[count] >= 5
        digits.removeSubrange(count...)
        if roundsUp {
            var index = count - 1
            while index >= 0, digits[index] == 9 {
                digits[index] = 0
                index -= 1
            }
            if index >= 0 {
                digits[index] += 1
            } else {
                digits.insert(1, at: 0)
                exponent += 1
            }
        }
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { exponent = 0 }
    }

    /// Keeps `places` digits after the decimal point.
    package mutating func round(places: Int) { round(significant: exponent + places) }

    /// The digits before the decimal point, at least one.
    package var whole: String {
        guard exponent > 0 else { return "0" }
        return String(decoding: (0..<exponent).map(ascii), as: UTF8.self)
    }

    /// Exactly `places` digits after the decimal point; rounded before.
    package func fraction(places: Int) -> String {
        String(decoding: (0..<max(0, places)).map { ascii(exponent + $0) }, as: UTF8.self)
    }

    /// Digits after the decimal point that are there.
    package var places: Int { max(0, digits.count - exponent) }

    package var mantissa: String {
        guard let first = digits.first else { return "0" }
        let rest = digits.dropFirst().map { $0 &+ UInt8(ascii: "0") }
        return String(first) + (rest.isEmpty ? "" : "." + String(decoding: rest, as: UTF8.self))
    }

    private func ascii(_ index: Int) -> UInt8 {
        UInt8(ascii: "0") &+ (digits.indices.contains(index) ? digits[index] : 0)
    }
}
