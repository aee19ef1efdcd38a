package import MLflow
package import Platform

/// What this domain gives to a migration and takes from one: experiments, runs, logged models and traces.
package struct TrackingMigration: MigrationStore {
    /// Numbers of keys, remembered from one batch to the next.
    private let keys = MigratedKeys()

    package init() {}

    package let kinds: [MigrationKind] = [.experiment, .run, .loggedModel, .trace]

    /// Experiment 0, as long as nobody has used it.
    package func isPlaceholder(_ kind: MigrationKind, _ key: String, _ sql: any SQLConnection) throws -> Bool {
        guard kind == .experiment, key == "0" else { return false }
        return try sql.first(
            """
            SELECT 1 FROM tracking_experiment e WHERE id = 0 AND created_at = updated_at
            AND NOT EXISTS (SELECT 1 FROM tracking_experiment_tag WHERE experiment = 0)
            AND NOT EXISTS (SELECT 1 FROM tracking_run WHERE experiment = 0)
            AND NOT EXISTS (SELECT 1 FROM tracking_logged_model WHERE experiment = 0)
            AND NOT EXISTS (SELECT 1 FROM tracking_trace WHERE experiment = 0)
            """
        ) { _ in true } ?? false
    }

    package func writer(_ kind: MigrationKind, _ transaction: Transaction) throws -> any MigrationWriter {
        switch kind {
        case .experiment: ExperimentMigrationWriter(transaction)
        case .run: RunMigrationWriter(transaction, keys)
        case .loggedModel: LoggedModelMigrationWriter(transaction)
        default: TraceMigrationWriter(transaction)
        }
    }

    package func selectKeys(_ kind: MigrationKind) -> String {
        switch kind {
        case .experiment: "SELECT id FROM tracking_experiment WHERE id > ?1 ORDER BY id LIMIT ?2"
        case .run: "SELECT run_id FROM tracking_run WHERE run_id > ?1 ORDER BY run_id LIMIT ?2"
        case .loggedModel:
            "SELECT model_id FROM tracking_logged_model WHERE model_id > ?1 ORDER BY model_id LIMIT ?2"
        default: "SELECT trace_id FROM tracking_trace WHERE trace_id > ?1 ORDER BY trace_id LIMIT ?2"
        }
    }

    package func select(_ table: MigrationTable, keys: String) -> String {
        switch table.kind {
        case .experiment: Self.experiments(table, keys)
        case .run: Self.runs(table, keys)
        case .loggedModel: Self.loggedModels(table, keys)
        default: Self.traces(table, keys)
        }
    }

    // MARK: - Statements

    private static func lifecycle(_ isDeleted: String) -> String {
        "CASE WHEN \(isDeleted) THEN '\(MigrationTable.deleted)' ELSE '\(MigrationTable.active)' END"
    }

    private static func experiments(_ table: MigrationTable, _ keys: String) -> String {
        switch table {
        case .experiments:
            """
            SELECT id, name, location, \(lifecycle("deleted_at IS NOT NULL")), created_at, updated_at
            FROM tracking_experiment WHERE id IN (\(keys))
            """
        default: "SELECT experiment, key, value FROM tracking_experiment_tag WHERE experiment IN (\(keys))"
        }
    }

    private static func runs(_ table: MigrationTable, _ keys: String) -> String {
        func logged(_ columns: String, _ source: String) -> String {
            """
            SELECT r.run_id, k.name, \(columns) FROM tracking_run r JOIN \(source) l ON l.run = r.id
            JOIN tracking_key k ON k.id = l.key WHERE r.run_id IN (\(keys))
            """
        }
        func linked(_ columns: String, _ source: String) -> String {
            """
            SELECT r.run_id, \(columns) FROM tracking_run r JOIN \(source) l ON l.run = r.id
            WHERE r.run_id IN (\(keys))
            """
        }
        return switch table {
        case .metrics: logged("l.value, l.is_nan, l.time, l.step", "tracking_metric")
        case .latestMetrics: logged("l.value, l.is_nan, l.time, l.step", "tracking_latest")
        case .parameters: logged("l.value", "tracking_parameter")
        case .runTags: logged("l.value", "tracking_tag")
        case .datasets:
            """
            SELECT r.run_id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile FROM tracking_run r
            JOIN tracking_dataset_input i ON i.run = r.id JOIN tracking_dataset d ON d.id = i.dataset
            WHERE r.run_id IN (\(keys))
            """
        case .datasetTags:
            """
            SELECT r.run_id, d.name, d.digest, t.key, t.value FROM tracking_run r
            JOIN tracking_dataset_input i ON i.run = r.id JOIN tracking_dataset d ON d.id = i.dataset
            JOIN tracking_dataset_input_tag t ON t.input = i.id WHERE r.run_id IN (\(keys))
            """
        case .modelInputs: linked("l.model_id", "tracking_model_input")
        case .modelOutputs: linked("l.model_id, l.step", "tracking_model_output")
        default:
            """
            SELECT run_id, experiment, name, user_id, status, start_time, end_time, artifact_uri,
                \(lifecycle("is_deleted = 1")), deleted_at
            FROM tracking_run WHERE run_id IN (\(keys))
            """
        }
    }

    private static func loggedModels(_ table: MigrationTable, _ keys: String) -> String {
        func part(_ columns: String, _ source: String) -> String {
            """
            SELECT m.model_id, \(columns) FROM tracking_logged_model m JOIN \(source) l ON l.model = m.id
            WHERE m.model_id IN (\(keys))
            """
        }
        return switch table {
        case .loggedModelParameters: part("l.key, l.value", "tracking_logged_model_parameter")
        case .loggedModelTags: part("l.key, l.value", "tracking_logged_model_tag")
        case .loggedModelMetrics:
            part(
                "l.key, l.value, l.is_nan, l.time, l.step, l.run_id, l.dataset_name, l.dataset_digest",
                "tracking_logged_model_metric")
        default:
            """
            SELECT model_id, experiment, name, artifact_uri, created_at, updated_at, status, model_type, source_run_id,
                \(lifecycle("deleted_at IS NOT NULL"))
            FROM tracking_logged_model WHERE model_id IN (\(keys))
            """
        }
    }

    private static func traces(_ table: MigrationTable, _ keys: String) -> String {
        func part(_ columns: String, _ source: String) -> String {
            """
            SELECT t.trace_id, \(columns) FROM tracking_trace t JOIN \(source) l ON l.trace = t.id
            WHERE t.trace_id IN (\(keys))
            """
        }
        return switch table {
        case .traceTags: part("l.key, l.value", "tracking_trace_tag")
        case .traceMetadata: part("l.key, l.value", "tracking_trace_metadata")
        case .traceRuns: part("l.run_id", "tracking_trace_run")
        case .assessments: part("l.assessment_id, l.body", "tracking_trace_assessment")
        default:
            """
            SELECT trace_id, experiment, request_time, duration, state, client_request_id, request_preview,
                response_preview
            FROM tracking_trace WHERE trace_id IN (\(keys))
            """
        }
    }
}
