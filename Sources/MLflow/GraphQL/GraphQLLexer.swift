import Core

/// What went wrong with a query, or with one field of it.
struct GraphQLError: Error {
    let message: String
    /// Bytes before the place in the query.
    var place: Int?
    /// From the root to the field: names, and places in lists.
    var path: [JSON] = []
    /// MLflow's code, where a call behind a field has failed.
    var code: String?

    init(_ message: String, at place: Int? = nil) {
        self.message = message
        self.place = place
    }
}

enum GraphQLToken: Equatable {
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    case punctuator(UInt8)
    /// `...`
    case spread
    case name(String)
    case integer(String)
    case float(String)
    case string(String)
    case end

    static func mark(_ character: Unicode.Scalar) -> GraphQLToken { .punctuator(UInt8(ascii: character)) }

    /// As messages name it.
    var text: String {
        switch self {
        case .punctuator(let byte): "\"\(Character(Unicode.Scalar(byte)))\""
        case .spread: "\"...\""
        case .name(let name): "\"\(name.prefix(100))\""
        case .integer(let number), .float(let number): "the number \(number.prefix(100))"
        case .string: "a text"
        case .end: "the end"
        }
    }
}

/// Cuts a query into tokens (GraphQL, September 2025, section 2.1).
struct GraphQLLexer {
    private let bytes: [UInt8]
    private var next = 0
    /// Where the last token begins.
    private(set) var place = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func token() throws(GraphQLError) -> GraphQLToken {
        skipIgnored()
        place = next
        guard let byte = peek() else { return .end }
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            next += 1
            return .punctuator(byte)
        case UInt8(ascii: "."):
            guard bytes[next...].starts(with: "...".utf8) else { throw unexpected(byte) }
            next += 3
            return .spread
        case UInt8(ascii: "\""):
            return .string(try bytes[next...].starts(with: "\"\"\"".utf8) ? blockString() : string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case let byte where Self.isNameStart(byte): return .name(name())
        default: throw unexpected(byte)
        }
    }

    private func peek(_ ahead: Int = 0) -> UInt8? { next + ahead < bytes.count ? bytes[next + ahead] : nil }

    private func unexpected(_ byte: UInt8) -> GraphQLError {
        let shown = (0x21..<0x7F).contains(byte) ? "\"\(Character(Unicode.Scalar(byte)))\"" : "a byte \(byte)"
        return GraphQLError("Syntax error: \(shown) is out of place", at: place)
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// White space, commas, comments, and a byte order mark.
    private mutating func skipIgnored() {
        while let byte = peek() {
            switch byte {
            case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: ","): next += 1
            case UInt8(ascii: "#"): while let byte = peek(), byte != 0x0A, byte != 0x0D { next += 1 }
            case 0xEF where bytes[next...].starts(with: [0xEF, 0xBB, 0xBF]): next += 3
            default: return
            }
        }
    }

    private mutating func name() -> String {
        let start = next
        while let byte = peek(), Self.isNameStart(byte) || Self.isDigit(byte) { next += 1 }
        return String(decoding: bytes[start..<next], as: UTF8.self)
    }

    private mutating func number() throws(GraphQLError) -> GraphQLToken {
        let start = next
        var isFloat = false
        if peek() == UInt8(ascii: "-") { next += 1 }
        if peek() == UInt8(ascii: "0") { next += 1 } else { try digits() }
        if peek() == UInt8(ascii: ".") {
            isFloat = true
            next += 1
            try digits()
        }
        if peek().map({ $0 | 0x20 }) == UInt8(ascii: "e") {
            isFloat = true
            next += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { next += 1 }
            try digits()
        }
        if let byte = peek(), Self.isNameStart(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".") {
            throw unexpected(byte)
        }
        let text = String(decoding: bytes[start..<next], as: UTF8.self)
        return isFloat ? .float(text) : .integer(text)
    }

    private mutating func digits() throws(GraphQLError) {
        guard Self.isDigit(peek()) else { throw GraphQLError("Syntax error: a number lacks a digit", at: place) }
        while Self.isDigit(peek()) { next += 1 }
    }
}

// MARK: - Texts

extension GraphQLLexer {
    private mutating func string() throws(GraphQLError) -> String {
        next += 1
        var text: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                next += 1
                return String(decoding: text, as: UTF8.self)
            case 0x0A, 0x0D: throw GraphQLError("Syntax error: a text does not end", at: place)
            case UInt8(ascii: "\\"):
                next += 1
                text += try escape()
            default:
                text.append(byte)
                next += 1
            }
        }
        throw GraphQLError("Syntax error: a text does not end", at: place)
    }

    private mutating func escape() throws(GraphQLError) -> [UInt8] {
        defer { next += 1 }
        switch peek() {
        case UInt8(ascii: "\"")?: return [0x22]
        case UInt8(ascii: "\\")?: return [0x5C]
        case UInt8(ascii: "/")?: return [0x2F]
        case UInt8(ascii: "b")?: return [0x08]
        case UInt8(ascii: "f")?: return [0x0C]
        case UInt8(ascii: "n")?: return [0x0A]
        case UInt8(ascii: "r")?: return [0x0D]
        case UInt8(ascii: "t")?: return [0x09]
        case UInt8(ascii: "u")?: return try unicodeEscape()
        default: throw GraphQLError("Syntax error: an escape that is none", at: next)
        }
    }

    /// Stands on the `u`, and ends on the last character of the escape.
    private mutating func unicodeEscape() throws(GraphQLError) -> [UInt8] {
        let start = next
        let wrong = GraphQLError("Syntax error: an escape that is no character", at: start)
        func digits(_ range: Range<Int>) throws(GraphQLError) -> UInt32 {
            guard range.upperBound <= bytes.count, !range.isEmpty, range.count <= 8,
                bytes[range].allSatisfy({ Hexadecimal.value(of: $0) != nil }),
                let value = UInt32(String(decoding: bytes[range], as: UTF8.self), radix: 16)
            else { throw wrong }
            return value
        }
        var value: UInt32
        if peek(1) == UInt8(ascii: "{") {
            guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "}")) else { throw wrong }
            value = try digits(start + 2..<end)
            next = end
        } else {
            value = try digits(start + 1..<start + 5)
            next = start + 4
            if (0xD800..<0xDC00).contains(value), peek(1) == UInt8(ascii: "\\"), peek(2) == UInt8(ascii: "u") {
                let low = try digits(start + 7..<start + 11)
                guard (0xDC00..<0xE000).contains(low) else { throw wrong }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
                next = start + 10
            }
        }
        guard let scalar = Unicode.Scalar(value) else { throw wrong }
        return Array(String(Character(scalar)).utf8)
    }

    /// Between three quotation marks: lines lose the indentation they have in common, and empty ones at both ends.
    private mutating func blockString() throws(GraphQLError) -> String {
        next += 3
        var text: [UInt8] = []
        while !bytes[next...].starts(with: "\"\"\"".utf8) {
            guard let byte = peek() else { throw GraphQLError("Syntax error: a text does not end", at: place) }
            if bytes[next...].starts(with: "\\\"\"\"".utf8) {
                text += "\"\"\"".utf8
                next += 4
            } else {
                text.append(byte)
                next += 1
            }
        }
        next += 3
        return Self.withoutIndentation(text)
    }

    private static func withoutIndentation(_ text: [UInt8]) -> String {
        var lines = String(decoding: text, as: UTF8.self).split(omittingEmptySubsequences: false) { $0.isNewline }
        func indentation(_ line: Substring) -> Int { line.utf8.prefix { $0 == 0x20 || $0 == 0x09 }.count }
        func isBlank(_ line: Substring) -> Bool { indentation(line) == line.utf8.count }
        let common = lines.dropFirst().filter { !isBlank($0) }.map(indentation).min() ?? 0
        for index in lines.indices.dropFirst() { lines[index] = lines[index].dropFirst(common) }
        while let first = lines.first, isBlank(first) { lines.removeFirst() }
        while let last = lines.last, isBlank(last) { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
