import Core
import MLflow
import Platform

/// Logged models as MLflow's protocol writes them.
enum LoggedModelWire {
    static let statuses: [(name: String, number: Int64, value: LoggedModelStatus)] = [
        ("LOGGED_MODEL_STATUS_UNSPECIFIED", 0, .unspecified), ("LOGGED_MODEL_PENDING", 1, .pending),
        ("LOGGED_MODEL_READY", 2, .ready), ("LOGGED_MODEL_UPLOAD_FAILED", 3, .failed),
    ]

    static func answer(_ model: LoggedModel, _ rights: Rights) -> Response {
        .json(.record(["model": json(model, rights)]))
    }

    /// Empty lists are left out; empty texts are not.
    /// - Parameter rights: of whoever gets to see it.
    static func json(_ model: LoggedModel, _ rights: Rights) -> JSON {
        var info: [JSON.Member] = [
            .init("model_id", .string(model.modelID)), .init("experiment_id", .string(String(model.experimentID))),
            .init("name", .string(model.name)), .init("creation_timestamp_ms", .integer(model.createdAt.milliseconds)),
            .init("last_updated_timestamp_ms", .integer(model.updatedAt.milliseconds)),
            .init("artifact_uri", .string(model.artifactURI)), .init("status", .string(name(of: model.status))),
            .init("model_type", .string(model.modelType)), .init("source_run_id", .string(model.sourceRunID)),
        ]
        let tags = model.tags.compactMap { readable($0, rights) }
        if !tags.isEmpty { info.append(.init("tags", PairWire.json(tags))) }
        var data: [JSON.Member] = []
        if !model.parameters.isEmpty { data.append(.init("params", PairWire.json(model.parameters))) }
        if !model.metrics.isEmpty {
            data.append(.init("metrics", .array(model.metrics.map { json($0, modelID: model.modelID) })))
        }
        return .record(["info": .object(info), "data": .object(data)])
    }

    private static func name(of status: LoggedModelStatus) -> String {
        statuses.first { $0.value == status }?.name ?? statuses[0].name
    }

    private static func json(_ metric: LoggedModelMetric, modelID: String) -> JSON {
        var members: [JSON.Member] = [
            .init("key", .string(metric.key)), .init("value", .number(metric.value)),
            .init("timestamp", .integer(metric.timestamp)), .init("step", .integer(metric.step)),
        ]
        if let name = metric.datasetName { members.append(.init("dataset_name", .string(name))) }
        if let digest = metric.datasetDigest { members.append(.init("dataset_digest", .string(digest))) }
        members.append(.init("model_id", .string(modelID)))
        if let runID = metric.runID { members.append(.init("run_id", .string(runID))) }
        return .object(members)
    }

    /// The tag by which clients find the versions made of a model: `[{"name": .., "version": 1}]`.
    static let versionsTag = "mlflow.modelVersions"

    /// A tag without the versions of registered models that somebody may not read.
    /// - Returns: nil when nothing is left.
    private static func readable(_ tag: KeyValue, _ rights: Rights) -> KeyValue? {
        if rights.holdEverywhere(.read) || !tag.key.utf8.elementsEqual(versionsTag.utf8) { return tag }
        let versions = (try? JSONParser.parse(tag.value))?.elements ?? []
        let readable = versions.filter { version in
            version["name"]?.text.map { rights.allow(.read, over: .registeredModel($0)) } ?? false
        }
        return readable.isEmpty ? nil : KeyValue(tag.key, JSON.array(readable).pythonText())
    }

    /// The tag's value with one more version.
    /// - Parameter value: what stands there; anything that is no list of versions is replaced.
    static func adding(_ version: Int64, of name: String, toVersionsTag value: String?) -> String {
        let known = value.flatMap { try? JSONParser.parse($0) }?.elements ?? []
        let new = JSON.record(["name": .string(name), "version": .integer(version)])
        return JSON.array(known.filter { $0 != new } + [new]).pythonText()
    }
}
