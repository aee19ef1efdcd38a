package import Core
import Platform

/// Something of this domain as a request names it. All of it belongs to an experiment, which is what rights are about.
enum TrackedReference: Sendable {
    case experiment(Int64)
    case experimentName(String)
    /// Identifier or name, as Steward's own API takes them.
    case experimentMeant(String)
    /// The name of an experiment that is to be created.
    case newExperiment(String)
    case run(String)
    /// An identifier or its beginning, as Steward's own API takes them.
    case runMeant(String)
    case loggedModel(String)
    case trace(String)
    case artifacts(ArtifactPath)
}

/// A reference with the level it asks for; nil for that of the endpoint's permission.
struct TrackedNeed: Sendable {
    let reference: TrackedReference
    let level: Permission.Level?
    /// The name that an experiment would have then. Nobody gains rights over it by that: they must hold under the old
    /// name what they would hold under the new one.
    let newName: String?

    init(_ reference: TrackedReference, _ level: Permission.Level? = nil, newName: String? = nil) {
        self.reference = reference
        self.level = level
        self.newName = newName
    }
}

/// Finds the experiments that requests are about.
struct TrackedSubjects: Sendable {
    let database: Database

    init(_ services: Services) { database = services.database }

    func concerns(_ needs: [TrackedNeed], _ request: Request, _ permission: Permission) async throws -> [Concern] {
        let principal = request.principal
        return try await database.read { sql in
            let finder = SubjectFinder(sql: sql, principal: principal, permission: permission)
            return try needs.flatMap { try finder.concerns($0) }
        }
    }
}

/// Finds the experiments of references, on one connection.
private struct SubjectFinder {
    let sql: any SQLConnection
    let principal: Principal
    let permission: Permission

    private var experiments: ExperimentStore { ExperimentStore(sql) }

    func concerns(_ need: TrackedNeed) throws -> [Concern] {
        switch need.reference {
        case .experiment(let id): concerns(try experiments.find(id), need, .noExperiment(String(id)))
        case .experimentName(let name): concerns(try experiments.find(name: name), need, .noExperiment(named: name))
        case .experimentMeant(let text):
            concerns(try experiments.found(by: text), need, try experiments.notMeant(text, principal.rights))
        case .newExperiment(let name): [.new(Subject(.experiment, id: nil, name: name))]
        case .run(let id): [try concern(RunStore(sql).find(id)?.experiment, need, .noRun(id))]
        case .runMeant(let text): [try run(meantBy: text, need)]
        case .loggedModel(let id):
            [
                try concern(
                    LoggedModelStore(sql).find(id, allowsDeleted: true)?.model.experimentID, need,
                    LoggedModelStore.notFound(id))
            ]
        case .trace(let id):
            [try concern(TraceStore(sql).find(id)?.trace.experimentID, need, TraceStore.notFound(id))]
        case .artifacts(let path): try artifacts(path, need)
        }
    }

    private func concern(_ id: Int64?, _ need: TrackedNeed, _ absence: Failure) throws -> Concern {
        concern(try id.flatMap { try experiments.find($0) }, need, absence)
    }

    private func concerns(_ experiment: Experiment?, _ need: TrackedNeed, _ absence: Failure) -> [Concern] {
        guard let experiment, let newName = need.newName else { return [concern(experiment, need, absence)] }
        let renamed = Subject.experiment(experiment.id, newName)
        let gained = principal.rights.level(over: renamed) ?? permission.level
        return [
            .existing(experiment.subject, needs: max(gained, permission.level), absence: absence), .new(renamed),
        ]
    }

    private func concern(_ experiment: Experiment?, _ need: TrackedNeed, _ absence: Failure) -> Concern {
        guard let experiment else { return .missing(absence) }
        return .existing(experiment.subject, needs: need.level, absence: absence)
    }

    /// What the beginnings of identifiers stand for is decided among the runs that the principal may read.
    private func run(meantBy text: String, _ need: TrackedNeed) throws -> Concern {
        let run = try RunStore(sql).meant(by: text, principal.rights)
        return try concern(run.experiment, need, RunStore.notMeant(text))
    }

    /// A place belongs to all experiments whose artifacts it is among, or that have theirs below it.
    private func artifacts(_ path: ArtifactPath, _ need: TrackedNeed) throws -> [Concern] {
        let owners = try experiments.owners(of: path)
        // A place that nobody may know of looks like one that belongs to no experiment.
        let absence = Admission.denial(principal, permission)
        let concerns = owners.experiments.map { concern($0, need, absence) }
        return owners.isContained ? concerns : concerns + [.everything(needs: need.level)]
    }
}

extension Experiment {
    package var subject: Subject { .experiment(id, name) }
}

extension ExperimentStore {
    /// The experiments that have their artifacts around a place or below it, and whether any has them around it.
    func owners(of path: ArtifactPath) throws -> (experiments: [Experiment], isContained: Bool) {
        let first = path.components.first.flatMap { Int64($0) } ?? -1
        // Nearly all experiments have the folder with their number; the others are looked through.
        let candidates = try sql.rows(
            """
            SELECT \(Self.columns) FROM tracking_experiment
            WHERE id = ?1 OR (location LIKE 'mlflow-artifacts:%' AND location <> 'mlflow-artifacts:/' || id)
            ORDER BY id
            """, [.integer(first)], Self.experiment)
        var owners: [Experiment] = []
        var isContained = false
        for experiment in candidates {
            guard let folder = try? ArtifactPlace.folder(of: experiment.location), !folder.isRoot else { continue }
            let isAround = path.isWithin(folder)
            guard isAround || folder.isWithin(path) else { continue }
            owners.append(experiment)
            isContained = isContained || isAround
        }
        return (owners, isContained)
    }
}
