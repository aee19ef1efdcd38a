/// Writes HTML and XML: every tag is closed, everything from outside is escaped.
///
/// Names of elements and attributes are literals of the source, and so is all that is written unescaped. A value comes
/// in as text or as the value of an attribute and is escaped there; what leads somewhere (`href`, `src`, `action`) must
/// be an address that a page may have. There is no other way in.
package struct Markup: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// What `content` writes.
    package init(_ content: (inout Markup) throws -> Void) rethrows { try content(&self) }

    package var isEmpty: Bool { bytes.isEmpty }

    /// An element with content.
    package mutating func element(
        _ name: StaticString, _ attributes: Attributes = [:], _ content: (inout Markup) throws -> Void
    ) rethrows {
        begin(name, attributes)
        append(">")
        try content(&self)
        append("</")
        append(name)
        append(">")
    }

    package mutating func element(_ name: StaticString, _ attributes: Attributes = [:], text: String) {
        element(name, attributes) { $0.text(text) }
    }

    /// An element without content, closed by itself. In HTML only void elements (`input`, `br`, `wbr`) and the insides
    /// of pictures may be.
    package mutating func empty(_ name: StaticString, _ attributes: Attributes = [:]) {
        begin(name, attributes)
        append("/>")
    }

    /// Marks that turn the direction of what follows are left out for readers, who could take one text for another;
    /// names that are shown by `name` say where there was one.
    package mutating func text(_ text: String) { Self.escape(text, into: &bytes, keepsDirections: false) }

    /// Text that comes back as it is: the content of a field.
    package mutating func value(_ text: String) { Self.escape(text, into: &bytes, keepsDirections: true) }

    /// Markup of the source: known to be safe, and balanced with what is around it.
    package mutating func raw(_ text: StaticString) { append(text) }

    package mutating func append(_ markup: Markup) { bytes += markup.bytes }

    private mutating func begin(_ name: StaticString, _ attributes: Attributes) {
        append("<")
        append(name)
        for (key, value) in attributes.pairs {
            guard let value else { continue }
            append(" ")
            append(key)
            append("=\"")
            Self.escape(
                Self.leads(key) && !SafeAddress.isSafe(value) ? SafeAddress.nowhere : value, into: &bytes,
                keepsDirections: true)
            append("\"")
        }
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether an attribute's value is an address that a browser goes to or loads from.
    private static func leads(_ name: StaticString) -> Bool {
        switch name.utf8CodeUnitCount {
        case 3: areEqual(name, "src")
        case 4: areEqual(name, "href")
        case 6: areEqual(name, "action")
        case 10: areEqual(name, "formaction") || areEqual(name, "xlink:href")
        default: false
        }
    }

    private static func areEqual(_ left: StaticString, _ right: StaticString) -> Bool {
        UnsafeBufferPointer(start: left.utf8Start, count: left.utf8CodeUnitCount)
            .elementsEqual(UnsafeBufferPointer(start: right.utf8Start, count: right.utf8CodeUnitCount))
    }

    /// Escapes what has a meaning in XML or HTML, in text and in attributes alike. Characters that XML 1.0 does not
    /// allow become U+FFFD. Embeddings, overrides and isolates of the writing direction (U+202A to U+202E, U+2066 to
    /// U+2069) never stand there as they are.
    /// - Parameter keepsDirections: whether those become references, which mean the same, or U+FFFD.
    package static func escape(_ text: String, into bytes: inout [UInt8], keepsDirections: Bool = false) {
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
                case 0xE2 where index + 2 < utf8.count && turnsDirection(utf8[index + 1], utf8[index + 2]):
                    let code = 0x2000 | UInt32(utf8[index + 1] & 0x3F) << 6 | UInt32(utf8[index + 2] & 0x3F)
                    bytes.append(contentsOf: (keepsDirections ? "&#\(code);" : "\u{FFFD}").utf8)
                    index += 2
                default: bytes.append(byte)
                }
                index += 1
            }
        }
    }

    /// Of a character whose first byte is 0xE2.
    private static func turnsDirection(_ second: UInt8, _ third: UInt8) -> Bool {
        second == 0x80 && (0xAA...0xAE).contains(third) || second == 0x81 && (0xA6...0xA9).contains(third)
    }
}

extension Markup {
    /// Attributes of an element, in the order written. One whose value is nil is left out.
    package struct Attributes: ExpressibleByDictionaryLiteral, Sendable {
        package private(set) var pairs: [(name: StaticString, value: String?)]

        package init(dictionaryLiteral elements: (StaticString, String?)...) {
            pairs = elements.map { (name: $0.0, value: $0.1) }
        }

        package static func + (left: Self, right: Self) -> Self {
            var sum = left
            sum.pairs += right.pairs
            return sum
        }
    }
}

/// Which addresses a page may lead to.
package enum SafeAddress {
    /// Written in the place of an address that is not safe; browsers go nowhere with it.
    package static let nowhere = "about:invalid"

    /// Places on this server and on the page itself, addresses of the web and of mail, and pictures written out in
    /// Base64. What has another scheme (`javascript:`, other `data:`), or could be read as one or as another server's
    /// (`//`, `\`, control characters, which browsers skip), is not.
    package static func isSafe(_ address: String) -> Bool {
        let utf8 = address.utf8
        for picture in ["data:image/png;base64,", "data:image/jpeg;base64,"]
        where utf8.starts(with: picture.utf8) {
            return utf8.dropFirst(picture.utf8.count).allSatisfy(isBase64)
        }
        guard utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else { return false }
        switch utf8.first {
        case nil, UInt8(ascii: "#"), UInt8(ascii: "?"): return true
        case UInt8(ascii: "/"): return utf8.dropFirst().first != UInt8(ascii: "/")
        default:
            return ["https://", "http://", "mailto:"].contains { Headers.areEqual(address.prefix($0.utf8.count), $0) }
        }
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
            true
        default: false
        }
    }
}
