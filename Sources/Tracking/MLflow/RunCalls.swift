import Core
import MLflow
import Platform

/// MLflow's calls about runs as such: create, read, change, delete, search.
struct RunCalls: Sendable {
    let services: Services
    let keys: KeyNames
    let bounds: SearchBounds

    var endpoints: [Endpoint] {
        let reader = Endpoint.Access.may(.readExperiments)
        let writer = Endpoint.Access.may(.writeExperiments)
        let owner = Endpoint.Access.may(.deleteExperiments)
        let subjects = TrackedSubjects(services)
        let calls: [[Endpoint]] = [
            .mlflow("POST", "mlflow/runs/create", writer, .writes, "Creates a run", create)
                .about(subjects) { message, _ in [TrackedNeed(.experiment(try Self.experiment(of: message)))] },
            .mlflow("GET", "mlflow/runs/get", reader, .reads, "A run with what was logged to it", get)
                .aboutRun(subjects),
            .mlflow("POST", "mlflow/runs/update", writer, .writes, "Changes a run's state, end or name", update)
                .aboutRun(subjects),
            .mlflow("POST", "mlflow/runs/delete", owner, .writes, "Deletes a run", delete).aboutRun(subjects),
            .mlflow("POST", "mlflow/runs/restore", owner, .writes, "Restores a deleted run", restore)
                .aboutRun(subjects),
            .mlflow("POST", "mlflow/runs/search", reader, .reads, "Searches runs", search).filtered(),
        ]
        return calls.flatMap { $0 }
    }

    /// The experiment of a new run; the first there is when none is named.
    private static func experiment(of message: ProtoMessage) throws(Failure) -> Int64 {
        try ExperimentCalls.experimentID(message.text("experiment_id").flatMap { $0.isEmpty ? nil : $0 } ?? "0")
    }

    /// The tag's value for a run's name, which is cut as tags are.
    private static func cut(name: String) throws(Failure) -> String {
        try Validate.runTag(RunStore.nameTag, value: name)
    }

    private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let experiment = try Self.experiment(of: message)
        let userID = try message.text("user_id") ?? ""
        guard userID.utf8.count <= 4 * ValidationLimit.runTagValue else {
            throw Failure(.invalid, "'user_id' is longer than \(4 * ValidationLimit.runTagValue) bytes")
        }
        let (name, tags) = try tagsOfNewRun(message)
        let draft = RunStore.Draft(
            runID: services.world.makeID(), experiment: experiment, name: name,
            userID: userID, startTime: try message.integer("start_time") ?? 0)
        let numbers = try await keys.numbers(of: tags.map(\.key), services.database) { sql in
            _ = try ExperimentStore(sql).active(draft.experiment)
        }
        let numbered = zip(numbers, tags).map { (key: $0, value: $1.value) }
        let names = Dictionary(uniqueKeysWithValues: zip(numbers, tags.map(\.key)))
        return try await services.database.write { transaction in
            let run = try RunStore.create(draft, tags: numbered, transaction)
            var writer = JSONWriter(capacity: 1024)
            writer.beginObject()
            writer.name("run")
            writer.run(run, RunContents(of: run.row, tags: numbered, names: names), hasOutputs: false)
            writer.endObject()
            return .json(bytes: writer.finish())
        }
    }

    /// The name of a new run and its tags, of which one repeats the name.
    private func tagsOfNewRun(_ message: ProtoMessage) throws -> (name: String, tags: [KeyValue]) {
        var tags: [KeyValue] = []
        for tag in try message.messages("tags") {
            let key = try tag.text("key") ?? ""
            tags.append(KeyValue(key, try Validate.runTag(key, value: tag.text("value") ?? "")))
        }
        guard Set(tags.map { ExactText($0.key) }).count == tags.count else {
            throw Failure(.invalid, "A tag is given twice; a run has one value for each key.")
        }
        let given = try message.text("run_name").flatMap { $0.isEmpty ? nil : $0 }
        guard let named = tags.first(where: { $0.key.utf8.elementsEqual(RunStore.nameTag.utf8) }) else {
            let name = try Self.cut(name: given ?? RunName.make(services.world.random()))
            return (name, tags + [KeyValue(RunStore.nameTag, name)])
        }
        if let given, !given.utf8.elementsEqual(named.value.utf8) {
            throw Failure(
                .invalid,
                "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values "
                    + "(run_name='\(given.prefix(300))', mlflow.runName='\(named.value.prefix(300))').")
        }
        return (named.value, tags)
    }

    private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        let keys = keys
        let bytes = try await services.database.read { sql in
            guard let run = try RunStore(sql).find(runID) else { throw Failure.noRun(runID) }
            let contents = try RunContents(of: [run.row], keys, sql)
            var writer = JSONWriter(capacity: 4096)
            writer.beginObject()
            writer.name("run")
            writer.run(run, contents)
            writer.endObject()
            return writer.finish()
        }
        return .json(bytes: bytes)
    }

    private static let statuses: [(name: String, number: Int64, value: RunStatus)] = [
        ("RUNNING", 1, .running), ("SCHEDULED", 2, .scheduled), ("FINISHED", 3, .finished), ("FAILED", 4, .failed),
        ("KILLED", 5, .killed),
    ]

    private func update(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        let status = try message.choice("status", Self.statuses)
        let endTime = try message.integer("end_time")
        let name = try message.text("run_name").flatMap { $0.isEmpty ? nil : try Self.cut(name: $0) }
        let nameKey = try await keys.numbers(of: [RunStore.nameTag], services.database) { sql in
            try RunStore(sql).checkActive(runID)
        }[0]
        let origin = request.origin
        return try await services.database.write(key: runID) { transaction in
            let run = try RunStore.update(
                runID, status: status, endTime: endTime, name: name, nameKey: nameKey, transaction, by: origin)
            var writer = JSONWriter()
            writer.beginObject()
            writer.name("run_info")
            writer.runInfo(run)
            writer.endObject()
            return .json(bytes: writer.finish())
        }
    }

    private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredText("run_id")
        let (now, origin) = (services.world.now(), request.origin)
        try await services.database.write(key: runID) { try RunStore.delete(runID, $0, now: now, by: origin) }
        return .emptyMessage
    }

    private func restore(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredText("run_id")
        let origin = request.origin
        try await services.database.write(key: runID) { try RunStore.restore(runID, $0, by: origin) }
        return .emptyMessage
    }

    // MARK: - Search

    private func search(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (query, scope) = try query(message, request.principal.rights)
        let token = try message.text("page_token").flatMap { $0.isEmpty ? nil : $0 }
        let (keys, tokens) = (keys, services.pageTokens)
        let bytes = try await services.database.read { sql in
            let search = try RunSearch(query, keys, sql)
            let position = try token.map { try search.order.keySet.position(tokens.position($0, scope)) }
            let page = try search.page(after: position)
            let contents = try RunContents(of: page.runs.map(\.run.row), keys, sql)
            var writer = JSONWriter(capacity: 2048 * (page.runs.count + 1))
            writer.beginObject()
            if !page.runs.isEmpty {
                writer.name("runs")
                writer.beginArray()
                for found in page.runs { writer.run(found.run, contents) }
                writer.endArray()
            }
            if page.hasMore, let last = page.runs.last {
                writer.member("next_page_token", tokens.make(scope, search.order.keySet.json(last.position)))
            }
            writer.endObject()
            return writer.finish()
        }
        return .json(bytes: bytes)
    }

    private func query(_ message: ProtoMessage, _ rights: Rights) throws -> (RunQuery, scope: String) {
        let limit = try message.integer("max_results") ?? 1000
        if limit > SearchRequest.maximumResults { throw message.wrongType("max_results", .integer(limit)) }
        let filter = try message.text("filter") ?? ""
        let orderBy = try message.texts("order_by")
        let lifecycle = try message.choice("run_view_type", SearchRequest.viewTypes) ?? .active
        var experiments: [Int64] = []
        for text in try message.texts("experiment_ids") {
            if let id = try ExperimentCalls.possibleID(text) { experiments.append(id) }
        }
        experiments = Set(experiments).sorted()
        guard experiments.count <= 10_000 else {
            throw Failure(.invalid, "A search takes at most 10000 experiments; got \(experiments.count).")
        }
        var query = RunQuery(
            experiments: experiments, rights: rights, lifecycle: lifecycle,
            filter: try SearchFilter.parse(filter, for: .runs),
            orderings: try SearchOrdering.parse(orderBy, for: .runs), limit: Int(try SearchRequest.limit(limit)))
        query.bounds = bounds
        let scope = SearchRequest.scope(
            "runs", ["\(experiments)", filter, "\(lifecycle)"] + orderBy)
        return (query, scope)
    }
}
