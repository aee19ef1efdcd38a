import Core
import MLflow
import Platform

/// What MLflow's server answers, as rows.
enum ServerRows {
    /// Rows of one kind, by table.
    struct Batch {
        private var rows: [MigrationTable: MigrationRows] = [:]

        mutating func add(_ table: MigrationTable, _ row: [SQLValue]) {
            rows[table, default: MigrationRows(table)].append(row)
        }

        /// In the order of the tables.
        var ordered: [MigrationRows] { MigrationTable.allCases.compactMap { rows[$0] } }
        var isEmpty: Bool { rows.isEmpty }
    }

    static func experiment(_ json: JSON, into batch: inout Batch) {
        let id = SQLValue.integer(json.whole("experiment_id") ?? -1)
        batch.add(
            .experiments,
            [
                id, .text(json.word("name")), .text(json.word("artifact_location")),
                .text(json["lifecycle_stage"]?.text ?? MigrationTable.active),
                .integer(json.whole("creation_time") ?? 0),
                .integer(json.whole("last_update_time") ?? json.whole("creation_time") ?? 0),
            ])
        for tag in json.list("tags") { batch.add(.experimentTags, [id] + tag.pair) }
    }

    /// A run without the histories of its metrics.
    static func run(_ json: JSON, into batch: inout Batch) {
        guard let info = json["info"] else { return }
        let id = SQLValue.text(info["run_id"]?.text ?? info.word("run_uuid"))
        let stage = info["lifecycle_stage"]?.text ?? MigrationTable.active
        batch.add(
            .runs,
            [
                id, .integer(info.whole("experiment_id") ?? -1), .text(info.word("run_name")),
                .text(info.word("user_id")), .text(info.word("status")), .integer(info.whole("start_time") ?? 0),
                .optional(info.whole("end_time")), .text(info.word("artifact_uri")), .text(stage),
                // When it was deleted, servers do not tell; its end is the nearest there is.
                stage == MigrationTable.deleted
                    ? .optional(info.whole("end_time") ?? info.whole("start_time")) : .null,
            ])
        let data = json["data"] ?? .null
        for metric in data.list("metrics") { batch.add(.latestMetrics, [id] + point(metric)) }
        for parameter in data.list("params") { batch.add(.parameters, [id] + parameter.pair) }
        for tag in data.list("tags") { batch.add(.runTags, [id] + tag.pair) }
        for input in json["inputs"]?.list("dataset_inputs") ?? [] {
            guard let dataset = input["dataset"] else { continue }
            let key: [SQLValue] = [id, .text(dataset.word("name")), .text(dataset.word("digest"))]
            batch.add(
                .datasets,
                key + [
                    .text(dataset.word("source_type")), .text(dataset.word("source")),
                    .optional(dataset["schema"]?.text), .optional(dataset["profile"]?.text),
                ])
            for tag in input.list("tags") { batch.add(.datasetTags, key + tag.pair) }
        }
        for model in json["inputs"]?.list("model_inputs") ?? [] {
            batch.add(.modelInputs, [id, .text(model.word("model_id"))])
        }
        for model in json["outputs"]?.list("model_outputs") ?? [] {
            batch.add(.modelOutputs, [id, .text(model.word("model_id")), .integer(model.whole("step") ?? 0)])
        }
    }

    /// A point of a metric: key, value, whether it is NaN, time, step.
    static func point(_ json: JSON) -> [SQLValue] {
        [.text(json.word("key"))] + json.measure + [
            .integer(json.whole("timestamp") ?? 0), .integer(json.whole("step") ?? 0),
        ]
    }

    static func loggedModel(_ json: JSON, into batch: inout Batch) {
        guard let info = json["info"] else { return }
        let id = SQLValue.text(info.word("model_id"))
        batch.add(
            .loggedModels,
            [
                id, .integer(info.whole("experiment_id") ?? -1), .text(info.word("name")),
                .text(info.word("artifact_uri")), .integer(info.whole("creation_timestamp_ms") ?? 0),
                .integer(info.whole("last_updated_timestamp_ms") ?? 0), .integer(status(info["status"])),
                .text(info.word("model_type")), .text(info.word("source_run_id")), .text(MigrationTable.active),
            ])
        for tag in info.list("tags") { batch.add(.loggedModelTags, [id] + tag.pair) }
        for parameter in json["data"]?.list("params") ?? [] { batch.add(.loggedModelParameters, [id] + parameter.pair) }
        for metric in json["data"]?.list("metrics") ?? [] {
            batch.add(
                .loggedModelMetrics,
                [id] + point(metric) + [
                    .text(metric.word("run_id")), .text(metric.word("dataset_name")),
                    .text(metric.word("dataset_digest")),
                ])
        }
    }

    private static func status(_ json: JSON?) -> Int64 {
        switch json?.text {
        case "LOGGED_MODEL_PENDING": 1
        case "LOGGED_MODEL_READY": 2
        case "LOGGED_MODEL_UPLOAD_FAILED": 3
        default: json?.int.map(Int64.init) ?? 0
        }
    }

    static func registeredModel(_ json: JSON, into batch: inout Batch) {
        let name = SQLValue.text(json.word("name"))
        batch.add(
            .registeredModels,
            [
                name, .integer(json.whole("creation_timestamp") ?? 0),
                .integer(json.whole("last_updated_timestamp") ?? 0),
                .optional(json["description"]?.text),
            ])
        for tag in json.list("tags") { batch.add(.registeredModelTags, [name] + tag.pair) }
        for alias in json.list("aliases") {
            batch.add(.aliases, [name, .text(alias.word("alias")), .integer(alias.whole("version") ?? 0)])
        }
    }

    /// - Parameter location: where its files are.
    static func version(_ json: JSON, location: String, into batch: inout Batch) {
        let key: [SQLValue] = [.text(json.word("name")), .integer(json.whole("version") ?? 0)]
        batch.add(
            .versions,
            key + [
                .integer(json.whole("creation_timestamp") ?? 0), .integer(json.whole("last_updated_timestamp") ?? 0),
                .optional(json["description"]?.text), .text(json.word("user_id")),
                .text(json["current_stage"]?.text ?? "None"), .text(json.word("source")), .text(location),
                .text(json.word("run_id")), .text(json.word("run_link")),
            ])
        for tag in json.list("tags") { batch.add(.versionTags, key + tag.pair) }
    }

    static func webhook(_ json: JSON, into batch: inout Batch) {
        let id = SQLValue.text(json.word("webhook_id"))
        // A server does not tell whether there is a secret.
        batch.add(
            .webhooks,
            [
                id, .text(json.word("name")), .optional(json["description"]?.text), .text(json.word("url")),
                "DISABLED", .integer(json.whole("creation_timestamp") ?? 0),
                .integer(json.whole("last_updated_timestamp") ?? 0),
            ])
        for event in json.list("events") {
            batch.add(
                .webhookEvents,
                [id, .text(event.word("entity").lowercased()), .text(event.word("action").lowercased())])
        }
    }

    static func trace(_ json: JSON, into batch: inout Batch) {
        let id = SQLValue.text(json.word("trace_id"))
        let experiment = json["trace_location"]?["mlflow_experiment"]?.whole("experiment_id") ?? -1
        batch.add(
            .traces,
            [
                id, .integer(experiment),
                .integer(json["request_time"]?.text.flatMap(Timestamp.init(rfc3339:))?.milliseconds ?? 0),
                .optional(json["execution_duration"]?.text.flatMap(milliseconds)),
                .text(json["state"]?.text ?? "STATE_UNSPECIFIED"), .optional(json["client_request_id"]?.text),
                .optional(json["request_preview"]?.text), .optional(json["response_preview"]?.text),
            ])
        // Where the spans are is no part of what is imported; that they are not here is counted by it.
        for tag in json["tags"]?.members ?? [] {
            batch.add(.traceTags, [id, .text(tag.name), .text(tag.value.text ?? "")])
        }
        for entry in json["trace_metadata"]?.members ?? [] {
            batch.add(.traceMetadata, [id, .text(entry.name), .text(entry.value.text ?? "")])
        }
        for assessment in json.list("assessments") {
            batch.add(.assessments, [id, .text(assessment.word("assessment_id")), .text(assessment.text())])
        }
    }

    /// A trace as servers of version 2 tell it.
    static func traceOfTwo(_ json: JSON, into batch: inout Batch) {
        let id = SQLValue.text(json.word("request_id"))
        batch.add(
            .traces,
            [
                id, .integer(json.whole("experiment_id") ?? -1), .integer(json.whole("timestamp_ms") ?? 0),
                .optional(json.whole("execution_time_ms")), .text(json["status"]?.text ?? "TRACE_STATUS_UNSPECIFIED"),
                .null, .null, .null,
            ])
        for tag in json.list("tags") { batch.add(.traceTags, [id] + tag.pair) }
        for entry in json.list("request_metadata") { batch.add(.traceMetadata, [id] + entry.pair) }
    }

    /// A duration of protobuf's JSON form: `0.25s`.
    private static func milliseconds(_ text: String) -> Int64? {
        text.hasSuffix("s") ? Double(text.dropLast()).map { Int64(($0 * 1000).rounded()) } : nil
    }
}

extension JSON {
    /// A member that is a whole number, also one that is written as a text: 64-bit integers may be either.
    fileprivate func whole(_ name: String) -> Int64? {
        switch self[name] {
        case .integer(let number)?: number
        case .string(let text)?: Int64(text)
        default: nil
        }
    }

    /// A member that is a text; empty where there is none.
    fileprivate func word(_ name: String) -> String { self[name]?.text ?? "" }
    fileprivate func list(_ name: String) -> [JSON] { self[name]?.elements ?? [] }

    /// `key` and `value`.
    fileprivate var pair: [SQLValue] { [.text(word("key")), .text(word("value"))] }

    /// `value`, and whether it is NaN.
    fileprivate var measure: [SQLValue] {
        let number = self["value"]?.double ?? 0
        if number.isNaN { return [.real(0), 1] }
        if number.isInfinite {
            return [.real(number > 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude), 0]
        }
        return [.real(number), 0]
    }
}
