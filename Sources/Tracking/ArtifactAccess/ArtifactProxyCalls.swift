import Core
import MLflow
import Platform

/// Artifacts over HTTP as MLflow's clients send and fetch them: `mlflow-artifacts:` URIs are paths here.
struct ArtifactProxyCalls {
    let artifacts: ArtifactService
    private let uses: any ArtifactUses

    init(_ artifacts: ArtifactService, _ uses: any ArtifactUses) {
        self.artifacts = artifacts
        self.uses = uses
    }

    var endpoints: [Endpoint] { ["api", "ajax-api"].flatMap { endpoints(below: "/\($0)/2.0/mlflow-artifacts") } }

    private func endpoints(below root: String) -> [Endpoint] {
        let folder = Endpoint(
            "GET", "\(root)/artifacts", .may(.readExperiments), .reads, "What is in a folder of artifacts.", list)
        return [about(folder) { try Self.folder($0) }]
            + paths(below: root).map { endpoint in about(endpoint) { try Self.path($0, allowsRoot: true) } }
    }

    /// About the experiments that a path belongs to; or, for reading, about a version of a model whose files are there.
    private func about(
        _ endpoint: Endpoint, _ path: @escaping @Sendable (Request) throws -> ArtifactPath
    ) -> Endpoint {
        guard case .may(let permission) = endpoint.access else { return endpoint }
        let subjects = TrackedSubjects(artifacts.services)
        return endpoint.about { request in
            let path = try path(request)
            if permission.level == .read, try await isOfVersion(path, request.principal.rights) { return [] }
            return try await subjects.concerns([TrackedNeed(.artifacts(path))], request, permission)
        }
    }

    private func isOfVersion(_ path: ArtifactPath, _ rights: Rights) async throws -> Bool {
        let (uses, parts) = (uses, path.components)
        return try await artifacts.services.database.read { try uses.mayRead(parts, rights, $0) }
    }

    private func paths(below root: String) -> [Endpoint] {
        [
            Endpoint("GET", "\(root)/artifacts/{path...}", .may(.readExperiments), .reads, "An artifact.", get),
            Endpoint(
                "PUT", "\(root)/artifacts/{path...}", .may(.writeExperiments), .writes, "Stores an artifact.",
                bodyLimit: ArtifactService.fileLimit, streams: true, put),
            Endpoint(
                "DELETE", "\(root)/artifacts/{path...}", .may(.deleteExperiments), .writes,
                "Deletes an artifact, or a folder with all that is in it.", delete),
            Endpoint(
                "GET", "\(root)/presigned/{path...}", .may(.readExperiments), .reads,
                "Refused: this server has no store that clients could reach themselves.", presigned),
        ]
    }

    private func list(_ request: Request) async throws -> Response {
        .json(ArtifactWire.proxyList(try await artifacts.list(Self.folder(request))))
    }

    private static func folder(_ request: Request) throws(Failure) -> ArtifactPath {
        try request.query.checkPaths()
        return try ArtifactPath(parsing: request.query["path"] ?? "", allowsRoot: true)
    }

    private func get(_ request: Request) async throws -> Response {
        let path = try Self.path(request, allowsRoot: true)
        return try await ArtifactDownload(file: artifacts.open(path), pool: artifacts.pool).answer(to: request)
    }

    private func put(_ request: Request) async throws -> Response {
        try await artifacts.save(request.body, as: Self.path(request), by: request.origin)
        return Response()
    }

    private func delete(_ request: Request) async throws -> Response {
        try await artifacts.delete(Self.path(request, allowsRoot: true), by: request.origin)
        return .emptyMessage
    }

    private func presigned(_ request: Request) async throws -> Response {
        _ = try Self.path(request)
        throw Failure(.unsupported, "Multipart download is not supported for the current artifact repository")
    }

    private static func path(_ request: Request, allowsRoot: Bool = false) throws(Failure) -> ArtifactPath {
        try ArtifactPath(percentEncoded: request.parameter("path"), allowsRoot: allowsRoot)
    }
}

extension Query {
    /// A path in a query that cannot be decoded is absent, and absent means the root: so it is refused before.
    func checkPaths() throws(Failure) {
        guard !isMalformed else {
            throw Failure(.invalid, "Invalid path: the query is no percent-encoded UTF-8, or holds a zero byte")
        }
    }
}
