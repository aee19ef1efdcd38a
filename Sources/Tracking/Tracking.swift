package import ArgumentParser
package import Core
package import Platform

/// Experiments and their runs: what was tried, with which parameters, and what came of it.
package struct Tracking: Domain {
    package static let name = "tracking"

    package static let migrations =
        [
            ExperimentMigrations.all, LoggedModelMigrations.all, DatasetMigrations.all, TraceMigrations.all,
            ArtifactMigrations.all,
        ].flatMap { $0 }

    package static let commands: [any ParsableCommand.Type] = [ExperimentCommand.self, RunCommand.self]

    let services: Services
    let keys = KeyNames()
    let artifacts: ArtifactService

    private let bounds: SearchBounds
    private let artifactSchemes: Set<String>

    /// - Parameter artifactSchemes: what artifact locations of experiments may have beside the known object stores.
    package init(
        _ services: Services, bounds: SearchBounds = SearchBounds(), artifactSchemes: Set<String> = []
    ) {
        self.services = services
        self.bounds = bounds
        self.artifactSchemes = artifactSchemes
        artifacts = ArtifactService(services)
    }

    /// For domains that answer with artifacts.
    package var downloads: any ArtifactDownloads { artifacts }
    /// For domains that make something of runs and models.
    package var modelSources: any ModelSources { TrackedModelSources() }

    package var routines: [Routine] {
        [
            artifacts.idleUploads,
            Routine("tracking.artifact-removal", every: .seconds(600)) { _ = try await removeArtifacts() },
        ]
    }

    package var endpoints: [Endpoint] {
        [
            ExperimentCalls(services: services, artifactSchemes: artifactSchemes).endpoints,
            RunCalls(services: services, keys: keys, bounds: bounds).endpoints,
            LogCalls(services: services, keys: keys).endpoints,
            HistoryCalls(services: services, keys: keys).endpoints,
            RunLinkCalls(services: services, keys: keys).endpoints,
            LoggedModelCalls(services).endpoints,
            TraceCalls(services).endpoints,
            TraceCallsV2(services).endpoints,
            AssessmentCalls(services).endpoints,
            OpenTelemetryCall().endpoints,
            ArtifactProxyCalls(artifacts).endpoints,
            MultipartCalls(artifacts).endpoints,
            RunArtifactCalls(artifacts).endpoints,
            ServerInfoCall().endpoints,
            ExperimentEndpoints(services: services).endpoints,
            RunEndpoints(services: services, keys: keys, bounds: bounds, artifacts: artifacts).endpoints,
            MetricEndpoints(services: services, keys: keys).endpoints,
            ArtifactEndpoints(artifacts: artifacts).endpoints,
        ].flatMap { $0 }
    }

    /// Permanently removes the rows of what was deleted at `cutoff` or before; its artifacts are noted for
    /// `removeArtifacts`.
    /// - Parameter isDryRun: counts only.
    package func purge(
        deletedBefore cutoff: Timestamp, isDryRun: Bool, by origin: Origin
    ) async throws(Failure) -> PurgeReport {
        let retention = Retention(services: services)
        return isDryRun
            ? try await retention.preview(deletedBefore: cutoff)
            : try await retention.purge(deletedBefore: cutoff, by: origin)
    }

    /// Removes the artifacts of what was purged, also by a server that stopped in between.
    /// - Returns: how many places were removed.
    package func removeArtifacts() async throws -> Int {
        try await removeArtifacts { [artifacts] in try await artifacts.remove($0) }
    }

    /// - Parameter remove: removes everything below a `mlflow-artifacts:/` URI, or nothing when nothing is there.
    package func removeArtifacts(_ remove: @Sendable (String) async throws -> Void) async throws -> Int {
        try await Retention(services: services).removeArtifacts(remove)
    }

    /// The numbers by which the stores know keys of metrics, parameters and tags.
    package func keyNumbers(of names: [String]) async throws(Failure) -> [Int64] {
        try await keys.numbers(of: names, services.database)
    }
}
