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
        let year = String(date.year)
        // As bytes: every line of a log begins with this.
        var text: [UInt8] = []
        text.reserveCapacity(28)
        for _ in 0..<max(0, 4 - year.utf8.count) { text.append(UInt8(ascii: "0")) }
        text += year.utf8
        func add(_ separator: UInt8, _ number: Int, _ digits: Int = 2) {
            text.append(separator)
            if digits > 2 { text.append(UInt8(ascii: "0") + UInt8(number / 100)) }
            text.append(UInt8(ascii: "0") + UInt8(number / 10 % 10))
            text.append(UInt8(ascii: "0") + UInt8(number % 10))
        }
        add(UInt8(ascii: "-"), date.month)
        add(UInt8(ascii: "-"), date.day)
        add(UInt8(ascii: "T"), seconds / 3600)
        add(UInt8(ascii: ":"), seconds / 60 % 60)
        add(UInt8(ascii: ":"), seconds % 60)
        add(UInt8(ascii: "."), fraction, 3)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads RFC 3339: `2026-11-23T09:05:03.12Z`, `2026-11-23 10:05:03+01:00`. Fractions finer than a millisecond are
    /// cut off; a leap second counts as the first of the next minute.
    /// - Returns: nil when it is no such text, or there is no such day or time.
    package init?(rfc3339 text: String) {
        var bytes = Array(text.utf8)[...]
        func number(_ count: Int) -> Int? {
            guard bytes.count >= count, bytes.prefix(count).allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func skip(_ allowed: String) -> UInt8? {
            guard let byte = bytes.first, allowed.utf8.contains(byte) else { return nil }
            bytes = bytes.dropFirst()
            return byte
        }
        guard let year = number(4), skip("-") != nil, let month = number(2), skip("-") != nil, let day = number(2),
            let date = CalendarDate(year: year, month: month, day: day), skip("Tt ") != nil, let hour = number(2),
            skip(":") != nil, let minute = number(2), skip(":") != nil, let second = number(2), hour < 24, minute < 60,
            second <= 60
        else { return nil }
        var fraction = 0
        if skip(".") != nil {
            let digits = bytes.prefix { (0x30...0x39).contains($0) }
            guard !digits.isEmpty else { return nil }
            bytes = bytes.dropFirst(digits.count)
            fraction = (0..<3).reduce(0) { value, place in
                value * 10 + (place < digits.count ? Int(digits[digits.startIndex + place] - 0x30) : 0)
            }
        }
        var offset = 0
        switch skip("Zz+-") {
        case UInt8(ascii: "Z")?, UInt8(ascii: "z")?: break
        case let sign?:
            guard let hours = number(2), skip(":") != nil, let minutes = number(2), hours < 24, minutes < 60 else {
                return nil
            }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
        case nil: return nil
        }
        guard bytes.isEmpty else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(milliseconds: Int64(seconds) * 1000 + Int64(fraction))
    }

    private static func floorDivide(_ value: Int64, _ unit: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
        return rest < 0 ? (quotient - 1, rest + unit) : (quotient, rest)
    }
}
