import Core
import MLflow
import Platform

/// Steward's own API for runs.
struct RunEndpoints: Sendable {
    let services: Services
    let keys: KeyNames
    let bounds: SearchBounds
    let artifacts: ArtifactService

    var endpoints: [Endpoint] {
        let (read, delete) = (Endpoint.Access.may(.readExperiments), Endpoint.Access.may(.deleteExperiments))
        let subjects = TrackedSubjects(services)
        return [
            .native(
                "GET", "runs", read, .reads, "Runs, the newest first.", query: Self.listQuery,
                response: [Endpoint.Field("runs", .list(.object(RunJSON.fields)), required: true), .nextPage], list
            ).filtered(),
            .native(
                "GET", "runs/{run}", read, .reads,
                "A run, by its identifier or by a beginning of it that no other run has (\(RunStore.shortestPrefix) "
                    + "characters at least).",
                response: RunJSON.fields + [RunJSON.artifactFields], get
            ).aboutRun(subjects),
            .native(
                "DELETE", "runs/{run}", delete, .writes, "Deletes a run, until it is purged. The whole identifier.",
                status: 204, remove
            ).about(subjects) { [TrackedNeed(.run(try $0.parameter("run")))] },
            .native(
                "POST", "runs/{run}/restore", delete, .writes,
                "Makes a deleted run active again. The whole identifier.",
                response: RunJSON.fields + [RunJSON.artifactFields], restore
            ).about(subjects) { [TrackedNeed(.run(try $0.parameter("run")))] },
        ]
    }

    /// Experiments of one search.
    private static let experimentLimit = 10_000

    private static let listQuery =
        [
            Endpoint.Field("experiment", .text, "Identifier or name; may be repeated. All of them when not given."),
            Endpoint.Field(
                "filter", .text, "As in MLflow's search: `metrics.accuracy > 0.9 AND params.model = 'tree'`."),
            Endpoint.Field("order_by", .text, "`metrics.accuracy DESC`, `start_time`, ...; may be repeated."),
            LifecycleChoice.field,
        ] + Endpoint.Field.page()

    private func list(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, services.pageTokens)
        let named = request.query.all("experiment")
        guard named.count <= 1000 else { throw Failure(.invalid, "experiment: it is given more than 1000 times") }
        let lifecycle = try request.choice("state", LifecycleChoice.self)?.filter ?? .active
        let rights = request.principal.rights
        var query = RunQuery(
            experiments: [], rights: rights, lifecycle: lifecycle,
            filter: try SearchFilter.parse(request.query["filter"] ?? "", for: .runs),
            orderings: try SearchOrdering.parse(request.query.all("order_by"), for: .runs), limit: page.limit)
        query.bounds = bounds
        let (asked, keys) = (query, keys)
        let bytes = try await services.database.read { sql in
            let experiments = ExperimentStore(sql)
            var query = asked
            query.experiments =
                named.isEmpty
                ? try experiments.identifiers(lifecycle, rights, limit: Self.experimentLimit)
                : Set(try named.map { try experiments.meant(by: $0, rights).id }).sorted()
            let search = try RunSearch(query, keys, sql)
            let found = try search.page(after: page.position.map { try search.order.keySet.position($0) })
            let json = try RunJSON(found.runs.map(\.run), keys, sql)
            var writer = JSONWriter(capacity: 2048 * (found.runs.count + 1))
            writer.beginObject()
            writer.name("runs")
            writer.beginArray()
            for one in found.runs { json.write(one.run, to: &writer) }
            writer.endArray()
            let end = found.hasMore ? found.runs.last.map { search.order.keySet.json($0.position) } : nil
            writer.member("next_page_token", page.next(end))
            writer.endObject()
            return writer.finish()
        }
        return .json(bytes: bytes)
    }

    private func get(_ request: Request) async throws -> Response {
        let (text, rights) = (try request.parameter("run"), request.principal.rights)
        return try await answer { try $0.meant(by: text, rights) }
    }

    /// Files of a run that are counted at most.
    private static let countLimit = 10_000

    private func answer(_ find: @escaping @Sendable (RunStore) throws -> Run) async throws -> Response {
        let keys = keys
        let (run, json) = try await services.database.read { sql in
            let run = try find(RunStore(sql))
            return (run, try RunJSON([run], keys, sql))
        }
        let usage = try await artifacts.usage(below: run.artifactURI, limit: Self.countLimit)
        var writer = JSONWriter(capacity: 4096)
        let summary = usage.map { usage -> JSON in
            .record([
                "files": .int(usage.files), "bytes": .integer(usage.bytes), "complete": .bool(usage.isComplete),
            ])
        }
        json.write(run, artifacts: summary ?? .null, to: &writer)
        return .json(bytes: writer.finish())
    }

    private func remove(_ request: Request) async throws -> Response {
        let runID = try request.parameter("run")
        let (now, origin) = (services.world.now(), request.origin)
        try await services.database.write { try RunStore.delete(runID, $0, now: now, by: origin) }
        return Response(status: 204)
    }

    private func restore(_ request: Request) async throws -> Response {
        let runID = try request.parameter("run")
        let origin = request.origin
        try await services.database.write { try RunStore.restore(runID, $0, by: origin) }
        return try await answer { store in
            guard let run = try store.find(runID) else { throw Failure.noRun(runID) }
            return run
        }
    }
}
