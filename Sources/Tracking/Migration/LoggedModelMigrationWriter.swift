import Core
import MLflow
import Platform

/// Writes migrated logged models with their parts.
final class LoggedModelMigrationWriter: MigrationWriter {
    private let transaction: Transaction
    private var numbers: [ExactText: Int64] = [:]

    init(_ transaction: Transaction) { self.transaction = transaction }

    private var sql: any SQLConnection { transaction.sql }

    func write(_ rows: MigrationRows) throws {
        switch rows.table {
        case .loggedModels: try writeModels(rows)
        case .loggedModelParameters: try writeParts(rows, into: "tracking_logged_model_parameter (model, key, value)")
        case .loggedModelTags: try writeParts(rows, into: "tracking_logged_model_tag (model, key, value)")
        default:
            try writeParts(
                rows,
                into: """
                    tracking_logged_model_metric
                    (model, key, value, is_nan, time, step, run_id, dataset_name, dataset_digest)
                    """)
        }
    }

    private func writeModels(_ rows: MigrationRows) throws {
        var values: [SQLValue] = []
        var ids: [SQLValue] = []
        rows.forEach { row in
            ids.append(row[0])
            values += row.values.dropLast()
            values.append(row.text(9) == MigrationTable.deleted ? row[5] : .null)
        }
        try sql.insert(
            into: """
                tracking_logged_model (model_id, experiment, name, artifact_uri, created_at, updated_at, status,
                model_type, source_run_id, deleted_at)
                """, width: 10, values: values)
        try sql.forEach(in: ids) { list, arguments in
            try sql.forEach("SELECT model_id, id FROM tracking_logged_model WHERE model_id IN (\(list))", arguments) {
                numbers[ExactText($0.text(0))] = $0.integer(1)
            }
        }
    }

    private func writeParts(_ rows: MigrationRows, into table: String) throws {
        var values: [SQLValue] = []
        values.reserveCapacity(rows.values.count)
        try rows.forEach { row in
            guard let number = numbers[ExactText(row.text(0))] else {
                throw Failure(.bug, "a part of a logged model that is not being written")
            }
            values.append(.integer(number))
            values += row.values.dropFirst()
        }
        try sql.insert(into: table, width: rows.table.columns.count, values: values)
    }

    func finish(_ batch: MigrationBatch) throws {
        transaction.record(
            Event(
                "tracking.logged-models-imported", Event.subject("import", batch.importID),
                [
                    "logged_models": .int(batch.digests.count), "rows": .integer(batch.digest.count),
                    "first": .string(batch.digests.first?.key ?? ""), "last": .string(batch.digests.last?.key ?? ""),
                    "digest": .string(batch.digest.text),
                ]), by: batch.origin)
    }
}
