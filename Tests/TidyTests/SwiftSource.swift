/// A Swift file with comments and the content of string literals told apart from code.
///
/// A small scanner, not a parser: it knows line and nested block comments, plain, raw and multi-line strings and their
/// interpolations. Bare-slash regular expressions are read as operators; a quote in one ends at the end of its line.
struct SwiftSource: Sendable {
    let file: TextFile
    /// The lines with comments and string contents replaced by spaces.
    let code: [String]
    /// The lines with everything but comments replaced by spaces.
    let comments: [String]

    var path: String { file.path }
    /// `Statistics` for `Sources/Statistics/...`.
    var target: String { file.folders.count > 1 ? file.folders[1] : "" }

    init(_ file: TextFile) {
        self.file = file
        var scanner = Scanner(Array(file.lines.joined(separator: "\n").utf8))
        scanner.scanCode(insideInterpolation: false)
        code = Self.lines(scanner.code)
        comments = Self.lines(scanner.comments)
    }

    init(path: String = "Example.swift", text: String) {
        self.init(
            TextFile(path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)))
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    func finding(_ line: Int, _ message: String) -> Finding { file.finding(line, message) }

    /// Lines (from 1) on which the code holds `word` as a whole word.
    func lines(withWord word: String) -> [Int] {
        code.indices.filter { Words.contains(code[$0], word) }.map { $0 + 1 }
    }

    /// Lines (from 1) on which the code holds `fragment`, not preceded by a letter, digit or underscore.
    func lines(withFragment fragment: String) -> [Int] {
        code.indices.filter { Words.ranges(of: fragment, in: code[$0]).contains { !$0.afterWord } }.map { $0 + 1 }
    }

    /// Is that byte inside a string literal? A sentence or a style sheet is not broken for the width of a screen.
    func isText(line: Int, byte: Int) -> Bool {
        let (code, comment) = (Array(code[line].utf8), Array(comments[line].utf8))
        guard byte < code.count else { return false }
        let isBlank = { (bytes: [UInt8]) in bytes[byte...].prefix { $0 != UInt8(ascii: "\"") }.allSatisfy { $0 == 0x20 }
        }
        return isBlank(code) && isBlank(comment)
    }

    /// Imported modules with the line they stand on.
    var imports: [(module: String, line: Int)] {
        code.enumerated().compactMap { index, line in
            var words = line.split(whereSeparator: { $0 == " " || $0 == ";" })[...]
            while let word = words.first, word.hasPrefix("@") || Self.accessWords.contains(String(word)) {
                words = words.dropFirst()
            }
            guard words.first == "import" else { return nil }
            words = words.dropFirst()
            if let kind = words.first, Self.importKinds.contains(String(kind)) { words = words.dropFirst() }
            guard let module = words.first?.split(separator: ".").first else { return nil }
            return (String(module), index + 1)
        }
    }

    private static let accessWords: Set<String> = ["public", "package", "internal", "fileprivate", "private"]
    private static let importKinds: Set<String> = [
        "struct", "class", "enum", "func", "let", "var", "protocol", "typealias",
    ]
}

/// Splits the bytes of a file into code and comments of the same shape.
private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var code: [UInt8] = []
    private(set) var comments: [UInt8] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private enum Kind { case code, comment, text }

    private func peek(_ offset: Int = 0) -> UInt8 {
        position + offset < bytes.count ? bytes[position + offset] : 0
    }

    private func starts(with text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    private mutating func take(_ count: Int, as kind: Kind) {
        for _ in 0..<count where position < bytes.count {
            let byte = bytes[position]
            let blank = byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " ")
            code.append(kind == .code ? byte : blank)
            comments.append(kind == .comment ? byte : blank)
            position += 1
        }
    }

    mutating func scanCode(insideInterpolation: Bool) {
        var depth = 0
        while position < bytes.count {
            if starts(with: "//") {
                while position < bytes.count, peek() != UInt8(ascii: "\n") { take(1, as: .comment) }
            } else if starts(with: "/*") {
                scanBlockComment()
            } else if peek() == UInt8(ascii: "\"") {
                scanString(hashes: 0)
            } else if peek() == UInt8(ascii: "#") {
                var hashes = 0
                while peek(hashes) == UInt8(ascii: "#") { hashes += 1 }
                let opens = peek(hashes) == UInt8(ascii: "\"")
                take(hashes, as: .code)
                if opens { scanString(hashes: hashes) }
            } else {
                if peek() == UInt8(ascii: "(") { depth += 1 }
                if peek() == UInt8(ascii: ")") { depth -= 1 }
                take(1, as: insideInterpolation ? .text : .code)
                if insideInterpolation, depth == 0 { return }
            }
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                take(2, as: .comment)
            } else if starts(with: "*/") {
                depth -= 1
                take(2, as: .comment)
            } else {
                take(1, as: .comment)
            }
        } while depth > 0 && position < bytes.count
    }

    /// At the opening quote; the hashes before it are already taken.
    private mutating func scanString(hashes: Int) {
        let multiline = starts(with: "\"\"\"")
        let marks = String(repeating: "#", count: hashes)
        let close = (multiline ? "\"\"\"" : "\"") + marks
        let escape = "\\" + marks
        take(multiline ? 3 : 1, as: .code)
        while position < bytes.count {
            if starts(with: close) {
                take(close.utf8.count, as: .code)
                return
            }
            if starts(with: escape) {
                take(escape.utf8.count, as: .text)
                if peek() == UInt8(ascii: "(") { scanCode(insideInterpolation: true) } else { take(1, as: .text) }
                continue
            }
            if !multiline, peek() == UInt8(ascii: "\n") { return }
            take(1, as: .text)
        }
    }
}

enum Words {
    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// Where `fragment` stands in `line` (byte offsets), and whether a word touches it on either side.
    static func ranges(of fragment: String, in line: String) -> [(start: Int, afterWord: Bool, beforeWord: Bool)] {
        let line = Array(line.utf8)
        let fragment = Array(fragment.utf8)
        guard !fragment.isEmpty, line.count >= fragment.count else { return [] }
        return (0...(line.count - fragment.count)).compactMap { start in
            let end = start + fragment.count
            guard line[start..<end].elementsEqual(fragment) else { return nil }
            return (
                start, start > 0 && isWordByte(line[start - 1]), end < line.count && isWordByte(line[end])
            )
        }
    }

    static func contains(_ line: String, _ word: String) -> Bool {
        ranges(of: word, in: line).contains { !$0.afterWord && !$0.beforeWord }
    }
}
