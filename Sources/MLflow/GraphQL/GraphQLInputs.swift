import Core

/// The values of variables and arguments, checked against their types (GraphQL, September 2025, section 6.1.2).
///
/// A value of an input type is a protobuf message: its members have proto names.
struct GraphQLInputs: Sendable {
    private let schema: GraphQLSchema
    private var types: [String: GraphQLTypeReference] = [:]
    private var values: [String: JSON] = [:]

    init(
        _ operation: GraphQLDocument.Operation, _ schema: GraphQLSchema, _ given: JSON?
    ) throws(GraphQLError) {
        self.schema = schema
        for variable in operation.variables {
            guard let kind = schema.types[variable.type.name] else {
                throw GraphQLError("There is no type \"\(variable.type.name.prefix(100))\"", at: variable.place)
            }
            if case .object = kind {
                throw GraphQLError("The type of $\(variable.name) is none for inputs", at: variable.place)
            }
            guard types[variable.name] == nil else {
                throw GraphQLError("There are two variables $\(variable.name)", at: variable.place)
            }
            let standard = variable.standard
            var type = variable.type
            if let value = given?[variable.name] {
                values[variable.name] = try coerce(value, type, "$\(variable.name)", variable.place)
            } else if let standard {
                values[variable.name] = try coerce(standard, type, "$\(variable.name)", variable.place)
            } else if case .required = type {
                throw GraphQLError("The variable $\(variable.name) must be given", at: variable.place)
            }
            // With a standard value a variable may stand where a value must be.
            if standard != nil, standard != .null { type = .required(type.optional) }
            types[variable.name] = type
        }
    }

    /// The arguments of a field that were given, in the order of their definition.
    func arguments(
        _ field: GraphQLDocument.Field, _ definitions: [GraphQLSchema.Argument]
    ) throws(GraphQLError) -> [JSON.Member] {
        for (index, argument) in field.arguments.enumerated() {
            guard definitions.contains(where: { $0.name == argument.name }) else {
                throw GraphQLError(
                    "There is no argument \"\(argument.name.prefix(100))\" of \"\(field.name)\"", at: argument.place)
            }
            guard !field.arguments[..<index].contains(where: { $0.name == argument.name }) else {
                throw GraphQLError("The argument \"\(argument.name)\" is given twice", at: argument.place)
            }
        }
        var members: [JSON.Member] = []
        for definition in definitions {
            let argument = field.arguments.first { $0.name == definition.name }
            let place = argument?.place ?? field.place
            if let argument, let value = try coerce(argument.value, definition.type, definition.name, place) {
                members.append(JSON.Member(definition.name, value))
            } else if case .required = definition.type {
                throw GraphQLError("The argument \"\(definition.name)\" must be given", at: place)
            }
        }
        return members
    }

    /// Whether `@skip` and `@include` leave something in.
    func includes(_ directives: [GraphQLDocument.Directive]) throws(GraphQLError) -> Bool {
        var isIncluded = true
        for directive in directives {
            guard ["skip", "include"].contains(directive.name) else {
                throw GraphQLError("Unknown directive \"@\(directive.name.prefix(100))\"", at: directive.place)
            }
            guard directive.arguments.count == 1, directive.arguments[0].name == "if",
                case .bool(let condition)? = try coerce(
                    directive.arguments[0].value, .required(.named("Boolean")), "if", directive.place)
            else { throw GraphQLError("@\(directive.name) takes the argument \"if\"", at: directive.place) }
            if condition == (directive.name == "skip") { isIncluded = false }
        }
        return isIncluded
    }

    // MARK: Values in queries

    /// - Returns: nil for a variable that has no value.
    private func coerce(
        _ value: GraphQLValue, _ type: GraphQLTypeReference, _ name: String, _ place: Int
    ) throws(GraphQLError) -> JSON? {
        if case .variable(let variable) = value {
            guard let own = types[variable] else {
                throw GraphQLError("The variable $\(variable.prefix(100)) is not defined", at: place)
            }
            guard own.fits(type) else {
                throw GraphQLError(
                    "The variable $\(variable) is of type \(own.text), where \(type.text) is wanted", at: place)
            }
            return values[variable]
        }
        switch type {
        case .required(let inner):
            guard value != .null else { throw wrong(name, type, place) }
            return try coerce(value, inner, name, place)
        case _ where value == .null: return .null
        case .list(let element):
            // A single value counts as a list of one.
            let elements = if case .list(let elements) = value { elements } else { [value] }
            var list: [JSON] = []
            for value in elements { list.append(try coerce(value, element, name, place) ?? .null) }
            return .array(list)
        case .named(let core):
            switch schema.types[core] {
            case .scalar(let scalar): if let value = scalar.input(value) { return value }
            case .enumeration(let words): if case .word(let word) = value, words.contains(word) { return .string(word) }
            case .input(let fields):
                guard case .object(let members) = value else { break }
                try check(members.map(\.name), fields, core, place)
                return try message(fields, name, place) { (field) throws(GraphQLError) in
                    try members.first { $0.name == field.name }
                        .flatMap { (member) throws(GraphQLError) in
                            try coerce(member.value, field.type, "\(name).\(field.name)", place)
                        }
                }
            case .object, nil: break
            }
            throw wrong(name, type, place)
        }
    }

    // MARK: Values of variables

    private func coerce(
        _ value: JSON, _ type: GraphQLTypeReference, _ name: String, _ place: Int
    ) throws(GraphQLError) -> JSON {
        switch type {
        case .required(let inner):
            guard value != .null else { throw wrong(name, type, place) }
            return try coerce(value, inner, name, place)
        case _ where value == .null: return .null
        case .list(let element):
            var list: [JSON] = []
            for value in value.elements ?? [value] { list.append(try coerce(value, element, name, place)) }
            return .array(list)
        case .named(let core):
            switch schema.types[core] {
            case .scalar(let scalar): if let value = scalar.input(value) { return value }
            case .enumeration(let words):
                if case .string(let word) = value, words.contains(where: { $0.utf8.elementsEqual(word.utf8) }) {
                    return value
                }
            case .input(let fields):
                guard case .object(let members) = value else { break }
                try check(members.map(\.name), fields, core, place)
                return try message(fields, name, place) { (field) throws(GraphQLError) in
                    try value[field.name].map { (value) throws(GraphQLError) in
                        try coerce(value, field.type, "\(name).\(field.name)", place)
                    }
                }
            case .object, nil: break
            }
            throw wrong(name, type, place)
        }
    }

    /// The members of an input that have values, under their proto names.
    private func message(
        _ fields: [GraphQLSchema.Argument], _ name: String, _ place: Int,
        _ value: (GraphQLSchema.Argument) throws(GraphQLError) -> JSON?
    ) throws(GraphQLError) -> JSON {
        var members: [JSON.Member] = []
        for field in fields {
            if let value = try value(field) {
                members.append(JSON.Member(GraphQLSchema.protoName(field.name), value))
            } else if case .required = field.type {
                throw GraphQLError("\(name).\(field.name) must be given", at: place)
            }
        }
        return .object(members)
    }

    private func check(
        _ names: [String], _ fields: [GraphQLSchema.Argument], _ type: String, _ place: Int
    ) throws(GraphQLError) {
        for (index, name) in names.enumerated() {
            guard fields.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw GraphQLError("There is no field \"\(name.prefix(100))\" of \"\(type)\"", at: place)
            }
            guard !names[..<index].contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
                throw GraphQLError("The field \"\(name)\" of \"\(type)\" is given twice", at: place)
            }
        }
    }

    private func wrong(_ name: String, _ type: GraphQLTypeReference, _ place: Int) -> GraphQLError {
        GraphQLError("\(name): the value is not of type \(type.text)", at: place)
    }
}

/// What an operation makes use of: everything it brings along must be used, as it would be a mistake otherwise.
struct GraphQLUses {
    private let document: GraphQLDocument
    private var variables: Set<String> = []
    private var fragments: Set<String> = []

    private init(_ document: GraphQLDocument) { self.document = document }

    /// - Throws: for a variable or a fragment that is not used. Fragments of other operations in the document count as
    ///   used there.
    static func check(
        _ operation: GraphQLDocument.Operation, _ document: GraphQLDocument
    ) throws(GraphQLError) {
        var own = GraphQLUses(document)
        own.walk(operation.selections)
        for variable in operation.variables where !own.variables.contains(variable.name) {
            throw GraphQLError("The variable $\(variable.name) is never used", at: variable.place)
        }
        var all = GraphQLUses(document)
        for operation in document.operations { all.walk(operation.selections) }
        let unused = document.fragments.values.filter { !all.fragments.contains($0.name) }
        if let first = unused.min(by: { $0.place < $1.place }) {
            throw GraphQLError("The fragment \"\(first.name)\" is never used", at: first.place)
        }
    }

    /// Each fragment is gone into once, so that the work is within the length of the document.
    private mutating func walk(_ selections: [GraphQLDocument.Selection]) {
        for selection in selections {
            switch selection {
            case .field(let field):
                for argument in field.arguments { walk(argument.value) }
                walk(field.directives)
                walk(field.selections)
            case .inline(_, let directives, let inner, _):
                walk(directives)
                walk(inner)
            case .spread(let name, let directives, _):
                walk(directives)
                if fragments.insert(name).inserted, let fragment = document.fragments[name] {
                    walk(fragment.selections)
                }
            }
        }
    }

    private mutating func walk(_ directives: [GraphQLDocument.Directive]) {
        for argument in directives.flatMap(\.arguments) { walk(argument.value) }
    }

    private mutating func walk(_ value: GraphQLValue) {
        switch value {
        case .variable(let name): variables.insert(name)
        case .list(let elements): for element in elements { walk(element) }
        case .object(let members): for member in members { walk(member.value) }
        case .null, .flag, .integer, .float, .text, .word: break
        }
    }
}
