import Core

/// A query string, decoded once (application/x-www-form-urlencoded: `+` is a space).
package struct Query: Sendable {
    /// In the order sent; names may repeat.
    package let items: [(name: String, value: String)]
    /// Whether something in it was no valid percent-encoding of UTF-8.
    package let isMalformed: Bool

    package init(_ text: some StringProtocol) {
        let text = String(text)
        guard !text.isEmpty else {
            items = []
            isMalformed = false
            return
        }
        var items: [(String, String)] = []
        var isMalformed = false
        for part in text.utf8.split(separator: UInt8(ascii: "&")) {
            let mark = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = PercentEncoding.decode(Substring(part[..<mark]), plusIsSpace: true),
                let value = PercentEncoding.decode(Substring(part[mark...].dropFirst()), plusIsSpace: true)
            else {
                isMalformed = true
                continue
            }
            items.append((name, value))
        }
        self.items = items
        self.isMalformed = isMalformed
    }

    package subscript(_ name: String) -> String? {
        items.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package func all(_ name: String) -> [String] {
        items.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.value)
    }
}

/// Percent-encoding (RFC 3986, section 2.1).
package enum PercentEncoding {
    /// Decodes once.
    /// - Returns: nil when an escape is incomplete, or the bytes are not UTF-8 or hold a zero byte.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        let utf8 = text.utf8
        guard utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") || $0 == 0 }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        var iterator = utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(Hexadecimal.value(of:)),
                    let low = iterator.next().flatMap(Hexadecimal.value(of:)), high | low != 0
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            case 0: return nil
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Encodes everything but letters, digits and `-._~`, and the characters of `keeping`.
    package static func encode(_ text: String, keeping: String = "") -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            case let byte where byte < 0x80 && keeping.utf8.contains(byte): result.append(byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(contentsOf: Hexadecimal.text(of: [byte]).uppercased().utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
