import Core

/// Answers a field for many objects at once: all runs of a page are asked for their model versions together.
typealias GraphQLResolver = @Sendable (GraphQLBatch) async throws -> [GraphQLOutcome]

/// The objects a field is wanted of, and what with.
struct GraphQLBatch: Sendable {
    let parents: [JSON]
    let arguments: [JSON.Member]
    let calls: InnerCalls
}

/// What a field is for one object.
enum GraphQLOutcome: Sendable {
    case value(JSON)
    case failure(GraphQLError)
}

/// Runs a plan. It goes column by column: each field is looked up once for all objects that have it, not once for each
/// object.
struct GraphQLExecution {
    /// Values of an answer; a page of 50,000 runs with all that was logged to them has fewer.
    private static let maximumValues = 4_000_000

    private let schema: GraphQLSchema
    private let calls: InnerCalls
    private var errors: [GraphQLError] = []
    private var count = 0

    /// - Returns: the data, and what could not be had of it; those fields are null.
    /// - Throws: what makes the whole answer worthless: the database is not there, a bug, too large an answer.
    static func run(
        _ plan: GraphQLPlan, _ schema: GraphQLSchema, _ calls: InnerCalls
    ) async throws -> (data: JSON, errors: [GraphQLError]) {
        var execution = GraphQLExecution(schema: schema, calls: calls)
        let root = Objects(values: [.object([])], container: nil, key: "", owners: [], places: nil)
        let rows = try await execution.rows(plan.fields, root)
        return (rows[0], execution.errors)
    }

    private init(schema: GraphQLSchema, calls: InnerCalls) {
        self.schema = schema
        self.calls = calls
    }

    /// Objects of one type, and where they stand: enough to find the path of one that something is wrong with.
    private final class Objects: Sendable {
        let values: [JSON]
        let container: Objects?
        let key: String
        /// Which object of the container each belongs to.
        let owners: [Int]
        /// Where in a list each stands; nil when the field is no list.
        let places: [Int]?

        init(values: [JSON], container: Objects?, key: String, owners: [Int], places: [Int]?) {
            self.values = values
            self.container = container
            self.key = key
            self.owners = owners
            self.places = places
        }

        func path(_ index: Int) -> [JSON] {
            guard let container else { return [] }
            return container.path(owners[index]) + [.string(key)] + (places.map { [.int($0[index])] } ?? [])
        }
    }

    private mutating func rows(_ fields: [GraphQLPlan.Field], _ objects: Objects) async throws -> [JSON] {
        var columns: [[JSON]] = []
        for field in fields { columns.append(try await column(field, objects)) }
        return objects.values.indices.map { row in
            .object(zip(fields, columns).map { JSON.Member($0.key, $1[row]) })
        }
    }

    private mutating func column(_ field: GraphQLPlan.Field, _ objects: Objects) async throws -> [JSON] {
        count += objects.values.count
        guard count <= Self.maximumValues else {
            throw Failure(
                .invalid, "The answer would have more than \(Self.maximumValues) values", hint: "Ask for less.")
        }
        guard let definition = field.definition else {
            return [JSON](repeating: .string(field.parent), count: objects.values.count)
        }
        let found: [JSON?]
        switch definition.source {
        case .member(let name): found = objects.values.map { $0[name] }
        case .null: return [JSON](repeating: .null, count: objects.values.count)
        case .resolved(let resolve):
            let batch = GraphQLBatch(parents: objects.values, arguments: field.arguments, calls: calls)
            found = try await resolve(batch).enumerated().map { index, outcome in
                switch outcome {
                case .value(let value): return value
                case .failure(var error):
                    error.path = objects.path(index) + [.string(field.key)]
                    error.place = field.place
                    errors.append(error)
                    return .null
                }
            }
        }
        return try await complete(found, definition.type, field, objects)
    }

    /// - Parameter found: nil for what is not set.
    private mutating func complete(
        _ found: [JSON?], _ type: GraphQLTypeReference, _ field: GraphQLPlan.Field, _ objects: Objects
    ) async throws -> [JSON] {
        switch type {
        case .required(let inner): return try await complete(found, inner, field, objects)
        case .list(let element): return try await completeLists(found, element, field, objects)
        case .named(let name):
            switch schema.types[name] {
            case .scalar(let scalar): return found.map(scalar.output)
            case .enumeration(let words):
                return found.map { value in
                    guard let value else { return .string(words[0]) }
                    return value.text.map(words.contains) ?? false ? value : .null
                }
            default:
                let present = found.indices.filter { found[$0] != .null }
                let inner = Objects(
                    values: present.map { found[$0] ?? .object([]) }, container: objects, key: field.key,
                    owners: present, places: nil)
                let rows = try await rows(field.selections, inner)
                var completed = [JSON](repeating: .null, count: found.count)
                for (place, row) in zip(present, rows) { completed[place] = row }
                return completed
            }
        }
    }

    /// The elements of all lists are completed together.
    private mutating func completeLists(
        _ found: [JSON?], _ element: GraphQLTypeReference, _ field: GraphQLPlan.Field, _ objects: Objects
    ) async throws -> [JSON] {
        var elements: [JSON] = []
        var owners: [Int] = []
        var places: [Int] = []
        for (owner, value) in found.enumerated() {
            for (place, element) in (value?.elements ?? []).enumerated() {
                elements.append(element)
                owners.append(owner)
                places.append(place)
            }
        }
        let completed: [JSON]
        if case .object = schema.types[element.name] {
            let inner = Objects(values: elements, container: objects, key: field.key, owners: owners, places: places)
            completed = try await rows(field.selections, inner)
        } else {
            count += elements.count
            completed = try await complete(elements, element, field, objects)
        }
        var next = 0
        return found.map { value in
            if value == .null { return .null }
            let size = value?.elements?.count ?? 0
            defer { next += size }
            return .array(Array(completed[next..<next + size]))
        }
    }
}
