/// Where a function with a body begins, and how many lines it has from its keyword to its closing brace.
struct FunctionExtent: Equatable {
    let line: Int
    let length: Int
}

extension SwiftSource {
    /// Every `func`, `init`, `deinit` and `subscript` that has a body, by matching braces in the code.
    var functions: [FunctionExtent] {
        let bytes = Array(code.joined(separator: "\n").utf8)
        var extents: [FunctionExtent] = []
        var line = 1
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            guard let keyword = Self.keyword(at: index, in: bytes) else {
                index += 1
                continue
            }
            if let end = Self.bodyEnd(from: index + keyword, in: bytes) {
                let breaks = bytes[index..<end].count { $0 == UInt8(ascii: "\n") }
                extents.append(FunctionExtent(line: line, length: breaks + 1))
            }
            index += keyword
        }
        return extents
    }

    private static let keywords = ["func", "init", "deinit", "subscript"].map { Array($0.utf8) }

    /// The length of the declaring keyword that stands at `index`; `x.init(...)` is a call.
    private static func keyword(at index: Int, in bytes: [UInt8]) -> Int? {
        if index > 0, Words.isWordByte(bytes[index - 1]) || bytes[index - 1] == UInt8(ascii: ".") { return nil }
        if index > 0, bytes[index - 1] == UInt8(ascii: "`") { return nil }
        for word in keywords where bytes[index...].starts(with: word) {
            let next = index + word.count
            if next < bytes.count, !Words.isWordByte(bytes[next]), bytes[next] != UInt8(ascii: ":") {
                return word.count
            }
        }
        return nil
    }

    /// One past the closing brace of the body, or nil for a declaration without one (a requirement of a protocol).
    private static func bodyEnd(from start: Int, in bytes: [UInt8]) -> Int? {
        var nesting = 0
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["): nesting += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): nesting -= 1
            case UInt8(ascii: "{") where nesting == 0: return braceEnd(from: index, in: bytes)
            case UInt8(ascii: "}") where nesting == 0: return nil
            case UInt8(ascii: "\n") where nesting == 0 && !continues(after: index, in: bytes): return nil
            default: break
            }
            if nesting < 0 { return nil }
            index += 1
        }
        return nil
    }

    /// Does the declaration go on in the next line that is not blank?
    private static func continues(after newline: Int, in bytes: [UInt8]) -> Bool {
        let rest = bytes[newline...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return ["{", "->", "where ", "throws", "async", "rethrows"].contains { rest.starts(with: $0.utf8) }
    }

    private static func braceEnd(from open: Int, in bytes: [UInt8]) -> Int? {
        var depth = 0
        for index in open..<bytes.count {
            if bytes[index] == UInt8(ascii: "{") { depth += 1 }
            if bytes[index] == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return index + 1 }
            }
        }
        return nil
    }
}
