import Core
import MLflow
import Platform

/// MLflow's calls that log to a run: metrics, parameters, tags, and all of them in one batch.
struct LogCalls: Sendable {
    let services: Services
    let keys: KeyNames

    /// Bytes of a batch: 1000 entries with the longest values, all of whose characters are escaped, are still less.
    private static let batchLimit = 16 << 20

    var endpoints: [Endpoint] {
        let writer = Endpoint.Access.may(.writeExperiments)
        let subjects = TrackedSubjects(services)
        let calls: [[Endpoint]] = [
            .mlflow("POST", "mlflow/runs/log-metric", writer, .writes, "Logs a point of a metric", logMetric)
                .aboutRun(subjects) { try Self.models(of: [$0]) },
            .mlflow("POST", "mlflow/runs/log-parameter", writer, .writes, "Logs a parameter", logParameter)
                .aboutRun(subjects),
            .mlflow("POST", "mlflow/runs/set-tag", writer, .writes, "Sets a tag", setTag).aboutRun(subjects),
            .mlflow("POST", "mlflow/runs/delete-tag", writer, .writes, "Deletes a tag", deleteTag).aboutRun(subjects),
            .mlflow(
                "POST", "mlflow/runs/log-batch", writer, .writes, "Logs metrics, parameters and tags, all or nothing",
                bodyLimit: Self.batchLimit, logBatch
            ).aboutRun(subjects) { try Self.models(of: $0.messages("metrics")) },
        ]
        return calls.flatMap { $0 }
    }

    /// The logged models that points are also about: they change with them.
    private static func models(of metrics: [ProtoMessage]) throws(Failure) -> [TrackedNeed] {
        var models: Set<ExactText> = []
        for metric in metrics {
            if let id = try metric.text("model_id"), !id.isEmpty { models.insert(ExactText(id)) }
        }
        return models.map { TrackedNeed(.loggedModel($0.text)) }
    }

    private func number(of key: String, for runID: String) async throws(Failure) -> Int64 {
        try await keys.numbers(of: [key], services.database) { try RunStore($0).checkActive(runID) }[0]
    }

    // MARK: - One at a time

    private func logMetric(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        let metric = try IncomingMetric(message)
        try metric.check()
        let number = try await number(of: metric.key, for: runID)
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            try RunLogStore(transaction.sql).append([KeyedPoint(key: number, point: metric.point)], to: run)
            try LoggedModelStore(transaction.sql).add([metric].compactMap { $0.modelPoint(of: run) })
        }
        return .emptyMessage
    }

    private func logParameter(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        let key = try message.requiredText("key")
        let value = try Validate.parameter(key, value: message.text("value") ?? "")
        let number = try await number(of: key, for: runID)
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            let changed = try RunLogStore(transaction.sql).add([(number, value)], to: run)
            if let changed = changed.first {
                throw Failure(
                    .invalid,
                    "Changing param values is not allowed. Param with key='\(key)' was already logged with "
                        + "value='\(Self.excerpt(changed.oldValue))' for run ID='\(runID)'. Attempted logging new value "
                        + "'\(Self.excerpt(value))'.")
            }
        }
        return .emptyMessage
    }

    private func setTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        let key = try message.requiredText("key")
        let value = try Validate.runTag(key, value: message.text("value") ?? "")
        let number = try await number(of: key, for: runID)
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            try Self.set([KeyValue(key, value)], [number], run, transaction)
        }
        return .emptyMessage
    }

    /// The tag that holds the run's name renames the run; an empty name is no name, so it changes nothing.
    private static func set(_ tags: [KeyValue], _ numbers: [Int64], _ run: Run, _ transaction: Transaction) throws {
        var values: [(key: Int64, value: String)] = []
        for (tag, number) in zip(tags, numbers) {
            if tag.key.utf8.elementsEqual(RunStore.nameTag.utf8) {
                if tag.value.isEmpty { continue }
                try RunStore.rename(run, tag.value, transaction.sql)
            }
            values.append((number, tag.value))
        }
        try RunLogStore(transaction.sql).set(values, run)
    }

    private func deleteTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredText("run_id")
        let key = try message.requiredText("key")
        let number = try await services.database.read { [keys] in try keys.number(of: key, $0) }
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            guard let number, try RunLogStore(transaction.sql).deleteTag(number, of: run) else {
                throw Failure(.notFound, "No tag with name: \(key.prefix(300)) in run with id \(runID)")
            }
        }
        return .emptyMessage
    }

    // MARK: - A batch

    private struct Batch: Sendable {
        var metrics: [IncomingMetric] = []
        var parameters: [KeyValue] = []
        var tags: [KeyValue] = []
    }

    private func logBatch(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let runID = try message.requiredRunID()
        try Validate.runID(runID)
        let batch = try Self.batch(message)
        let names = batch.metrics.map(\.key) + batch.parameters.map(\.key) + batch.tags.map(\.key)
        let numbers = try await keys.numbers(of: names, services.database) { try RunStore($0).checkActive(runID) }
        try await services.database.write(key: runID) { transaction in
            let run = try RunStore(transaction.sql).active(runID)
            let store = RunLogStore(transaction.sql)
            var rest = numbers[...]
            let metricKeys = rest.prefix(batch.metrics.count)
            rest = rest.dropFirst(metricKeys.count)
            let parameterKeys = rest.prefix(batch.parameters.count)
            let tagKeys = rest.dropFirst(parameterKeys.count)
            let changed = try store.add(
                zip(parameterKeys, batch.parameters).map { (key: $0, value: $1.value) }, to: run)
            guard changed.isEmpty else { throw Self.changedParameters(changed, batch.parameters, runID) }
            try store.append(
                zip(metricKeys, batch.metrics).map { KeyedPoint(key: $0, point: $1.point) }, to: run)
            try LoggedModelStore(transaction.sql).add(batch.metrics.compactMap { $0.modelPoint(of: run) })
            try Self.set(batch.tags, Array(tagKeys), run, transaction)
        }
        return .emptyMessage
    }

    private static func batch(_ message: ProtoMessage) throws -> Batch {
        let metrics = try message.messages("metrics")
        let parameters = try message.messages("params")
        let tags = try message.messages("tags")
        try Validate.batch(metrics: metrics.count, parameters: parameters.count, tags: tags.count)
        var batch = Batch()
        batch.metrics.reserveCapacity(metrics.count)
        for (index, metric) in metrics.enumerated() {
            let metric = try IncomingMetric(metric)
            try metric.check(index: index)
            batch.metrics.append(metric)
        }
        for (index, parameter) in parameters.enumerated() {
            let key = try parameter.requiredText("key")
            let value = try Validate.parameter(key, value: parameter.text("value") ?? "", path: "params[\(index)]")
            batch.parameters.append(KeyValue(key, value))
        }
        try Validate.uniqueParameterKeys(batch.parameters.map(\.key))
        for (index, tag) in tags.enumerated() {
            let key = try tag.requiredText("key")
            let value = try Validate.runTag(key, value: tag.text("value") ?? "", path: "tags[\(index)]")
            // The last of several values of a key stays.
            batch.tags.removeAll { $0.key.utf8.elementsEqual(key.utf8) }
            batch.tags.append(KeyValue(key, value))
        }
        return batch
    }

    private static func changedParameters(
        _ changed: [RunLogStore.ChangedParameter], _ parameters: [KeyValue], _ runID: String
    ) -> Failure {
        let list = changed.map { change in
            let parameter = parameters[change.index]
            return "{'key': \(quoted(parameter.key)), 'old_value': \(quoted(change.oldValue)), "
                + "'new_value': \(quoted(parameter.value))}"
        }
        return Failure(
            .invalid,
            "Changing param values is not allowed. Params were already logged='[\(list.joined(separator: ", "))]' for "
                + "run ID='\(runID)'.")
    }

    /// As Python shows a text.
    private static func quoted(_ text: String) -> String {
        let text = excerpt(text)
        return text.contains("'") && !text.contains("\"") ? "\"\(text)\"" : "'\(text)'"
    }

    private static func excerpt(_ text: String) -> String {
        text.utf8.count <= 500 ? text : String(text.prefix(250)) + "..."
    }
}

/// A point of a metric as a client sends it.
struct IncomingMetric: Sendable {
    let key: String
    let point: MetricPoint
    /// The logged model the point is also about, and the data set it was measured on.
    let modelID: String?
    let datasetName: String?
    let datasetDigest: String?

    init(_ message: ProtoMessage) throws(Failure) {
        key = try message.requiredText("key")
        let value = try message.requiredNumber("value")
        let time = try message.requiredInteger("timestamp")
        point = MetricPoint(
            value: MetricPoint.storable(value), time: time, step: try message.integer("step") ?? 0)
        modelID = try message.text("model_id").flatMap { $0.isEmpty ? nil : $0 }
        datasetName = try message.text("dataset_name").flatMap { $0.isEmpty ? nil : $0 }
        datasetDigest = try message.text("dataset_digest").flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The point as its logged model keeps it; nil when it is about none.
    func modelPoint(of run: Run) -> LoggedModelPoint? {
        modelID.map {
            LoggedModelPoint(
                modelID: $0, key: key, point: point, runID: run.runID, datasetName: datasetName ?? "",
                datasetDigest: datasetDigest ?? "")
        }
    }

    /// - Parameter index: the place in a batch.
    func check(index: Int? = nil) throws(Failure) {
        if let modelID { try Validate.loggedModelID(modelID) }
        try Validate.metricDataset(name: datasetName ?? "", digest: datasetDigest ?? "")
        do {
            try Validate.metric(key, value: point.value, timestamp: point.time)
        } catch {
            // The place is spelled only where something is wrong: a batch has a thousand.
            guard let index else { throw error }
            try Validate.metric(key, value: point.value, timestamp: point.time, path: "metrics[\(index)]")
        }
    }
}
