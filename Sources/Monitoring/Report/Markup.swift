/// Writes XML and HTML: every tag is closed, everything from outside is escaped.
struct Markup {
    typealias Attributes = KeyValuePairs<String, String>

    private(set) var bytes: [UInt8] = []

    init() {}

    /// An element with content.
    mutating func element(_ name: String, _ attributes: Attributes = [:], _ content: (inout Markup) -> Void) {
        open(name, attributes, end: ">")
        content(&self)
        append("</")
        append(name)
        append(">")
    }

    mutating func element(_ name: String, _ attributes: Attributes = [:], text: String) {
        element(name, attributes) { $0.text(text) }
    }

    /// An element without content, closed by itself.
    mutating func empty(_ name: String, _ attributes: Attributes = [:]) { open(name, attributes, end: "/>") }

    mutating func text(_ text: String) { Self.escape(text, into: &bytes) }

    /// Markup that is known to be safe and balanced: the report's own style and script, or what a `Markup` wrote.
    mutating func raw(_ text: String) { append(text) }

    mutating func append(_ markup: Markup) { bytes += markup.bytes }

    private mutating func open(_ name: String, _ attributes: Attributes, end: String) {
        append("<")
        append(name)
        for (key, value) in attributes {
            append(" ")
            append(key)
            append("=\"")
            Self.escape(value, into: &bytes)
            append("\"")
        }
        append(end)
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Escapes what has a meaning in XML or HTML, in text and in attributes alike. Characters that XML 1.0 does not allow
    /// become U+FFFD.
    static func escape(_ text: String, into bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            var index = 0
            while index < utf8.count {
                let byte = utf8[index]
                switch byte {
                case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
                case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
                case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
                case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
                case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
                case 0x09, 0x0A: bytes.append(byte)
                case 0..<0x20, 0x7F: bytes.append(contentsOf: "\u{FFFD}".utf8)
                case 0xEF where index + 2 < utf8.count && utf8[index + 1] == 0xBF && utf8[index + 2] >= 0xBE:
                    // U+FFFE and U+FFFF.
                    bytes.append(contentsOf: "\u{FFFD}".utf8)
                    index += 2
                default: bytes.append(byte)
                }
                index += 1
            }
        }
    }
}
