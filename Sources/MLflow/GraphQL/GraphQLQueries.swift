package import Core

/// The queries that this server answers, without the answering.
package struct GraphQLQueries: Sendable {
    let schema: GraphQLSchema

    /// - Throws: `bug` when the schema is wrong.
    package init() throws(Failure) {
        do {
            schema = try QuerySchema.make()
        } catch {
            throw Failure(.bug, "the GraphQL schema: \(error.message)")
        }
    }

    func plan(_ query: String, operation: String?, variables: JSON?) throws(GraphQLError) -> GraphQLPlan {
        try GraphQLPlan(GraphQLParser.document(query), schema, operation: operation, variables: variables)
    }

    /// - Throws: `invalid` for a query that would be answered with errors alone.
    package func check(_ query: String, variables: JSON? = nil) throws(Failure) {
        do {
            _ = try plan(query, operation: nil, variables: variables)
        } catch {
            throw Failure(.invalid, error.message)
        }
    }
}
