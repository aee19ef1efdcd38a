package import Core
package import Platform

extension ProtoMessage {
    /// Reads a request as MLflow's server does: the query string of a GET that has one, the JSON body of everything
    /// else. A DELETE has a body, too.
    /// - Throws: `invalid` for a wrong Content-Type, a body that is no JSON object, or one beyond `limit` bytes.
    package static func read(_ request: Request, limit: Int) async throws -> ProtoMessage {
        if request.method == "GET", !request.query.items.isEmpty || request.query.isMalformed {
            guard !request.query.isMalformed else {
                throw Failure(.invalid, "Bad Request. The query string is not percent-encoded UTF-8.")
            }
            return ProtoMessage(request.query)
        }
        let bytes: [UInt8]
        do {
            bytes = try await request.body.collect(limit: limit)
        } catch let failure as Failure where failure.code == .exhausted {
            // Status 429, which stands for "exhausted" elsewhere, would make MLflow's client try again for minutes.
            throw Failure(.invalid, failure.message, hint: failure.hint)
        }
        if request.method == "POST" || request.method == "PUT" {
            try checkContentType(request.headers["content-type"], bytes)
        }
        return try body(bytes)
    }

    private static func checkContentType(_ header: String?, _ body: [UInt8]) throws(Failure) {
        guard let header else {
            if body.isEmpty { return }
            throw Failure(.invalid, "Bad Request. Content-Type is missing.")
        }
        guard header.utf8.prefix(while: { $0 != UInt8(ascii: ";") }).elementsEqual("application/json".utf8) else {
            throw Failure(.invalid, "Bad Request. Content-Type must be one of ['application/json'].")
        }
    }

    /// A JSON object, or one inside a JSON string as very old clients send it; empty and null count as `{}`.
    package static func body(_ bytes: [UInt8]) throws(Failure) -> ProtoMessage {
        if bytes.isEmpty { return ProtoMessage([]) }
        var value = try parse(bytes)
        if case .string(let text) = value { value = try parse(Array(text.utf8)) }
        switch value {
        case .null: return ProtoMessage([])
        case .object(let members): return ProtoMessage(members)
        default:
            throw Failure(
                .invalid, "Bad Request. The request body must be a JSON object, not \(ProtoValue.abbreviated(value)).")
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(Failure) -> JSON {
        do {
            return try JSONParser.parse(
                bytes, JSONParser.Options(duplicates: .lastWins, acceptsNonFiniteWords: true))
        } catch {
            throw Failure(.invalid, "Bad Request. The request body is not valid JSON: \(error.message).")
        }
    }
}
