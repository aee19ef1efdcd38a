/// The fields of each subject, from MLflow 3.18 (`SearchUtils` and its subclasses, the SQL store's checks, and
/// `search_logged_model_utils`).
extension SearchSchema {
    static func of(_ subject: SearchSubject) -> SearchSchema {
        switch subject {
        case .runs: runs
        case .experiments: experiments
        case .registeredModels: registeredModels
        case .modelVersions: modelVersions
        case .loggedModels: loggedModels
        case .traces: traces
        }
    }

    private static let numeric: [SearchOperator] = [.less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual]
    private static let text: [SearchOperator] = [.equal, .notEqual, .like, .ilike]
    private static let textAndLists: [SearchOperator] = text + [.in, .notIn]
    private static let textAndNull: [SearchOperator] = text + [.isNull, .isNotNull]
    private static let names: [SearchOperator] = [.equal, .notEqual, .in, .notIn]

    private static let runs = SearchSchema(
        attributePrefixes: ["attribute", "attributes", "attr", "run"],
        attributes: [
            Attribute("run_id", .text, textAndLists),
            Attribute("run_name", .text, text, inFilters: ["run name", "Run name", "Run Name"]),
            Attribute("user_id", .text, text),
            Attribute("status", .text, text),
            Attribute("artifact_uri", .text, text),
            Attribute("start_time", .number, numeric, spelled: ["created", "Created"]),
            Attribute("end_time", .number, numeric),
        ],
        families: [
            Family(entity: .metric, names: ["metric", "metrics"], kind: .number, operators: numeric, use: .both),
            Family(
                entity: .parameter, names: ["param", "params", "parameter", "parameters"], kind: .text,
                operators: textAndNull, use: .both),
            Family(entity: .tag, names: ["tag", "tags"], kind: .text, operators: textAndNull, use: .both),
            Family(
                entity: .dataset, names: ["dataset", "datasets"], kind: .text, operators: textAndLists,
                keys: ["name", "digest", "context"]),
        ],
        messages: RunMessages())

    private static let experiments = SearchSchema(
        attributePrefixes: ["attribute", "attributes"],
        attributes: [
            Attribute("name", .text, text),
            Attribute("experiment_id", .text, names),
            Attribute("creation_time", .number(whole: true, quoted: false), numeric),
            Attribute("last_update_time", .number(whole: true, quoted: false), numeric),
        ],
        families: [Family(entity: .tag, names: ["tag", "tags"], kind: .text, operators: textAndNull)],
        messages: ExperimentMessages())

    private static let registeredModels = SearchSchema(
        attributePrefixes: ["attribute"],
        attributes: [
            Attribute("name", .text, textAndLists),
            Attribute("creation_timestamp", .number(whole: true, quoted: false), numeric, use: .order),
            Attribute(
                "last_updated_timestamp", .number(whole: true, quoted: false), numeric, spelled: ["timestamp"],
                use: .order),
        ],
        families: [Family(entity: .tag, names: ["tag", "tags"], kind: .text, operators: text)],
        messages: RegistryMessages(subject: "registered model"))

    private static let modelVersions = SearchSchema(
        attributePrefixes: ["attribute"],
        attributes: [
            Attribute("name", .text, textAndLists),
            Attribute("version_number", .number(whole: true, quoted: true), numeric),
            Attribute("run_id", .text, textAndLists, use: .filter),
            Attribute("source_path", .text, text, use: .filter),
            Attribute("creation_timestamp", .number(whole: true, quoted: false), numeric, use: .order),
            Attribute("last_updated_timestamp", .number(whole: true, quoted: false), numeric, use: .order),
        ],
        families: [Family(entity: .tag, names: ["tag", "tags"], kind: .text, operators: text)],
        messages: RegistryMessages(subject: "model version"))

    private static let loggedModels = SearchSchema(
        attributePrefixes: ["attributes"],
        attributes: [
            Attribute("name", .text, textAndLists),
            Attribute("model_id", .text, textAndLists),
            Attribute("model_type", .text, textAndLists),
            Attribute("status", .text, names, values: ["UNSPECIFIED", "PENDING", "READY", "FAILED"]),
            Attribute("source_run_id", .text, textAndLists),
            Attribute("experiment_id", .text, textAndLists),
            Attribute("artifact_location", .text, textAndLists),
            Attribute("status_message", .text, textAndLists),
            Attribute(
                "creation_timestamp_ms", .number, numeric, spelled: ["creation_timestamp", "creation_time"]),
            Attribute("last_updated_timestamp_ms", .number, numeric, spelled: ["last_updated_timestamp"]),
        ],
        families: [
            Family(entity: .metric, names: ["metrics"], kind: .number, operators: numeric, use: .both),
            Family(entity: .parameter, names: ["params"], kind: .text, operators: textAndLists),
            Family(entity: .tag, names: ["tags"], kind: .text, operators: textAndLists),
        ],
        acceptsBareWords: true,
        messages: LoggedModelMessages())

    private static let traces = SearchSchema(
        attributePrefixes: ["attribute", "attributes", "trace"],
        attributes: [
            Attribute("request_id", .text, textAndLists),
            Attribute("client_request_id", .text, textAndLists, use: .filter),
            Attribute("experiment_id", .text, names, use: .order),
            Attribute("status", .text, textAndLists),
            Attribute("timestamp_ms", .number(whole: false, quoted: true), numeric, spelled: ["timestamp"]),
            Attribute("execution_time_ms", .number(whole: false, quoted: true), numeric, spelled: ["execution_time"]),
            Attribute("end_time_ms", .number(whole: false, quoted: true), numeric, spelled: ["end_time"]),
            Attribute("name", .text, textAndNull, field: SearchField(.tag, "mlflow.traceName")),
            Attribute("run_id", .text, textAndNull, field: SearchField(.metadata, "mlflow.sourceRun")),
        ],
        families: [
            Family(entity: .tag, names: ["tag", "tags"], kind: .text, operators: textAndNull, use: .both),
            Family(
                entity: .metadata, names: ["request_metadata", "metadata"], kind: .text, operators: textAndNull,
                use: .both),
        ],
        messages: TraceMessages())
}
