package import Core
package import Platform

/// `POST /graphql`: the queries of MLflow's pages (https://spec.graphql.org). Its fields are calls of the REST API,
/// made on behalf of whoever asks: a query shows nobody more than those calls do.
package struct GraphQLCall: Sendable {
    private let endpoints: [String: Endpoint]
    private let queries: GraphQLQueries

    /// Bytes of a query with its variables.
    private static let bodyLimit = 256 << 10

    /// - Parameter endpoints: those of the domains, of which some are behind fields.
    /// - Throws: `bug` when one of them is missing, or the schema is wrong.
    package init(_ endpoints: [Endpoint]) throws(Failure) {
        queries = try GraphQLQueries()
        var found: [String: Endpoint] = [:]
        for endpoint in endpoints {
            if let name = InnerCalls.name(endpoint), QuerySchema.calls.contains(name) { found[name] = endpoint }
        }
        for name in QuerySchema.calls where found[name] == nil {
            throw Failure(.bug, "the GraphQL schema needs the call \(name)")
        }
        self.endpoints = found
    }

    package var endpoint: Endpoint {
        Endpoint(
            "POST", "/graphql", .signedIn, .reads, "Answers GraphQL queries of MLflow's pages.",
            bodyLimit: Self.bodyLimit
        ) { request in
            try await answer(try await ProtoMessage.read(request, limit: Self.bodyLimit), request)
        }.documented(
            request: [
                Endpoint.Field("query", .text, "A document with one query, or several.", required: true),
                Endpoint.Field("variables", .any, "An object: values of the query's variables."),
                Endpoint.Field("operationName", .text, "Which of several queries."),
            ],
            response: [
                Endpoint.Field("data", .any, "What was asked for; not there when the query is wrong."),
                Endpoint.Field(
                    "errors", .list(.object([Endpoint.Field("message", .text, required: true)])),
                    "What could not be had."),
            ])
    }

    private func answer(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let text = try message.requiredText("query")
        let variables = try message.value("variables")
        guard variables == nil || variables?.members != nil else {
            throw Failure(.invalid, "'variables' must be an object")
        }
        let operation = try message.text("operationName").flatMap { $0.isEmpty ? nil : $0 }
        let plan: GraphQLPlan
        do {
            plan = try queries.plan(text, operation: operation, variables: variables)
        } catch {
            return .json(.record(["errors": .array([Self.json(error, text)])]))
        }
        let (data, errors) = try await GraphQLExecution.run(
            plan, queries.schema, InnerCalls(endpoints, inside: request))
        if errors.isEmpty { return .json(.record(["data": data])) }
        return .json(.record(["errors": .array(errors.map { Self.json($0, text) }), "data": data]))
    }

    /// An error in the form of section 7.1.2 of the specification.
    private static func json(_ error: GraphQLError, _ query: String) -> JSON {
        var members = [JSON.Member("message", .string(error.message))]
        if let place = error.place {
            let before = query.utf8.prefix(place)
            let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let location = JSON.record(["line": .int(lines.count), "column": .int((lines.last?.count ?? 0) + 1)])
            members.append(JSON.Member("locations", .array([location])))
        }
        if !error.path.isEmpty { members.append(JSON.Member("path", .array(error.path))) }
        if let code = error.code {
            members.append(JSON.Member("extensions", .record(["error_code": .string(code)])))
        }
        return .object(members)
    }
}
