/// What a migration moves as a whole: one thing with all that belongs to it. It is written in one transaction and
/// compared as one.
package enum MigrationKind: String, CaseIterable, Sendable {
    // In the order in which they are written: a run needs its experiment.
    case experiment
    case run
    case loggedModel = "logged_model"
    case trace
    case registeredModel = "registered_model"
    case webhook

    /// The tables of it, that of the thing itself first.
    package var tables: [MigrationTable] { MigrationTable.allCases.filter { $0.kind == self } }

    /// Whether its key is a number in databases; on paper all keys are texts.
    package var hasNumericKey: Bool { self == .experiment }
}

/// The form in which both sides of a migration are read, compared and written: a table for each sort of row, with
/// columns that mean the same on both sides. MLflow's own tables are read into it (`Migration`), and each domain reads
/// and writes its own.
///
/// The first column of every table is the key of the thing that the row belongs to. Times are milliseconds since 1970.
package enum MigrationTable: String, CaseIterable, Sendable {
    case experiments
    case experimentTags = "experiment_tags"
    case runs
    case metrics
    case latestMetrics = "latest_metrics"
    case parameters
    case runTags = "tags"
    case datasets = "dataset_inputs"
    case datasetTags = "dataset_input_tags"
    case modelInputs = "model_inputs"
    case modelOutputs = "model_outputs"
    case loggedModels = "logged_models"
    case loggedModelParameters = "logged_model_parameters"
    case loggedModelTags = "logged_model_tags"
    case loggedModelMetrics = "logged_model_metrics"
    case traces
    case traceTags = "trace_tags"
    case traceMetadata = "trace_metadata"
    case traceRuns = "trace_runs"
    case assessments
    case registeredModels = "registered_models"
    case registeredModelTags = "registered_model_tags"
    case versions = "model_versions"
    case versionTags = "model_version_tags"
    case aliases
    case webhooks
    case webhookEvents = "webhook_events"

    /// A column: its name, and what its values may be.
    package struct Column: Sendable {
        package enum Values: Sendable {
            case text
            case integer
            /// A number, finite; the column behind it says whether it stands for NaN.
            case measure
            /// Where files are: what importing files may change.
            case place
        }

        package let name: String
        package let values: Values
        package let isOptional: Bool

        static func text(_ name: String) -> Column { Column(name: name, values: .text, isOptional: false) }
        static func integer(_ name: String) -> Column { Column(name: name, values: .integer, isOptional: false) }
        static func place(_ name: String) -> Column { Column(name: name, values: .place, isOptional: false) }
        /// Two columns: NaN is `0` with `is_nan` 1.
        static let measure = [
            Column(name: "value", values: .measure, isOptional: false), Column.integer("is_nan"),
        ]

        var optional: Column { Column(name: name, values: values, isOptional: true) }
    }

    package var kind: MigrationKind {
        switch self {
        case .experiments, .experimentTags: .experiment
        case .runs, .metrics, .latestMetrics, .parameters, .runTags, .datasets, .datasetTags, .modelInputs,
            .modelOutputs:
            .run
        case .loggedModels, .loggedModelParameters, .loggedModelTags, .loggedModelMetrics: .loggedModel
        case .traces, .traceTags, .traceMetadata, .traceRuns, .assessments: .trace
        case .registeredModels, .registeredModelTags, .versions, .versionTags, .aliases: .registeredModel
        case .webhooks, .webhookEvents: .webhook
        }
    }

    /// What `lifecycle` and `stage` say of what is deleted.
    package static let active = "active"
    package static let deleted = "deleted"
    /// The stage of a deleted version in MLflow's database: its number stays taken.
    package static let deletedStage = "Deleted_Internal"
}

// MARK: - Columns

extension MigrationTable {
    /// In the order in which `SELECT`s name them and rows hold them.
    package var columns: [Column] { Self.allColumns[self] ?? [] }

    private static let allColumns: [MigrationTable: [Column]] = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, $0.makeColumns()) })

    private func makeColumns() -> [Column] {
        switch self {
        case .experiments:
            [
                .integer("experiment_id"), .text("name"), .place("location"), .text("lifecycle"),
                .integer("created_at"), .integer("updated_at"),
            ]
        case .runs:
            [
                .text("run_id"), .integer("experiment_id"), .text("name"), .text("user_id"), .text("status"),
                .integer("start_time"), .integer("end_time").optional, .place("artifact_uri"), .text("lifecycle"),
                .integer("deleted_at").optional,
            ]
        case .metrics, .latestMetrics:
            [.text("run_id"), .text("key")] + Column.measure + [.integer("time"), .integer("step")]
        case .experimentTags: pairs(.integer("experiment_id"))
        case .parameters, .runTags: pairs(.text("run_id"))
        case .loggedModelParameters, .loggedModelTags: pairs(.text("model_id"))
        case .traceTags, .traceMetadata: pairs(.text("trace_id"))
        case .registeredModelTags: pairs(.text("name"))
        case .datasets:
            [
                .text("run_id"), .text("name"), .text("digest"), .text("source_type"), .text("source"),
                .text("schema").optional, .text("profile").optional,
            ]
        case .datasetTags: [.text("run_id"), .text("name"), .text("digest"), .text("key"), .text("value")]
        case .modelInputs: [.text("run_id"), .text("model_id")]
        case .modelOutputs: [.text("run_id"), .text("model_id"), .integer("step")]
        case .loggedModels:
            [
                .text("model_id"), .integer("experiment_id"), .text("name"), .place("artifact_uri"),
                .integer("created_at"), .integer("updated_at"), .integer("status"), .text("model_type"),
                .text("source_run_id"), .text("lifecycle"),
            ]
        case .loggedModelMetrics:
            [.text("model_id"), .text("key")] + Column.measure + [
                .integer("time"), .integer("step"), .text("run_id"), .text("dataset_name"), .text("dataset_digest"),
            ]
        case .traces:
            [
                .text("trace_id"), .integer("experiment_id"), .integer("request_time"), .integer("duration").optional,
                .text("state"), .text("client_request_id").optional, .text("request_preview").optional,
                .text("response_preview").optional,
            ]
        case .traceRuns: [.text("trace_id"), .text("run_id")]
        case .assessments: [.text("trace_id"), .text("assessment_id"), .text("body")]
        case .registeredModels:
            [.text("name"), .integer("created_at"), .integer("updated_at"), .text("description").optional]
        case .versions:
            [
                .text("name"), .integer("version"), .integer("created_at"), .integer("updated_at"),
                .text("description").optional, .text("author"), .text("stage"), .place("source"), .place("location"),
                .text("run_id"), .text("run_link"),
            ]
        case .versionTags: [.text("name"), .integer("version"), .text("key"), .text("value")]
        case .aliases: [.text("name"), .text("alias"), .integer("version")]
        case .webhooks:
            [
                .text("webhook_id"), .text("name"), .text("description").optional, .text("url"), .text("status"),
                .integer("created_at"), .integer("updated_at"),
            ]
        case .webhookEvents: [.text("webhook_id"), .text("entity"), .text("action")]
        }
    }

    private func pairs(_ key: Column) -> [Column] { [key, .text("key"), .text("value")] }
}
