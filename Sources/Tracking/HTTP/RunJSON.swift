import Core
import Platform

/// Runs as Steward's own API writes them.
struct RunJSON {
    private let contents: RunContents
    /// By the number of the experiment.
    private let experiments: [Int64: String]
    /// The place of each key when all are sorted by the bytes of their names: one order on all servers.
    private let places: [Int64: Int]

    init(_ runs: [Run], _ keys: KeyNames, _ sql: any SQLConnection) throws {
        contents = try RunContents(of: runs.map(\.row), keys, sql)
        var names: [Int64: String] = [:]
        for id in Set(runs.map(\.experiment)) { names[id] = try ExperimentStore(sql).find(id)?.name }
        experiments = names
        let sorted = contents.names.sorted { $0.value.utf8.lexicographicallyPrecedes($1.value.utf8) }
        places = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1.key, $0) })
    }

    static let fields = [
        Endpoint.Field("id", .text, required: true), Endpoint.Field("name", .text, required: true),
        Endpoint.Field("experiment_id", .text, required: true),
        Endpoint.Field("experiment", .text, "Its name.", required: true),
        Endpoint.Field("status", .text, "RUNNING, SCHEDULED, FINISHED, FAILED, KILLED.", required: true),
        Endpoint.Field("state", .text, "active or deleted.", required: true),
        Endpoint.Field("user", .text, required: true), Endpoint.Field("started_at", .text, required: true),
        Endpoint.Field("ended_at", .text), Endpoint.Field("artifact_location", .text, required: true),
        Endpoint.Field("params", .any, "An object of texts.", required: true),
        Endpoint.Field(
            "metrics", .any, "The latest point of each metric: an object of {value, step, time}.", required: true),
        Endpoint.Field("tags", .any, "An object of texts.", required: true),
        Endpoint.Field(
            "inputs", .object([Endpoint.Field("datasets", .list(.any)), Endpoint.Field("models", .list(.text))]),
            required: true),
        Endpoint.Field("outputs", .object([Endpoint.Field("models", .list(.any))]), required: true),
    ]

    static let artifactFields = Endpoint.Field(
        "artifacts",
        .object([
            Endpoint.Field("files", .integer, required: true), Endpoint.Field("bytes", .integer, required: true),
            Endpoint.Field("complete", .flag, "False when there are more than were counted.", required: true),
        ]), "Null when they are not kept by this server.")

    /// - Parameter artifacts: what is added about them; nil in lists.
    func write(_ run: Run, artifacts: JSON? = nil, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("id", run.runID)
        writer.member("name", run.name)
        writer.member("experiment_id", String(run.experiment))
        writer.member("experiment", experiments[run.experiment] ?? "")
        writer.member("status", run.status.rawValue)
        writer.member("state", run.isDeleted ? "deleted" : "active")
        writer.member("user", run.userID)
        writer.member("started_at", Timestamp(milliseconds: run.startTime).rfc3339)
        writer.member("ended_at", .optional(run.endTime.map { Timestamp(milliseconds: $0).rfc3339 }))
        writer.member("artifact_location", run.artifactURI)
        pairs("params", contents.parameters[run.row], &writer)
        writer.name("metrics")
        writer.beginObject()
        for metric in contents.metrics[run.row].sorted(by: { isBefore($0.key, $1.key) }) {
            writer.name(contents.names[metric.key] ?? "")
            Self.write(metric.point, to: &writer)
        }
        writer.endObject()
        pairs("tags", contents.tags[run.row], &writer)
        links(contents.links[run.row] ?? RunLinks(), &writer)
        if let artifacts { writer.member("artifacts", artifacts) }
        writer.endObject()
    }

    static func write(_ point: MetricPoint, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("value", point.value)
        writer.member("step", point.step)
        writer.member("time", Timestamp(milliseconds: point.time).rfc3339)
        writer.endObject()
    }

    private func isBefore(_ left: Int64, _ right: Int64) -> Bool { (places[left] ?? 0) < (places[right] ?? 0) }

    private func pairs(_ title: String, _ entries: ArraySlice<RunContents.Entry>, _ writer: inout JSONWriter) {
        writer.name(title)
        writer.beginObject()
        for entry in entries.sorted(by: { isBefore($0.key, $1.key) }) {
            writer.member(contents.names[entry.key] ?? "", entry.value)
        }
        writer.endObject()
    }

    private func links(_ links: RunLinks, _ writer: inout JSONWriter) {
        let datasets = links.datasets.map { input -> JSON in
            let dataset = input.dataset
            return .record([
                "name": .string(dataset.name), "digest": .string(dataset.digest),
                "source_type": .string(dataset.sourceType), "source": .string(dataset.source),
                "schema": .optional(dataset.schema), "profile": .optional(dataset.profile),
                "tags": .object(input.tags.map { JSON.Member($0.key, .string($0.value)) }),
            ])
        }
        writer.member(
            "inputs",
            .record(["datasets": .array(datasets), "models": .array(links.modelInputs.map { .string($0) })]))
        let outputs = links.modelOutputs.map { output -> JSON in
            .record(["id": .string(output.modelID), "step": .integer(output.step)])
        }
        writer.member("outputs", .record(["models": .array(outputs)]))
    }
}
