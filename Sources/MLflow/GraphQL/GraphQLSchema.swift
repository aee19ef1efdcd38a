import Core

/// What can be asked for: the types of a schema, and how fields are answered that are no members of what is there.
struct GraphQLSchema: Sendable {
    enum Kind: Sendable {
        case scalar(GraphQLScalar)
        /// Its words; the first stands for what is not set, as in protobuf.
        case enumeration([String])
        case object([Field])
        case input([Argument])
    }

    struct Field: Sendable {
        let name: String
        let type: GraphQLTypeReference
        let arguments: [Argument]
        let source: Source
    }

    enum Source: Sendable {
        /// A member of the object it is a field of, under its proto name. One that is absent has the value that an
        /// unset field of a protobuf message has.
        case member(String)
        case null
        case resolved(GraphQLResolver)
    }

    /// An argument of a field, or a field of an input type.
    struct Argument: Sendable {
        let name: String
        let type: GraphQLTypeReference
    }

    private(set) var types: [String: Kind] = [:]
    static let query = "Query"

    /// - Parameters:
    ///   - text: definitions of types, in GraphQL's own language.
    ///   - resolvers: by type and field: `Query.mlflowGetRun`.
    ///   - nullTypes: types that nothing ever has; their fields are null.
    /// - Throws: for what is no definition, a type that is not defined, and a resolver for no field.
    init(_ text: String, resolvers: [String: GraphQLResolver], nullTypes: Set<String>) throws(GraphQLError) {
        for scalar in GraphQLScalar.allCases { types[scalar.rawValue] = .scalar(scalar) }
        var parser = try GraphQLParser(text)
        var used: Set<String> = []
        while parser.token != .end {
            let keyword = try parser.name()
            let name = try parser.name()
            let kind: Kind
            switch keyword {
            case "enum":
                kind = .enumeration(try parser.list("{", "}") { (parser) throws(GraphQLError) in try parser.name() })
            case "input":
                kind = .input(try parser.list("{", "}") { (parser) throws(GraphQLError) in try parser.argument() })
            case "type":
                let fields = try parser.list("{", "}") { (parser) throws(GraphQLError) in
                    try parser.fieldDefinition { field, type in
                        let place = "\(name).\(field)"
                        if let resolver = resolvers[place] {
                            used.insert(place)
                            return .resolved(resolver)
                        }
                        return nullTypes.contains(type.name) ? .null : .member(Self.protoName(field))
                    }
                }
                kind = .object(fields)
            default: throw GraphQLError("The schema defines no \(keyword)", at: parser.place)
            }
            guard types.updateValue(kind, forKey: name) == nil else {
                throw GraphQLError("There are two types \(name)")
            }
        }
        guard used.count == resolvers.count else { throw GraphQLError("A resolver is for no field of the schema") }
        try checkReferences()
    }

    private func checkReferences() throws(GraphQLError) {
        for kind in types.values {
            let references: [GraphQLTypeReference] =
                switch kind {
                case .object(let fields): fields.flatMap { [$0.type] + $0.arguments.map(\.type) }
                case .input(let arguments): arguments.map(\.type)
                case .scalar, .enumeration: []
                }
            for reference in references where types[reference.name] == nil {
                throw GraphQLError("The schema has no type \(reference.name)")
            }
        }
    }

    /// `run_id` for `runId`.
    static func protoName(_ name: String) -> String {
        var result: [UInt8] = []
        for byte in name.utf8 {
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
                result += [UInt8(ascii: "_"), byte | 0x20]
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension GraphQLParser {
    fileprivate mutating func argument() throws(GraphQLError) -> GraphQLSchema.Argument {
        let name = try name()
        try expect(":")
        return .init(name: name, type: try type())
    }

    fileprivate mutating func fieldDefinition(
        _ source: (_ name: String, _ type: GraphQLTypeReference) -> GraphQLSchema.Source
    ) throws(GraphQLError) -> GraphQLSchema.Field {
        let name = try name()
        var arguments: [GraphQLSchema.Argument] = []
        if token == .mark("(") {
            arguments = try list("(", ")") { (parser) throws(GraphQLError) in try parser.argument() }
        }
        try expect(":")
        let type = try type()
        return .init(name: name, type: type, arguments: arguments, source: source(name, type))
    }
}

/// Types whose values have no parts.
enum GraphQLScalar: String, Sendable, CaseIterable {
    case string = "String"
    case int = "Int"
    case float = "Float"
    case boolean = "Boolean"
    /// A 64-bit integer, which is a text in answers: JavaScript's numbers do not hold all of them.
    case longString = "LongString"

    /// A value of an answer.
    /// - Parameter value: nil when it is not set.
    func output(_ value: JSON?) -> JSON {
        guard let value else { return standard }
        switch (self, value) {
        case (.string, .string), (.longString, .string), (.boolean, .bool), (.int, .integer), (.float, .integer):
            return value
        case (.string, .integer(let number)), (.longString, .integer(let number)): return .string(String(number))
        case (.float, .number(let number)): return number.isFinite ? value : .null
        default: return .null
        }
    }

    private var standard: JSON {
        switch self {
        case .string: .string("")
        case .int, .float: .integer(0)
        case .boolean: .bool(false)
        case .longString: .string("0")
        }
    }

    /// A value that stands in a query.
    /// - Returns: nil when it is of another type.
    func input(_ value: GraphQLValue) -> JSON? {
        switch (self, value) {
        case (.string, .text(let text)): .string(text)
        case (.boolean, .flag(let flag)): .bool(flag)
        case (.int, .integer(let text)): Int32(text).map { .integer(Int64($0)) }
        case (.longString, .integer(let text)): Int64(text).map { .integer($0) }
        case (.float, .integer(let text)), (.float, .float(let text)):
            Double(text).flatMap { $0.isFinite ? .number($0) : nil }
        default: nil
        }
    }

    /// A value that came with a query as the value of a variable.
    /// - Returns: nil when it is of another type.
    func input(_ value: JSON) -> JSON? {
        switch (self, value) {
        case (.string, .string), (.boolean, .bool), (.longString, .integer), (.float, .integer), (.float, .number):
            value
        case (.int, .integer(let number)): Int32(exactly: number) == nil ? nil : value
        case (.longString, .string(let text)): Int64(text).map { .integer($0) }
        default: nil
        }
    }
}
