extension JSON {
    /// The document as UTF-8 bytes. The same value always gives the same bytes.
    /// - Parameter pretty: two-space indentation and a line for each element; otherwise no white space at all.
    package func serialised(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, indent: 0)
        return writer.bytes
    }

    package func text(pretty: Bool = false) -> String { String(decoding: serialised(pretty: pretty), as: UTF8.self) }
}

private struct JSONWriter {
    let pretty: Bool
    var bytes: [UInt8] = []

    init(pretty: Bool) { self.pretty = pretty }

    mutating func write(_ value: JSON, indent: Int) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .integer(let number): append(String(number))
        case .number(let number): write(number)
        case .string(let text): write(text)
        case .array(let elements):
            sequence(elements, open: "[", close: "]", indent: indent) { $0.write($1, indent: indent + 1) }
        case .object(let members):
            sequence(members, open: "{", close: "}", indent: indent) {
                $0.write($1.name)
                $0.append($0.pretty ? ": " : ":")
                $0.write($1.value, indent: indent + 1)
            }
        }
    }

    private mutating func sequence<Element>(
        _ elements: [Element], open: String, close: String, indent: Int, each: (inout Self, Element) -> Void
    ) {
        append(open)
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            newline(indent + 1)
            each(&self, element)
        }
        if !elements.isEmpty { newline(indent) }
        append(close)
    }

    private mutating func newline(_ indent: Int) {
        guard pretty else { return }
        append("\n" + String(repeating: "  ", count: indent))
    }

    private mutating func write(_ number: Double) {
        if number.isNaN {
            append("\"NaN\"")
        } else if number.isInfinite {
            append(number > 0 ? "\"Infinity\"" : "\"-Infinity\"")
        } else {
            append(number.description)
        }
    }

    private mutating func write(_ text: String) {
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 0x0A: append("\\n")
            case 0x0D: append("\\r")
            case 0x09: append("\\t")
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            default: bytes.append(byte)
            }
        }
        append("\"")
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
