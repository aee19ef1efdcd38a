import Core

/// Writes the values of one column on the column's own scale: plain numbers, or dates for `datetime`.
struct ValueFormat {
    private let isTime: Bool
    private let spread: Double
    private let places: Int

    /// - Parameters:
    ///   - spread: a typical distance between values; decides the digits.
    ///   - values: when all that will be shown are whole, they get no digits after the point.
    init(kind: ColumnKind, spread: Double, showing values: [Double] = []) {
        isTime = kind == .datetime
        self.spread = spread
        let areWhole = !values.isEmpty && values.allSatisfy { $0 == $0.rounded() && $0.magnitude < 1e15 }
        places = areWhole ? 0 : Format.places(resolving: spread)
    }

    func value(_ value: Double) -> String {
        if isTime { return Self.date(value, withTime: spread < 10 * 86_400) }
        let size = value.magnitude
        if size >= 1e9 || (size > 0 && size < 1e-4 && spread < 1e-3) { return Format.number(value, significant: 4) }
        return Format.fixed(value, size >= 1e6 ? 0 : places)
    }

    /// A distance between two values.
    func difference(_ difference: Double) -> String {
        if isTime { return Self.signed(difference, Self.duration(difference.magnitude)) }
        return Self.signed(difference, value(difference.magnitude))
    }

    /// A spread, without a sign.
    func width(_ width: Double) -> String { isTime ? Self.duration(width) : value(width) }

    private static func signed(_ value: Double, _ magnitude: String) -> String {
        if !value.isFinite { return magnitude }
        if magnitude.allSatisfy({ "0.,".contains($0) }) { return "0" }
        return (value < 0 ? Format.minus : "+") + magnitude
    }

    /// Seconds since 1970 as "2024-02-29" or "2024-02-29 13:05", UTC, proleptic Gregorian calendar.
    static func date(_ seconds: Double, withTime: Bool) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e12 else { return Format.number(seconds) }
        let whole = Int(seconds.rounded(.down))
        var days = whole / 86_400
        var rest = whole % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        let calendar = CalendarDate(daysSince1970: days)
        let date = "\(calendar.year)-\(two(calendar.month))-\(two(calendar.day))"
        return withTime ? "\(date) \(two(rest / 3600)):\(two(rest / 60 % 60))" : date
    }

    static func duration(_ seconds: Double) -> String {
        let units: [(Double, String)] = [(86_400, "days"), (3600, "h"), (60, "min")]
        for (size, name) in units where seconds >= size * 1.5 { return Format.number(seconds / size) + " " + name }
        return Format.number(seconds) + " s"
    }

    private static func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
