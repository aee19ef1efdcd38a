import Core
import Platform

/// What clients stored for a trace: its spans, and what hangs on them.
struct TraceArtifactCall {
    private let artifacts: ArtifactService

    init(_ artifacts: ArtifactService) { self.artifacts = artifacts }

    var endpoints: [Endpoint] {
        ["2.0", "3.0"].map { version in
            Endpoint(
                "GET", "/ajax-api/\(version)/mlflow/get-trace-artifact", .may(.readExperiments), .reads,
                "The spans of a trace, or a file that hangs on them.", answer
            ).about(TrackedSubjects(artifacts.services)) { [TrackedNeed(.trace(try Self.traceID($0)))] }
        }
    }

    private static func traceID(_ request: Request) throws(Failure) -> String {
        guard let traceID = request.query["request_id"], !traceID.isEmpty else {
            throw Failure(.invalid, "Request must include the \"request_id\" query parameter.")
        }
        return traceID
    }

    @Sendable private func answer(_ request: Request) async throws -> Response {
        try request.query.checkPaths()
        let traceID = try Self.traceID(request)
        let location = try await artifacts.services.database.read { try TraceStore($0).trace(traceID).artifactURI }
        guard let location else { throw Failure(.notFound, "Trace with ID '\(traceID)' has no artifacts.") }
        let attachment = request.query["path"] ?? ""
        return try await artifacts.answer(
            attachment.isEmpty ? "traces.json" : "attachments/\(attachment)", below: location, to: request)
    }
}
