/// A strict little reader of what reports and pages are written in: every tag closed in order, every attribute quoted.
package struct MarkupCheck {
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    package private(set) var names: [String] = []
    package private(set) var ids: [String] = []
    /// Values of `href`.
    package private(set) var links: [String] = []
    /// Values of everything a browser goes to or loads.
    package private(set) var targets: [String] = []
    package private(set) var attributes: Set<String> = []
    /// Text outside of tags, still escaped; not that of fields, which is as somebody wrote it.
    package private(set) var text = ""

    package static func read(_ document: String) throws -> MarkupCheck {
        var check = MarkupCheck()
        try check.read(Array(document.utf8))
        return check
    }

    private mutating func read(_ bytes: [UInt8]) throws {
        var open: [String] = []
        var index = 0
        var plain: [UInt8] = []
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "&") {
                let end = bytes[index...].prefix(8).firstIndex(of: UInt8(ascii: ";"))
                guard end != nil else {
                    throw Problem(description: "bare & near \(text(index..<min(bytes.count, index + 30)))")
                }
            }
            guard bytes[index] == UInt8(ascii: "<") else {
                if open.last != "textarea" { plain.append(bytes[index]) }
                index += 1
                continue
            }
            guard let end = bytes[index...].firstIndex(of: UInt8(ascii: ">")) else {
                throw Problem(description: "unfinished tag")
            }
            let tag = text(index + 1..<end)
            index = end + 1
            if tag.hasPrefix("!DOCTYPE") || tag.hasPrefix("?xml") { continue }
            if tag.hasPrefix("/") {
                guard open.popLast() == String(tag.dropFirst()) else {
                    throw Problem(description: "</\(tag.dropFirst())> closes nothing")
                }
                continue
            }
            let name = String(tag.prefix { $0.isLetter || $0.isNumber || $0 == "-" })
            guard !name.isEmpty else { throw Problem(description: "<\(tag)>") }
            names.append(name)
            try readAttributes(tag.dropFirst(name.count))
            if tag.hasSuffix("/") { continue }
            open.append(name)
            // The contents of style and script are not markup.
            if name == "style" || name == "script" {
                let close = Array("</\(name)>".utf8)
                while !bytes[index...].starts(with: close) { index += 1 }
            }
        }
        guard open.isEmpty else { throw Problem(description: "left open: \(open)") }
        self.text = String(decoding: plain, as: UTF8.self)
    }

    private mutating func readAttributes(_ text: Substring) throws {
        var rest = text.hasSuffix("/") ? text.dropLast() : text
        while let start = rest.firstIndex(where: { $0 != " " }) {
            rest = rest[start...]
            guard let equals = rest.firstIndex(of: "="), rest[rest.index(after: equals)...].first == "\"" else {
                throw Problem(description: "attribute without a quoted value: \(rest)")
            }
            let name = rest[..<equals]
            let begin = rest.index(equals, offsetBy: 2)
            guard let end = rest[begin...].firstIndex(of: "\"") else { throw Problem(description: "open quote") }
            attributes.insert(String(name))
            if name == "id" { ids.append(String(rest[begin..<end])) }
            if name == "href" { links.append(String(rest[begin..<end])) }
            if ["href", "src", "action", "formaction"].contains(name) { targets.append(String(rest[begin..<end])) }
            rest = rest[rest.index(after: end)...]
        }
    }
}
