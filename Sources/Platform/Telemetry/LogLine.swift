import Core

/// How a line of the log looks.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-11-23T09:05:03.120Z info  request method=GET path=/health status=200`
    case text
    /// One JSON object for each line.
    case json
}

/// Puts one line of the log together. Whatever a value holds, the line stays one line: JSON escapes control characters,
/// and text quotes what is not plain.
struct LogLine {
    private let format: LogFormat
    private(set) var bytes: [UInt8] = []

    init(_ format: LogFormat, _ time: Timestamp, _ level: String, _ message: String) {
        self.format = format
        bytes.reserveCapacity(256)
        switch format {
        case .json:
            append("{\"time\":\"")
            append(time.rfc3339)
            append("\",\"level\":\"")
            append(level)
            append("\",\"message\":")
            quote(message)
        case .text:
            append(time.rfc3339)
            append(" ")
            append(level)
            append(level.utf8.count < 5 ? String(repeating: " ", count: 6 - level.utf8.count) : " ")
            bytes.append(contentsOf: message.utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 })
        }
    }

    mutating func add(_ name: StaticString, _ value: String) {
        separate(name)
        addValue(value)
    }

    mutating func add(_ name: String, _ value: String) {
        separate(name)
        addValue(value)
    }

    mutating func add(_ name: StaticString, _ value: Int) {
        separate(name)
        append(String(value))
    }

    /// With three digits after the point.
    mutating func add(_ name: StaticString, milliseconds: Duration) {
        separate(name)
        let (seconds, attoseconds) = milliseconds.components
        let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
        append(String(microseconds / 1000))
        append(".")
        append(String(microseconds % 1000 + 1000).dropFirst())
    }

    consuming func finish() -> [UInt8] {
        if format == .json { append("}") }
        append("\n")
        return bytes
    }

    private mutating func addValue(_ value: String) {
        if format == .text, Self.isPlain(value) { append(value) } else { quote(value) }
    }

    /// Names in the source are plain: they need no quoting.
    private mutating func separate(_ name: StaticString) {
        append(format == .json ? ",\"" : " ")
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        append(format == .json ? "\":" : "=")
    }

    private mutating func separate(_ name: String) {
        switch format {
        case .json:
            append(",")
            quote(name)
            append(":")
        case .text:
            append(" ")
            append(name)
            append("=")
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            !bytes.isEmpty
                && bytes.allSatisfy {
                    $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
                        && $0 != UInt8(ascii: "\\")
                }
        }
    }

    private mutating func quote(_ text: String) { bytes.append(contentsOf: JSON.string(text).serialised()) }

    private mutating func append(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }
}
