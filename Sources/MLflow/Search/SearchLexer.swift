import Core

/// The words of a filter or an ordering, with their places.
///
/// The rules are those of the SQL tokenizer MLflow uses, as far as a valid filter can show them: keys in backticks,
/// double or, behind a point, single quotes, texts in single or double quotes, no escapes. A quote doubled or behind a
/// backslash does not end a text and stays in it as it is written. Only if no other quote follows, the one behind a
/// backslash does end it, so that `'C:\data\'` can be written.
struct SearchLexer {
    struct Token {
        enum Kind {
            /// `a`, `a.b.c`, `` tags.`a b` ``, also `"a text"`.
            case name([Segment])
            /// A text in single quotes.
            case text(String)
            case number
            /// A run of the characters `<>=~!`.
            case comparison
            case open, close, comma, semicolon
            /// Anything else: one character, or all from an unclosed quote to the end.
            case unknown
            case end
        }

        let kind: Kind
        /// As written.
        let source: String
        let range: Range<Int>

        /// An unquoted name of one part, in capitals.
        var word: String? {
            if case .name(let segments) = kind, segments.count == 1, segments[0].quote == nil {
                segments[0].text.uppercased()
            } else {
                nil
            }
        }
    }

    /// A part of a name, without its quotes.
    struct Segment {
        let text: String
        let quote: Unicode.Scalar?
    }

    private let scalars: [Unicode.Scalar]
    private let joinsSigns: Bool
    private var position = 0

    /// - Parameter joinsSigns: whether `-` and `/` go on with a name, as in `metrics.val/loss`.
    init(_ text: String, joinsSigns: Bool = false) {
        scalars = Array(text.unicodeScalars)
        self.joinsSigns = joinsSigns
    }

    /// What stands between a place and the next white space or comparison.
    func run(from start: Int) -> String {
        var end = start
        while end < scalars.count, !scalars[end].properties.isWhitespace, !Self.isComparison(scalars[end]) { end += 1 }
        return source(start..<end)
    }

    /// What stands between two places.
    func source(_ range: Range<Int>) -> String { Self.string(scalars[range]) }

    mutating func next() -> Token {
        while let scalar = current, scalar.properties.isWhitespace { position += 1 }
        let start = position
        let kind = kind()
        return Token(kind: kind, source: source(start..<position), range: start..<position)
    }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private mutating func kind() -> Token.Kind {
        guard let scalar = current else { return .end }
        switch scalar {
        case "'":
            if let text = quoted() { return .text(text) }
            position = scalars.count
            return .unknown
        case "(": return single(.open)
        case ")": return single(.close)
        case ",": return single(.comma)
        case ";": return single(.semicolon)
        case _ where Self.isComparison(scalar):
            while let next = current, Self.isComparison(next) { position += 1 }
            return .comparison
        case "0"..."9", "+", "-", ".":
            if number() { return .number }
        default: break
        }
        if let segments = name() { return .name(segments) }
        // An unclosed quote.
        if scalar == "\"" || scalar == "`" {
            position = scalars.count
            return .unknown
        }
        return single(.unknown)
    }

    private static func isComparison(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", "=", "~", "!": true
        default: false
        }
    }

    private mutating func single(_ kind: Token.Kind) -> Token.Kind {
        position += 1
        return kind
    }

    /// `-5`, `1.`, `.5`, `1e-3`, unless a letter follows.
    private mutating func number() -> Bool {
        var end = position
        func digits() -> Int {
            let start = end
            while end < scalars.count, ("0"..."9").contains(scalars[end]) { end += 1 }
            return end - start
        }
        if scalars[end] == "+" || scalars[end] == "-" { end += 1 }
        var count = digits()
        if end < scalars.count, scalars[end] == "." {
            end += 1
            count += digits()
        }
        guard count > 0 else { return false }
        if end < scalars.count, scalars[end] == "e" || scalars[end] == "E" {
            end += 1
            if end < scalars.count, scalars[end] == "+" || scalars[end] == "-" { end += 1 }
            guard digits() > 0 else { return false }
        }
        guard end == scalars.count || !(Self.isWordPart(scalars[end]) || scalars[end] == ".") else { return false }
        position = end
        return true
    }

    private mutating func name() -> [Segment]? {
        let start = position
        var segments: [Segment] = []
        while true {
            guard let segment = segment(isFirst: segments.isEmpty) else { break }
            segments.append(segment)
            guard current == "." else { return segments }
            position += 1
        }
        // Nothing usable behind a point: the point is not part of the name.
        position = segments.isEmpty ? start : position - 1
        return segments.isEmpty ? nil : segments
    }

    private mutating func segment(isFirst: Bool) -> Segment? {
        guard let scalar = current else { return nil }
        if scalar == "\"" || scalar == "`" || (scalar == "'" && !isFirst) {
            return quoted().map { Segment(text: $0, quote: scalar) }
        }
        let start = position
        while let next = current, isNamePart(next, first: position == start) { position += 1 }
        return position > start ? Segment(text: source(start..<position), quote: nil) : nil
    }

    /// The content of a quoted part; nil, at the same place, if the quote is not closed.
    private mutating func quoted() -> String? {
        let quote = scalars[position]
        let start = position + 1
        var index = start
        var lastEscaped: Int?
        var end: Int?
        while index < scalars.count {
            let following: Unicode.Scalar? = index + 1 < scalars.count ? scalars[index + 1] : nil
            if scalars[index] == quote {
                guard following == quote else {
                    end = index
                    break
                }
                index += 2
            } else if scalars[index] == "\\", following == quote, quote != "`" {
                lastEscaped = index + 1
                index += 2
            } else {
                index += 1
            }
        }
        guard let end = end ?? lastEscaped else { return nil }
        position = end + 1
        return source(start..<end)
    }

    private func isNamePart(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
        Self.isWordPart(scalar) || (joinsSigns && !first && (scalar == "-" || scalar == "/"))
    }

    private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "$", "#": true
        default: !scalar.isASCII && scalar.isWordCharacter
        }
    }
}

extension Unicode.Scalar {
    /// What regular expressions of Python call `\w`: letters and numbers of all scripts, and the underscore.
    var isWordCharacter: Bool {
        if isASCII {
            return ("a"..."z").contains(self) || ("A"..."Z").contains(self) || ("0"..."9").contains(self) || self == "_"
        }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: properties.numericType != nil
        }
    }
}
