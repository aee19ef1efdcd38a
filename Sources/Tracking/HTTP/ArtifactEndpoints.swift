import Core
import Platform

/// Steward's own API for the artifacts of a run.
struct ArtifactEndpoints: Sendable {
    let artifacts: ArtifactService

    var endpoints: [Endpoint] { all.map { $0.aboutRun(TrackedSubjects(artifacts.services)) } }

    private var all: [Endpoint] {
        [
            .native(
                "GET", "runs/{run}/artifacts", .may(.readExperiments), .reads,
                "What is in a folder of a run's artifacts, by name.",
                query: [Endpoint.Field("path", .text, "The folder; the root when it is not given.")]
                    + Endpoint.Field.page(),
                response: [
                    Endpoint.Field("run_id", .text, required: true), Endpoint.Field("path", .text, required: true),
                    Endpoint.Field(
                        "entries",
                        .list(
                            .object([
                                Endpoint.Field("path", .text, "From the root of the run's artifacts.", required: true),
                                Endpoint.Field("kind", .text, "file or folder.", required: true),
                                Endpoint.Field("size", .integer, "Bytes; null for folders."),
                                Endpoint.Field("sha256", .text, "Null for folders, and where it is not known yet."),
                                Endpoint.Field("modified_at", .text, required: true),
                            ])), required: true), .nextPage,
                ], list),
            .native(
                "GET", "runs/{run}/artifacts/{path...}", .may(.readExperiments), .reads,
                "An artifact of a run, as a download; Range and If-None-Match are honoured.", download),
        ]
    }

    private func run(_ request: Request) async throws -> Run {
        let (text, rights) = (try request.parameter("run"), request.principal.rights)
        return try await artifacts.services.database.read { try RunStore($0).meant(by: text, rights) }
    }

    private func list(_ request: Request) async throws -> Response {
        let page = try PageRequest(request, artifacts.services.pageTokens, standard: 1000)
        let run = try await run(request)
        let root = try ArtifactPlace.folder(of: run.artifactURI)
        let relative = try ArtifactPath(parsing: request.query["path"] ?? "", allowsRoot: true)
        let folder = relative.isRoot ? root : try root.appending(relative.text)
        let listing: ArtifactListing
        do {
            listing = try await artifacts.page(of: folder, after: page.position?.text, limit: page.limit)
        } catch let failure as Failure where failure.code == .notFound && relative.isRoot {
            listing = ArtifactListing(entries: [], next: nil)
        } catch let failure as Failure where failure.code == .notFound {
            throw Failure(.notFound, "No such folder: '\(relative)'")
        }
        let records = try await artifacts.records(of: listing.entries, in: folder)
        let entries = zip(listing.entries, records).map { entry, record -> JSON in
            .record([
                "path": .string(relative.isRoot ? entry.name : "\(relative)/\(entry.name)"),
                "kind": .string(entry.isFolder ? "folder" : "file"),
                "size": entry.isFolder ? .null : .integer(entry.size), "sha256": .optional(record?.sha256),
                "modified_at": .string(entry.modified.rfc3339),
            ])
        }
        return .json(
            .record([
                "run_id": .string(run.runID), "path": .string(relative.text), "entries": .array(entries),
                "next_page_token": page.next(listing.next.map { .string($0) }),
            ]))
    }

    private func download(_ request: Request) async throws -> Response {
        let path = try ArtifactPath(percentEncoded: request.parameter("path"))
        return try await artifacts.answer(path.text, below: run(request).artifactURI, to: request)
    }
}
