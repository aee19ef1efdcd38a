import Core
import MLflow
import Platform

/// Steward's own API for experiments.
struct ExperimentEndpoints: Sendable {
    let services: Services
    /// What artifact locations may have beside the known object stores.
    let artifactSchemes: Set<String>

    var endpoints: [Endpoint] {
        let (read, write) = (Endpoint.Access.may(.readExperiments), Endpoint.Access.may(.writeExperiments))
        let delete = Endpoint.Access.may(.deleteExperiments)
        let subjects = TrackedSubjects(services)
        return [
            .native(
                "GET", "experiments", read, .reads, "Experiments, the newest first.", query: Self.listQuery,
                response: [
                    Endpoint.Field("experiments", .list(.object(Self.fields)), required: true), .nextPage,
                ], list
            ).filtered(),
            .native(
                "POST", "experiments", write, .writes, "Creates an experiment.", request: Self.creation,
                response: Self.fields, status: 201, create
            ).about(subjects) { request in
                let body = try await RequestObject(request, Self.creation)
                return try ExperimentCalls.needs(
                    name: body.requiredText("name"), location: body.text("artifact_location"))
            },
            .native(
                "GET", "experiments/{experiment}", read, .reads,
                "An experiment, by its identifier, or by its name where no experiment has that identifier.",
                response: Self.fields, get
            ).about(subjects) { [try Self.need($0)] },
            .native(
                "PATCH", "experiments/{experiment}", write, .writes, "Renames an experiment, sets and removes tags.",
                request: Self.change, response: Self.fields, update
            ).about(subjects) { [try Self.need($0, newName: try await RequestObject($0, Self.change).text("name"))] },
            .native(
                "DELETE", "experiments/{experiment}", delete, .writes,
                "Deletes an experiment with its runs, until they are purged.", status: 204, remove
            ).about(subjects) { [try Self.need($0)] },
            .native(
                "POST", "experiments/{experiment}/restore", delete, .writes,
                "Makes a deleted experiment active again, and all its deleted runs.", response: Self.fields, restore
            ).about(subjects) { [try Self.need($0)] },
        ]
    }

    private static func need(_ request: Request, newName: String? = nil) throws(Failure) -> TrackedNeed {
        TrackedNeed(.experimentMeant(try request.parameter("experiment")), newName: newName)
    }

    // MARK: - Reading

    private static let listQuery =
        [
            Endpoint.Field("filter", .text, "As in MLflow's search: `name LIKE 'credit%' AND tags.team = 'risk'`."),
            Endpoint.Field("order_by", .text, "`name`, `creation_time DESC`, ...; may be repeated."),
            LifecycleChoice.field,
            Endpoint.Field("run_counts", .flag, "Also count the runs of each experiment."),
        ] + Endpoint.Field.page()

    private func list(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, services.pageTokens)
        let counts = try request.flag("run_counts")
        let query = ExperimentQuery(
            lifecycle: try request.choice("state", LifecycleChoice.self)?.filter ?? .active,
            filter: try SearchFilter.parse(request.query["filter"] ?? "", for: .experiments),
            orderings: try SearchOrdering.parse(request.query.all("order_by"), for: .experiments), limit: page.limit,
            rights: request.principal.rights)
        let order = try query.order()
        let position = try page.position.map { json throws(Failure) in try order.position(json) }
        let (found, runs) = try await services.database.read { sql in
            let found = try ExperimentSearch(sql: sql, query: query).page(after: position)
            return (found, counts ? try RunCount.of(found.experiments.map(\.id), sql) : nil)
        }
        return .json(
            .record([
                "experiments": .array(
                    found.experiments.map { experiment in
                        Self.json(experiment, runs.map { $0.runs(of: experiment.id) })
                    }),
                "next_page_token": page.next(found.next.map(order.json)),
            ]))
    }

    private func get(_ request: Request) async throws -> Response {
        let (text, rights) = (try request.parameter("experiment"), request.principal.rights)
        return .json(
            try await services.database.read { try Self.answer(ExperimentStore($0).meant(by: text, rights), $0) })
    }

    // MARK: - Changes

    private static let creation = [
        Endpoint.Field("name", .text, "Unique, also among the deleted.", required: true),
        Endpoint.Field("artifact_location", .text, "A URI; this server's own artifacts when it is not given."),
        Endpoint.Field("tags", .any, "An object of texts."),
    ]

    private func create(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.creation)
        let name = try body.requiredText("name")
        try Validate.experimentName(name)
        let location = try body.text("artifact_location").flatMap { $0.isEmpty ? nil : $0 }
        if let location { try ArtifactLocation.check(location, furtherSchemes: artifactSchemes) }
        var tags: [KeyValue] = []
        for case (let key, let value?) in try body.pairs("tags") {
            try Validate.experimentTag(key, value: value)
            tags.append(KeyValue(key, value))
        }
        let (now, origin, grants) = (services.world.now(), request.origin, services.grants)
        return try await services.database.write { [tags] transaction in
            let id = try ExperimentStore.create(
                name: name, location: location, tags: tags, transaction, now: now, by: origin)
            try grants.created(.experiment(id, name), by: origin, transaction)
            return .json(try Self.answer(ExperimentStore(transaction.sql).held(id), transaction.sql), status: 201)
        }
    }

    private static let change = [
        Endpoint.Field("name", .text, "The new name."),
        Endpoint.Field("tags", .any, "An object of texts: tags to set, or to remove where it is null."),
    ]

    private func update(_ request: Request) async throws -> Response {
        let text = try request.parameter("experiment")
        let body = try await RequestObject(request, Self.change)
        let name = try body.text("name")
        if let name { try Validate.experimentName(name) }
        let tags = try body.pairs("tags")
        for tag in tags { try Validate.experimentTag(tag.key, value: tag.value ?? "") }
        return try await change(request) { transaction, now, origin in
            let store = ExperimentStore(transaction.sql)
            let experiment = try store.meant(by: text, origin.principal.rights, locks: true)
            guard !experiment.isDeleted else { throw Failure.inactiveExperiment(experiment.id) }
            if let name, !name.utf8.elementsEqual(experiment.name.utf8) {
                try ExperimentStore.rename(experiment.id, to: name, transaction, now: now, by: origin)
            }
            let known = Set(try store.tags(of: experiment.id).map { ExactText($0.key) })
            for (key, value) in tags {
                if let value {
                    try ExperimentStore.setTag(experiment.id, KeyValue(key, value), transaction, now: now, by: origin)
                } else if known.contains(ExactText(key)) {
                    try ExperimentStore.deleteTag(experiment.id, key, transaction, now: now, by: origin)
                }
            }
            return experiment.id
        }
    }

    private func remove(_ request: Request) async throws -> Response {
        let text = try request.parameter("experiment")
        let (now, origin) = (services.world.now(), request.origin)
        try await services.database.write { transaction in
            let experiment = try ExperimentStore(transaction.sql).meant(
                by: text, origin.principal.rights, locks: true)
            if experiment.isDeleted { return }
            try ExperimentStore.delete(experiment.id, transaction, now: now, by: origin)
        }
        return Response(status: 204)
    }

    private func restore(_ request: Request) async throws -> Response {
        let text = try request.parameter("experiment")
        return try await change(request) { transaction, now, origin in
            let experiment = try ExperimentStore(transaction.sql).meant(
                by: text, origin.principal.rights, locks: true)
            if experiment.isDeleted {
                try ExperimentStore.restore(experiment.id, transaction, now: now, by: origin)
            }
            return experiment.id
        }
    }

    /// Makes a change and answers with the experiment as it is then.
    /// - Parameter body: gives its identifier.
    private func change(
        _ request: Request, _ body: @escaping @Sendable (Transaction, Timestamp, Origin) throws -> Int64
    ) async throws -> Response {
        let (now, origin) = (services.world.now(), request.origin)
        return try await services.database.write { transaction in
            let id = try body(transaction, now, origin)
            return .json(try Self.answer(ExperimentStore(transaction.sql).held(id), transaction.sql))
        }
    }

    // MARK: - JSON

    private static let fields = [
        // A text, because some identifiers made by other servers do not fit a double.
        Endpoint.Field("id", .text, required: true), Endpoint.Field("name", .text, required: true),
        Endpoint.Field("state", .text, "active or deleted.", required: true),
        Endpoint.Field("artifact_location", .text, required: true),
        Endpoint.Field("created_at", .text, required: true), Endpoint.Field("updated_at", .text, required: true),
        Endpoint.Field("tags", .any, required: true),
        Endpoint.Field("run_count", .integer, "Active runs; in lists only with `run_counts`."),
        Endpoint.Field("last_run_at", .text, "When the last of them began."),
    ]

    private static func answer(_ experiment: Experiment, _ sql: any SQLConnection) throws -> JSON {
        var experiment = experiment
        experiment.tags = try ExperimentStore(sql).tags(of: experiment.id)
        return json(experiment, try RunCount.of([experiment.id], sql).runs(of: experiment.id))
    }

    private static func json(_ experiment: Experiment, _ count: RunCount?) -> JSON {
        var members = [
            JSON.Member("id", .string(String(experiment.id))), JSON.Member("name", .string(experiment.name)),
            JSON.Member("state", .string(experiment.isDeleted ? "deleted" : "active")),
            JSON.Member("artifact_location", .string(experiment.location)),
            JSON.Member("created_at", .string(experiment.createdAt.rfc3339)),
            JSON.Member("updated_at", .string(experiment.updatedAt.rfc3339)),
            JSON.Member("tags", .object(experiment.tags.map { JSON.Member($0.key, .string($0.value)) })),
        ]
        if let count {
            members.append(JSON.Member("run_count", .integer(count.runs)))
            members.append(
                JSON.Member("last_run_at", .optional(count.lastStart.map { Timestamp(milliseconds: $0).rfc3339 })))
        }
        return .object(members)
    }
}

extension [Int64: RunCount] {
    fileprivate func runs(of experiment: Int64) -> RunCount { self[experiment] ?? RunCount() }
}
