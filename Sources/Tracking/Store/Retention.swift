import Core
import Platform

/// What a permanent deletion removes, or would remove.
package struct PurgeReport: Sendable, Equatable {
    package var runs = 0
    package var loggedModels = 0
    package var experiments = 0
    /// Places of artifacts of purged runs that this server does not keep: their owner has to remove them.
    package var foreignLocations: [String] = []

    package init() {}
}

/// Permanent deletion of what was deleted some time ago.
///
/// Rows go first, a bounded number in each transaction. The artifacts are written down in the same transaction, in a
/// list that is worked off afterwards: whenever the server stops, nothing is forgotten and nothing that is still there
/// loses its artifacts.
struct Retention {
    let services: Services

    /// Tables whose rows belong to a run, with the column that names it by its number.
    static let tablesOfRuns = [
        (table: "tracking_metric", column: "run"), (table: "tracking_latest", column: "run"),
        (table: "tracking_parameter", column: "run"), (table: "tracking_tag", column: "run"),
    ]

    /// Runs in one transaction.
    private static let batch = 100
    /// Foreign places named in a report.
    private static let namedLocations = 1000

    /// Counts what `purge` would remove.
    func preview(deletedBefore cutoff: Timestamp) async throws(Failure) -> PurgeReport {
        try await services.database.read { sql in
            let time = SQLValue.integer(cutoff.milliseconds)
            var report = PurgeReport()
            report.runs =
                try sql.first("SELECT count(*) FROM tracking_run WHERE deleted_at <= ?1", [time], { $0.int(0) }) ?? 0
            report.loggedModels =
                try sql.first(
                    "SELECT count(*) FROM tracking_logged_model WHERE deleted_at <= ?1", [time], { $0.int(0) }) ?? 0
            report.experiments =
                try sql.first(
                    """
                    SELECT count(*) FROM tracking_experiment e WHERE deleted_at <= ?1 AND NOT EXISTS (
                        SELECT 1 FROM tracking_run r WHERE r.experiment = e.id
                        AND (r.deleted_at IS NULL OR r.deleted_at > ?1))
                    """, [time], { $0.int(0) }) ?? 0
            report.foreignLocations = try sql.rows(
                """
                SELECT artifact_uri FROM tracking_run WHERE deleted_at <= ?1
                AND artifact_uri NOT LIKE 'mlflow-artifacts:/%' ORDER BY artifact_uri LIMIT ?2
                """, [time, .int(Self.namedLocations)], { $0.text(0) })
            return report
        }
    }

    /// Removes the rows of runs and experiments deleted at `cutoff` or before.
    func purge(deletedBefore cutoff: Timestamp, by origin: Origin) async throws(Failure) -> PurgeReport {
        var report = PurgeReport()
        let now = services.world.now()
        while true {
            let runs = try await services.database.write { try Self.purgeRuns(cutoff, $0, now, origin) }
            report.runs += runs.count
            for run in runs
            where !Self.isOwn(run.artifactURI) && report.foreignLocations.count < Self.namedLocations {
                report.foreignLocations.append(run.artifactURI)
            }
            if runs.count < Self.batch { break }
        }
        while true {
            let count = try await services.database.write { try Self.purgeModels(cutoff, $0, now, origin) }
            report.loggedModels += count
            if count < Self.batch { break }
        }
        while true {
            let count = try await services.database.write { try Self.purgeExperiments(cutoff, $0, now, origin) }
            report.experiments += count
            if count < Self.batch { break }
        }
        return report
    }

    private static func isOwn(_ location: String) -> Bool { location.hasPrefix("mlflow-artifacts:/") }

    private static func purgeRuns(
        _ cutoff: Timestamp, _ transaction: Transaction, _ now: Timestamp, _ origin: Origin
    ) throws -> [Run] {
        let sql = transaction.sql
        let runs = try sql.rows(
            """
            SELECT \(RunStore.columns) FROM tracking_run r WHERE r.deleted_at <= ?1 ORDER BY r.deleted_at, r.id LIMIT ?2
            """ + sql.dialect.forUpdate, [.integer(cutoff.milliseconds), .int(batch)], RunStore.run)
        for run in runs {
            for (table, column) in tablesOfRuns {
                try sql.execute("DELETE FROM \(table) WHERE \(column) = ?1", [.integer(run.row)])
            }
            try sql.execute("DELETE FROM tracking_run WHERE id = ?1", [.integer(run.row)])
            try noteArtifacts(run.artifactURI, sql, now)
            transaction.record(
                Event(
                    "tracking.run-purged", RunStore.subject(run),
                    ["experiment": .string(String(run.experiment)), "name": .string(run.name)]), by: origin)
        }
        return runs
    }

    private static func purgeModels(
        _ cutoff: Timestamp, _ transaction: Transaction, _ now: Timestamp, _ origin: Origin
    ) throws -> Int {
        let sql = transaction.sql
        let rows = try sql.rows(
            """
            SELECT \(LoggedModelStore.columns) FROM tracking_logged_model WHERE deleted_at <= ?1
            ORDER BY deleted_at, id LIMIT ?2
            """ + sql.dialect.forUpdate, [.integer(cutoff.milliseconds), .int(batch)], LoggedModelStore.Row.init)
        for row in rows {
            // Its tags, parameters and points go with it.
            try sql.execute("DELETE FROM tracking_logged_model WHERE id = ?1", [.integer(row.id)])
            try noteArtifacts(row.model.artifactURI, sql, now)
            transaction.record(
                Event(
                    "tracking.logged-model-purged", Event.subject("logged-model", row.model.modelID),
                    ["experiment": .string(String(row.model.experimentID)), "name": .string(row.model.name)]),
                by: origin)
        }
        return rows.count
    }

    /// What logged models and traces of an experiment have stored; their rows go with the experiment's.
    private static func noteArtifacts(ofExperiment id: SQLValue, _ sql: any SQLConnection, _ now: Timestamp) throws {
        try sql.execute(
            """
            INSERT INTO tracking_artifact_deletion (artifact_uri, requested_at)
            SELECT artifact_uri, ?2 FROM tracking_logged_model
            WHERE experiment = ?1 AND artifact_uri LIKE 'mlflow-artifacts:/%'
            UNION ALL SELECT g.value, ?2 FROM tracking_trace t JOIN tracking_trace_tag g ON g.trace = t.id
            WHERE t.experiment = ?1 AND g.key = ?3 AND g.value LIKE 'mlflow-artifacts:/%'
            """, [id, .integer(now.milliseconds), .text(TraceKey.artifactLocation)])
    }

    private static func purgeExperiments(
        _ cutoff: Timestamp, _ transaction: Transaction, _ now: Timestamp, _ origin: Origin
    ) throws -> Int {
        let sql = transaction.sql
        let experiments = try sql.rows(
            """
            SELECT id, name, location, created_at, updated_at, deleted_at FROM tracking_experiment e
            WHERE deleted_at <= ?1 AND NOT EXISTS (SELECT 1 FROM tracking_run r WHERE r.experiment = e.id)
            ORDER BY id LIMIT ?2
            """ + sql.dialect.forUpdate, [.integer(cutoff.milliseconds), .int(batch)], ExperimentStore.experiment)
        for experiment in experiments {
            let id = SQLValue.integer(experiment.id)
            try noteArtifacts(ofExperiment: id, sql, now)
            try sql.execute("DELETE FROM tracking_experiment_tag WHERE experiment = ?1", [id])
            try sql.execute("DELETE FROM tracking_experiment WHERE id = ?1", [id])
            // A location its creator chose may hold what belongs to others.
            if experiment.location.utf8.elementsEqual(ArtifactLocation.standard(for: experiment.id).utf8) {
                try noteArtifacts(experiment.location, sql, now)
            }
            transaction.record(
                Event(
                    "tracking.experiment-purged", ExperimentStore.subject(experiment.id),
                    ["name": .string(experiment.name)]), by: origin)
        }
        return experiments.count
    }

    private static func noteArtifacts(_ location: String, _ sql: any SQLConnection, _ now: Timestamp) throws {
        guard isOwn(location) else { return }
        try sql.execute(
            "INSERT INTO tracking_artifact_deletion (artifact_uri, requested_at) VALUES (?1, ?2)",
            [.text(location), .integer(now.milliseconds)])
    }

    /// Works off the list of artifacts to remove. An entry leaves the list after its artifacts are gone, so removing
    /// may be tried again and must not mind that nothing is there.
    /// - Parameter remove: removes everything below a `mlflow-artifacts:/` URI.
    /// - Returns: how many entries were worked off.
    func removeArtifacts(_ remove: @Sendable (String) async throws -> Void) async throws -> Int {
        var count = 0
        var last: Int64 = 0
        while true {
            let after = last
            let entries = try await services.database.read { sql in
                try sql.rows(
                    "SELECT id, artifact_uri FROM tracking_artifact_deletion WHERE id > ?1 ORDER BY id LIMIT 100",
                    [.integer(after)], { (id: $0.integer(0), location: $0.text(1)) })
            }
            if entries.isEmpty { return count }
            for entry in entries {
                try await remove(entry.location)
                try await services.database.write { transaction in
                    _ = try transaction.sql.execute(
                        "DELETE FROM tracking_artifact_deletion WHERE id = ?1", [.integer(entry.id)])
                }
                count += 1
                last = entry.id
            }
        }
    }
}
