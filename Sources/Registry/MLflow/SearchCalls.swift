import Core
import MLflow
import Platform

/// MLflow's `registered-models/search` and `model-versions/search`.
struct SearchCalls: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        [Endpoint].mlflow(
            "GET", "mlflow/registered-models/search", .may(.modelRead), .reads, "Registered models by a filter.", models
        ).filtered()
            + [Endpoint].mlflow(
                "GET", "mlflow/model-versions/search", .may(.modelRead), .reads, "Versions of models by a filter.",
                versions
            ).filtered()
    }

    @Sendable private func models(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let limit = try limit(message, default: 100, most: 1000, zeroIsDefault: true)
        let query = try SearchQuery(message, .registeredModels, registry.services.pageTokens)
        let order = SearchOrder(keys: try RegistrySearch.modelKeys(query.orderings), position: query.position)
        let rights = request.principal.rights
        let page = try await registry.read {
            try RegistrySearch(sql: $0.sql, rights: rights).models(query.filter, order, limit: limit)
        }
        return .message(capacity: 512 * max(page.elements.count, 1)) { writer in
            if !page.elements.isEmpty {
                writer.name("registered_models")
                writer.beginArray()
                for model in page.elements { writer.model(model) }
                writer.endArray()
            }
            if let token = query.token(page.end) { writer.member("next_page_token", token) }
        }
    }

    @Sendable private func versions(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let limit = try limit(message, default: 200_000, most: 200_000, zeroIsDefault: false)
        let query = try SearchQuery(message, .modelVersions, registry.services.pageTokens)
        let order = SearchOrder(keys: try RegistrySearch.versionKeys(query.orderings), position: query.position)
        let rights = request.principal.rights
        let page = try await registry.read {
            try RegistrySearch(sql: $0.sql, rights: rights).versions(query.filter, order, limit: limit)
        }
        return .versions(page.elements, nextPageToken: query.token(page.end))
    }

    private func limit(_ message: ProtoMessage, default standard: Int, most: Int64, zeroIsDefault: Bool)
        throws(Failure) -> Int
    {
        guard let limit = try message.integer("max_results") else { return standard }
        if limit == 0, zeroIsDefault { return standard }
        guard limit <= most else {
            throw message.wrongType("max_results", try message.value("max_results") ?? .integer(limit))
        }
        guard limit > 0 else {
            throw Failure(.invalid, "Invalid value for max_results. It must be a positive integer, but got \(limit)")
        }
        return Int(limit)
    }
}

/// What the two searches have in common: filter, order, and the place where the last page ended.
private struct SearchQuery: Sendable {
    let filter: [SearchComparison]
    let orderings: [SearchOrdering]
    let position: [JSON]?
    private let scope: String
    private let tokens: PageTokens

    init(_ message: ProtoMessage, _ subject: SearchSubject, _ tokens: PageTokens) throws(Failure) {
        let filterText = try message.text("filter") ?? ""
        let orderTexts = try message.texts("order_by")
        filter = try SearchFilter.parse(filterText, for: subject)
        orderings = try SearchOrdering.parse(orderTexts, for: subject)
        scope = JSON.array([.string(subject.rawValue), .string(filterText), .array(orderTexts.map { .string($0) })])
            .text()
        self.tokens = tokens
        guard let token = try message.text("page_token"), !token.isEmpty else {
            position = nil
            return
        }
        position = try tokens.position(token, scope).elements ?? []
    }

    func token(_ end: [JSON]?) -> String? { end.map { tokens.make(scope, .array($0)) } }
}
