import Core
import MLflow
import Platform

/// What a search for logged models asks for.
struct LoggedModelQuery: Sendable {
    /// Only points of these datasets count where metrics are compared or sorted by.
    struct DatasetFilter: Sendable {
        let name: String
        /// Any when nil.
        let digest: String?
    }

    struct Ordering: Sendable {
        let by: SearchOrdering
        /// For a metric: only points of this dataset count.
        let datasetName: String?
        let datasetDigest: String?
    }

    var experiments: [Int64]
    /// Experiments that may not be read count as empty.
    var rights: Rights
    var conditions: [SearchComparison]
    var datasets: [DatasetFilter]
    var orderings: [Ordering]
    var limit: Int
}

/// Columns of logged models by the names searches have for them.
enum LoggedModelColumn: String, Sendable, CaseIterable {
    case modelID = "model_id"
    case experimentID = "experiment_id"
    case name
    case artifactLocation = "artifact_location"
    case created = "creation_timestamp_ms"
    case updated = "last_updated_timestamp_ms"
    case status
    case statusMessage = "status_message"
    case modelType = "model_type"
    case sourceRunID = "source_run_id"

    var sql: String {
        switch self {
        case .modelID: "l.model_id"
        case .experimentID: "l.experiment"
        case .name: "l.name"
        case .artifactLocation: "l.artifact_uri"
        case .created: "l.created_at"
        case .updated: "l.updated_at"
        case .status: "l.status"
        // This server never has one.
        case .statusMessage: "CAST(NULL AS TEXT)"
        case .modelType: "l.model_type"
        case .sourceRunID: "l.source_run_id"
        }
    }

    var isText: Bool {
        switch self {
        case .created, .updated, .status, .experimentID: false
        case .modelID, .name, .artifactLocation, .statusMessage, .modelType, .sourceRunID: true
        }
    }
}
