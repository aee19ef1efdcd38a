import Core
import MLflow
import Platform

/// MLflow's calls about experiments.
struct ExperimentCalls: Sendable {
    let services: Services
    /// What artifact locations may have beside the known object stores.
    let artifactSchemes: Set<String>

    /// Changes of experiments follow each other: they are few, and names are unique among all.
    private static let key = "tracking_experiment"

    var endpoints: [Endpoint] {
        let reader = Endpoint.Access.may(.readExperiments)
        let writer = Endpoint.Access.may(.writeExperiments)
        let owner = Endpoint.Access.may(.deleteExperiments)
        let subjects = TrackedSubjects(services)
        let calls: [[Endpoint]] = [
            .mlflow("POST", "mlflow/experiments/create", writer, .writes, "Creates an experiment", create)
                .about(subjects) { message, _ in
                    try Self.needs(name: message.requiredText("name"), location: message.text("artifact_location"))
                },
            .mlflow("GET", "mlflow/experiments/get", reader, .reads, "An experiment by its identifier", get)
                .aboutExperiment(subjects),
            .mlflow("GET", "mlflow/experiments/get-by-name", reader, .reads, "An experiment by its name", getByName)
                .about(subjects) { message, _ in
                    [TrackedNeed(.experimentName(try message.requiredText("experiment_name")))]
                },
            .mlflow("POST", "mlflow/experiments/update", writer, .writes, "Renames an experiment", update)
                .about(subjects) { message, _ in
                    let id = try Self.experimentID(message.requiredText("experiment_id"))
                    return [TrackedNeed(.experiment(id), newName: try message.requiredText("new_name"))]
                },
            .mlflow("POST", "mlflow/experiments/delete", owner, .writes, "Deletes an experiment and its runs", delete)
                .aboutExperiment(subjects),
            .mlflow("POST", "mlflow/experiments/restore", owner, .writes, "Restores a deleted experiment", restore)
                .aboutExperiment(subjects),
            .mlflow("POST", "mlflow/experiments/set-experiment-tag", writer, .writes, "Sets a tag", setTag)
                .aboutExperiment(subjects),
            .mlflow("POST", "mlflow/experiments/delete-experiment-tag", writer, .writes, "Deletes a tag", deleteTag)
                .aboutExperiment(subjects),
            .mlflow("POST", "mlflow/experiments/search", reader, .reads, "Searches experiments", search).filtered(),
            .mlflow("GET", "mlflow/experiments/search", reader, .reads, "Searches experiments", search).filtered(),
        ]
        return calls.flatMap { $0 }
    }

    /// What it takes to create an experiment: the right over its name, and over the place of its artifacts if that is
    /// on this server.
    static func needs(name: String, location: String?) throws(Failure) -> [TrackedNeed] {
        let need = TrackedNeed(.newExperiment(name))
        guard let location, location.utf8.starts(with: "mlflow-artifacts:".utf8) else { return [need] }
        return [need, TrackedNeed(.artifacts(try ArtifactPlace.folder(of: location)))]
    }

    /// - Throws: `invalid` when it is no integer; `notFound` beyond 64 bits.
    static func experimentID(_ text: String) throws(Failure) -> Int64 {
        guard let id = try possibleID(text) else { throw .noExperiment(String(text.prefix(100))) }
        return id
    }

    /// An identifier as Python's `int` reads it.
    /// - Returns: nil beyond 64 bits: no experiment has it.
    /// - Throws: `invalid` when it is no integer.
    static func possibleID(_ text: String) throws(Failure) -> Int64? {
        var digits = text[...]
        while let first = digits.first, first.isWhitespace { digits.removeFirst() }
        while let last = digits.last, last.isWhitespace { digits.removeLast() }
        if let id = Int64(digits) { return id }
        let unsigned = digits.first == "-" || digits.first == "+" ? digits.dropFirst() : digits
        guard !unsigned.isEmpty, unsigned.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else {
            throw Failure(
                .invalid, "Invalid experiment ID '\(text.prefix(100))'. Experiment ID must be a valid integer.")
        }
        return nil
    }

    private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try Self.checked(name: message.requiredText("name"))
        let location = try message.text("artifact_location").flatMap { $0.isEmpty ? nil : $0 }
        if let location { try ArtifactLocation.check(location, furtherSchemes: artifactSchemes) }
        var tags: [KeyValue] = []
        for tag in try message.messages("tags") { tags.append(try Self.tag(tag)) }
        guard Set(tags.map { ExactText($0.key) }).count == tags.count else {
            throw Failure(.invalid, "A tag is given twice; an experiment has one value for each key.")
        }
        let (now, origin, grants) = (services.world.now(), request.origin, services.grants)
        let id = try await services.database.write(key: Self.key) { [tags] transaction in
            let id = try ExperimentStore.create(
                name: name, location: location, tags: tags, transaction, now: now, by: origin)
            try grants.created(.experiment(id, name), by: origin, transaction)
            return id
        }
        return .json(.record(["experiment_id": .string(String(id))]))
    }

    private static func checked(name: String) throws(Failure) -> String {
        try Validate.experimentName(name)
        return name
    }

    private static func tag(_ message: ProtoMessage) throws -> KeyValue {
        let tag = KeyValue(try message.text("key") ?? "", try message.text("value") ?? "")
        try Validate.experimentTag(tag.key, value: tag.value)
        return tag
    }

    private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try Self.experimentID(message.requiredText("experiment_id"))
        return try await answer { store in
            guard let experiment = try store.find(id) else { throw Failure.noExperiment(String(id)) }
            return experiment
        }
    }

    private func getByName(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("experiment_name")
        return try await answer { store in
            guard let experiment = try store.find(name: name) else { throw Failure.noExperiment(named: name) }
            return experiment
        }
    }

    private func answer(_ find: @escaping @Sendable (ExperimentStore) throws -> Experiment) async throws -> Response {
        let experiment = try await services.database.read { sql in
            let store = ExperimentStore(sql)
            var experiment = try find(store)
            experiment.tags = try store.tags(of: experiment.id)
            return experiment
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("experiment")
        writer.experiment(experiment)
        writer.endObject()
        return .json(bytes: writer.finish())
    }

    private func update(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try Self.experimentID(message.requiredText("experiment_id"))
        let name = try Self.checked(name: message.requiredText("new_name"))
        return try await change(request) { transaction, now, origin in
            try ExperimentStore.rename(id, to: name, transaction, now: now, by: origin)
        }
    }

    private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try Self.experimentID(message.requiredText("experiment_id"))
        return try await change(request) { transaction, now, origin in
            try ExperimentStore.delete(id, transaction, now: now, by: origin)
        }
    }

    private func restore(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try Self.experimentID(message.requiredText("experiment_id"))
        return try await change(request) { transaction, now, origin in
            try ExperimentStore.restore(id, transaction, now: now, by: origin)
        }
    }

    private func setTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try Self.experimentID(message.requiredText("experiment_id"))
        _ = try message.requiredText("key")
        let tag = try Self.tag(message)
        return try await change(request) { transaction, now, origin in
            try ExperimentStore.setTag(id, tag, transaction, now: now, by: origin)
        }
    }

    private func deleteTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try Self.experimentID(message.requiredText("experiment_id"))
        let key = try message.requiredText("key")
        return try await change(request) { transaction, now, origin in
            try ExperimentStore.deleteTag(id, key, transaction, now: now, by: origin)
        }
    }

    private func change(
        _ request: Request, _ body: @escaping @Sendable (Transaction, Timestamp, Origin) throws -> Void
    ) async throws -> Response {
        let (now, origin) = (services.world.now(), request.origin)
        try await services.database.write(key: Self.key) { try body($0, now, origin) }
        return .emptyMessage
    }

    private func search(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let limit = try Int(SearchRequest.limit(message.integer("max_results") ?? 0))
        let filter = try message.text("filter") ?? ""
        let orderBy = try message.texts("order_by")
        let lifecycle = try message.choice("view_type", SearchRequest.viewTypes) ?? .active
        let query = ExperimentQuery(
            lifecycle: lifecycle, filter: try SearchFilter.parse(filter, for: .experiments),
            orderings: try SearchOrdering.parse(orderBy, for: .experiments), limit: limit,
            rights: request.principal.rights)
        let scope = SearchRequest.scope("experiments", [filter, "\(lifecycle)"] + orderBy)
        let order = try query.order()
        let position = try SearchRequest.position(message, scope, order, services.pageTokens)
        let page = try await services.database.read {
            try ExperimentSearch(sql: $0, query: query).page(after: position)
        }
        var writer = JSONWriter(capacity: 256 * (page.experiments.count + 1))
        writer.beginObject()
        if !page.experiments.isEmpty {
            writer.name("experiments")
            writer.beginArray()
            for experiment in page.experiments { writer.experiment(experiment) }
            writer.endArray()
        }
        if let next = page.next {
            writer.member("next_page_token", services.pageTokens.make(scope, order.json(next)))
        }
        writer.endObject()
        return .json(bytes: writer.finish())
    }
}
