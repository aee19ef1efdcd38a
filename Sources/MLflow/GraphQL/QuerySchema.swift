import Core

/// The schema of MLflow 3.18 as far as it reads, with its names of types, which pages keep in their caches. MLflow's
/// mutations change nothing either, but for a field that echoes a text; no page sends them.
enum QuerySchema {
    /// The calls behind the fields.
    static let calls = Array(fields.values) + [experimentOfRun, versionsOfRuns]

    private static let fields = [
        "mlflowGetExperiment": "GET experiments/get",
        "mlflowGetMetricHistoryBulkInterval": "GET metrics/get-history-bulk-interval",
        "mlflowGetRun": "GET runs/get",
        "mlflowListArtifacts": "GET artifacts/list",
        "mlflowSearchModelVersions": "GET model-versions/search",
        "mlflowSearchRuns": "POST runs/search",
    ]
    private static let experimentOfRun = "GET experiments/get"
    private static let versionsOfRuns = "GET model-versions/search"

    static func make() throws(GraphQLError) -> GraphQLSchema {
        var resolvers: [String: GraphQLResolver] = [
            "MlflowRunExtension.experiment": experiments, "MlflowRunExtension.modelVersions": modelVersions,
        ]
        for (field, call) in fields {
            resolvers["Query.\(field)"] = { batch in
                let input = batch.arguments.first { $0.name == "input" }?.value.members ?? []
                return [try await outcome { try await batch.calls.answer(call, input) }]
            }
        }
        return try GraphQLSchema(text, resolvers: resolvers, nullTypes: ["ApiError"])
    }

    /// What a client did wrong, or may not see, leaves a hole in the answer. What is wrong with the server ends it:
    /// pages try again then, and the log names it.
    private static func outcome(_ body: () async throws -> JSON) async throws -> GraphQLOutcome {
        do {
            return .value(try await body())
        } catch let failure as Failure where ![.bug, .unavailable, .exhausted].contains(failure.code) {
            var error = GraphQLError(MLflowErrors.message(of: failure))
            error.code = MLflowErrors.code(of: failure.code)
            return .failure(error)
        }
    }

    private static func text(_ run: JSON, _ name: String) -> String { run["info"]?[name]?.text ?? "" }

    /// Runs of a page are mostly of one experiment, which is asked for once.
    private static let experiments: GraphQLResolver = { batch in
        var known: [String: GraphQLOutcome] = [:]
        var outcomes: [GraphQLOutcome] = []
        for run in batch.parents {
            let id = text(run, "experiment_id")
            let found: GraphQLOutcome
            if let outcome = known[id] {
                found = outcome
            } else {
                found = try await outcome {
                    let message = [JSON.Member("experiment_id", .string(id))]
                    return try await batch.calls.answer(experimentOfRun, message)["experiment"] ?? .null
                }
                known[id] = found
            }
            outcomes.append(found)
        }
        return outcomes
    }

    /// Runs whose versions are searched for together.
    private static let runsOfSearch = 100

    private static let modelVersions: GraphQLResolver = { batch in
        let ids = Array(Set(batch.parents.map { text($0, "run_id") }))
        var versions: [String: [JSON]] = [:]
        var failures: [String: GraphQLOutcome] = [:]
        for start in stride(from: 0, to: ids.count, by: runsOfSearch) {
            let some = ids[start..<min(start + runsOfSearch, ids.count)]
            switch try await outcome({ .array(try await versionsOf(Array(some), batch.calls)) }) {
            case .value(let found):
                for version in found.elements ?? [] {
                    versions[version["run_id"]?.text ?? "", default: []].append(version)
                }
            case .failure(let error): for id in some { failures[id] = .failure(error) }
            }
        }
        return batch.parents.map { run in
            let id = text(run, "run_id")
            return failures[id] ?? .value(.array(versions[id] ?? []))
        }
    }

    /// - Parameter ids: identifiers of runs, which hold no quotation marks.
    private static func versionsOf(_ ids: [String], _ calls: InnerCalls) async throws -> [JSON] {
        let filter = "run_id IN (\(ids.sorted().map { "'\($0)'" }.joined(separator: ", ")))"
        var versions: [JSON] = []
        var token: JSON = .null
        repeat {
            let message = [JSON.Member("filter", .string(filter)), JSON.Member("page_token", token)]
            let page = try await calls.answer(versionsOfRuns, message)
            versions += page["model_versions"]?.elements ?? []
            token = page["next_page_token"] ?? .null
        } while token != .null
        return versions
    }
}

extension QuerySchema {
    private static let text = """
        type Query {
            mlflowGetExperiment(input: MlflowGetExperimentInput): MlflowGetExperimentResponse
            mlflowGetMetricHistoryBulkInterval(input: MlflowGetMetricHistoryBulkIntervalInput):
                MlflowGetMetricHistoryBulkIntervalResponse
            mlflowGetRun(input: MlflowGetRunInput): MlflowGetRunResponse
            mlflowListArtifacts(input: MlflowListArtifactsInput): MlflowListArtifactsResponse
            mlflowSearchModelVersions(input: MlflowSearchModelVersionsInput): MlflowSearchModelVersionsResponse
            mlflowSearchRuns(input: MlflowSearchRunsInput): MlflowSearchRunsResponse
        }
        type MlflowGetExperimentResponse {
            experiment: MlflowExperiment, apiError: ApiError
        }
        type MlflowExperiment {
            experimentId: String, name: String, artifactLocation: String, lifecycleStage: String,
            lastUpdateTime: LongString, creationTime: LongString, tags: [MlflowExperimentTag!],
            effectiveTraceArchivalRetention: String, workspace: String
        }
        type MlflowExperimentTag {
            key: String, value: String
        }
        type ApiError {
            code: String, message: String, helpUrl: String, traceId: String, errorDetails: [ErrorDetail]
        }
        type ErrorDetail {
            field: String, message: String
        }
        input MlflowGetExperimentInput {
            experimentId: String
        }
        type MlflowGetMetricHistoryBulkIntervalResponse {
            metrics: [MlflowMetricWithRunId!], apiError: ApiError
        }
        type MlflowMetricWithRunId {
            key: String, value: Float, timestamp: LongString, step: LongString, runId: String
        }
        input MlflowGetMetricHistoryBulkIntervalInput {
            runIds: [String], metricKey: String, startStep: Int, endStep: Int, maxResults: Int
        }
        type MlflowGetRunResponse {
            run: MlflowRunExtension, apiError: ApiError
        }
        type MlflowRunExtension {
            info: MlflowRunInfo, data: MlflowRunData, inputs: MlflowRunInputs, outputs: MlflowRunOutputs,
            experiment: MlflowExperiment, modelVersions: [MlflowModelVersion!]
        }
        type MlflowRunInfo {
            runId: String, runUuid: String, runName: String, experimentId: String, userId: String,
            status: MlflowRunStatus, startTime: LongString, endTime: LongString, artifactUri: String,
            lifecycleStage: String
        }
        enum MlflowRunStatus {
            RUNNING, SCHEDULED, FINISHED, FAILED, KILLED
        }
        type MlflowRunData {
            metrics: [MlflowMetricExtension!], params: [MlflowParam!], tags: [MlflowRunTag!]
        }
        type MlflowMetricExtension {
            key: String, value: Float, timestamp: LongString, step: LongString, datasetName: String,
            datasetDigest: String, modelId: String, runId: String
        }
        type MlflowParam {
            key: String, value: String
        }
        type MlflowRunTag {
            key: String, value: String
        }
        type MlflowRunInputs {
            datasetInputs: [MlflowDatasetInput!], modelInputs: [MlflowModelInput!]
        }
        type MlflowDatasetInput {
            tags: [MlflowInputTag!], dataset: MlflowDataset
        }
        type MlflowInputTag {
            key: String, value: String
        }
        type MlflowDataset {
            name: String, digest: String, sourceType: String, source: String, schema: String, profile: String
        }
        type MlflowModelInput {
            modelId: String
        }
        type MlflowRunOutputs {
            modelOutputs: [MlflowModelOutput!]
        }
        type MlflowModelOutput {
            modelId: String, step: LongString
        }
        type MlflowModelVersion {
            name: String, version: String, creationTimestamp: LongString, lastUpdatedTimestamp: LongString,
            userId: String, currentStage: String, description: String, source: String, runId: String,
            status: MlflowModelVersionStatus, statusMessage: String, tags: [MlflowModelVersionTag!],
            runLink: String, aliases: [String], modelId: String, modelParams: [MlflowModelParam!],
            modelMetrics: [MlflowModelMetric!], deploymentJobState: MlflowModelVersionDeploymentJobState
        }
        enum MlflowModelVersionStatus {
            PENDING_REGISTRATION, FAILED_REGISTRATION, READY
        }
        type MlflowModelVersionTag {
            key: String, value: String
        }
        type MlflowModelParam {
            name: String, value: String
        }
        type MlflowModelMetric {
            key: String, value: Float, timestamp: LongString, step: LongString, datasetName: String,
            datasetDigest: String, modelId: String, runId: String
        }
        type MlflowModelVersionDeploymentJobState {
            jobId: String, runId: String, jobState: MlflowDeploymentJobConnectionState,
            runState: MlflowModelVersionDeploymentJobStateDeploymentJobRunState, currentTaskName: String
        }
        enum MlflowDeploymentJobConnectionState {
            DEPLOYMENT_JOB_CONNECTION_STATE_UNSPECIFIED, NOT_SET_UP, CONNECTED, NOT_FOUND,
            REQUIRED_PARAMETERS_CHANGED
        }
        enum MlflowModelVersionDeploymentJobStateDeploymentJobRunState {
            DEPLOYMENT_JOB_RUN_STATE_UNSPECIFIED, NO_VALID_DEPLOYMENT_JOB_FOUND, RUNNING, SUCCEEDED, FAILED,
            PENDING, APPROVAL
        }
        input MlflowGetRunInput {
            runId: String, runUuid: String
        }
        type MlflowListArtifactsResponse {
            rootUri: String, files: [MlflowFileInfo!], nextPageToken: String, apiError: ApiError
        }
        type MlflowFileInfo {
            path: String, isDir: Boolean, fileSize: LongString
        }
        input MlflowListArtifactsInput {
            runId: String, runUuid: String, path: String, pageToken: String
        }
        type MlflowSearchModelVersionsResponse {
            modelVersions: [MlflowModelVersion!], nextPageToken: String, apiError: ApiError
        }
        input MlflowSearchModelVersionsInput {
            filter: String, maxResults: LongString, orderBy: [String], pageToken: String
        }
        type MlflowSearchRunsResponse {
            runs: [MlflowRunExtension!], nextPageToken: String, apiError: ApiError
        }
        input MlflowSearchRunsInput {
            experimentIds: [String], filter: String, runViewType: MlflowViewType, maxResults: Int,
            orderBy: [String], pageToken: String
        }
        enum MlflowViewType {
            ACTIVE_ONLY, DELETED_ONLY, ALL
        }
        """
}
