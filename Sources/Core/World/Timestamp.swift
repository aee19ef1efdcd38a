/// A moment, in milliseconds since 1970-01-01T00:00:00Z without leap seconds (the unit of MLflow's protocol).
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    package func adding(milliseconds more: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds &+ more) }

    /// RFC 3339 in UTC with milliseconds: `2026-11-23T09:05:03.120Z`.
    package var rfc3339: String {
        let (day, rest) = Self.floorDivide(milliseconds, 86_400_000)
        let date = CalendarDate(daysSince1970: Int(day))
        let (seconds, fraction) = (Int(rest / 1000), Int(rest % 1000))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        let thousandths = String(fraction + 1000).dropFirst()
        let year = String(date.year)
        let padded = String(repeating: "0", count: max(0, 4 - year.count)) + year
        return "\(padded)-\(two(date.month))-\(two(date.day))T\(clock).\(thousandths)Z"
    }

    private static func floorDivide(_ value: Int64, _ unit: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
        return rest < 0 ? (quotient - 1, rest + unit) : (quotient, rest)
    }
}
