import Core
import Platform

/// Permanent deletion over Steward's own API.
struct RetentionEndpoints: Sendable {
    let tracking: Tracking

    var endpoints: [Endpoint] {
        [
            .native(
                "POST", "gc", .may(.purgeExperiments), .writes,
                "Removes for good what was deleted long enough ago, with its artifacts, or says what would go. It may take "
                    + "long; asked again, it goes on where it was.", request: Self.request, response: Self.response,
                collect)
        ]
    }

    private static let request = [
        Endpoint.Field("older_than", .integer, "Seconds since the deletion; this or `deleted_before` must be given."),
        Endpoint.Field("deleted_before", .text, "The moment up to which deletions count, RFC 3339."),
        Endpoint.Field("dry_run", .flag, "Only says what would go and what would stay."),
        Endpoint.Field("with_versions", .flag, "Removes also what versions of registered models are made of."),
    ]

    private static let response = [
        Endpoint.Field("dry_run", .flag, required: true), Endpoint.Field("deleted_before", .text, required: true),
        Endpoint.Field("experiments", .integer, required: true), Endpoint.Field("runs", .integer, required: true),
        Endpoint.Field("logged_models", .integer, required: true), Endpoint.Field("traces", .integer, required: true),
        Endpoint.Field(
            "kept",
            .list(
                .object([
                    Endpoint.Field("kind", .text), Endpoint.Field("id", .text),
                    Endpoint.Field("versions", .list(.text)),
                ])), "Runs and logged models that versions are made of; at most a thousand.", required: true),
        Endpoint.Field("further_kept", .integer, required: true),
        Endpoint.Field(
            "foreign_locations", .list(.text), "Artifacts that this server does not keep, for their owner to remove.",
            required: true),
        Endpoint.Field("further_foreign_locations", .integer, required: true),
        Endpoint.Field("removed_locations", .integer, "Places of artifacts that were removed.", required: true),
        Endpoint.Field(
            "failed_locations", .integer, "Places that could not be removed; they are tried again.", required: true),
        Endpoint.Field("problem", .text, "Why, of the first of them."),
    ]

    private func collect(_ request: Request) async throws -> Response {
        let body = try await RequestObject(request, Self.request)
        let isDryRun = try body.flag("dry_run") ?? false
        let cutoff = try cutoff(body)
        let report = try await tracking.purge(
            deletedBefore: cutoff, isDryRun: isDryRun, withVersions: body.flag("with_versions") ?? false,
            by: request.origin)
        let removal = isDryRun ? RemovalReport() : try await tracking.removeArtifacts()
        return .json(Self.json(report, removal, cutoff, isDryRun))
    }

    private static func json(
        _ report: PurgeReport, _ removal: RemovalReport, _ cutoff: Timestamp, _ isDryRun: Bool
    ) -> JSON {
        let kept = report.kept.map { kept in
            JSON.record([
                "kind": .string(kept.kind.rawValue), "id": .string(kept.id),
                "versions": .array(kept.versions.map { .string($0) }),
            ])
        }
        return .record([
            "dry_run": .bool(isDryRun), "deleted_before": .string(cutoff.rfc3339),
            "experiments": .int(report.experiments), "runs": .int(report.runs),
            "logged_models": .int(report.loggedModels), "traces": .int(report.traces), "kept": .array(kept),
            "further_kept": .int(report.furtherKept),
            "foreign_locations": .array(report.foreignLocations.map { .string($0) }),
            "further_foreign_locations": .int(report.furtherForeignLocations),
            "removed_locations": .int(removal.removed), "failed_locations": .int(removal.failed),
            "problem": removal.problem.map { .string($0) } ?? .null,
        ])
    }

    /// By the server's clock, which also noted the deletions.
    private func cutoff(_ body: RequestObject) throws(Failure) -> Timestamp {
        let now = tracking.services.world.now()
        switch (try body.integer("older_than"), try body.text("deleted_before")) {
        case (let seconds?, nil):
            guard (0...100 * 366 * 86_400).contains(seconds) else {
                throw Failure(.invalid, "older_than: must be seconds from 0 to a hundred years")
            }
            return now.adding(milliseconds: -1000 * seconds)
        case (nil, let text?):
            guard let time = Timestamp(rfc3339: text) else {
                throw Failure(.invalid, "deleted_before: '\(text.prefix(50))' is no time as RFC 3339 has it")
            }
            return min(time, now)
        default:
            throw Failure(.invalid, "give one of older_than and deleted_before", hint: "{\"older_than\": 2592000}")
        }
    }
}
