/// One line of a CSV file under construction. Writes only what needs no quoting: numbers, dates and plain words.
package struct CSVLine {
    package private(set) var bytes: [UInt8] = []
    private var isFirst = true

    package init() { bytes.reserveCapacity(512) }

    package mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        isFirst = true
    }

    package mutating func end() {
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    /// An empty field: a missing value.
    package mutating func missing() { separate() }

    package mutating func word(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    package mutating func word(_ text: [UInt8]) {
        separate()
        bytes.append(contentsOf: text)
    }

    package mutating func integer(_ value: Int) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        digits(value.magnitude, atLeast: 1)
    }

    /// Rounded half away from zero to `decimals` places.
    /// - Parameters:
    ///   - value: finite, below 1e12 in magnitude.
    ///   - decimals: 1 to 6.
    package mutating func fixed(_ value: Double, decimals: Int) {
        separate()
        let power = Self.powers[decimals]
        let scaled = UInt((value.magnitude * Double(power)).rounded())
        if value < 0, scaled > 0 { bytes.append(UInt8(ascii: "-")) }
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: power)
        digits(whole, atLeast: 1)
        bytes.append(UInt8(ascii: "."))
        digits(fraction, atLeast: decimals)
    }

    /// A time as `2024-05-31T23:59:59Z`.
    /// - Parameter seconds: since 1970-01-01T00:00:00Z, not negative.
    package mutating func time(_ seconds: Int) {
        separate()
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = Self.date(days)
        let parts: [(UInt, Int, Character)] = [
            (date.year, 4, "-"), (date.month, 2, "-"), (date.day, 2, "T"),
            (UInt(second / 3600), 2, ":"), (UInt(second / 60 % 60), 2, ":"), (UInt(second % 60), 2, "Z"),
        ]
        for (value, width, separator) in parts {
            digits(value, atLeast: width)
            bytes.append(separator.asciiValue!)
        }
    }

    private static let powers: [UInt] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]

    private mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    private mutating func digits(_ value: UInt, atLeast width: Int) {
        let start = bytes.count
        var rest = value
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest > 0 || bytes.count - start < width
        bytes[start...].reverse()
    }

    /// The Gregorian date of a day number (day 0 is 1970-01-01), by counting 400-year eras from 1 March.
    private static func date(_ days: Int) -> (year: UInt, month: UInt, day: UInt) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let leapDays = dayOfEra / 1_460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        return (UInt(year), UInt(month), UInt(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1))
    }
}
