import Platform

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How reports write numbers for people: rounded to what is significant. Full precision is in JSON and in tooltips.
enum Format {
    static let minus = "\u{2212}"

    /// `places` digits after the point, thousands grouped: "1,234.50".
    static func fixed(_ value: Double, _ places: Int) -> String {
        guard let special = special(value) else {
            var decimal = DecimalDigits(value)
            decimal.round(places: places)
            let fraction = decimal.fraction(places: places)
            let sign = decimal.isNegative && !decimal.digits.isEmpty ? minus : ""
            return sign + grouped(decimal.whole) + (fraction.isEmpty ? "" : "." + fraction)
        }
        return special
    }

    /// A number on its own: at least `significant` digits, no trailing zeros, exponents only where they are needed.
    static func number(_ value: Double, significant: Int = 3) -> String {
        if let special = special(value) { return special }
        if value == 0 { return "0" }
        var decimal = DecimalDigits(value)
        let sign = decimal.isNegative ? minus : ""
        if decimal.exponent > 12 || decimal.exponent < -3 {
            decimal.round(significant: significant)
            return sign + "\(decimal.mantissa)e\(decimal.exponent - 1)"
        }
        decimal.round(significant: max(significant, decimal.exponent))
        let places = decimal.places
        return sign + grouped(decimal.whole) + (places > 0 ? "." + decimal.fraction(places: places) : "")
    }

    /// Every digit, for tooltips and copying.
    static func exact(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "Infinity" : "-Infinity" }
        return value.description
    }

    static func count(_ value: Int) -> String {
        (value < 0 ? minus : "") + grouped(String(value.magnitude))
    }

    /// "1 column", "12 columns".
    static func count(_ value: Int, _ noun: String) -> String { count(value) + " " + noun + (value == 1 ? "" : "s") }

    /// At most four characters and a unit, for narrow cells: "48.2k", "1.3M".
    static func compact(_ value: Int) -> String {
        guard value >= 10_000 else { return count(value) }
        for (size, unit) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where Double(value) >= size * 0.9995 {
            return number(Double(value) / size) + unit
        }
        return count(value)
    }

    /// A share as "12 %", with as many places as its size asks for unless given.
    static func percent(_ share: Double, places: Int? = nil) -> String {
        if let special = special(share) { return special }
        let percent = share * 100
        if let places { return fixed(percent, places) + " %" }
        let size = percent.magnitude
        if size == 0 { return "0 %" }
        if size < 0.01 { return (percent < 0 ? "> \(minus)" : "< ") + "0.01 %" }
        let text = fixed(percent, size >= 9.95 ? 0 : size >= 0.995 ? 1 : 2)
        return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " %"
    }

    /// The difference of two shares in percentage points, with a sign: "+3.3 pp".
    static func points(_ difference: Double) -> String {
        guard difference.isFinite else { return special(difference) ?? "" }
        let points = difference * 100
        let text = fixed(points, points.magnitude >= 9.95 ? 0 : points.magnitude >= 0.095 ? 1 : 2)
        if text.allSatisfy({ "0.\(minus)".contains($0) }) { return "0 pp" }
        return (points > 0 ? "+" : "") + text + " pp"
    }

    /// A probability: two digits, an exponent when small, and never a bare zero.
    static func probability(_ value: Double) -> String {
        if let special = special(value) { return special }
        if value < 1e-16 { return "< 1e-16" }
        if value < 0.001 {
            var decimal = DecimalDigits(value)
            decimal.round(significant: 1)
            return "\(decimal.mantissa)e\(decimal.exponent - 1)"
        }
        if value >= 0.995 { return value == 1 ? "1" : "> 0.99" }
        return fixed(value, value >= 0.0995 ? 2 : value >= 0.00995 ? 3 : 4)
    }

    /// Places after the point that resolve differences of about 1 % of `spread`.
    static func places(resolving spread: Double) -> Int {
        guard spread.isFinite, spread > 0 else { return 3 }
        return max(0, min(8, 2 - Int((log10(spread) + 0.5).rounded(.down))))
    }

    private static func special(_ value: Double) -> String? {
        if value.isNaN { return "undefined" }
        if value.isInfinite { return value > 0 ? "\u{221E}" : minus + "\u{221E}" }
        return nil
    }

    private static func grouped(_ digits: String) -> String {
        guard digits.utf8.count > 3 else { return digits }
        var bytes: [UInt8] = []
        let length = digits.utf8.count
        for (index, byte) in digits.utf8.enumerated() {
            if index > 0, (length - index) % 3 == 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
