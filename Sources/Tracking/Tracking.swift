package import ArgumentParser
package import Core
package import Platform

/// Experiments and their runs: what was tried, with which parameters, and what came of it.
package struct Tracking: Domain {
    package static let name = "tracking"

    package static let migrations =
        [
            ExperimentMigrations.all, LoggedModelMigrations.all, DatasetMigrations.all, TraceMigrations.all,
            ArtifactMigrations.all, SavedRunViewMigrations.all,
        ].flatMap { $0 }

    package static let commands: [any ParsableCommand.Type] = [
        ExperimentCommand.self, RunCommand.self, GarbageCommand.self,
    ]

    let services: Services
    let keys = KeyNames()
    let artifacts: ArtifactService

    private let bounds: SearchBounds
    private let artifactSchemes: Set<String>

    private let uses: any ArtifactUses

    /// - Parameters:
    ///   - uses: who needs runs and logged models beyond their deletion.
    ///   - artifactSchemes: what artifact locations of experiments may have beside the known object stores.
    package init(
        _ services: Services, uses: any ArtifactUses = NoArtifactUses(), bounds: SearchBounds = SearchBounds(),
        artifactSchemes: Set<String> = []
    ) {
        self.services = services
        self.uses = uses
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
            Routine("tracking.artifact-removal", every: .seconds(600)) { try await finishRemovals() },
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
            TraceMetricsCall(services).endpoints,
            TraceArtifactCall(artifacts).endpoints,
            TraceCallsV2(services).endpoints,
            AssessmentCalls(services).endpoints,
            OpenTelemetryCall().endpoints,
            ArtifactProxyCalls(artifacts, uses).endpoints,
            MultipartCalls(artifacts).endpoints,
            RunArtifactCalls(artifacts).endpoints,
            ServerInfoCall().endpoints,
            ExperimentEndpoints(services: services, artifactSchemes: artifactSchemes).endpoints,
            RunEndpoints(services: services, keys: keys, bounds: bounds, artifacts: artifacts).endpoints,
            MetricEndpoints(services: services, keys: keys).endpoints,
            ArtifactEndpoints(artifacts: artifacts).endpoints,
            RetentionEndpoints(tracking: self).endpoints,
            TrackingPages(services: pages).endpoints,
        ].flatMap { $0 }
    }

    package static var navigation: [NavigationItem] { TrackingPages.navigation }
    package static var subjectPages: [SubjectPage] { TrackingPages.subjectPages }
    package static var eventWords: EventWords? { TrackingWords.words }
    package var homeParts: [HomePart] { TrackingHome(services: pages).parts }
    package var quickSearches: [QuickSearch] { TrackingHome(services: pages).searches }

    private var pages: PageServices {
        PageServices(
            services: services, keys: keys, bounds: bounds, artifacts: artifacts, uses: uses,
            artifactSchemes: artifactSchemes)
    }

    /// Permanently removes the rows of what was deleted at `cutoff` or before; its artifacts are noted for
    /// `removeArtifacts`. What a version of a registered model is made of stays.
    /// - Parameters:
    ///   - isDryRun: says what would go, and what would stay and why.
    ///   - withVersions: removes also what versions are made of; the versions stay without their files.
    package func purge(
        deletedBefore cutoff: Timestamp, isDryRun: Bool, withVersions: Bool = false, by origin: Origin
    ) async throws(Failure) -> PurgeReport {
        try await Retention(
            services: services, uses: uses, cutoff: cutoff, removesUsed: withVersions, origin: origin
        ).purge(isDryRun: isDryRun)
    }

    /// Removes the artifacts of what was purged, also by a server that stopped in between.
    package func removeArtifacts() async throws(Failure) -> RemovalReport {
        try await removeArtifacts { [artifacts] in try await artifacts.remove($0, isOnlyIfEmpty: $1) }
    }

    /// - Parameter remove: removes everything below a `mlflow-artifacts:/` URI, or only a folder that is empty; nothing
    ///   when nothing is there.
    package func removeArtifacts(
        _ remove: @Sendable (_ uri: String, _ isOnlyIfEmpty: Bool) async throws -> Void
    ) async throws(Failure) -> RemovalReport {
        try await Retention.removeArtifacts(services.database, remove)
    }

    /// Goes on with what a purge has left, on whatever server.
    private func finishRemovals() async throws {
        try await Retention.removeLeftovers(services.database)
        let report = try await removeArtifacts()
        guard let problem = report.problem else { return }
        throw Failure(
            .unavailable, "\(report.failed) places of artifacts could not be removed, the first of them \(problem)",
            hint: "They are tried again every ten minutes.")
    }

    /// The numbers by which the stores know keys of metrics, parameters and tags.
    package func keyNumbers(of names: [String]) async throws(Failure) -> [Int64] {
        try await keys.numbers(of: names, services.database) { _ in }
    }
}
