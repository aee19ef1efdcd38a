import Core
import MLflow
import Platform

/// MLflow's `registered-models/...`.
struct ModelCalls: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        creation + rename + (reading + writing + promoting + deletion).aboutModel()
    }

    private var creation: [Endpoint] {
        [Endpoint].mlflow(
            "POST", "mlflow/registered-models/create", .may(.modelWrite), .writes, "Creates a registered model.", create
        ).about { message, _ in [.new(.registeredModel(try message.requiredText("name")))] }
    }

    /// Rights go by names: whoever gives a model another name could gain or give some that way.
    private var rename: [Endpoint] {
        [Endpoint].mlflow(
            "POST", "mlflow/registered-models/rename", .may(.modelManage), .writes, "Renames a registered model.",
            rename
        ).about { message, _ in
            [
                .model(try message.requiredText("name")),
                .new(.registeredModel(try message.requiredText("new_name"))),
            ]
        }
    }

    private var reading: [Endpoint] {
        let read = Endpoint.Access.may(.modelRead)
        let calls: [[Endpoint]] = [
            .mlflow("GET", "mlflow/registered-models/get", read, .reads, "A registered model by name.", get),
            .mlflow(
                "GET", "mlflow/registered-models/alias", read, .reads, "The version an alias points at.", getByAlias),
            .mlflow(
                "POST", "mlflow/registered-models/get-latest-versions", read, .reads,
                "The newest version of each stage.", latestVersions),
            .mlflow(
                "GET", "mlflow/registered-models/get-latest-versions", read, .reads,
                "The newest version of each stage.", latestVersions),
        ]
        return calls.flatMap { $0 }
    }

    private var writing: [Endpoint] {
        let write = Endpoint.Access.may(.modelWrite)
        let calls: [[Endpoint]] = [
            .mlflow(
                "PATCH", "mlflow/registered-models/update", write, .writes,
                "Changes the description of a registered model.", update),
            .mlflow(
                "POST", "mlflow/registered-models/set-tag", write, .writes, "Sets a tag of a registered model.",
                bodyLimit: 2 << 20, setTag),
            .mlflow(
                "DELETE", "mlflow/registered-models/delete-tag", write, .writes, "Deletes a tag of a registered model.",
                deleteTag),
        ]
        return calls.flatMap { $0 }
    }

    private var promoting: [Endpoint] {
        let promote = Endpoint.Access.may(.modelPromote)
        let calls: [[Endpoint]] = [
            .mlflow(
                "POST", "mlflow/registered-models/alias", promote, .writes, "Points an alias at a version.", setAlias),
            .mlflow("DELETE", "mlflow/registered-models/alias", promote, .writes, "Deletes an alias.", deleteAlias),
        ]
        return calls.flatMap { $0 }
    }

    private var deletion: [Endpoint] {
        .mlflow(
            "DELETE", "mlflow/registered-models/delete", .may(.modelManage), .writes,
            "Deletes a registered model with all its versions.", delete)
    }

    @Sendable private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let tags = try message.tags()
        let description = try message.text("description")
        return try await registry.write(request) {
            .model(try $0.createModel(name, description: description, tags: tags))
        }
    }

    @Sendable private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        return .model(try await registry.read { try $0.overview($0.requiredModel(named: name)) })
    }

    @Sendable private func rename(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let newName = try message.requiredText("new_name")
        return try await registry.write(request) { .model(try $0.renameModel(name, to: newName)) }
    }

    @Sendable private func update(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let description = try message.text("description")
        return try await registry.write(request) { .model(try $0.updateModel(name, description: description)) }
    }

    @Sendable private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        try await registry.write(request) { try $0.deleteModel(name) }
        return .emptyMessage
    }

    @Sendable private func setTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let tag = Tag(key: try message.requiredText("key"), value: try message.text("value") ?? "")
        try await registry.write(request) { try $0.setModelTag(name, tag) }
        return .emptyMessage
    }

    @Sendable private func deleteTag(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let key = try message.requiredText("key")
        try Validate.registeredModelTag(key, value: "")
        try await registry.write(request) { try $0.deleteModelTag(name, key) }
        return .emptyMessage
    }

    @Sendable private func setAlias(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let alias = try message.requiredText("alias")
        let number = try Naming.version(message.requiredText("version"))
        try await registry.write(request) { try $0.setAlias(name, alias, number) }
        return .emptyMessage
    }

    @Sendable private func deleteAlias(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let alias = try message.requiredText("alias")
        try Validate.aliasName(alias)
        try await registry.write(request) { try $0.deleteAlias(name, alias) }
        return .emptyMessage
    }

    @Sendable private func getByAlias(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        let alias = try message.requiredText("alias")
        return .version(
            try await registry.read { try $0.requiredVersion(of: $0.requiredModel(named: name), alias: alias) })
    }

    @Sendable private func latestVersions(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let name = try message.requiredText("name")
        var stages: Set<Stage> = []
        for text in try message.texts("stages") { stages.insert(try Stage(parsing: text)) }
        let wanted = stages.isEmpty ? Set(Stage.allCases) : stages
        let latest = try await registry.read { try $0.latestVersions(of: [$0.requiredModel(named: name).id]) }
        return .versions(latest.filter { wanted.contains($0.stage) })
    }
}

extension ProtoMessage {
    func tags() throws(Failure) -> [Tag] {
        var tags: [Tag] = []
        for tag in try messages("tags") {
            tags.append(Tag(key: try tag.text("key") ?? "", value: try tag.text("value") ?? ""))
        }
        return tags
    }
}
