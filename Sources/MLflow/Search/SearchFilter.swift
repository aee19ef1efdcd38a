package import Core

/// Reads the filters of MLflow's search calls: `metrics.loss < 0.5 AND params.model = 'tree'`.
///
/// A filter is a sequence of conditions that must all hold. They are joined by AND; MLflow lets it be left out, be
/// repeated and stand at the ends, so that is no error here either: programs that join a list with an empty condition
/// in it write such filters. There is no OR, no NOT and no parenthesis but for lists.
///
/// More is accepted than by MLflow, whose SQL tokenizer stumbles: any white space (`IS  NOT  NULL`), signs and
/// exponents (`1e+16`), keys that are SQL words, keys beginning with a digit.
package enum SearchFilter {
    /// - Returns: the conditions in the order they were written; none for an empty filter.
    /// - Throws: `.invalid` in MLflow's words; the hint names the place.
    package static func parse(_ text: String, for subject: SearchSubject) throws(Failure) -> [SearchComparison] {
        guard !text.isEmpty else { return [] }
        guard text.utf8.count <= SearchLimit.filterBytes else {
            throw Failure(.invalid, "The filter is longer than \(SearchLimit.filterBytes) bytes")
        }
        let schema = SearchSchema.of(subject)
        var parser = SearchFilterParser(text, schema)
        var comparisons: [SearchComparison] = []
        for clause in try parser.clauses() { comparisons.append(try schema.comparison(clause)) }
        return comparisons
    }
}

/// One condition before its field is looked up.
private struct SearchClause {
    let name: SearchLexer.Token
    let segments: [SearchLexer.Segment]
    /// In capitals with single spaces; perhaps none that is known.
    let comparator: String
    /// Nil for `IS NULL` and `IS NOT NULL`.
    let operand: SearchOperand?
}

extension SearchSchema {
    fileprivate func comparison(_ clause: SearchClause) throws(Failure) -> SearchComparison {
        let rule = try rule(clause.segments, clause.name.source, for: .filter)
        let comparator = SearchOperator(rawValue: clause.comparator)
        guard let operand = clause.operand else {
            guard let comparator, rule.operators.contains(comparator) else {
                throw Failure(.invalid, messages.noNullTest(rule))
            }
            return SearchComparison(rule.field, comparator, nil)
        }
        let value = try value(operand, rule)
        var isList = false
        if case .list = value { isList = true }
        guard let comparator, rule.operators.contains(comparator),
            isList == (comparator == .in || comparator == .notIn)
        else { throw Failure(.invalid, messages.wrongOperator(clause.comparator, rule)) }
        if comparator == .like || comparator == .ilike, case .text(let pattern) = value,
            pattern.unicodeScalars.count > SearchLimit.patternCharacters
        {
            throw Failure(
                .invalid,
                "A pattern of \(comparator.rawValue) is longer than \(SearchLimit.patternCharacters) characters")
        }
        return SearchComparison(rule.field, comparator, value)
    }
}

/// The syntax of a filter.
private struct SearchFilterParser {
    private let text: String
    private var lexer: SearchLexer
    private var token: SearchLexer.Token
    private var listValues = 0

    init(_ text: String, _ schema: SearchSchema) {
        self.text = text
        lexer = SearchLexer(text, joinsSigns: schema.acceptsBareWords)
        token = lexer.next()
    }

    private mutating func advance() { token = lexer.next() }

    mutating func clauses() throws(Failure) -> [SearchClause] {
        if case .end = token.kind { throw Failure(.invalid, "Invalid filter '\(text)'. Could not be parsed.") }
        var clauses: [SearchClause] = []
        while true {
            if case .end = token.kind { return clauses }
            if token.word == "AND" {
                advance()
                continue
            }
            guard clauses.count < SearchLimit.comparisons else {
                throw Failure(.invalid, "The filter has more than \(SearchLimit.comparisons) conditions")
            }
            clauses.append(try clause())
        }
    }

    private mutating func clause() throws(Failure) -> SearchClause {
        let name = token
        guard case .name(let segments) = name.kind, !isReserved(name) else { throw notAField() }
        advance()
        guard let comparator = comparator() else { throw notAComparator(after: name) }
        if comparator.hasPrefix("IS") {
            return SearchClause(name: name, segments: segments, comparator: comparator, operand: nil)
        }
        let needsList = comparator == "IN" || comparator == "NOT IN"
        guard let operand = try operand(needsList: needsList) else { throw invalidClause(from: name, to: token) }
        return SearchClause(name: name, segments: segments, comparator: comparator, operand: operand)
    }

    private func isReserved(_ token: SearchLexer.Token) -> Bool {
        switch token.word {
        case "AND", "OR", "NOT", "NULL", "IN", "IS", "LIKE", "ILIKE": true
        default: false
        }
    }

    private mutating func comparator() -> String? {
        if case .comparison = token.kind {
            defer { advance() }
            return token.source
        }
        switch token.word {
        case let word? where Self.wordComparators.contains(word):
            advance()
            return word
        case "NOT":
            advance()
            guard let word = token.word, Self.wordComparators.contains(word) else { return nil }
            advance()
            return "NOT \(word)"
        case "IS":
            advance()
            let isNegated = token.word == "NOT"
            if isNegated { advance() }
            guard token.word == "NULL" else { return nil }
            advance()
            return isNegated ? "IS NOT NULL" : "IS NULL"
        default: return nil
        }
    }

    /// Some of them are known only to be refused by their name.
    private static let wordComparators: Set<String> = ["LIKE", "ILIKE", "RLIKE", "REGEXP", "IN"]

    /// - Returns: nil if there is no value here.
    private mutating func operand(needsList: Bool) throws(Failure) -> SearchOperand? {
        let first = token
        let kind: SearchOperand.Kind
        switch first.kind {
        case .open:
            let (values, end) = try list()
            return SearchOperand(kind: .list(values), source: lexer.source(first.range.lowerBound..<end))
        case _ where needsList: return nil
        case .text(let text): kind = .text(text)
        case .number: kind = .number
        case .name(let segments) where segments.count == 1 && segments[0].quote == "\"": kind = .text(segments[0].text)
        case .name where !isReserved(first): kind = .name
        default: return nil
        }
        advance()
        return SearchOperand(kind: kind, source: first.source)
    }

    /// Quoted texts with commas between them, and perhaps one more at the end.
    /// - Returns: the texts, or what is wrong with them, and the end of the list.
    private mutating func list() throws(Failure) -> (Result<[String], Failure>, end: Int) {
        var values: [String] = []
        var problem: Failure?
        var needsComma = false
        let first = token
        advance()
        while true {
            var text: String?
            switch token.kind {
            case .close:
                let end = token.range.upperBound
                advance()
                if values.isEmpty { problem = problem ?? Self.listProblem("but got empty list") }
                return (problem.map(Result.failure) ?? .success(values), end)
            case .end, .open, .semicolon: throw invalidClause(from: first, to: token)
            case .text(let content): text = content
            case .name(let segments) where segments.count == 1 && segments[0].quote == "\"": text = segments[0].text
            case .number:
                problem =
                    problem
                    ?? Failure(
                        .invalid,
                        "While parsing a list in the query, expected string value, punctuation, or whitespace, "
                            + "but got different type in list: \(token.source)")
            case .comma where needsComma: break
            default: problem = problem ?? Self.listProblem("but got ill-formed list.")
            }
            if let text {
                if needsComma { problem = problem ?? Self.listProblem("but got ill-formed list.") }
                values.append(text)
                listValues += 1
            }
            if case .comma = token.kind { needsComma = false } else { needsComma = true }
            guard listValues <= SearchLimit.listValues else {
                throw Failure(.invalid, "The lists of the filter have more than \(SearchLimit.listValues) values")
            }
            advance()
        }
    }

    private static func listProblem(_ what: String) -> Failure {
        Failure(
            .invalid, "While parsing a list in the query, expected a non-empty list of string values, " + what,
            hint: "A list is written ('a', 'b').")
    }
}

// What is wrong where the grammar ends.
extension SearchFilterParser {
    /// What stands where a condition should begin.
    private mutating func notAField() -> Failure {
        let first = token
        switch first.kind {
        case .semicolon:
            advance()
            if case .end = token.kind { return invalidClause(from: first, to: first) }
            return Failure(
                .invalid,
                "Search filter contained multiple expression \(Self.quoted(text)). Provide AND-ed expression list.")
        case .number, .text:
            advance()
            guard case .comparison = token.kind else { return invalidClause(from: first, to: first) }
            return Self.notAnIdentifier(first.source)
        case .open:
            var depth = 1
            while depth > 0 {
                advance()
                switch token.kind {
                case .open: depth += 1
                case .close: depth -= 1
                case .end: depth = 0
                default: break
                }
            }
            return invalidClause(from: first, to: token)
        default: return invalidClause(from: first, to: first)
        }
    }

    /// What stands behind a name instead of a comparison.
    private func notAComparator(after name: SearchLexer.Token) -> Failure {
        if case .unknown = token.kind, token.range.lowerBound == name.range.upperBound {
            return Self.notAnIdentifier(lexer.run(from: name.range.lowerBound))
        }
        return invalidClause(from: name, to: token)
    }

    private static func notAnIdentifier(_ source: String) -> Failure {
        Failure(
            .invalid, "Invalid comparison clause. Expected 'Identifier' found '\(excerpt(source))'",
            hint: "Put a key in backticks unless it has only letters, digits, underscores and points: "
                + "metrics.`val/loss`.")
    }

    private func invalidClause(from first: SearchLexer.Token, to last: SearchLexer.Token) -> Failure {
        let clause = lexer.source(first.range.lowerBound..<last.range.upperBound)
        return Failure(
            .invalid, "Invalid clause(s) in filter string: '\(Self.excerpt(clause))'",
            hint: "At character \(first.range.lowerBound + 1). Conditions like metrics.loss < 0.5 or tags.`a b` = 'c' "
                + "are joined by AND; there is no OR, no NOT and no parenthesis.")
    }

    /// As Python writes a text.
    private static func quoted(_ text: String) -> String {
        let quote = text.contains("'") && !text.contains("\"") ? "\"" : "'"
        return quote + excerpt(text) + quote
    }

    /// A filter may be long.
    private static func excerpt(_ text: String) -> String {
        text.unicodeScalars.count <= 200 ? text : String(text.unicodeScalars.prefix(200)) + "..."
    }
}
