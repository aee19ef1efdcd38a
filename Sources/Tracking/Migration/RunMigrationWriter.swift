import Core
import MLflow
import Platform

/// Writes migrated runs with all that was logged to them.
final class RunMigrationWriter: MigrationWriter {
    private let transaction: Transaction
    private let keys: MigratedKeys
    /// The numbers of the runs of this transaction, and of their experiments.
    private var runs: [ExactText: (row: Int64, experiment: Int64)] = [:]
    private var datasets: [DatasetPlace: Int64] = [:]
    private var inputs: [InputPlace: Int64] = [:]

    /// What makes a data set one and the same.
    private struct DatasetPlace: Hashable {
        let experiment: Int64
        let name: ExactText
        let digest: ExactText
    }

    private struct InputPlace: Hashable {
        let run: Int64
        let dataset: Int64
    }

    init(_ transaction: Transaction, _ keys: MigratedKeys) {
        self.transaction = transaction
        self.keys = keys
    }

    private var sql: any SQLConnection { transaction.sql }

    func write(_ rows: MigrationRows) throws {
        switch rows.table {
        case .runs: try writeRuns(rows)
        case .metrics: try writePoints(rows, into: "tracking_metric (run, key, value, is_nan, time, step)")
        case .latestMetrics: try writeLatest(rows)
        case .parameters: try writePairs(rows, into: "tracking_parameter (run, key, experiment, value)")
        case .runTags: try writePairs(rows, into: "tracking_tag (run, key, experiment, value)")
        case .datasets: try writeDatasets(rows)
        case .datasetTags: try writeDatasetTags(rows)
        case .modelInputs: try writeLinks(rows, into: "tracking_model_input (run, model_id)")
        case .modelOutputs: try writeLinks(rows, into: "tracking_model_output (run, model_id, step)")
        default: throw Failure(.bug, "runs have no \(rows.table.rawValue)")
        }
    }

    func finish(_ batch: MigrationBatch) throws {
        transaction.record(
            Event(
                "tracking.runs-imported", Event.subject("import", batch.importID),
                [
                    "runs": .int(batch.digests.count), "rows": .integer(batch.digest.count),
                    "first": .string(batch.digests.first?.key ?? ""), "last": .string(batch.digests.last?.key ?? ""),
                    "digest": .string(batch.digest.text),
                ]), by: batch.origin)
    }

    private func writeRuns(_ rows: MigrationRows) throws {
        var values: [SQLValue] = []
        values.reserveCapacity(rows.count * 10)
        var ids: [SQLValue] = []
        rows.forEach { row in
            ids.append(row[0])
            values += row.values.prefix(8)
            values += [.flag(row.text(8) == MigrationTable.deleted), row[9]]
        }
        try sql.insert(
            into: """
                tracking_run (run_id, experiment, name, user_id, status, start_time, end_time, artifact_uri, is_deleted,
                deleted_at)
                """, width: 10, values: values)
        try sql.forEach(in: ids) { list, arguments in
            try sql.forEach("SELECT run_id, id, experiment FROM tracking_run WHERE run_id IN (\(list))", arguments) {
                runs[ExactText($0.text(0))] = ($0.integer(1), $0.integer(2))
            }
        }
    }

    private func run(_ row: MigrationRow) throws -> (row: Int64, experiment: Int64) {
        guard let run = runs[ExactText(row.text(0))] else {
            throw Failure(.bug, "a row of a run that is not being written", cause: row.text(0))
        }
        return run
    }

    // MARK: - What was logged

    private func numbers(_ rows: MigrationRows) throws -> [ExactText: Int64] {
        var names: Set<ExactText> = []
        rows.forEach { names.insert(ExactText($0.text(1))) }
        return try keys.numbers(of: names, transaction)
    }

    private func writePoints(_ rows: MigrationRows, into table: String) throws {
        let numbers = try numbers(rows)
        var values: [SQLValue] = []
        values.reserveCapacity(rows.count * 6)
        try rows.forEach { row in
            values += [.integer(try run(row).row), .integer(numbers[ExactText(row.text(1))] ?? 0)]
            values += row.values.suffix(4)
        }
        try sql.insert(into: table, width: 6, values: values)
    }

    private func writeLatest(_ rows: MigrationRows) throws {
        let numbers = try numbers(rows)
        var values: [SQLValue] = []
        values.reserveCapacity(rows.count * 7)
        try rows.forEach { row in
            let run = try run(row)
            values += [
                .integer(run.row), .integer(numbers[ExactText(row.text(1))] ?? 0), .integer(run.experiment),
            ]
            values += row.values.suffix(4)
        }
        try sql.insert(
            into: "tracking_latest (run, key, experiment, value, is_nan, time, step)", width: 7, values: values)
    }

    private func writePairs(_ rows: MigrationRows, into table: String) throws {
        let numbers = try numbers(rows)
        var values: [SQLValue] = []
        values.reserveCapacity(rows.count * 4)
        try rows.forEach { row in
            let run = try run(row)
            values += [
                .integer(run.row), .integer(numbers[ExactText(row.text(1))] ?? 0), .integer(run.experiment), row[2],
            ]
        }
        try sql.insert(into: table, width: 4, values: values)
    }

    // MARK: - Inputs and outputs

    private func writeLinks(_ rows: MigrationRows, into table: String) throws {
        var values: [SQLValue] = []
        try rows.forEach { row in
            values.append(.integer(try run(row).row))
            values += row.values.dropFirst()
        }
        try sql.insert(into: table, width: rows.table.columns.count, values: values)
    }

    private func writeDatasets(_ rows: MigrationRows) throws {
        try rows.forEach { row in
            let run = try run(row)
            let dataset = try identify(row, run.experiment)
            let input = try sql.first(
                "INSERT INTO tracking_dataset_input (run, dataset) VALUES (?1, ?2) RETURNING id",
                [.integer(run.row), .integer(dataset)]
            ) { $0.integer(0) }
            inputs[InputPlace(run: run.row, dataset: dataset)] = input
        }
    }

    /// The number of the data set of a row; it is stored when it is new. What is stored stays as it came first.
    private func identify(_ row: MigrationRow, _ experiment: Int64) throws -> Int64 {
        let place = DatasetPlace(
            experiment: experiment, name: ExactText(row.text(1)), digest: ExactText(row.text(2)))
        if let known = datasets[place] { return known }
        let number = try RunLinkStore(sql).identify(
            Dataset(
                name: row.text(1), digest: row.text(2), sourceType: row.text(3), source: row.text(4),
                schema: row[5] == .null ? nil : row.text(5), profile: row[6] == .null ? nil : row.text(6)),
            experiment)
        datasets[place] = number
        return number
    }

    private func writeDatasetTags(_ rows: MigrationRows) throws {
        var values: [SQLValue] = []
        try rows.forEach { row in
            let run = try run(row)
            let place = DatasetPlace(
                experiment: run.experiment, name: ExactText(row.text(1)), digest: ExactText(row.text(2)))
            guard let dataset = datasets[place], let input = inputs[InputPlace(run: run.row, dataset: dataset)] else {
                throw Failure(.bug, "a tag of a data set that is not being written")
            }
            values += [.integer(input), row[3], row[4]]
        }
        try sql.insert(into: "tracking_dataset_input_tag (input, key, value)", width: 3, values: values)
    }
}
