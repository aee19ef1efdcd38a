/// Reads queries, and the definitions of types that a schema is written in (GraphQL, September 2025, sections 2 and 3).
struct GraphQLParser {
    /// How deep selections and values may be nested; more than any query here needs.
    private static let maximumDepth = 32
    private static let maximumTokens = 20_000

    private var lexer: GraphQLLexer
    private(set) var token = GraphQLToken.end
    private(set) var place = 0
    private var tokens = 0
    private var depth = 0

    init(_ text: String) throws(GraphQLError) {
        lexer = GraphQLLexer(text)
        try advance()
    }

    static func document(_ text: String) throws(GraphQLError) -> GraphQLDocument {
        var parser = try GraphQLParser(text)
        var document = GraphQLDocument()
        repeat {
            if parser.token == .name("fragment") {
                let fragment = try parser.fragment()
                guard document.fragments.updateValue(fragment, forKey: fragment.name) == nil else {
                    throw GraphQLError("There are two fragments \"\(fragment.name)\"", at: fragment.place)
                }
            } else {
                document.operations.append(try parser.operation())
            }
        } while parser.token != .end
        return document
    }
}

// MARK: - Operations and selections

extension GraphQLParser {
    private mutating func operation() throws(GraphQLError) -> GraphQLDocument.Operation {
        let start = place
        guard token != .mark("{") else {
            return .init(
                kind: .query, name: nil, variables: [], directives: [], selections: try selections(), place: start)
        }
        guard case .name(let word) = token, let kind = GraphQLDocument.Operation.Kind(rawValue: word) else {
            throw unexpected()
        }
        try advance()
        var name: String?
        if case .name(let given) = token {
            name = given
            try advance()
        }
        var variables: [GraphQLDocument.Variable] = []
        if token == .mark("(") {
            variables = try list("(", ")") { (parser) throws(GraphQLError) in try parser.variable() }
        }
        return .init(
            kind: kind, name: name, variables: variables, directives: try directives(), selections: try selections(),
            place: start)
    }

    private mutating func variable() throws(GraphQLError) -> GraphQLDocument.Variable {
        let start = place
        try expect("$")
        let name = try name()
        try expect(":")
        let type = try type()
        var standard: GraphQLValue?
        if token == .mark("=") {
            try advance()
            standard = try value(isConstant: true)
        }
        return .init(name: name, type: type, standard: standard, place: start)
    }

    private mutating func fragment() throws(GraphQLError) -> GraphQLDocument.Fragment {
        let start = place
        try advance()
        let name = try name()
        guard name != "on", token == .name("on") else { throw unexpected() }
        try advance()
        return .init(
            name: name, type: try self.name(), directives: try directives(), selections: try selections(),
            place: start)
    }

    private mutating func selections() throws(GraphQLError) -> [GraphQLDocument.Selection] {
        try nested { (parser) throws(GraphQLError) in
            try parser.list("{", "}") { (parser) throws(GraphQLError) in try parser.selection() }
        }
    }

    private mutating func selection() throws(GraphQLError) -> GraphQLDocument.Selection {
        let start = place
        guard token == .spread else { return .field(try field()) }
        try advance()
        if case .name(let name) = token, name != "on" {
            try advance()
            return .spread(name, try directives(), place: start)
        }
        var type: String?
        if token == .name("on") {
            try advance()
            type = try name()
        }
        return .inline(type: type, try directives(), try selections(), place: start)
    }

    private mutating func field() throws(GraphQLError) -> GraphQLDocument.Field {
        let start = place
        var name = try name()
        var alias: String?
        if token == .mark(":") {
            try advance()
            alias = name
            name = try self.name()
        }
        return .init(
            name: name, alias: alias, arguments: try arguments(), directives: try directives(),
            selections: token == .mark("{") ? try selections() : [], place: start)
    }

    private mutating func directives() throws(GraphQLError) -> [GraphQLDocument.Directive] {
        var directives: [GraphQLDocument.Directive] = []
        while token == .mark("@") {
            let start = place
            try advance()
            directives.append(.init(name: try name(), arguments: try arguments(), place: start))
        }
        return directives
    }

    private mutating func arguments() throws(GraphQLError) -> [GraphQLDocument.Argument] {
        guard token == .mark("(") else { return [] }
        return try list("(", ")") { (parser) throws(GraphQLError) in
            let start = parser.place
            let name = try parser.name()
            try parser.expect(":")
            return .init(name: name, value: try parser.value(isConstant: false), place: start)
        }
    }
}

// MARK: - Values and types

extension GraphQLParser {
    private mutating func value(isConstant: Bool) throws(GraphQLError) -> GraphQLValue {
        switch token {
        case .punctuator(UInt8(ascii: "[")): return try listValue(isConstant)
        case .punctuator(UInt8(ascii: "{")): return try objectValue(isConstant)
        case .punctuator(UInt8(ascii: "$")) where !isConstant:
            try advance()
            return .variable(try name())
        case .integer(let text):
            try advance()
            return .integer(text)
        case .float(let text):
            try advance()
            return .float(text)
        case .string(let text):
            try advance()
            return .text(text)
        case .name(let word):
            try advance()
            return switch word {
            case "true": .flag(true)
            case "false": .flag(false)
            case "null": .null
            default: .word(word)
            }
        default: throw unexpected()
        }
    }

    private mutating func listValue(_ isConstant: Bool) throws(GraphQLError) -> GraphQLValue {
        try nested { (parser) throws(GraphQLError) in
            .list(
                try parser.list("[", "]", mayBeEmpty: true) { (parser) throws(GraphQLError) in
                    try parser.value(isConstant: isConstant)
                })
        }
    }

    private mutating func objectValue(_ isConstant: Bool) throws(GraphQLError) -> GraphQLValue {
        try nested { (parser) throws(GraphQLError) in
            .object(
                try parser.list("{", "}", mayBeEmpty: true) { (parser) throws(GraphQLError) in
                    let name = try parser.name()
                    try parser.expect(":")
                    return .init(name: name, value: try parser.value(isConstant: isConstant))
                })
        }
    }

    mutating func type() throws(GraphQLError) -> GraphQLTypeReference {
        var type: GraphQLTypeReference
        if token == .mark("[") {
            type = try nested { (parser) throws(GraphQLError) in
                try parser.advance()
                let element = try parser.type()
                try parser.expect("]")
                return .list(element)
            }
        } else {
            type = .named(try name())
        }
        if token == .mark("!") {
            try advance()
            type = .required(type)
        }
        return type
    }
}

// MARK: - Tokens

extension GraphQLParser {
    mutating func advance() throws(GraphQLError) {
        tokens += 1
        guard tokens <= Self.maximumTokens else {
            throw GraphQLError("The query has more than \(Self.maximumTokens) tokens", at: place)
        }
        token = try lexer.token()
        place = lexer.place
    }

    mutating func name() throws(GraphQLError) -> String {
        guard case .name(let name) = token else { throw unexpected() }
        try advance()
        return name
    }

    mutating func expect(_ mark: Unicode.Scalar) throws(GraphQLError) {
        guard token == .mark(mark) else { throw unexpected() }
        try advance()
    }

    func unexpected() -> GraphQLError { GraphQLError("Syntax error: \(token.text) is out of place", at: place) }

    /// Elements between two marks.
    mutating func list<Element>(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, mayBeEmpty: Bool = false,
        _ element: (inout GraphQLParser) throws(GraphQLError) -> Element
    ) throws(GraphQLError) -> [Element] {
        try expect(open)
        var elements: [Element] = []
        while token != .mark(close) || (elements.isEmpty && !mayBeEmpty) { elements.append(try element(&self)) }
        try advance()
        return elements
    }

    private mutating func nested<Result>(
        _ body: (inout GraphQLParser) throws(GraphQLError) -> Result
    ) throws(GraphQLError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw GraphQLError("The query is nested more than \(Self.maximumDepth) deep", at: place)
        }
        return try body(&self)
    }
}
