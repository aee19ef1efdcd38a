import Core
import MLflow
import Platform

/// What this server tells clients of MLflow 3 about itself. What is not named here counts as absent for them.
struct ServerInfoCall {
    var endpoints: [Endpoint] {
        [Endpoint].mlflow("GET", "mlflow/server-info", .anyone, .reads, "What this server can do.", version: "3.0") {
            _, _ in
            .json(
                .record([
                    "store_type": .string("SqlStore"), "workspaces_enabled": .bool(false),
                    "trace_archival_enabled": .bool(false), "multipart_uploads_enabled": .bool(true),
                    "multipart_downloads_enabled": .bool(false), "artifact_serving_enabled": .bool(true),
                    "presigned_upload_run_id_supported": .bool(false),
                    "presigned_upload_model_id_supported": .bool(false),
                    "model_artifact_presigned_downloads_supported": .bool(false),
                    "features_enabled": .record([
                        "gateway": .bool(false), "scheduled_issue_detection": .bool(false),
                    ]), "tracking_auth": .string(""), "artifacts_presigned_only": .bool(false),
                ]))
        }
    }
}
