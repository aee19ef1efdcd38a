import Core
import MLflow
import Platform

/// Writes migrated experiments under the numbers they had.
final class ExperimentMigrationWriter: MigrationWriter {
    private let transaction: Transaction
    private var experiments: [(id: Int64, name: String, location: String)] = []

    init(_ transaction: Transaction) { self.transaction = transaction }

    private var sql: any SQLConnection { transaction.sql }

    func write(_ rows: MigrationRows) throws {
        guard rows.table == .experiments else {
            try sql.insert(
                into: "tracking_experiment_tag (experiment, key, value)", width: 3, values: rows.values)
            return
        }
        var values: [SQLValue] = []
        rows.forEach { row in
            experiments.append((row.integer(0), row.text(1), row.text(2)))
            let deletedAt: SQLValue = row.text(3) == MigrationTable.deleted ? row[5] : .null
            values += [row[0], row[1], row[2], row[4], row[5], deletedAt]
        }
        // Only experiment 0 can be there: every database is made with an empty one, which gives way.
        try sql.insert(
            into: "tracking_experiment (id, name, location, created_at, updated_at, deleted_at)", width: 6,
            suffix: """
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, location = excluded.location,
                created_at = excluded.created_at, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at
                """, values: values)
        if sql.dialect == .postgresql {
            // The numbers of later experiments go on behind these. (SQLite sees to it by itself.)
            _ = try sql.first(
                """
                SELECT setval(pg_get_serial_sequence('tracking_experiment', 'id'), GREATEST(1, max(id)))
                FROM tracking_experiment
                """
            ) { $0.integer(0) }
        }
    }

    func finish(_ batch: MigrationBatch) throws {
        let digests = Dictionary(batch.digests.map { ($0.key, $0.digest) }) { first, _ in first }
        for experiment in experiments {
            transaction.record(
                Event(
                    "tracking.experiment-imported", ExperimentStore.subject(experiment.id),
                    [
                        "name": .eventText(experiment.name), "location": .eventText(experiment.location),
                        "digest": .string(digests[String(experiment.id)]?.text ?? ""),
                        "import": .string(batch.importID),
                    ]), by: batch.origin)
        }
    }
}
