package import Core
import Foundation

/// Numbers, sizes and times as people read them. What programs read is the JSON.
package enum DisplayValue {
    /// About four significant digits; whole numbers whole.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        guard (1e-3..<1e6).contains(abs(value)) else { return String(format: "%.4g", value) }
        return String(format: "%.*f", decimals(value), value)
    }

    /// Numbers that stand below each other: as many decimals for all as the smallest needs, if that is sensible.
    package static func numbers(_ values: [Double?]) -> [String] {
        let fractions = values.compactMap { $0 }.filter { $0.isFinite && $0 != $0.rounded() }
        let isMixed = fractions.contains { !(1e-3..<1e6).contains(abs($0)) }
        guard !isMixed, let most = fractions.map({ decimals($0) }).max(),
            let least = fractions.map({ decimals($0) }).min()
        else { return values.map { $0.map(number) ?? "" } }
        // Small ones among large ones are shown coarsely.
        let places = min(most, max(4, least))
        return values.map { value in
            guard let value else { return "" }
            guard value.isFinite, abs(value) < 1e6 else { return number(value) }
            return String(format: "%.*f", places, value)
        }
    }

    private static func decimals(_ value: Double) -> Int {
        max(0, 3 - Int(log10(abs(value)).rounded(.down)))
    }

    /// 640 B, 1.5 kB, 23 MB.
    package static func bytes(_ count: Int64) -> String {
        var value = Double(count)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 999.5 { return (unit == "B" || value >= 9.95 ? whole(value) : tenth(value)) + " \(unit)" }
            value /= 1000
        }
        return (value >= 9.95 ? whole(value) : tenth(value)) + " TB"
    }

    /// 20 ms, 1.2 s, 3 min 20 s, 2 h 5 min, 3 d 4 h.
    package static func duration(milliseconds: Int64) -> String {
        if milliseconds < 0 { return "-" + duration(milliseconds: milliseconds == .min ? .max : -milliseconds) }
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 { return tenth(Double(milliseconds) / 1000) + " s" }
        let seconds = milliseconds / 1000
        func two(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
            small == 0 ? "\(large) \(largeUnit)" : "\(large) \(largeUnit) \(small) \(smallUnit)"
        }
        if seconds < 3600 { return two(seconds / 60, "min", seconds % 60, "s") }
        if seconds < 86_400 { return two(seconds / 3600, "h", seconds / 60 % 60, "min") }
        return two(seconds / 86_400, "d", seconds / 3600 % 24, "h")
    }

    /// How long ago; the day where that is more than four weeks.
    package static func age(_ time: Timestamp, now: Timestamp) -> String {
        let seconds = (now.milliseconds - time.milliseconds) / 1000
        switch seconds {
        case ..<(-60): return moment(time)
        case ..<10: return "just now"
        case ..<60: return "\(seconds) s ago"
        case ..<3600: return "\(seconds / 60) min ago"
        case ..<86_400: return "\(seconds / 3600) h ago"
        case ..<(28 * 86_400): return "\(seconds / 86_400) d ago"
        default: return String(time.rfc3339.prefix { $0 != "T" })
        }
    }

    /// 2026-11-26 01:30:12 UTC
    /// - Parameter zone: false where a title says it.
    package static func moment(_ time: Timestamp, zone: Bool = true) -> String {
        time.rfc3339.prefix { $0 != "." }.replacing("T", with: " ") + (zone ? " UTC" : "")
    }

    /// A count with its thousands apart: 12,345.
    package static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number.magnitude).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// All digits that tell it from other doubles.
    package static func exact(_ value: Double) -> String {
        guard value.isFinite else { return number(value) }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    /// "1 run", "3 runs".
    package static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(number) " + (number == 1 ? singular : plural ?? singular + "s")
    }

    private static func whole(_ value: Double) -> String { String(format: "%.0f", value) }
    private static func tenth(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension JSON {
    /// A member that is a time of the API.
    package func time(_ name: String) -> Timestamp? { self[name]?.text.flatMap(Timestamp.init(rfc3339:)) }

    /// A member that is a text, fit for showing; empty where it is not there.
    package func shown(_ name: String) -> String { DisplayText.clean(self[name]?.text ?? "") }
}
