extension Endpoint {
    /// Answers a request that was made up inside another one, for the same principal. Its rights are checked like those
    /// of a request that came over the network: whoever combines answers of endpoints shows nobody more than they do.
    package func answer(inside outer: Request, query: String, body: [UInt8]) async throws -> Response {
        let request = Request(
            method: method, rawPath: path, query: Query(query),
            headers: Headers([("content-type", "application/json")]), body: RequestBody(bytes: body),
            principal: outer.principal, id: outer.id, server: outer.server)
        try await Admission.check(outer.principal, self, request)
        return try await handle(request)
    }
}
