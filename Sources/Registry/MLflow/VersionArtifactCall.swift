import Core
import Platform

/// MLflow's download of a version's file, for pages.
struct VersionArtifactCall: Sendable {
    let registry: Registry
    let downloads: any ArtifactDownloads

    var endpoints: [Endpoint] {
        ["", "/ajax-api/2.0/mlflow"].map { prefix in
            Endpoint(
                "GET", "\(prefix)/model-versions/get-artifact", .may(.modelRead), .reads,
                "A file of a version of a model.", download
            ).about { [.model($0.query["name"] ?? "")] }
        }
    }

    @Sendable private func download(_ request: Request) async throws -> Response {
        let (name, version) = (request.query["name"] ?? "", request.query["version"] ?? "")
        guard let path = request.query["path"], !path.isEmpty else {
            throw Failure(.invalid, "Request must include the \"path\" query parameter.")
        }
        let number = try Naming.version(version)
        let sources = registry.sources
        let location = try await registry.read { reader in
            try Self.folder(of: reader.requiredVersion(of: name, number), sources, reader)
        }
        return try await downloads.answer(path, below: location, to: request)
    }

    /// Where the files are: the location, or for `runs:/id/path` that path below the run's artifacts, as clients write
    /// such places: not encoded. It was checked when the version was registered; whoever keeps the artifacts checks the
    /// path again.
    static func folder(
        of version: ModelVersion, _ sources: any ModelSources, _ reader: RegistryReader
    ) throws -> String {
        let uri = try SourceURI(version.location)
        guard uri.scheme == "runs", let runID = uri.parts.first else { return version.location }
        guard let run = try sources.run(runID, reader.sql) else {
            throw Failure(.notFound, "Run with id=\(runID) not found")
        }
        return ([run.artifactURI] + uri.parts.dropFirst()).joined(separator: "/")
    }
}
