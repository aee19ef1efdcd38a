import Core

/// Times and durations as protobuf's JSON form writes them: `2026-01-01T00:00:00.123Z`, `0.250s`.
/// https://protobuf.dev/programming-guides/json
enum ProtoTime {
    /// Without a fraction where there is none, with three digits otherwise.
    static func text(_ time: Timestamp) -> String {
        let text = time.rfc3339
        return text.hasSuffix(".000Z") ? String(text.dropLast(5)) + "Z" : text
    }

    static func text(milliseconds: Int64) -> String {
        let (seconds, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let sign = milliseconds < 0 ? "-" : ""
        return rest == 0 ? "\(sign)\(seconds)s" : "\(sign)\(seconds).\(String(rest + 1000).dropFirst())s"
    }

    /// - Throws: `invalid` unless it is a moment of the years 1 to 9999, with an offset or `Z`. What is finer than
    ///   milliseconds is cut.
    static func timestamp(_ text: String) throws(Failure) -> Timestamp {
        guard let time = Moment(text)?.milliseconds else {
            throw Failure(.invalid, "'\(text.prefix(100))' is not a time such as 2026-01-31T12:00:00.250Z")
        }
        return Timestamp(milliseconds: time)
    }

    /// - Throws: `invalid` unless it is a number of seconds followed by `s`. What is finer than milliseconds is cut.
    static func milliseconds(_ text: String) throws(Failure) -> Int64 {
        let wrong = Failure(.invalid, "'\(text.prefix(100))' is not a duration such as 0.250s")
        guard text.utf8.last == UInt8(ascii: "s") else { throw wrong }
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let parts = text.dropFirst(isNegative ? 1 : 0).dropLast().split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let seconds = number(parts[0], atMost: 12) else { throw wrong }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard let milliseconds = thousandths(parts[1]) else { throw wrong }
            fraction = milliseconds
        }
        let value = seconds * 1000 + fraction
        return isNegative ? -value : value
    }

    /// Digits only.
    fileprivate static func number(_ text: Substring, atMost length: Int) -> Int64? {
        guard (1...length).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    /// The first three digits of a fraction of one to nine.
    fileprivate static func thousandths(_ text: Substring) -> Int64? {
        guard number(text, atMost: 9) != nil else { return nil }
        return number((text + "00").prefix(3), atMost: 3)
    }
}

/// A date and time of RFC 3339.
private struct Moment {
    let milliseconds: Int64

    init?(_ text: String) {
        guard text.utf8.count >= 20, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let characters = Array(text)
        func number(_ range: Range<Int>) -> Int64? {
            ProtoTime.number(Substring(characters[range].map(String.init).joined()), atMost: range.count)
        }
        guard characters[4] == "-", characters[7] == "-", "Tt ".contains(characters[10]), characters[13] == ":",
            characters[16] == ":", let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            year > 0, (1...12).contains(month), hour < 24, minute < 60, second < 60,
            (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        var rest = characters[19...]
        var fraction: Int64 = 0
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { $0.isNumber }
            guard let value = ProtoTime.thousandths(Substring(String(digits))) else { return nil }
            fraction = value
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = Self.offset(String(rest)) else { return nil }
        let seconds = Self.daysSince1970(year, month, day) * 86_400 + hour * 3600 + (minute - offset) * 60 + second
        milliseconds = seconds * 1000 + fraction
    }

    /// Minutes east of Greenwich.
    private static func offset(_ text: String) -> Int64? {
        if text == "Z" || text == "z" { return 0 }
        guard text.utf8.count == 6, text.hasPrefix("+") || text.hasPrefix("-") else { return nil }
        let parts = text.dropFirst().split(separator: ":")
        guard parts.count == 2, let hours = ProtoTime.number(parts[0], atMost: 2),
            let minutes = ProtoTime.number(parts[1], atMost: 2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 60 + minutes) * (text.hasPrefix("-") ? -1 : 1)
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The Gregorian calendar, counted in years that begin in March, so that the leap day is the last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468
    }
}
