import Core
import Platform

/// Permanent deletion of what was deleted some time ago.
///
/// Every transaction is bounded in rows, so that other writers get their turn, however much one run has logged:
///
/// 1. Experiments whose time has come are marked, so that nobody restores one while its parts go.
/// 2. A run goes by its own row, in one step. What it logged refers to that row by a number that is never used again,
///    is invisible from then on, and is removed afterwards (`tracking_purged_run`).
/// 3. Logged models go after their points, which nobody can get back: a deleted model cannot be restored.
/// 4. Traces and models of an experiment go before it.
///
/// What a version of a registered model is made of stays, and the report says so. Artifacts are written down in
/// `ArtifactRemovals`.
struct Retention {
    let services: Services
    let uses: any ArtifactUses
    let cutoff: Timestamp
    /// Whether what versions are made of goes, too.
    let removesUsed: Bool
    let origin: Origin

    /// Runs, models or traces in one transaction, and rows that belong to them.
    static let batch = 100
    static let rowsAtOnce = 20_000
    /// Versions named for what is kept.
    private static let namedUses = 20

    /// - Parameter isDryRun: says what would go and changes nothing.
    func purge(isDryRun: Bool) async throws(Failure) -> PurgeReport {
        var report = PurgeReport()
        var held: Set<Int64> = []
        if !isDryRun { try await markExperiments() }
        try await pages(isDryRun) {
            try runs(after: $0, $1, $2)
        } found: { found in
            report.runs += found.count
            found.note(&report, &held)
        }
        try await pages(isDryRun) {
            try models(nil, after: $0, $1, $2)
        } found: { found in
            report.loggedModels += found.count
            found.note(&report, &held)
        }
        let experiments = try await services.database.read { try self.experiments($0) }
        for experiment in experiments where !held.contains(experiment.id) {
            try await purge(experiment, isDryRun, &report)
        }
        if !isDryRun {
            try await unmarkExperiments()
            try await Self.removeLeftovers(services.database)
        }
        return report
    }

    private func purge(
        _ experiment: Experiment, _ isDryRun: Bool, _ report: inout PurgeReport
    ) async throws(Failure) {
        var held: Set<Int64> = []
        var models = 0
        try await pages(isDryRun) {
            try self.models(experiment.id, after: $0, $1, $2)
        } found: { found in
            models += found.count
            found.note(&report, &held)
        }
        report.loggedModels += models
        // The model that stays needs its experiment.
        guard held.isEmpty else { return }
        if isDryRun {
            try await preview(experiment, &report)
        } else {
            while true {
                let found = try await services.database.write { try traces(of: experiment.id, $0) }
                report.traces += found.count
                for location in found { location.map { report.add(location: $0) } }
                if found.count < Self.batch { break }
            }
            if try await services.database.write({ try remove(experiment, $0) }) { report.experiments += 1 }
        }
    }

    private func preview(_ experiment: Experiment, _ report: inout PurgeReport) async throws(Failure) {
        let (count, foreign) = try await services.database.read { sql in
            let count =
                try sql.first(
                    "SELECT count(*) FROM tracking_trace WHERE experiment = ?1", [.integer(experiment.id)],
                    { $0.int(0) }) ?? 0
            if ArtifactRemovals.isOwn(experiment.location) { return (count, [String]()) }
            return (
                count,
                try sql.rows(
                    """
                    SELECT g.value FROM tracking_trace t JOIN tracking_trace_tag g ON g.trace = t.id AND g.key = ?2
                    WHERE t.experiment = ?1 ORDER BY t.id
                    """, [.integer(experiment.id), .text(TraceKey.artifactLocation)]
                ) { $0.text(0) }
            )
        }
        report.traces += count
        for location in foreign { report.add(location: location) }
        report.experiments += 1
    }
}

// MARK: - Pages

/// Where a page ended: by the time of the deletion, then by number.
private struct Place: Sendable {
    var deletedAt = Int64.min
    var id: Int64 = 0
}

/// What a page held.
private struct Found: Sendable {
    /// What goes.
    var count = 0
    var kept: [(experiment: Int64, kept: PurgeReport.Kept)] = []
    var locations: [String] = []
    /// Where to go on; nil at the end.
    var next: Place?

    /// - Parameter held: experiments that cannot go because of what is kept.
    func note(_ report: inout PurgeReport, _ held: inout Set<Int64>) {
        for entry in kept {
            report.add(entry.kept)
            held.insert(entry.experiment)
        }
        for location in locations { report.add(location: location) }
    }
}

/// Writes the pages of a purge; nil in its preview.
private typealias Page = @Sendable (Place, any SQLConnection, Transaction?) throws -> Found

extension Retention {
    private func pages(
        _ isDryRun: Bool, _ page: @escaping Page, found: (Found) -> Void
    ) async throws(Failure) {
        var place: Place? = Place()
        while let from = place {
            let step =
                isDryRun
                ? try await services.database.read { try page(from, $0, nil) }
                : try await services.database.write { try page(from, $0.sql, $0) }
            found(step)
            place = step.next
        }
    }

    private func kept(_ source: ArtifactSource, _ sql: any SQLConnection) throws -> [String] {
        try uses.uses(of: source, limit: Self.namedUses, sql)
    }

    private func runs(after place: Place, _ sql: any SQLConnection, _ transaction: Transaction?) throws -> Found {
        let rows = try sql.rows(
            """
            SELECT \(RunStore.columns), r.deleted_at FROM tracking_run r
            WHERE r.deleted_at <= ?1 AND (r.deleted_at, r.id) > (?2, ?3) ORDER BY r.deleted_at, r.id LIMIT ?4
            """ + (transaction == nil ? "" : sql.dialect.forUpdate),
            [.integer(cutoff.milliseconds), .integer(place.deletedAt), .integer(place.id), .int(Self.batch)]
        ) { (run: RunStore.run($0), deletedAt: $0.integer(10)) }
        var found = Found()
        for (run, _) in rows {
            let versions = try kept(ArtifactSource(.run(run.runID), artifactURI: run.artifactURI), sql)
            guard versions.isEmpty || removesUsed else {
                found.kept.append((run.experiment, .init(kind: .run, id: run.runID, versions: versions)))
                continue
            }
            found.count += 1
            found.locations.append(run.artifactURI)
            if let transaction { try remove(run, versions, transaction) }
        }
        if rows.count == Self.batch { found.next = rows.last.map { Place(deletedAt: $0.deletedAt, id: $0.run.row) } }
        return found
    }

    private func remove(_ run: Run, _ versions: [String], _ transaction: Transaction) throws {
        let sql = transaction.sql
        try sql.execute("INSERT INTO tracking_purged_run (run) VALUES (?1)", [.integer(run.row)])
        try sql.execute("DELETE FROM tracking_run WHERE id = ?1", [.integer(run.row)])
        try ArtifactRemovals(sql).add([run.artifactURI], now: services.world.now())
        transaction.record(
            Event(
                "tracking.run-purged", RunStore.subject(run),
                [
                    "experiment": .string(String(run.experiment)), "name": .string(run.name),
                    "versions": .array(versions.map(JSON.string)),
                ]), by: origin)
    }

    /// Models whose time has come, or, of an experiment that goes, all others.
    private func models(
        _ experiment: Int64?, after place: Place, _ sql: any SQLConnection, _ transaction: Transaction?
    ) throws -> Found {
        let arguments: [SQLValue] = [
            .integer(cutoff.milliseconds), .integer(place.deletedAt), .integer(place.id), .int(Self.batch),
        ]
        let when = "COALESCE(deleted_at, \(Int64.max))"
        let which = experiment == nil ? "deleted_at <= ?1" : "experiment = ?5 AND \(when) > ?1"
        let rows = try sql.rows(
            """
            SELECT \(LoggedModelStore.columns), \(when) FROM tracking_logged_model
            WHERE \(which) AND (\(when), id) > (?2, ?3) ORDER BY \(when), id LIMIT ?4
            """ + (transaction == nil ? "" : sql.dialect.forUpdate),
            arguments + (experiment.map { [.integer($0)] } ?? [])
        ) { (row: LoggedModelStore.Row($0), deletedAt: $0.integer(LoggedModelStore.columnCount)) }
        var found = Found()
        var room = Self.rowsAtOnce
        var last = place
        for (row, deletedAt) in rows {
            let model = row.model
            let source = ArtifactSource(.loggedModel(model.modelID), artifactURI: model.artifactURI)
            let versions = try kept(source, sql)
            if versions.isEmpty || removesUsed {
                if let transaction {
                    room -= try LoggedModelStore(sql).removeMetrics(of: row, limit: room)
                    guard room > 0 else {
                        // The rest of its points is for the next transaction.
                        found.next = last
                        return found
                    }
                    try remove(row, versions, transaction)
                }
                found.count += 1
                found.locations.append(model.artifactURI)
            } else {
                found.kept.append(
                    (model.experimentID, .init(kind: .loggedModel, id: model.modelID, versions: versions)))
            }
            last = Place(deletedAt: deletedAt, id: row.id)
        }
        if rows.count == Self.batch { found.next = last }
        return found
    }

    private func remove(_ row: LoggedModelStore.Row, _ versions: [String], _ transaction: Transaction) throws {
        let (sql, model) = (transaction.sql, row.model)
        // Its tags and parameters go with it.
        try sql.execute("DELETE FROM tracking_logged_model WHERE id = ?1", [.integer(row.id)])
        try ArtifactRemovals(sql).add([model.artifactURI], now: services.world.now())
        transaction.record(
            Event(
                "tracking.logged-model-purged", Event.subject("logged-model", model.modelID),
                [
                    "experiment": .string(String(model.experimentID)), "name": .string(model.name),
                    "versions": .array(versions.map(JSON.string)),
                ]), by: origin)
    }

    /// - Returns: where the artifacts of the traces that went are.
    private func traces(of experiment: Int64, _ transaction: Transaction) throws -> [String?] {
        let removed = try TraceStore(transaction.sql).delete(limit: Self.batch, of: experiment)
        try ArtifactRemovals(transaction.sql).add(removed.compactMap(\.artifactURI), now: services.world.now())
        return removed.map(\.artifactURI)
    }
}

// MARK: - Experiments

extension Retention {
    /// The experiment of runs that name none; it is there for ever.
    private static let standard: Int64 = 0

    private func markExperiments() async throws(Failure) {
        _ = try await services.database.write { transaction in
            try transaction.sql.execute(
                "UPDATE tracking_experiment SET is_going = 1 WHERE deleted_at <= ?1 AND id <> ?2",
                [.integer(cutoff.milliseconds), .integer(Self.standard)])
        }
    }

    /// What is left can be restored again.
    private func unmarkExperiments() async throws(Failure) {
        _ = try await services.database.write { transaction in
            try transaction.sql.execute("UPDATE tracking_experiment SET is_going = 0 WHERE is_going = 1")
        }
    }

    /// Experiments whose time has come and whose runs all go or have gone.
    private func experiments(_ sql: any SQLConnection) throws -> [Experiment] {
        try sql.rows(
            """
            SELECT \(ExperimentStore.columns) FROM tracking_experiment e
            WHERE deleted_at <= ?1 AND id <> ?2 AND NOT EXISTS (
                SELECT 1 FROM tracking_run r WHERE r.experiment = e.id AND (r.deleted_at IS NULL OR r.deleted_at > ?1))
            ORDER BY id
            """, [.integer(cutoff.milliseconds), .integer(Self.standard)], ExperimentStore.experiment)
    }

    /// - Returns: false when something was added to it meanwhile, or another server was faster.
    private func remove(_ experiment: Experiment, _ transaction: Transaction) throws -> Bool {
        let (sql, id) = (transaction.sql, SQLValue.integer(experiment.id))
        let isReady = try sql.first(
            """
            SELECT 1 FROM tracking_experiment e WHERE e.id = ?1 AND e.is_going = 1
            AND NOT EXISTS (SELECT 1 FROM tracking_run r WHERE r.experiment = e.id)
            AND NOT EXISTS (SELECT 1 FROM tracking_logged_model l WHERE l.experiment = e.id)
            AND NOT EXISTS (SELECT 1 FROM tracking_trace t WHERE t.experiment = e.id)
            """ + sql.dialect.forUpdate, [id]
        ) { _ in true }
        guard isReady == true else { return false }
        // Its datasets go with it: their runs have gone.
        try sql.execute("DELETE FROM tracking_experiment_tag WHERE experiment = ?1", [id])
        try sql.execute("DELETE FROM tracking_experiment WHERE id = ?1", [id])
        // Other experiments may have chosen a place in this one's folder: only what is empty goes.
        let location = experiment.location
        try ArtifactRemovals(sql).add(
            ["models", "traces"].map { ArtifactPlace.appending($0, to: location) } + [location], isOnlyIfEmpty: true,
            now: services.world.now())
        transaction.record(
            Event(
                "tracking.experiment-purged", ExperimentStore.subject(experiment.id),
                ["name": .string(experiment.name)]), by: origin)
        return true
    }
}
