import Core
import Platform

/// A source taken apart by the grammar of RFC 3986, and decoded until there is nothing left to decode: what a check
/// does not decode, the next program might.
struct SourceURI: Sendable {
    /// As given.
    let text: String
    /// In lower case; empty when there is none.
    let scheme: String
    /// What stands between `//` and the path; nil without `//`.
    let authority: String?
    /// The decoded parts of the path between slashes, the empty ones left out.
    let parts: [String]
    /// Whether the path begins with a slash.
    let isAbsolute: Bool
    /// What follows a question mark, decoded; nil without one. A fragment counts to it.
    let query: String?
    let hasFragment: Bool
    let hasBackslash: Bool

    /// - Throws: `invalid` when it holds control characters, or escapes within escapes without end.
    init(_ text: String) throws(Failure) {
        guard let decoded = Self.decoded(text),
            decoded.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw SourceCheck.relative(text) }
        self.text = text
        let bytes = Array(decoded.utf8)
        var rest = bytes[...]
        var scheme: [UInt8] = []
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")), Self.isScheme(rest[..<colon]) {
            scheme = rest[..<colon].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            rest = rest[(colon + 1)...]
        }
        self.scheme = String(decoding: scheme, as: UTF8.self)
        if rest.starts(with: [0x2F, 0x2F]) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex { [0x2F, 0x3F, 0x23].contains($0) } ?? rest.endIndex
            authority = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[end...]
        } else {
            authority = nil
        }
        let end = rest.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? rest.endIndex
        let tail = rest[end...]
        query = tail.first == UInt8(ascii: "?") ? String(decoding: tail.dropFirst(), as: UTF8.self) : nil
        hasFragment = tail.contains(UInt8(ascii: "#"))
        hasBackslash = bytes.contains(UInt8(ascii: "\\"))
        isAbsolute = rest.first == UInt8(ascii: "/")
        parts = rest[..<end].split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether some part, however it is encoded or separated, leads out of its folder.
    var isRelative: Bool {
        parts.contains { part in
            part == "." || part == ".." || part.split(separator: "\\").contains { $0 == "." || $0 == ".." }
        } || authority == ".." || authority == "."
    }

    /// Whether there is nothing behind the path that somebody might take for more of it.
    var endsWithPath: Bool { query == nil && !hasFragment }

    /// Whether this names `root` or something below it; part by part, so that `/a/bc` is not below `/a/b`.
    func isWithin(_ root: SourceURI) -> Bool {
        scheme == root.scheme && (authority ?? "").lowercased() == (root.authority ?? "").lowercased()
            && !root.parts.isEmpty && parts.count >= root.parts.count
            && zip(parts, root.parts).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// More layers than these are an attack.
    private static let decodingLimit = 8

    private static func decoded(_ text: String) -> String? {
        var text = text
        for _ in 0..<decodingLimit {
            guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
            // A percent sign that begins no escape stands for itself.
            guard let next = PercentEncoding.decode(text) else { return text.utf8.contains(0) ? nil : lenient(text) }
            if next.utf8.elementsEqual(text.utf8) { return text }
            text = next
        }
        return nil
    }

    /// Decodes what can be decoded of a text that is not percent-encoded throughout.
    private static func lenient(_ text: String) -> String? {
        var bytes: [UInt8] = []
        let all = Array(text.utf8)
        var index = 0
        while index < all.count {
            if all[index] == UInt8(ascii: "%"), index + 2 < all.count,
                let value = Hexadecimal.bytes(of: String(decoding: all[(index + 1)...(index + 2)], as: UTF8.self))?
                    .first
            {
                bytes.append(value)
                index += 3
            } else {
                bytes.append(all[index])
                index += 1
            }
        }
        guard bytes != all else { return text }
        return String(validating: bytes, as: UTF8.self).flatMap { decoded($0) }
    }

    private static func isScheme(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, (0x41...0x5A).contains(first & ~0x20) else { return false }
        return bytes.allSatisfy { byte in
            (0x41...0x5A).contains(byte & ~0x20) || (0x30...0x39).contains(byte)
                || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
    }
}
