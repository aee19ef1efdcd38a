import Core
import MLflow
import Platform

/// Artifacts of runs and logged models, by the identifier of what they belong to.
struct RunArtifactCalls {
    let artifacts: ArtifactService

    init(_ artifacts: ArtifactService) { self.artifacts = artifacts }

    private var database: Database { artifacts.services.database }

    var endpoints: [Endpoint] { lists + downloads + uploads }

    private var subjects: TrackedSubjects { TrackedSubjects(artifacts.services) }

    private var lists: [Endpoint] {
        reading("mlflow/artifacts/list", "What is in a folder of a run's artifacts.", list).aboutRun(subjects)
            + reading(
                "mlflow/logged-models/{model_id}/artifacts/directories",
                "What is in a folder of a logged model's artifacts.", listModel
            ).aboutLoggedModel(subjects)
    }

    private func reading(
        _ path: String, _ summary: String, _ handle: @escaping Endpoint.MLflowHandler
    ) -> [Endpoint] {
        ["api", "ajax-api"].map { prefix in
            Endpoint("GET", "/\(prefix)/2.0/\(path)", .may(.readExperiments), .reads, summary) { request in
                try request.query.checkPaths()
                return try await handle(ProtoMessage.read(request, limit: Endpoint.defaultBodyLimit), request)
            }
        }
    }

    private var downloads: [Endpoint] {
        ["/get-artifact", "/ajax-api/2.0/mlflow/get-artifact"].map { path in
            Endpoint("GET", path, .may(.readExperiments), .reads, "An artifact of a run.", download)
                .about(subjects) { [TrackedNeed(.run(try Self.runID($0)))] }
        }
            + [
                Endpoint(
                    "GET", "/ajax-api/2.0/mlflow/logged-models/{model_id}/artifacts/files", .may(.readExperiments),
                    .reads, "An artifact of a logged model.", downloadModel)
            ].aboutLoggedModel(subjects)
            // Refused whoever asks: clients have to be told why.
            + [Endpoint].mlflow(
                "POST", "mlflow/artifacts/presigned-download-url", .may(.readExperiments), .reads,
                "Refused: this server has no store that clients could reach themselves.", presigned("download")
            ).filtered()
    }

    private var uploads: [Endpoint] {
        [
            Endpoint(
                "POST", "/ajax-api/2.0/mlflow/upload-artifact", .may(.writeExperiments), .writes,
                "Stores an artifact of a run.", bodyLimit: Self.uploadLimit, upload
            ).about(subjects) { [TrackedNeed(.run(try Self.runID($0)))] }
        ]
            + [Endpoint].mlflow(
                "POST", "mlflow/artifacts/presigned-upload-url", .may(.writeExperiments), .writes,
                "Refused: this server has no store that clients could reach themselves.", presigned("upload")
            ).filtered()
    }

    /// What a page may upload: 10 MiB, as in MLflow.
    private static let uploadLimit = 10 << 20

    // MARK: - Runs

    private func runURI(_ runID: String) async throws -> String {
        try await database.read { sql in
            guard let run = try RunStore(sql).find(runID) else { throw Failure.noRun(runID) }
            return run.artifactURI
        }
    }

    private func list(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let uri = try await runURI(message.requiredRunID())
        return try await list(message.text("path") ?? "", below: uri)
    }

    private func list(_ relative: String, below uri: String) async throws -> Response {
        let folder = try ArtifactPath(parsing: relative, allowsRoot: true)
        let root = try ArtifactPlace.folder(of: uri)
        let entries = try await artifacts.list(ArtifactPlace.path(relative, in: root))
        return .json(ArtifactWire.list(entries, in: folder.text, root: uri))
    }

    private static func runID(_ request: Request) throws(Failure) -> String {
        try request.query.checkPaths()
        let runID = request.query["run_id"] ?? request.query["run_uuid"] ?? ""
        guard !runID.isEmpty else { throw Failure(.invalid, "Request must specify run_id or run_uuid.") }
        return runID
    }

    private func download(_ request: Request) async throws -> Response {
        let runID = try Self.runID(request)
        guard let path = request.query["path"], !path.isEmpty else {
            throw Failure(.invalid, "Request must include the \"path\" query parameter.")
        }
        return try await download(path, below: runURI(runID), request)
    }

    private func download(_ relative: String, below uri: String, _ request: Request) async throws -> Response {
        try await artifacts.answer(relative, below: uri, to: request)
    }

    private func upload(_ request: Request) async throws -> Response {
        let runID = try Self.runID(request)
        guard let relative = request.query["path"], !relative.isEmpty else {
            throw Failure(.invalid, "Request must specify path.")
        }
        _ = try ArtifactPath(parsing: relative)
        let uri = try await database.read { sql in
            guard let run = try RunStore(sql).find(runID) else { throw Failure.noRun(runID) }
            guard !run.isDeleted else { throw Failure.inactiveRun(runID) }
            return run.artifactURI
        }
        let path = try ArtifactPlace.path(relative, in: ArtifactPlace.folder(of: uri))
        let bytes = try await request.body.collect(limit: Self.uploadLimit)
        guard !bytes.isEmpty else { throw Failure(.invalid, "Request must specify data.") }
        try await artifacts.save(RequestBody(bytes: bytes), as: path, by: request.origin)
        return .emptyMessage
    }

    private func presigned(_ direction: String) -> Endpoint.MLflowHandler {
        { message, _ in
            _ = try message.requiredText("path")
            throw Failure(
                .unsupported,
                "Presigned \(direction) is not supported for proxied artifact storage (artifact URI scheme: "
                    + "mlflow-artifacts).")
        }
    }

    // MARK: - Logged models

    private func modelURI(_ request: Request) async throws -> String {
        let modelID = try request.parameter("model_id")
        return try await database.read { try LoggedModelStore($0).row(modelID).model.artifactURI }
    }

    private func listModel(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        try await list(message.text("artifact_directory_path") ?? "", below: modelURI(request))
    }

    private func downloadModel(_ request: Request) async throws -> Response {
        try request.query.checkPaths()
        guard let path = request.query["artifact_file_path"], !path.isEmpty else {
            throw Failure(.invalid, "Request must include the \"artifact_file_path\" query parameter.")
        }
        return try await download(path, below: modelURI(request), request)
    }
}
