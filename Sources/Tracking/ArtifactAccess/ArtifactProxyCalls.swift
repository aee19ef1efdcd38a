import Core
import MLflow
import Platform

/// Artifacts over HTTP as MLflow's clients send and fetch them: `mlflow-artifacts:` URIs are paths here.
struct ArtifactProxyCalls {
    let artifacts: ArtifactService

    init(_ artifacts: ArtifactService) { self.artifacts = artifacts }

    var endpoints: [Endpoint] { ["api", "ajax-api"].flatMap { endpoints(below: "/\($0)/2.0/mlflow-artifacts") } }

    private func endpoints(below root: String) -> [Endpoint] {
        let subjects = TrackedSubjects(artifacts.services)
        let folder = Endpoint(
            "GET", "\(root)/artifacts", .may(.readExperiments), .reads, "What is in a folder of artifacts.", list
        ).about(subjects) { [TrackedNeed(.artifacts(try Self.folder($0)))] }
        return [folder]
            + paths(below: root).map { endpoint in
                endpoint.about(subjects) { [TrackedNeed(.artifacts(try Self.path($0, allowsRoot: true)))] }
            }
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
