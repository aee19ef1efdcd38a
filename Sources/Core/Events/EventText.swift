/// Texts as events keep them. What is long is content, not an identifier, and the log has to stay readable: it is cut,
/// and ends with a mark then.
///
/// Sizes are in bytes of the log, where a control character takes six and a quotation mark two (RFC 8785, section
/// 3.2.2.2).
package enum EventText {
    /// Of one text.
    package static let limit = 8192
    /// A text is not cut shorter than this.
    package static let leastClip = 64
    package static let mark = "…"

    package static func clipped(_ text: String, limit: Int = limit) -> String {
        guard text.utf8.count > limit / 6 else { return text }
        var size = 0
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            size += self.size(of: scalar)
            if size > limit { return String(text.unicodeScalars[..<index]) + mark }
        }
        return text
    }

    package static func size(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + size(of: $1) } }

    private static func size(of scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\"", "\\", "\u{8}", "\t", "\n", "\u{C}", "\r": 2
        case _ where scalar.value < 0x20: 6
        default: UTF8.width(scalar)
        }
    }

    /// Whether a text looks like one that was cut.
    package static func isClipped(_ text: String) -> Bool { text.utf8.count >= leastClip && text.hasSuffix(mark) }
}

extension JSON {
    /// A text as an event keeps it.
    package static func eventText(_ text: String) -> JSON { .string(EventText.clipped(text)) }
    package static func eventText(_ text: String?) -> JSON { text.map { eventText($0) } ?? .null }
}
