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

    /// - Throws: `invalid` unless it is a moment of the years 0 to 9999, with an offset or `Z`. What is finer than
    ///   milliseconds is cut.
    static func timestamp(_ text: String) throws(Failure) -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw Failure(.invalid, "'\(text.prefix(100))' is not a time such as 2026-01-31T12:00:00.250Z")
        }
        return time
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
    private static func number(_ text: Substring, atMost length: Int) -> Int64? {
        guard (1...length).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    /// The first three digits of a fraction of one to nine.
    private static func thousandths(_ text: Substring) -> Int64? {
        guard number(text, atMost: 9) != nil else { return nil }
        return number((text + "00").prefix(3), atMost: 3)
    }
}
