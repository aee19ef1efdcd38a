import Core
import MLflow
import Platform

/// Steward's own API for models and versions.
struct ModelEndpoints: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        [
            Endpoint(
                "GET", "/api/v1/models", .may(.modelRead), .reads,
                "Models by name; `filter`, `order_by`, `limit` (1 to 1000) and `page_token` as in MLflow's search.",
                models),
            Endpoint("GET", "/api/v1/models/{name}", .may(.modelRead), .reads, "A model.", model),
            Endpoint(
                "GET", "/api/v1/models/{name}/versions", .may(.modelRead), .reads,
                "Versions of a model, the newest first; `limit` (1 to 1000) and `before` (a version's number).",
                versions),
            Endpoint(
                "GET", "/api/v1/models/{name}/versions/{version}", .may(.modelRead), .reads, "A version.", version),
        ]
    }

    @Sendable private func models(_ request: Request) async throws -> Response {
        let limit = try request.limit()
        let (filterText, orderTexts) = (request.query["filter"] ?? "", request.query.all("order_by"))
        let filter = try SearchFilter.parse(filterText, for: .registeredModels)
        let keys = try RegistrySearch.modelKeys(SearchOrdering.parse(orderTexts, for: .registeredModels))
        let scope = JSON.array([.string("models"), .string(filterText), .array(orderTexts.map { .string($0) })]).text()
        let tokens = registry.services.pageTokens
        var position: [JSON]?
        if let token = request.query["page_token"], !token.isEmpty {
            position = try tokens.position(token, scope).elements ?? []
        }
        let order = SearchOrder(keys: keys, position: position)
        let page = try await registry.read { try RegistrySearch(sql: $0.sql).models(filter, order, limit: limit) }
        return .json(
            .record([
                "models": .array(page.elements.map(Self.json)),
                "next_page_token": page.end.map { .string(tokens.make(scope, .array($0))) } ?? .null,
            ]))
    }

    @Sendable private func model(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        return .json(Self.json(try await registry.read { try $0.overview($0.requiredModel(named: name)) }))
    }

    @Sendable private func versions(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let limit = try request.limit()
        let before = try request.query["before"].map { text throws(Failure) in try Naming.version(text) } ?? .max
        let found = try await registry.read { reader in
            let model = try reader.requiredModel(named: name)
            return try reader.versions(of: model, before: before, limit: limit + 1)
        }
        let page = found.prefix(limit)
        return .json(
            .record([
                "versions": .array(page.map(Self.json)),
                "next_before": found.count > limit ? page.last.map { .integer($0.number) } ?? .null : .null,
            ]))
    }

    @Sendable private func version(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let number = try Naming.version(request.parameter("version"))
        return .json(Self.json(try await registry.read { try $0.requiredVersion(of: name, number) }))
    }

    private static func json(_ overview: ModelOverview) -> JSON {
        .record([
            "id": .integer(overview.model.id), "name": .string(overview.model.name),
            "description": .optional(overview.model.description),
            "created_at": .string(overview.model.created.rfc3339),
            "updated_at": .string(overview.model.updated.rfc3339), "tags": json(overview.tags),
            "aliases": .object(overview.aliases.map { JSON.Member($0.name, .integer($0.version)) }),
            "latest_versions": .object(
                overview.latest.map { JSON.Member($0.stage.rawValue, .integer($0.number)) }),
        ])
    }

    private static func json(_ version: ModelVersion) -> JSON {
        func unlessEmpty(_ text: String) -> JSON { text.isEmpty ? .null : .string(text) }
        return .record([
            "model": .string(version.name), "version": .integer(version.number),
            "stage": .string(version.stage.rawValue),
            "aliases": .array(version.aliases.map { .string($0) }), "description": .optional(version.description),
            "source": .string(version.source), "location": .string(version.location),
            "run_id": unlessEmpty(version.runID), "run_link": unlessEmpty(version.runLink),
            "logged_model_id": unlessEmpty(version.loggedModelID), "registered_by": .string(version.author),
            "created_at": .string(version.created.rfc3339), "updated_at": .string(version.updated.rfc3339),
            "tags": json(version.tags),
        ])
    }

    private static func json(_ tags: [Tag]) -> JSON { .object(tags.map { JSON.Member($0.key, .string($0.value)) }) }
}

extension Request {
    /// How many elements a page may have: `limit`, 1 to 1000.
    func limit(default standard: Int = 100) throws(Failure) -> Int {
        guard let text = query["limit"] else { return standard }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw Failure(.invalid, "limit: '\(text.prefix(50))' is no number from 1 to 1000")
        }
        return limit
    }
}
