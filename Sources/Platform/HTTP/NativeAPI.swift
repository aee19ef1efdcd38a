package import Core

/// Steward's own API, below `/api/v1/`. What all of it has in common:
///
/// - names in a query or a body that are not documented are refused: a mistyped `fliter` would quietly answer more than
///   was asked for;
/// - lists take `limit` and `page_token` and answer `next_page_token`, which is null on the last page;
/// - times are RFC 3339 in UTC, tags are an object, what is absent is null, and numbers that JSON does not have are the
///   texts "NaN", "Infinity" and "-Infinity".
extension Endpoint {
    /// - Parameters:
    ///   - path: what follows `/api/v1/`.
    ///   - query: all that the query may hold.
    ///   - request: the members of the JSON object that is the body; `RequestObject` reads it.
    ///   - status: what the handler answers with when all went well.
    package static func native(
        _ method: String, _ path: String, _ access: Access, _ effect: Effect, _ summary: String, query: [Field] = [],
        request: [Field] = [], response: [Field] = [], status: Int = 200, _ handle: @escaping Handler
    ) -> Endpoint {
        let names = query.map(\.name)
        let endpoint = Endpoint(method, "/api/v1/" + path, access, effect, summary) { request in
            try request.query.check(names)
            return try await handle(request)
        }
        var documented = endpoint.documented(query: query, request: request, response: response)
        documented.documentation.status = status
        return documented
    }
}

extension Endpoint.Field {
    /// What every list takes.
    package static func page(most: Int = 1000) -> [Endpoint.Field] {
        [
            Endpoint.Field("limit", .integer, "Elements of a page, 1 to \(most)."),
            Endpoint.Field("page_token", .text, "The `next_page_token` of the page before."),
        ]
    }

    package static let nextPage = Endpoint.Field("next_page_token", .text, "Null on the last page.", required: true)
}

extension Query {
    /// - Throws: `invalid` for a name that is not among `names`, and for what is no percent-encoded UTF-8: it would be
    ///   left out, and less would be asked for than was meant.
    fileprivate func check(_ names: [String]) throws(Failure) {
        guard !isMalformed else {
            throw Failure(.invalid, "The query is no percent-encoded UTF-8, or holds a zero byte")
        }
        for item in items { try NamedFields.check(item.name, among: names, "parameter") }
    }
}

private enum NamedFields {
    static func check(_ name: String, among names: [String], _ what: String) throws(Failure) {
        if names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return }
        let hint =
            NearestName.find(name, among: names).map { "Did you mean \($0)?" }
            ?? (names.isEmpty ? nil : "There are \(names.joined(separator: ", ")).")
        throw Failure(.invalid, "\(name.prefix(100)): there is no such \(what)", hint: hint)
    }
}

/// Which page of a list is asked for.
package struct PageRequest: Sendable {
    /// Elements wanted.
    package let limit: Int
    /// Where the page before ended; nil for the first.
    package let position: JSON?
    private let scope: String
    private let tokens: PageTokens

    /// - Parameters:
    ///   - standard: elements of a page when the request does not say.
    ///   - most: what it may say.
    package init(_ request: Request, _ tokens: PageTokens, standard: Int = 100, most: Int = 1000) throws(Failure) {
        limit = try request.number("limit", in: 1...most) ?? standard
        // A token belongs to everything that was asked, but for how many elements a page has.
        let asked = request.query.items.filter { $0.name != "limit" && $0.name != "page_token" }
        scope = JSON.array(
            [.string(request.rawPath)] + asked.map { .array([.string($0.name), .string($0.value)]) }
        ).text()
        self.tokens = tokens
        let token = request.query["page_token"] ?? ""
        position = token.isEmpty ? nil : try tokens.position(token, scope)
    }

    /// - Parameter position: of the last element of this page, or nil when it is the last page.
    package func next(_ position: JSON?) -> JSON { position.map { .string(tokens.make(scope, $0)) } ?? .null }
}

extension Request {
    /// A number in the query.
    /// - Throws: `invalid` when it is none, or not within the range.
    package func number(_ name: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
        guard let text = query[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Failure(
                .invalid,
                "\(name): '\(text.prefix(50))' is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of a few words in the query.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ type: Choice.Type) throws(Failure)
        -> Choice? where Choice.RawValue == String
    {
        guard let text = query[name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalid, "\(name): '\(text.prefix(50))' is none of \(words)")
        }
        return choice
    }

    /// `true` or `false` in the query; false when it is not there.
    package func flag(_ name: String) throws(Failure) -> Bool {
        switch query[name] {
        case nil, "false": return false
        case "true": return true
        case .some(let text): throw Failure(.invalid, "\(name): '\(text.prefix(50))' is neither true nor false")
        }
    }
}

/// The JSON object that is the body of a request. A member that is null counts as absent.
package struct RequestObject: Sendable {
    private let members: [JSON.Member]

    /// - Parameter fields: the members it may have.
    /// - Throws: `invalid` when it is no JSON object, or has others.
    package init(_ request: Request, _ fields: [Endpoint.Field]) async throws {
        let type = request.headers["content-type"]?.prefix { $0 != ";" } ?? ""
        guard Headers.areEqual(type, "application/json") else {
            throw Failure(.invalid, "the body must be JSON", hint: "Send Content-Type: application/json.")
        }
        let body = try JSONParser.parse(await request.body.collect(limit: Endpoint.defaultBodyLimit))
        guard let members = body.members else { throw Failure(.invalid, "the body must be a JSON object") }
        try self.init(members, fields)
    }

    private init(_ members: [JSON.Member], _ fields: [Endpoint.Field]) throws(Failure) {
        for member in members { try NamedFields.check(member.name, among: fields.map(\.name), "field") }
        self.members = members.filter { $0.value != .null }
    }

    /// A list of objects.
    /// - Parameter fields: the members that each may have.
    package func objects(_ name: String, _ fields: [Endpoint.Field]) throws(Failure) -> [RequestObject]? {
        guard let value = value(name) else { return nil }
        var objects: [RequestObject] = []
        for element in value.elements ?? [.null] {
            guard let members = element.members else { throw Self.wrong(name, "a list of objects") }
            objects.append(try RequestObject(members, fields))
        }
        return objects
    }

    private func value(_ name: String) -> JSON? { members.first { $0.name == name }?.value }

    package func text(_ name: String) throws(Failure) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.text else { throw Self.wrong(name, "a text") }
        return try Self.storable(text, name)
    }

    package func requiredText(_ name: String) throws(Failure) -> String {
        guard let text = try text(name) else { throw Failure(.invalid, "\(name): it must be given") }
        return text
    }

    package func flag(_ name: String) throws(Failure) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.flag else { throw Self.wrong(name, "true or false") }
        return flag
    }

    package func integer(_ name: String) throws(Failure) -> Int64? {
        guard let value = value(name) else { return nil }
        guard case .integer(let number) = value else { throw Self.wrong(name, "a whole number") }
        return number
    }

    package func texts(_ name: String) throws(Failure) -> [String]? {
        guard let value = value(name) else { return nil }
        var texts: [String] = []
        for element in value.elements ?? [.null] {
            guard let text = element.text else { throw Self.wrong(name, "a list of texts") }
            texts.append(try Self.storable(text, name))
        }
        return texts
    }

    /// An object of texts: tags. A null takes away.
    package func pairs(_ name: String) throws(Failure) -> [(key: String, value: String?)] {
        guard let value = value(name) else { return [] }
        guard let members = value.members else { throw Self.wrong(name, "an object") }
        var pairs: [(key: String, value: String?)] = []
        for member in members {
            let text = member.value.text
            guard member.value == .null || text != nil else {
                throw Self.wrong("\(name).\(member.name.prefix(100))", "a text")
            }
            _ = try Self.storable(member.name, name)
            pairs.append((member.name, try text.map { text throws(Failure) in try Self.storable(text, name) }))
        }
        return pairs
    }

    /// No text may hold a zero byte: PostgreSQL cannot store one.
    private static func storable(_ text: String, _ name: String) throws(Failure) -> String {
        guard !text.utf8.contains(0) else { throw Failure(.invalid, "\(name): it holds a zero byte") }
        return text
    }

    private static func wrong(_ name: String, _ expected: String) -> Failure {
        Failure(.invalid, "\(name): it must be \(expected)")
    }
}
