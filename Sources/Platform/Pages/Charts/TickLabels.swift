/// Texts of ticks: as few digits as tell them apart, the same number of places for all.
enum TickLabels {
    /// - Parameter step: what the values are multiples of.
    static func numbers(_ values: [Double], step: RoundStep) -> [String] {
        let largest = values.map(\.magnitude).max() ?? 0
        guard largest > 0 else { return values.map { ChartNumber.short($0) } }
        if largest < 1e-4 || largest >= 1e15 {
            // As many digits as the step needs at the size of the largest: 1.2e-7, 1.4e-7.
            let digits = max(1, DecimalDigits(largest).exponent - step.exponent)
            return values.map { exponential($0, digits: digits) }
        }
        if largest >= 10_000, let unit = units.last(where: { largest >= $0.size && isWhole(step, $0.size) }) {
            return values.map { $0 == 0 ? "0" : ChartNumber.fixed($0 / unit.size, places(step, unit.size)) + unit.name }
        }
        return values.map { ChartNumber.fixed($0, step.places) }
    }

    private static let units: [(size: Double, name: String)] = [(1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")]

    /// Whether a multiple of the step, written in the unit, needs at most one place.
    private static func isWhole(_ step: RoundStep, _ size: Double) -> Bool { step.value * 10 >= size }

    private static func places(_ step: RoundStep, _ size: Double) -> Int { step.value >= size ? 0 : 1 }

    private static func exponential(_ value: Double, digits: Int) -> String {
        guard value != 0 else { return "0" }
        var decimal = DecimalDigits(value)
        decimal.round(significant: digits)
        return "\(value < 0 ? "-" : "")\(decimal.mantissa)e\(decimal.exponent - 1)"
    }

    /// A mark of a logarithmic axis: 0.001, 1, 5,000, 1e6.
    static func number(_ value: Double) -> String {
        value >= 1e5 || value < 1e-3 ? exponential(value, digits: 1) : ChartNumber.short(value)
    }
}

/// Numbers in charts beyond those of `DisplayValue`.
enum ChartNumber {
    /// For labels that stand below each other: so many places, whatever the value.
    static func fixed(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return DisplayValue.number(value) }
        var decimal = DecimalDigits(value)
        decimal.round(places: places)
        let sign = decimal.isNegative && !decimal.digits.isEmpty ? "-" : ""
        return sign + decimal.whole + (places > 0 ? "." + decimal.fraction(places: places) : "")
    }

    /// A number on its own: four significant digits, whole numbers whole, nothing after the last digit that counts.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return DisplayValue.number(value) }
        if value == value.rounded(), value.magnitude < 1e9 { return DisplayValue.grouped(Int(value)) }
        var decimal = DecimalDigits(value)
        decimal.round(significant: decimal.exponent > 9 ? 4 : max(4, decimal.exponent))
        let sign = decimal.isNegative ? "-" : ""
        if decimal.exponent > 9 || decimal.exponent < -3 { return "\(sign)\(decimal.mantissa)e\(decimal.exponent - 1)" }
        let places = decimal.places
        return sign + decimal.whole + (places > 0 ? "." + decimal.fraction(places: places) : "")
    }

    /// Every digit, for what is shown on hover.
    static func exact(_ value: Double) -> String { value.isFinite ? value.description : DisplayValue.number(value) }

    /// `0`, `30 s`, `1 h 30 min`.
    static func duration(milliseconds: Double) -> String {
        guard milliseconds.magnitude < 1e17 else { return DisplayValue.number(milliseconds) + " ms" }
        if milliseconds == 0 { return "0" }
        return DisplayValue.duration(milliseconds: Int64(milliseconds.rounded())).replacing(".0 s", with: " s")
    }

    /// For attributes that scripts read: at most so many significant digits, as JavaScript reads numbers.
    static func text(_ value: Double, significant: Int = 6) -> String {
        guard value.isFinite else { return "" }
        var decimal = DecimalDigits(value)
        decimal.round(significant: significant)
        guard !decimal.digits.isEmpty else { return "0" }
        let sign = decimal.isNegative ? "-" : ""
        if decimal.exponent > 15 || decimal.exponent < -4 {
            return sign + "\(decimal.mantissa)e\(decimal.exponent - 1)"
        }
        let places = decimal.places
        return sign + decimal.whole + (places > 0 ? "." + decimal.fraction(places: places) : "")
    }
}
