package import MLflow
package import Platform

/// MLflow's own database as one side of a migration: its tables in the form that both sides are compared in.
package struct MLflowDatabase: MigrationStore {
    let schema: MLflowSchema
    /// Whose experiments and models are meant, where the schema has workspaces.
    let workspace: String

    init(schema: MLflowSchema, workspace: String = Self.standardWorkspace) {
        self.schema = schema
        self.workspace = workspace
    }

    package static let standardWorkspace = "default"

    package var kinds: [MigrationKind] {
        MigrationKind.allCases.filter { kind in
            switch kind {
            case .loggedModel: schema.has(.loggedModels)
            case .webhook: schema.has(.webhooks)
            default: true
            }
        }
    }

    package func writer(_ kind: MigrationKind, _ transaction: Transaction) -> any MigrationWriter {
        MLflowWriter(transaction)
    }

    // MARK: - Keys

    package func selectKeys(_ kind: MigrationKind) -> String {
        let (key, source) =
            switch kind {
            case .experiment: ("x.experiment_id", "experiments x WHERE \(inWorkspace("x"))")
            case .run: ("x.run_uuid", "runs x WHERE \(inExperiments("x"))")
            case .loggedModel: ("x.model_id", "logged_models x WHERE \(inExperiments("x"))")
            case .trace: ("x.request_id", "trace_info x WHERE \(inExperiments("x"))")
            case .registeredModel: ("x.name", "registered_models x WHERE \(inWorkspace("x"))")
            case .webhook: ("x.webhook_id", "webhooks x WHERE x.deleted_timestamp IS NULL AND \(inWorkspace("x"))")
            }
        return "SELECT \(key) FROM \(source) AND \(key) > ?1 ORDER BY \(key) LIMIT ?2"
    }

    /// What a condition is when there are no workspaces.
    private static let always = "1 = 1"

    private func inWorkspace(_ table: String) -> String {
        guard schema.has(.workspaces) else { return Self.always }
        return
            "\(table).workspace = '\(workspace.replacing("'", with: "''"))'"
    }

    /// Rows whose experiment is in another workspace are not meant; rows whose experiment is nowhere are, so that they
    /// are found.
    private func inExperiments(_ table: String) -> String {
        guard schema.has(.workspaces) else { return Self.always }
        return """
            NOT EXISTS (SELECT 1 FROM experiments e WHERE e.experiment_id = \(table).experiment_id
            AND NOT (\(inWorkspace("e"))))
            """
    }

    // MARK: - Rows

    package func select(_ table: MigrationTable, keys: String) -> String {
        switch table.kind {
        case .experiment: experiments(table, keys)
        case .run: runs(table, keys)
        case .loggedModel: loggedModels(table, keys)
        case .trace: traces(table, keys)
        case .registeredModel: models(table, keys)
        case .webhook: webhooks(table, keys)
        }
    }

    private func experiments(_ table: MigrationTable, _ keys: String) -> String {
        switch table {
        case .experiments:
            """
            SELECT experiment_id, name, COALESCE(artifact_location, ''), COALESCE(lifecycle_stage, 'active'),
                COALESCE(creation_time, 0), COALESCE(last_update_time, creation_time, 0)
            FROM experiments WHERE experiment_id IN (\(keys))
            """
        default:
            "SELECT experiment_id, key, COALESCE(value, '') FROM experiment_tags WHERE experiment_id IN (\(keys))"
        }
    }

    private func runs(_ table: MigrationTable, _ keys: String) -> String {
        func points(_ source: String) -> String {
            """
            SELECT run_uuid, key, CASE WHEN is_nan THEN 0 ELSE value END, CASE WHEN is_nan THEN 1 ELSE 0 END,
                timestamp, step
            FROM \(source) WHERE run_uuid IN (\(keys))
            """
        }
        func linked(_ columns: String, _ more: String = "") -> String {
            """
            SELECT i.destination_id, d.name, d.digest, \(columns) FROM inputs i
            JOIN datasets d ON d.dataset_uuid = i.source_id \(more)
            WHERE i.destination_type = 'RUN' AND i.source_type = 'DATASET' AND i.destination_id IN (\(keys))
            """
        }
        return switch table {
        case .metrics: points("metrics")
        case .latestMetrics: points("latest_metrics").replacing("timestamp,", with: "COALESCE(timestamp, 0),")
        case .parameters: "SELECT run_uuid, key, value FROM params WHERE run_uuid IN (\(keys))"
        case .runTags: "SELECT run_uuid, key, COALESCE(value, '') FROM tags WHERE run_uuid IN (\(keys))"
        case .datasets: linked("d.dataset_source_type, d.dataset_source, d.dataset_schema, d.dataset_profile")
        case .datasetTags: linked("t.name, t.value", "JOIN input_tags t ON t.input_uuid = i.input_uuid")
        case .modelInputs:
            """
            SELECT source_id, destination_id FROM inputs
            WHERE source_type = 'RUN_INPUT' AND destination_type = 'MODEL_INPUT' AND source_id IN (\(keys))
            """
        case .modelOutputs:
            """
            SELECT source_id, destination_id, \(schema.has(.outputSteps) ? "step" : "0") FROM inputs
            WHERE source_type = 'RUN_OUTPUT' AND destination_type = 'MODEL_OUTPUT' AND source_id IN (\(keys))
            """
        default:
            // An old MLflow did not note when a run was deleted; its end is the nearest there is.
            """
            SELECT run_uuid, experiment_id, COALESCE(name, ''), COALESCE(user_id, ''), status, COALESCE(start_time, 0),
                end_time, COALESCE(artifact_uri, ''), COALESCE(lifecycle_stage, 'active'),
                CASE WHEN lifecycle_stage = '\(MigrationTable.deleted)'
                THEN COALESCE(deleted_time, end_time, start_time, 0) ELSE deleted_time END
            FROM runs WHERE run_uuid IN (\(keys))
            """
        }
    }

    private func loggedModels(_ table: MigrationTable, _ keys: String) -> String {
        switch table {
        case .loggedModelParameters:
            "SELECT model_id, param_key, param_value FROM logged_model_params WHERE model_id IN (\(keys))"
        case .loggedModelTags:
            "SELECT model_id, tag_key, tag_value FROM logged_model_tags WHERE model_id IN (\(keys))"
        case .loggedModelMetrics:
            // A number that is none is NULL in SQLite, which has no such double.
            """
            SELECT model_id, metric_name, COALESCE(metric_value, 0), CASE WHEN metric_value IS NULL THEN 1 ELSE 0 END,
                metric_timestamp_ms, metric_step, run_id, COALESCE(dataset_name, ''), COALESCE(dataset_digest, '')
            FROM logged_model_metrics WHERE model_id IN (\(keys))
            """
        default:
            """
            SELECT model_id, experiment_id, name, artifact_location, creation_timestamp_ms, last_updated_timestamp_ms,
                status, COALESCE(model_type, ''), COALESCE(source_run_id, ''), COALESCE(lifecycle_stage, 'active')
            FROM logged_models WHERE model_id IN (\(keys))
            """
        }
    }

    private func traces(_ table: MigrationTable, _ keys: String) -> String {
        switch table {
        // Where the spans are is said anew by whoever keeps them.
        case .traceTags:
            """
            SELECT request_id, key, COALESCE(value, '') FROM trace_tags
            WHERE request_id IN (\(keys)) AND key <> 'mlflow.trace.spansLocation'\(nameIsColumn(keys))
            """
        case .traceMetadata:
            """
            SELECT request_id, key, COALESCE(value, '') FROM trace_request_metadata
            WHERE request_id IN (\(keys))\(figuresAreColumns)
            """
        case .traceRuns:
            """
            SELECT source_id, destination_id FROM entity_associations
            WHERE source_type = 'trace' AND destination_type = 'run' AND source_id IN (\(keys))
            """
        case .assessments: AssessmentRow.select(keys)
        default:
            """
            SELECT request_id, experiment_id, timestamp_ms, execution_time_ms,
                CASE WHEN status IN ('TRACE_STATUS_UNSPECIFIED', 'UNSPECIFIED') THEN 'STATE_UNSPECIFIED'
                ELSE status END,
                \(schema.has(.tracePreviews) ? "client_request_id, request_preview, response_preview" : Self.noPreviews)
            FROM trace_info WHERE request_id IN (\(keys))
            """
        }
    }

    private func nameIsColumn(_ keys: String) -> String {
        guard schema.has(.traceFigures) else { return "" }
        return """
             AND key <> '\(TraceFigures.nameTag)' UNION ALL
            SELECT request_id, '\(TraceFigures.nameTag)', trace_name FROM trace_info
            WHERE request_id IN (\(keys)) AND trace_name IS NOT NULL
            """
    }

    /// They are read from their columns: see `RowReader`.
    private var figuresAreColumns: String {
        guard schema.has(.traceFigures) else { return "" }
        return " AND key NOT IN (\(TraceFigures.keys.map { "'\($0)'" }.joined(separator: ", ")))"
    }

    private static let noPreviews = "CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT)"

    private func models(_ table: MigrationTable, _ keys: String) -> String {
        let scope = "x.name IN (\(keys)) AND \(inWorkspace("x"))"
        func unlessDeleted(_ column: String, _ other: String = "''") -> String {
            "CASE WHEN x.current_stage = '\(MigrationTable.deletedStage)' THEN \(other) ELSE \(column) END"
        }
        return switch table {
        case .registeredModelTags:
            "SELECT x.name, x.key, COALESCE(x.value, '') FROM registered_model_tags x WHERE \(scope)"
        case .versions:
            """
            SELECT x.name, x.version, COALESCE(x.creation_time, 0), COALESCE(x.last_updated_time, x.creation_time, 0),
                \(unlessDeleted("x.description", "NULL")), \(unlessDeleted("COALESCE(x.user_id, '')")),
                COALESCE(x.current_stage, 'None'), \(unlessDeleted("COALESCE(x.source, '')")),
                \(unlessDeleted("COALESCE(x.storage_location, x.source, '')")),
                \(unlessDeleted("COALESCE(x.run_id, '')")), \(unlessDeleted("COALESCE(x.run_link, '')"))
            FROM model_versions x WHERE \(scope)
            """
        case .versionTags:
            """
            SELECT x.name, x.version, x.key, COALESCE(x.value, '') FROM model_version_tags x
            WHERE \(scope) AND NOT EXISTS (SELECT 1 FROM model_versions v WHERE v.name = x.name
            AND v.version = x.version AND v.current_stage = '\(MigrationTable.deletedStage)'
            \(schema.has(.workspaces) ? "AND v.workspace = x.workspace" : ""))
            """
        case .aliases: "SELECT x.name, x.alias, x.version FROM registered_model_aliases x WHERE \(scope)"
        default:
            """
            SELECT x.name, COALESCE(x.creation_time, 0), COALESCE(x.last_updated_time, x.creation_time, 0),
                x.description
            FROM registered_models x WHERE \(scope)
            """
        }
    }

    private func webhooks(_ table: MigrationTable, _ keys: String) -> String {
        switch table {
        case .webhookEvents: "SELECT webhook_id, entity, action FROM webhook_events WHERE webhook_id IN (\(keys))"
        default:
            // Secrets are encrypted with a key that only the old server has: see `WebhookMigrationWriter`.
            """
            SELECT webhook_id, name, description, url, CASE WHEN secret IS NULL THEN status ELSE 'DISABLED' END,
                COALESCE(creation_timestamp, 0), COALESCE(last_updated_timestamp, creation_timestamp, 0)
            FROM webhooks WHERE webhook_id IN (\(keys))
            """
        }
    }

    /// The tables of a kind that this schema has.
    package func tables(of kind: MigrationKind) -> [MigrationTable] {
        kind.tables.filter { table in
            switch table {
            case .traceRuns: schema.has(.associations)
            case .assessments: schema.has(.assessments)
            default: true
            }
        }
    }
}
