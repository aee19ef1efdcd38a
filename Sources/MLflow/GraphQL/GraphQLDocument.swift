/// A query as it was written: operations and fragments.
struct GraphQLDocument: Sendable {
    var operations: [Operation] = []
    var fragments: [String: Fragment] = [:]

    struct Operation: Sendable {
        enum Kind: String, Sendable {
            case query, mutation, subscription
        }

        let kind: Kind
        let name: String?
        let variables: [Variable]
        let directives: [Directive]
        let selections: [Selection]
        let place: Int
    }

    struct Fragment: Sendable {
        let name: String
        /// The type of object it is for.
        let type: String
        let directives: [Directive]
        let selections: [Selection]
        let place: Int
    }

    struct Variable: Sendable {
        let name: String
        let type: GraphQLTypeReference
        let standard: GraphQLValue?
        let place: Int
    }

    struct Argument: Sendable {
        let name: String
        let value: GraphQLValue
        let place: Int
    }

    struct Directive: Sendable {
        let name: String
        let arguments: [Argument]
        let place: Int
    }

    struct Field: Sendable {
        let name: String
        /// Another name for it in the answer.
        let alias: String?
        let arguments: [Argument]
        let directives: [Directive]
        /// Empty for a field that is no object.
        let selections: [Selection]
        let place: Int

        /// What it is called in the answer.
        var key: String { alias ?? name }
    }

    indirect enum Selection: Sendable {
        case field(Field)
        case spread(String, [Directive], place: Int)
        case inline(type: String?, [Directive], [Selection], place: Int)
    }
}

/// A value as it stands in a query.
indirect enum GraphQLValue: Sendable, Equatable {
    case variable(String)
    case null
    case flag(Bool)
    case integer(String)
    case float(String)
    case text(String)
    /// A word of an enumeration.
    case word(String)
    case list([GraphQLValue])
    case object([Member])

    struct Member: Sendable, Equatable {
        let name: String
        let value: GraphQLValue
    }
}

/// `String`, `[String]`, `String!`
indirect enum GraphQLTypeReference: Sendable, Equatable {
    case named(String)
    case list(GraphQLTypeReference)
    case required(GraphQLTypeReference)

    var text: String {
        switch self {
        case .named(let name): name
        case .list(let element): "[\(element.text)]"
        case .required(let type): "\(type.text)!"
        }
    }

    /// The name at its core.
    var name: String {
        switch self {
        case .named(let name): name
        case .list(let type), .required(let type): type.name
        }
    }

    /// The same without a mark that null is no value.
    var optional: GraphQLTypeReference { if case .required(let type) = self { type } else { self } }

    /// Whether what has this type may stand where `other` is wanted.
    func fits(_ other: GraphQLTypeReference) -> Bool {
        switch (self, other) {
        case (.required(let own), .required(let wanted)): own.fits(wanted)
        case (.required(let own), _): own.fits(other)
        case (.list(let own), .list(let wanted)): own.fits(wanted)
        case (.named(let own), .named(let wanted)): own == wanted
        default: false
        }
    }
}
