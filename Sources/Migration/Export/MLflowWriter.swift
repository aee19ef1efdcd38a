import Core
import MLflow
import Platform

/// Writes into MLflow's tables, those of its schema `MLflowSchema.exported`.
///
/// What MLflow gives random identifiers (data sets, inputs) gets one that follows from what it is: an export that is
/// repeated makes the same.
final class MLflowWriter: MigrationWriter {
    private let transaction: Transaction
    /// The experiment of each run and logged model of this transaction.
    private var experiments: [MigrationKey: SQLValue] = [:]
    /// When each trace of this transaction began.
    private var traceTimes: [MigrationKey: SQLValue] = [:]

    init(_ transaction: Transaction) { self.transaction = transaction }

    private var sql: any SQLConnection { transaction.sql }

    /// What is exported stands in the event log of the server it comes from, not in MLflow's database.
    func finish(_ batch: MigrationBatch) {}

    func write(_ rows: MigrationRows) throws {
        switch rows.table.kind {
        case .experiment: try writeExperiments(rows)
        case .run: try writeRuns(rows)
        case .loggedModel: try writeLoggedModels(rows)
        case .trace: try writeTraces(rows)
        case .registeredModel: try writeModels(rows)
        case .webhook: try writeWebhooks(rows)
        }
    }

    /// Inserts rows, each made of one that is given.
    private func insert(
        _ rows: MigrationRows, into table: String, width: Int, suffix: String = "",
        _ values: (MigrationRow) throws -> [SQLValue]
    ) throws {
        var all: [SQLValue] = []
        all.reserveCapacity(rows.count * width)
        try rows.forEach { all += try values($0) }
        try sql.insert(into: table, width: width, suffix: suffix, values: all)
    }

    private func insert(_ rows: MigrationRows, into table: String) throws {
        try sql.insert(into: table, width: rows.table.columns.count, values: rows.values)
    }

    private func experiment(_ row: MigrationRow) throws -> SQLValue {
        guard let experiment = experiments[MigrationKey(row.key)] else {
            throw Failure(.bug, "a row of something that is not being written", cause: row.key)
        }
        return experiment
    }

    /// Empty stands for what is not there.
    private static func orNull(_ value: SQLValue) -> SQLValue { value == .text("") ? .null : value }

    /// 32 hexadecimal digits that follow from what something is.
    private static func identifier(_ what: String, _ parts: SQLValue...) -> String {
        var digest = RowSetDigest()
        digest.add(what, parts[...])
        return String(digest.text.prefix(32))
    }

    // MARK: - Experiments and runs

    private func writeExperiments(_ rows: MigrationRows) throws {
        guard rows.table == .experiments else {
            return try insert(rows, into: "experiment_tags (experiment_id, key, value)")
        }
        try insert(
            rows,
            into: """
                experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
                """, width: 6
        ) { [$0[0], $0[1], $0[2], $0[3], $0[4], $0[5]] }
        if sql.dialect == .postgresql {
            _ = try sql.first(
                """
                SELECT setval(pg_get_serial_sequence('experiments', 'experiment_id'), GREATEST(1, max(experiment_id)))
                FROM experiments
                """
            ) { $0.integer(0) }
        }
    }

    private func writeRuns(_ rows: MigrationRows) throws {
        switch rows.table {
        case .runs:
            try insert(
                rows,
                into: """
                    runs (run_uuid, experiment_id, name, user_id, status, start_time, end_time, artifact_uri,
                    lifecycle_stage, deleted_time, source_type, source_name, entry_point_name, source_version)
                    """, width: 14
            ) { row in
                experiments[MigrationKey(row.key)] = row[1]
                // Where a run's code was is in its tags; the columns are from before there were any.
                return Array(row.values) + ["UNKNOWN", "", "", ""]
            }
        case .metrics: try insert(rows, into: "metrics (run_uuid, key, value, is_nan, timestamp, step)")
        case .latestMetrics: try insert(rows, into: "latest_metrics (run_uuid, key, value, is_nan, timestamp, step)")
        case .parameters: try insert(rows, into: "params (run_uuid, key, value)")
        case .runTags: try insert(rows, into: "tags (run_uuid, key, value)")
        case .datasets: try writeDatasets(rows)
        case .datasetTags:
            try insert(rows, into: "input_tags (input_uuid, name, value)", width: 3) { row in
                [.text(Self.identifier("input", row[0], row[1], row[2])), row[3], row[4]]
            }
        case .modelInputs: try writeLinks(rows, "RUN_INPUT", "MODEL_INPUT")
        default: try writeLinks(rows, "RUN_OUTPUT", "MODEL_OUTPUT")
        }
    }

    private static let inputs = "inputs (input_uuid, source_type, source_id, destination_type, destination_id, step)"

    private func writeDatasets(_ rows: MigrationRows) throws {
        try insert(
            rows,
            into: """
                datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type, dataset_source,
                dataset_schema, dataset_profile)
                """, width: 8, suffix: "ON CONFLICT DO NOTHING"
        ) { row in
            let experiment = try experiment(row)
            let id = Self.identifier("dataset", experiment, row[1], row[2])
            return [.text(id), experiment, row[1], row[2], row[3], row[4], row[5], row[6]]
        }
        try insert(rows, into: Self.inputs, width: 6) { row in
            let dataset = Self.identifier("dataset", try experiment(row), row[1], row[2])
            return [
                .text(Self.identifier("input", row[0], row[1], row[2])), "DATASET", .text(dataset), "RUN", row[0], 0,
            ]
        }
    }

    private func writeLinks(_ rows: MigrationRows, _ source: String, _ destination: String) throws {
        try insert(rows, into: Self.inputs, width: 6) { row in
            [
                .text(Self.identifier(source, row[0], row[1])), .text(source), row[0], .text(destination), row[1],
                rows.table == .modelOutputs ? row[2] : 0,
            ]
        }
    }

    // MARK: - Logged models

    private func writeLoggedModels(_ rows: MigrationRows) throws {
        switch rows.table {
        case .loggedModels:
            try insert(
                rows,
                into: """
                    logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms,
                    last_updated_timestamp_ms, status, model_type, source_run_id, lifecycle_stage)
                    """, width: 10
            ) { row in
                experiments[MigrationKey(row.key)] = row[1]
                return Array(row.values.prefix(7)) + [Self.orNull(row[7]), Self.orNull(row[8]), row[9]]
            }
        case .loggedModelMetrics:
            try insert(
                rows,
                into: """
                    logged_model_metrics (model_id, metric_name, metric_value, metric_timestamp_ms, metric_step, run_id,
                    dataset_name, dataset_digest, experiment_id)
                    """, width: 9
            ) { row in
                [
                    row[0], row[1], row.integer(3) != 0 ? .null : row[2], row[4], row[5], row[6], Self.orNull(row[7]),
                    Self.orNull(row[8]), try experiment(row),
                ]
            }
        case .loggedModelParameters:
            try insert(
                rows, into: "logged_model_params (model_id, param_key, param_value, experiment_id)", width: 4
            ) { [$0[0], $0[1], $0[2], try experiment($0)] }
        default:
            try insert(
                rows, into: "logged_model_tags (model_id, tag_key, tag_value, experiment_id)", width: 4
            ) { [$0[0], $0[1], $0[2], try experiment($0)] }
        }
    }

    // MARK: - Traces

    private func writeTraces(_ rows: MigrationRows) throws {
        switch rows.table {
        case .traces:
            try insert(
                rows,
                into: """
                    trace_info (request_id, experiment_id, timestamp_ms, execution_time_ms, status, client_request_id,
                    request_preview, response_preview)
                    """, width: 8
            ) { row in
                experiments[MigrationKey(row.key)] = row[1]
                traceTimes[MigrationKey(row.key)] = row[2]
                return Array(row.values)
            }
        case .traceTags:
            try writePairs(rows, into: "trace_tags (request_id, key, value)") { key, value in
                key == TraceFigures.nameTag ? [("trace_name", .text(value))] : nil
            }
        case .traceMetadata:
            try writePairs(
                rows, into: "trace_request_metadata (request_id, key, value)", unless: TraceFigures.columns)
        case .traceRuns:
            try insert(
                rows,
                into: """
                    entity_associations (association_id, source_type, source_id, destination_type, destination_id)
                    """, width: 5
            ) { [.text(Self.identifier("association", $0[0], $0[1])), "trace", $0[0], "run", $0[1]] }
        default:
            try insert(rows, into: AssessmentRow.insertion, width: AssessmentRow.width) { row in
                let assessment = try AssessmentRow(trace: row.text(0), id: row.text(1), document: row.text(2))
                return assessment.values + [try experiment(row), traceTimes[MigrationKey(row.key)] ?? .null]
            }
        }
    }

    /// - Parameter unless: the columns of `trace_info` that a pair goes into instead.
    private func writePairs(
        _ rows: MigrationRows, into table: String,
        unless columns: (_ key: String, _ value: String) -> [(name: String, value: SQLValue)]?
    ) throws {
        var values: [SQLValue] = []
        try rows.forEach { row in
            guard let columns = columns(row.text(1), row.text(2)) else { return values += row.values }
            for column in columns {
                try sql.execute(
                    "UPDATE trace_info SET \(column.name) = ?2 WHERE request_id = ?1", [row[0], column.value])
            }
        }
        try sql.insert(into: table, width: 3, values: values)
    }

    // MARK: - Registered models and webhooks

    private func writeModels(_ rows: MigrationRows) throws {
        switch rows.table {
        case .registeredModels:
            try insert(rows, into: "registered_models (name, creation_time, last_updated_time, description)")
        case .registeredModelTags: try insert(rows, into: "registered_model_tags (name, key, value)")
        case .versionTags: try insert(rows, into: "model_version_tags (name, version, key, value)")
        case .aliases: try insert(rows, into: "registered_model_aliases (name, alias, version)")
        default: try insert(rows, into: Self.versions, width: 12, Self.version)
        }
    }

    private static let versions = """
        model_versions (name, version, creation_time, last_updated_time, description, user_id, current_stage, source,
        storage_location, run_id, run_link, status)
        """

    /// A deleted version says so where something else would stand, as in MLflow.
    private static func version(_ row: MigrationRow) -> [SQLValue] {
        guard row.text(6) == MigrationTable.deletedStage else {
            return Array(row.values.prefix(5)) + [orNull(row[5]), row[6], row[7], row[8], row[9], row[10], "READY"]
        }
        return Array(row.values.prefix(4)) + [
            .null, .null, row[6], "REDACTED-SOURCE-PATH", .null, "REDACTED-RUN-ID", "REDACTED-RUN-LINK", "READY",
        ]
    }

    private func writeWebhooks(_ rows: MigrationRows) throws {
        guard rows.table == .webhooks else {
            return try insert(rows, into: "webhook_events (webhook_id, entity, action)")
        }
        try insert(
            rows,
            into: """
                webhooks (webhook_id, name, description, url, status, creation_timestamp, last_updated_timestamp)
                """)
    }
}
