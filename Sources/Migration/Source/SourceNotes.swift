import Core
import MLflow
import Platform

/// What stands in MLflow's database and does not come along: rows that belong to nothing, and what Steward has no place
/// for. It is counted, so that nobody has to find out later.
struct SourceNotes {
    let database: MLflowDatabase
    let sql: any SQLConnection

    /// Rows whose owner is not there.
    func orphans() throws(Failure) -> [(table: String, count: Int64)] {
        var parts = [
            ("metrics", "run_uuid", "runs", "run_uuid"), ("latest_metrics", "run_uuid", "runs", "run_uuid"),
            ("params", "run_uuid", "runs", "run_uuid"), ("tags", "run_uuid", "runs", "run_uuid"),
            ("experiment_tags", "experiment_id", "experiments", "experiment_id"),
            ("model_versions", "name", "registered_models", "name"),
            ("registered_model_tags", "name", "registered_models", "name"),
            ("registered_model_aliases", "name", "registered_models", "name"),
            ("trace_tags", "request_id", "trace_info", "request_id"),
        ]
        if database.schema.has(.loggedModels) {
            parts += ["logged_model_params", "logged_model_tags", "logged_model_metrics"].map {
                ($0, "model_id", "logged_models", "model_id")
            }
        }
        var found: [(String, Int64)] = []
        for (table, column, owner, key) in parts {
            let count = try count(
                """
                SELECT count(*) FROM \(table) x
                WHERE NOT EXISTS (SELECT 1 FROM \(owner) o WHERE o.\(key) = x.\(column))
                """)
            if count > 0 { found.append((table, count)) }
        }
        return found
    }

    /// What there is no place for, by what people call it.
    func strangers() throws(Failure) -> [(what: String, count: Int64)] {
        let tables: [(MLflowSchema.Step, String, String)] = [
            (.evaluationDatasets, "evaluation_datasets", "evaluation data sets"),
            (.scorers, "scorers", "scorers"), (.secrets, "secrets", "secrets of the gateway"),
            (.secrets, "endpoints", "endpoints of the gateway"), (.budgets, "budget_policies", "budgets"),
            (.issues, "issues", "issues"), (.labels, "label_schemas", "label schemas"),
            (.reviews, "review_queues", "review queues"), (.toolServers, "mcp_servers", "MCP servers"),
            (.skills, "skills", "skills"),
        ]
        var found: [(String, Int64)] = []
        for (step, table, what) in tables where database.schema.has(step) {
            let count = try count("SELECT count(*) FROM \(table)")
            if count > 0 { found.append((what, count)) }
        }
        if database.schema.has(.workspaces) {
            for (table, what) in [("experiments", "experiments"), ("registered_models", "registered models")] {
                let count = try count(
                    "SELECT count(*) FROM \(table) WHERE workspace <> ?1", [.text(database.workspace)])
                if count > 0 { found.append(("\(what) of other workspaces", count)) }
            }
        }
        if database.schema.has(.webhooks) {
            let count = try count(
                "SELECT count(*) FROM webhooks WHERE secret IS NOT NULL AND deleted_timestamp IS NULL")
            if count > 0 { found.append(("secrets of webhooks, which are disabled until they get new ones", count)) }
        }
        return try found + strangersOfVersions() + strangersOfTraces()
    }

    /// A version or a logged model that failed comes as one that is ready, without the reason.
    private func strangersOfVersions() throws(Failure) -> [(what: String, count: Int64)] {
        var found: [(String, Int64)] = []
        let versions = try count(
            """
            SELECT count(*) FROM model_versions
            WHERE status <> 'READY' AND COALESCE(current_stage, '') <> '\(MigrationTable.deletedStage)'
            """)
        if versions > 0 { found.append(("states of versions that are not READY", versions)) }
        if database.schema.has(.loggedModels) {
            let messages = try count("SELECT count(*) FROM logged_models WHERE COALESCE(status_message, '') <> ''")
            if messages > 0 { found.append(("messages about the status of logged models", messages)) }
        }
        return found
    }

    /// Spans that are neither rows nor among the files.
    private func strangersOfTraces() throws(Failure) -> [(what: String, count: Int64)] {
        let known =
            database.schema.has(.spans)
            ? "AND NOT EXISTS (SELECT 1 FROM spans s WHERE s.trace_id = t.request_id AND s.content <> '')" : ""
        var found: [(String, Int64)] = []
        for (place, what) in [
            ("ARCHIVE_REPO", "the spans of traces in MLflow's archive"),
            ("TRACKING_STORE", "the spans of traces that only MLflow's database has"),
        ] {
            let count = try count(
                """
                SELECT count(*) FROM trace_tags t WHERE t.key = 'mlflow.trace.spansLocation' AND t.value = ?1 \(known)
                """, [.text(place)])
            if count > 0 { found.append((what, count)) }
        }
        return found
    }

    /// The spans of a trace that are rows, each a JSON document, in the order in which they began. (Those that MLflow
    /// has moved into its archive have no content.)
    func spans(of trace: String) throws(Failure) -> [String] {
        guard database.schema.has(.spans) else { return [] }
        do {
            return try sql.rows(
                """
                SELECT content FROM spans WHERE trace_id = ?1 AND content <> '' ORDER BY start_time_unix_nano, span_id
                """, [.text(trace)]
            ) { $0.text(0) }
        } catch {
            throw Failure(any: error)
        }
    }

    private func count(_ statement: String, _ arguments: [SQLValue] = []) throws(Failure) -> Int64 {
        do { return try sql.first(statement, arguments) { $0.integer(0) } ?? 0 } catch { throw Failure(any: error) }
    }
}
