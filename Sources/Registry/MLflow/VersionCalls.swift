import Core
import MLflow
import Platform

/// MLflow's `model-versions/...`.
struct VersionCalls: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        let calls: [[Endpoint]] = [
            [Endpoint].mlflow(
                "POST", "mlflow/model-versions/create", .may(.modelWrite), .writes, "Registers a version of a model.",
                bodyLimit: 2 << 20, create),
            [Endpoint].mlflow(
                "GET", "mlflow/model-versions/get", .may(.modelRead), .reads, "A version of a model.", get),
            [Endpoint].mlflow(
                "GET", "mlflow/model-versions/get-download-uri", .may(.modelRead), .reads,
                "Where the files of a version are.", downloadURI),
            [Endpoint].mlflow(
                "PATCH", "mlflow/model-versions/update", .may(.modelWrite), .writes,
                "Changes the description of a version.", update),
            [Endpoint].mlflow(
                "DELETE", "mlflow/model-versions/delete", .may(.modelManage), .writes, "Deletes a version.", delete),
            [Endpoint].mlflow(
                "POST", "mlflow/model-versions/transition-stage", .may(.modelPromote), .writes,
                "Gives a version a stage.",
                transition),
            [Endpoint].mlflow(
                "POST", "mlflow/model-versions/set-tag", .may(.modelWrite), .writes, "Sets a tag of a version.",
                bodyLimit: 2 << 20, setTag),
            [Endpoint].mlflow(
                "DELETE", "mlflow/model-versions/delete-tag", .may(.modelWrite), .writes, "Deletes a tag of a version.",
                deleteTag),
        ]
        return calls.flatMap { $0 }.aboutModel()
    }

    @Sendable private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let wanted = VersionRequest(
            name: try message.requiredText("name"), source: try message.requiredText("source"),
            runID: try message.text("run_id"), loggedModelID: try message.text("model_id"),
            runLink: try message.text("run_link") ?? "", description: try message.text("description") ?? "",
            tags: try message.tags())
        let (check, sources) = (registry.settings.sourceCheck, registry.sources)
        return try await registry.write(request) { .version(try $0.registerVersion(wanted, check, sources)) }
    }

    @Sendable private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, number) = try message.version()
        return .version(try await registry.read { try $0.requiredVersion(of: name, number) })
    }

    @Sendable private func downloadURI(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.text("name") ?? ""
        let number = try Naming.version(message.text("version") ?? "")
        let version = try await registry.read { try $0.requiredVersion(of: name, number) }
        return .json(.record(["artifact_uri": .string(version.location)]))
    }

    @Sendable private func update(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, number) = try message.version()
        let description = try message.text("description")
        return try await registry.write(request) {
            .version(try $0.updateVersion(name, number, description: description))
        }
    }

    @Sendable private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, number) = try message.version()
        try await registry.write(request) { try $0.deleteVersion(name, number) }
        return .emptyMessage
    }

    @Sendable private func transition(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let version = try message.requiredText("version")
        let stageName = try message.requiredText("stage")
        let archivesOthers = try message.flag("archive_existing_versions") ?? false
        let stage = try Stage(parsing: stageName)
        let number = try Naming.version(version)
        return try await registry.write(request) {
            .version(try $0.moveVersion(name, number, to: stage, archivesOthers: archivesOthers))
        }
    }

    @Sendable private func setTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, number) = try message.version()
        let tag = Tag(key: try message.requiredText("key"), value: try message.text("value") ?? "")
        try await registry.write(request) { try $0.setVersionTag(name, number, tag) }
        return .emptyMessage
    }

    @Sendable private func deleteTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (name, number) = try message.version()
        let key = try message.requiredText("key")
        try Validate.modelVersionTag(key, value: "")
        try await registry.write(request) { try $0.deleteVersionTag(name, number, key) }
        return .emptyMessage
    }
}

extension ProtoMessage {
    /// A version by its model's name and its number.
    func version() throws(Failure) -> (name: String, number: Int64) {
        let name = try requiredText("name")
        return (name, try Naming.version(requiredText("version")))
    }
}
