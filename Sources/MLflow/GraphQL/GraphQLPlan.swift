import Core

/// An operation that was found to be right: its fields with fragments put in, and values in the places of variables.
struct GraphQLPlan: Sendable {
    struct Field: Sendable {
        /// What it is called in the answer.
        let key: String
        let name: String
        /// Nil for `__typename`.
        let definition: GraphQLSchema.Field?
        /// Those that were given.
        let arguments: [JSON.Member]
        /// The type of the object it is a field of.
        let parent: String
        let selections: [Field]
        let place: Int
    }

    let fields: [Field]

    /// Limits like those of MLflow's server.
    enum Limit {
        static let depth = 10
        static let selections = 1000
        static let rootFields = 10
        /// Other names given to the fields of one object.
        static let aliases = 10
    }

    /// - Parameters:
    ///   - operation: which of several; nil for the only one.
    ///   - variables: an object, or nil.
    init(
        _ document: GraphQLDocument, _ schema: GraphQLSchema, operation name: String?, variables: JSON?
    ) throws(GraphQLError) {
        let operation = try Self.operation(document, name)
        guard operation.kind == .query else {
            throw GraphQLError(
                "This server takes queries only; changes are made with the calls of MLflow's REST API",
                at: operation.place)
        }
        for directive in operation.directives where directive.name != "component" {
            throw GraphQLError("Unknown directive \"@\(directive.name)\"", at: directive.place)
        }
        try GraphQLUses.check(operation, document)
        let inputs = try GraphQLInputs(operation, schema, variables)
        var planner = GraphQLPlanner(document: document, schema: schema, inputs: inputs)
        fields = try planner.fields([operation.selections], of: GraphQLSchema.query, depth: 1, within: [])
        guard fields.count <= Limit.rootFields else {
            throw GraphQLError("A query has at most \(Limit.rootFields) fields; this one has \(fields.count)")
        }
    }

    private static func operation(
        _ document: GraphQLDocument, _ name: String?
    ) throws(GraphQLError) -> GraphQLDocument.Operation {
        guard let name else {
            guard document.operations.count <= 1 else {
                throw GraphQLError("There are several operations; operationName must say which is meant")
            }
            guard let operation = document.operations.first else { throw GraphQLError("There is no operation") }
            return operation
        }
        let found = document.operations.filter { $0.name?.utf8.elementsEqual(name.utf8) ?? false }
        guard found.count == 1 else {
            throw GraphQLError(
                "There \(found.isEmpty ? "is no operation" : "are two operations") \"\(name.prefix(100))\"")
        }
        return found[0]
    }
}

/// Puts the fields of selections together, by the rules of GraphQL, September 2025, sections 5 and 6.3.2.
private struct GraphQLPlanner {
    let document: GraphQLDocument
    let schema: GraphQLSchema
    let inputs: GraphQLInputs
    private var selections = 0

    init(document: GraphQLDocument, schema: GraphQLSchema, inputs: GraphQLInputs) {
        self.document = document
        self.schema = schema
        self.inputs = inputs
    }

    /// A field in the places it is asked for under one name.
    private struct Collected {
        let field: GraphQLDocument.Field
        let arguments: [JSON.Member]
        let definition: GraphQLSchema.Field?
        var selections: [[GraphQLDocument.Selection]]
        var fragments: Set<String>
    }

    /// - Parameter fragments: those that what is planned stands in.
    mutating func fields(
        _ sets: [[GraphQLDocument.Selection]], of type: String, depth: Int, within fragments: Set<String>
    ) throws(GraphQLError) -> [GraphQLPlan.Field] {
        guard depth <= GraphQLPlan.Limit.depth else {
            throw GraphQLError("The query is more than \(GraphQLPlan.Limit.depth) objects deep")
        }
        var order: [String] = []
        var found: [String: Collected] = [:]
        var aliases = 0
        for set in sets {
            try collect(set, of: type, within: fragments) { (field, fragments, planner) throws(GraphQLError) in
                if field.alias != nil { aliases += 1 }
                try planner.add(field, of: type, within: fragments, &order, &found)
            }
        }
        guard aliases <= GraphQLPlan.Limit.aliases else {
            throw GraphQLError("An object has at most \(GraphQLPlan.Limit.aliases) aliases; this one has \(aliases)")
        }
        var fields: [GraphQLPlan.Field] = []
        for key in order {
            guard let collected = found[key] else { continue }
            fields.append(try plan(collected, key, of: type, depth: depth))
        }
        return fields
    }

    private mutating func plan(
        _ collected: Collected, _ key: String, of type: String, depth: Int
    ) throws(GraphQLError) -> GraphQLPlan.Field {
        let field = collected.field
        var selections: [GraphQLPlan.Field] = []
        if let core = collected.definition?.type.name, case .object = schema.types[core] {
            guard collected.selections.allSatisfy({ !$0.isEmpty }) else {
                throw GraphQLError("The field \"\(field.name)\" is an object: say which of its fields", at: field.place)
            }
            selections = try fields(collected.selections, of: core, depth: depth + 1, within: collected.fragments)
        } else if collected.selections.contains(where: { !$0.isEmpty }) {
            throw GraphQLError("The field \"\(field.name)\" has no fields of its own", at: field.place)
        }
        return GraphQLPlan.Field(
            key: key, name: field.name, definition: collected.definition, arguments: collected.arguments,
            parent: type, selections: selections, place: field.place)
    }

    private mutating func add(
        _ field: GraphQLDocument.Field, of type: String, within fragments: Set<String>, _ order: inout [String],
        _ found: inout [String: Collected]
    ) throws(GraphQLError) {
        selections += 1
        guard selections <= GraphQLPlan.Limit.selections else {
            throw GraphQLError("The query selects more than \(GraphQLPlan.Limit.selections) fields", at: field.place)
        }
        let definition = try definition(field, of: type)
        let arguments = try inputs.arguments(field, definition?.arguments ?? [])
        guard var known = found[field.key] else {
            order.append(field.key)
            found[field.key] = Collected(
                field: field, arguments: arguments, definition: definition, selections: [field.selections],
                fragments: fragments)
            return
        }
        guard known.field.name == field.name, known.arguments == arguments else {
            throw GraphQLError(
                "\"\(field.key)\" stands for two different fields; give one of them another name", at: field.place)
        }
        known.selections.append(field.selections)
        known.fragments.formUnion(fragments)
        found[field.key] = known
    }

    private func definition(
        _ field: GraphQLDocument.Field, of type: String
    ) throws(GraphQLError) -> GraphQLSchema.Field? {
        if field.name == "__typename" { return nil }
        guard case .object(let fields) = schema.types[type], let known = fields.first(where: { $0.name == field.name })
        else {
            let hint = field.name.hasPrefix("__") ? ". This server does not describe its schema" : ""
            throw GraphQLError("There is no field \"\(field.name.prefix(100))\" of \"\(type)\"\(hint)", at: field.place)
        }
        return known
    }

    private typealias Taking =
        (GraphQLDocument.Field, Set<String>, inout GraphQLPlanner) throws(GraphQLError) -> Void

    /// Hands over the fields of a selection and of the fragments in it, but for those that `@skip` and `@include` leave
    /// out. Fragments in fragments are as deep as the document, and none may stand in itself.
    private mutating func collect(
        _ set: [GraphQLDocument.Selection], of type: String, within fragments: Set<String>, _ take: Taking
    ) throws(GraphQLError) {
        for selection in set {
            switch selection {
            case .field(let field):
                if try inputs.includes(field.directives) { try take(field, fragments, &self) }
            case .inline(let condition, let directives, let inner, let place):
                try check(condition ?? type, of: type, at: place)
                if try inputs.includes(directives) { try collect(inner, of: type, within: fragments, take) }
            case .spread(let name, let directives, let place):
                guard let fragment = document.fragments[name] else {
                    throw GraphQLError("There is no fragment \"\(name.prefix(100))\"", at: place)
                }
                guard !fragments.contains(name) else {
                    throw GraphQLError("The fragment \"\(name.prefix(100))\" stands in itself", at: place)
                }
                try check(fragment.type, of: type, at: place)
                selections += 1
                guard selections <= GraphQLPlan.Limit.selections else {
                    throw GraphQLError("The query selects more than \(GraphQLPlan.Limit.selections) fields", at: place)
                }
                if try inputs.includes(directives) {
                    try collect(fragment.selections, of: type, within: fragments.union([name]), take)
                }
            }
        }
    }

    /// All types are objects here, so a fragment fits its own type and no other.
    private func check(_ condition: String, of type: String, at place: Int) throws(GraphQLError) {
        guard condition == type else {
            throw GraphQLError("A fragment on \"\(condition.prefix(100))\" does not fit into a \"\(type)\"", at: place)
        }
    }
}
