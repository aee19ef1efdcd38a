import Core
import MLflow
import Platform

/// `experiments/permissions` and `registered-models/permissions` of MLflow 2: a grant for one user over one thing.
struct PermissionCalls: Sendable {
    let access: Access

    var endpoints: [Endpoint] { endpoints(of: .experiment) + endpoints(of: .registeredModel) }

    private func endpoints(of kind: Subject.Kind) -> [Endpoint] {
        let (path, what) =
            kind == .experiment ? ("experiments", "an experiment") : ("registered-models", "a registered model")
        let calls: [[Endpoint]] = [
            [Endpoint].mlflow(
                "POST", "mlflow/\(path)/permissions/create", .signedIn, .writes, "Grants a user rights over \(what)."
            ) { try await create(kind, $0, $1) },
            [Endpoint].mlflow(
                "GET", "mlflow/\(path)/permissions/get", .signedIn, .reads, "What a user is granted over \(what)."
            ) { try await get(kind, $0, $1) },
            [Endpoint].mlflow(
                "PATCH", "mlflow/\(path)/permissions/update", .signedIn, .writes,
                "Changes what a user is granted over \(what)."
            ) { try await update(kind, $0, $1) },
            [Endpoint].mlflow(
                "DELETE", "mlflow/\(path)/permissions/delete", .signedIn, .writes,
                "Takes away what a user is granted over \(what)."
            ) { try await delete(kind, $0, $1) },
        ]
        return calls.flatMap { $0 }
    }

    private func target(_ kind: Subject.Kind, _ message: ProtoMessage) throws(Failure) -> GrantTarget {
        switch kind {
        case .experiment: try GrantTarget(kind, "id", message.requiredText("experiment_id"))
        case .registeredModel: try GrantTarget(kind, "name", message.requiredText("name"))
        }
    }

    private func create(_ kind: Subject.Kind, _ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (target, name) = (try target(kind, message), try message.requiredText("username"))
        let level = try MLflowPermission.level(message.requiredText("permission"))
        try await access.checkGranting(over: target, request.principal)
        return try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            guard try writer.reader.grant(of: .user(user.id), over: target) == nil else {
                throw Failure(.conflict, "\(Self.title(target, name)) already exists.")
            }
            return Self.answer(try writer.setGrant(.user(user.id), target, level), user)
        }
    }

    private func get(_ kind: Subject.Kind, _ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (target, name) = (try target(kind, message), try message.requiredText("username"))
        try await access.checkGranting(over: target, request.principal)
        return try await access.read { reader in
            let user = try reader.requiredUser(named: name)
            return Self.answer(try Self.required(reader, user, target), user)
        }
    }

    private func update(_ kind: Subject.Kind, _ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (target, name) = (try target(kind, message), try message.requiredText("username"))
        let level = try MLflowPermission.level(message.requiredText("permission"))
        try await access.checkGranting(over: target, request.principal)
        return try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            _ = try Self.required(writer.reader, user, target)
            _ = try writer.setGrant(.user(user.id), target, level)
            return .emptyMessage
        }
    }

    private func delete(_ kind: Subject.Kind, _ message: ProtoMessage, _ request: Request) async throws -> Response {
        let (target, name) = (try target(kind, message), try message.requiredText("username"))
        try await access.checkGranting(over: target, request.principal)
        return try await access.write(request) { writer in
            let user = try writer.reader.requiredUser(named: name)
            try writer.remove(try Self.required(writer.reader, user, target))
            return .emptyMessage
        }
    }

    private static func required(_ reader: AccessReader, _ user: User, _ target: GrantTarget) throws -> AccessGrant {
        guard let grant = try reader.grant(of: .user(user.id), over: target) else {
            let title =
                target.kind == .experiment
                ? "Experiment permission with experiment_id=\(target.text) and username=\(user.name)"
                : "Registered model permission with name=\(target.text) and username=\(user.name)"
            throw Failure(.notFound, "\(title) not found")
        }
        return grant
    }

    private static func title(_ target: GrantTarget, _ user: String) -> String {
        target.kind == .experiment
            ? "Experiment permission (experiment_id=\(target.text), username=\(user))"
            : "Registered model permission (name=\(target.text), username=\(user))"
    }

    private static func answer(_ grant: AccessGrant, _ user: User) -> Response {
        .json(
            .record([
                grant.target.kind == .experiment ? "experiment_permission" : "registered_model_permission":
                    experimentJSON(grant, user) ?? modelJSON(grant, user) ?? .null
            ]))
    }

    /// - Returns: nil when it is about something else, or about more than one thing.
    static func experimentJSON(_ grant: AccessGrant, _ user: User) -> JSON? {
        guard case .id = grant.target.value else { return nil }
        return .record([
            "experiment_id": .string(grant.target.text), "user_id": .integer(user.id),
            "permission": .string(MLflowPermission.name(grant.level)),
        ])
    }

    static func modelJSON(_ grant: AccessGrant, _ user: User) -> JSON? {
        guard grant.target.kind == .registeredModel, case .name = grant.target.value else { return nil }
        return .record([
            "name": .string(grant.target.text), "user_id": .integer(user.id),
            "permission": .string(MLflowPermission.name(grant.level)),
        ])
    }
}
