import Core
import MLflow
import Platform

/// Steward's own API for models and versions.
struct ModelEndpoints: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        let (read, promote) = (Endpoint.Access.may(.modelRead), Endpoint.Access.may(.modelPromote))
        return [
            .native(
                "GET", "models", read, .reads, "Models, by name.",
                query: [
                    Endpoint.Field("filter", .text, "As in MLflow's search: `name LIKE 'credit%'`."),
                    Endpoint.Field("order_by", .text, "`last_updated_timestamp DESC`, `name`; may be repeated."),
                ] + Endpoint.Field.page(),
                response: [Endpoint.Field("models", .list(.object(Self.modelFields)), required: true), .nextPage],
                models
            ).filtered(),
            .native("GET", "models/{name}", read, .reads, "A model.", response: Self.modelFields, model)
                .aboutModel(),
            .native(
                "GET", "models/{name}/versions", read, .reads, "Versions of a model, the newest first.",
                query: [
                    Endpoint.Field("limit", .integer, "Versions of a page, 1 to 1000."),
                    Endpoint.Field("before", .integer, "Only versions with a lower number."),
                ],
                response: [
                    Endpoint.Field("versions", .list(.object(Self.versionFields)), required: true),
                    Endpoint.Field("next_before", .integer, "Null on the last page.", required: true),
                ], versions
            ).aboutModel(),
            .native(
                "GET", "models/{name}/versions/{version}", read, .reads, "A version, by its number.",
                response: Self.versionFields, version
            ).aboutModel(),
            .native(
                "POST", "models/{name}/versions/{version}/stage", promote, .writes, "Gives a version a stage.",
                request: Self.transition, response: Self.versionFields, move
            ).aboutModel(),
            .native(
                "GET", "models/{name}/aliases/{alias}", read, .reads, "The version that an alias points at.",
                response: Self.versionFields, aliased
            ).aboutModel(),
            .native(
                "PUT", "models/{name}/aliases/{alias}", promote, .writes,
                "Points an alias at a version, whichever it pointed at before.", request: Self.target,
                response: Self.modelFields, setAlias
            ).aboutModel(),
            .native(
                "DELETE", "models/{name}/aliases/{alias}", promote, .writes,
                "Takes an alias away; one that is not there is no error.", status: 204, removeAlias
            ).aboutModel(),
        ]
    }

    @Sendable private func models(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, registry.services.pageTokens)
        let filter = try SearchFilter.parse(request.query["filter"] ?? "", for: .registeredModels)
        let orderings = try SearchOrdering.parse(request.query.all("order_by"), for: .registeredModels)
        let order = SearchOrder(keys: try RegistrySearch.modelKeys(orderings), position: page.position?.elements)
        let rights = request.principal.rights
        let found = try await registry.read {
            try RegistrySearch(sql: $0.sql, rights: rights).models(filter, order, limit: page.limit)
        }
        return .json(
            .record([
                "models": .array(found.elements.map(Self.json)),
                "next_page_token": page.next(found.end.map { .array($0) }),
            ]))
    }

    @Sendable private func model(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let rights = request.principal.rights
        return .json(Self.json(try await registry.read { try $0.overview(Self.known(name, rights, $0)) }))
    }

    /// - Throws: `notFound`, with the name that was most likely meant.
    private static func known(_ name: String, _ rights: Rights, _ reader: RegistryReader) throws -> RegisteredModel {
        do { return try reader.requiredModel(named: name) } catch let failure as Failure where failure.code == .notFound
        {
            let near = NearestName.find(name, among: try reader.names(rights, limit: 1000))
            throw Failure(
                .notFound, failure.message,
                hint: near.map { "Did you mean '\($0)'?" } ?? "`steward model list` lists them.")
        }
    }

    @Sendable private func versions(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let limit = try request.number("limit", in: 1...1000) ?? 100
        let before = try request.query["before"].map { text throws(Failure) in try Naming.version(text) } ?? .max
        let rights = request.principal.rights
        let found = try await registry.read { reader in
            let model = try Self.known(name, rights, reader)
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

    // MARK: - Changes

    private static let transition = [
        Endpoint.Field("stage", .text, "None, Staging, Production or Archived.", required: true),
        Endpoint.Field("archive_others", .flag, "Archive the other versions in that stage."),
    ]

    @Sendable private func move(_ request: Request) async throws -> Response {
        let name = try request.parameter("name")
        let number = try Naming.version(request.parameter("version"))
        let body = try await RequestObject(request, Self.transition)
        let stage = try Stage(parsing: body.requiredText("stage"))
        let archivesOthers = try body.flag("archive_others") ?? false
        return try await registry.write(request) {
            .json(Self.json(try $0.moveVersion(name, number, to: stage, archivesOthers: archivesOthers)))
        }
    }

    @Sendable private func aliased(_ request: Request) async throws -> Response {
        let (name, alias) = (try request.parameter("name"), try request.parameter("alias"))
        let rights = request.principal.rights
        return .json(
            Self.json(
                try await registry.read { reader in
                    let model = try Self.known(name, rights, reader)
                    do {
                        return try reader.requiredVersion(of: model, alias: alias)
                    } catch let failure as Failure where failure.code == .invalid {
                        // MLflow's clients want "invalid" here.
                        throw Failure(.notFound, failure.message)
                    }
                }))
    }

    private static let target = [Endpoint.Field("version", .integer, "Its number.", required: true)]

    @Sendable private func setAlias(_ request: Request) async throws -> Response {
        let (name, alias) = (try request.parameter("name"), try request.parameter("alias"))
        guard let number = try await RequestObject(request, Self.target).integer("version") else {
            throw Failure(.invalid, "version: it must be given")
        }
        return try await registry.write(request) { writer in
            try writer.setAlias(name, alias, number)
            return .json(Self.json(try writer.reader.overview(writer.reader.requiredModel(named: name))))
        }
    }

    @Sendable private func removeAlias(_ request: Request) async throws -> Response {
        let (name, alias) = (try request.parameter("name"), try request.parameter("alias"))
        try await registry.write(request) { try $0.deleteAlias(name, alias) }
        return Response(status: 204)
    }

    // MARK: - JSON

    private static let modelFields = [
        Endpoint.Field("id", .integer, required: true), Endpoint.Field("name", .text, required: true),
        Endpoint.Field("description", .text), Endpoint.Field("created_at", .text, required: true),
        Endpoint.Field("updated_at", .text, required: true), Endpoint.Field("tags", .any, required: true),
        Endpoint.Field("aliases", .any, "An object: alias to version.", required: true),
        Endpoint.Field("latest_versions", .any, "An object: stage to its newest version.", required: true),
    ]

    private static let versionFields = [
        Endpoint.Field("model", .text, required: true), Endpoint.Field("version", .integer, required: true),
        Endpoint.Field("stage", .text, required: true), Endpoint.Field("aliases", .list(.text), required: true),
        Endpoint.Field("description", .text), Endpoint.Field("source", .text, required: true),
        Endpoint.Field("location", .text, required: true), Endpoint.Field("run_id", .text),
        Endpoint.Field("run_link", .text), Endpoint.Field("logged_model_id", .text),
        Endpoint.Field("registered_by", .text, required: true), Endpoint.Field("created_at", .text, required: true),
        Endpoint.Field("updated_at", .text, required: true), Endpoint.Field("tags", .any, required: true),
    ]

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
