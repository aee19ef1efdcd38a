#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Numbers in sentences.
enum Wording {
    /// At most `digits` significant digits, no exponent between 1e-4 and 1e7: 0.23, 12, 1300, 2.5e9.
    static func number(_ value: Double, digits: Int = 2) -> String {
        guard value.isFinite else { return "\(value)" }
        guard value != 0 else { return "0" }
        let exponent = Int(floor(log10(abs(value))))
        if exponent < -4 || exponent > 6 {
            let power = pow(10, Double(exponent))
            return power > 0 && power.isFinite ? "\(number(value / power, digits: digits))e\(exponent)" : "\(value)"
        }
        let decimals = max(0, digits - 1 - exponent)
        let scale = pow(10, Double(decimals))
        let drop = pow(10, Double(max(0, exponent - digits + 1)))
        let scaled = (abs(value) * scale / drop).rounded() * drop
        let whole = Int((scaled / scale).rounded(.down))
        var text = String(whole)
        if decimals > 0 {
            let fraction = String(Int(scaled) - whole * Int(scale))
            var padded = String(repeating: "0", count: max(0, decimals - fraction.count)) + fraction
            while padded.hasSuffix("0") { padded.removeLast() }
            if !padded.isEmpty { text += "." + padded }
        }
        return (value < 0 ? "-" : "") + text
    }

    static func percent(_ share: Double) -> String { number(100 * share) + " %" }

    /// Seconds as days, hours, minutes or seconds.
    static func duration(_ seconds: Double) -> String {
        for (unit, length) in [("days", 86400.0), ("hours", 3600), ("minutes", 60)] where seconds >= length {
            return number(seconds / length) + " " + unit
        }
        return number(seconds) + " seconds"
    }

    /// A category as quoted text of bounded length.
    static func quoted(_ text: String) -> String {
        let short = text.unicodeScalars.count > 30 ? String(text.unicodeScalars.prefix(29)) + "…" : text
        return "\"" + short + "\""
    }
}
