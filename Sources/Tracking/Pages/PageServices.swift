import Core
import MLflow
import Platform

/// What the pages of this domain are made from.
struct PageServices: Sendable {
    let services: Services
    let keys: KeyNames
    let bounds: SearchBounds
    let artifacts: ArtifactService
    let uses: any ArtifactUses
    let artifactSchemes: Set<String>

    var database: Database { services.database }
    var subjects: TrackedSubjects { TrackedSubjects(services) }

    /// The run of `{run}`, by its identifier or the beginning of one.
    func run(_ request: Request) async throws -> (details: RunDetails, experiment: Experiment) {
        let (text, rights, keys) = (try request.parameter("run"), request.principal.rights, keys)
        return try await database.read { sql in
            let run = try RunStore(sql).meant(by: text, rights)
            guard let experiment = try ExperimentStore(sql).find(run.experiment) else {
                throw Failure.noExperiment(String(run.experiment))
            }
            return (try RunDetails.of([run], keys, sql)[0], experiment)
        }
    }

    /// The experiment of `{experiment}`, by its identifier or its name.
    func experiment(_ request: Request) async throws -> Experiment {
        let (text, rights) = (try request.parameter("experiment"), request.principal.rights)
        return try await database.read { sql in
            let store = ExperimentStore(sql)
            var experiment = try store.meant(by: text, rights)
            experiment.tags = try store.tags(of: experiment.id)
            return experiment
        }
    }
}

extension Endpoint {
    /// About the experiment that `{experiment}` means.
    func aboutExperiment(_ subjects: TrackedSubjects) -> Endpoint {
        about(subjects) { [TrackedNeed(.experimentMeant(try $0.parameter("experiment")))] }
    }
}

/// The pages of experiments and runs.
struct TrackingPages: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        ExperimentListPage(services: services).endpoints + RunsPage(services: services).endpoints
            + RunsExport(services: services).endpoints + RunViewForms(services: services).endpoints
            + FilterKeys(services: services).endpoints + ExperimentSettingsPage(services: services).endpoints
            + RunOverviewPage(services: services).endpoints + RunMetricPages(services: services).endpoints
            + RunForms(services: services).endpoints + RunArtifactPages(services: services).endpoints
            + CompareRunsPage(services: services).endpoints
    }

    static let navigation = [
        NavigationItem("Experiments", "/experiments", .readExperiments, .experiments, order: 10)
    ]

    static let subjectPages = [
        SubjectPage("experiment/{}") { parts, event in
            let name = event.details["name"]?.text
            return SubjectPage.Link(name ?? "experiment \(parts[0])", Address("/experiments", parts[0]))
        },
        SubjectPage("run/{}") { parts, event in
            let name = event.details["name"]?.text.flatMap { $0.isEmpty ? nil : $0 }
            return SubjectPage.Link(name ?? "run \(parts[0].prefix(8))", Address("/runs", parts[0]))
        },
    ]
}
