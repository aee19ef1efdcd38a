import Testing

/// What every endpoint asks for, made by hand, with a request that shows it: a declaration that is wrong does not agree
/// with this list, and an endpoint that is not here is reported.
///
/// A line is: level, scope, method, target, body. The level is the least over everything that lets somebody in. The
/// scope says what happens to those who do not hold it: `all` refuses them, `some` asks for rights over what the
/// request names, `list` leaves out what they may not read. `anyone` and `signed-in` have no scope. `api+` stands for
/// both prefixes of MLflow's protocol. Words in braces are filled in by `Places`; each of them names something rights
/// are about, except for those in `Places.plain`.
enum EndpointTable {
    struct Row: Sendable, CustomStringConvertible {
        let level: String
        let scope: String
        let method: String
        /// With the query.
        let target: String
        let body: String?
        /// For people: forms are sent as browsers send them.
        let isPage: Bool

        var description: String { "\(method) \(target)\(body.map { " \($0)" } ?? "")" }
    }

    static let rows =
        rows(server + tracking + artifacts + traces + native + registry + webhooks + people + stock)
        + rows(pages, isPage: true)

    private static func rows(_ table: String, isPage: Bool = false) -> [Row] {
        table.split(separator: "\n").flatMap { line -> [Row] in
            let words = line.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: true).map(String.init)
            guard words.count >= 4 else {
                Issue.record("the table has a line of \(words.count) words: \(line)")
                return []
            }
            let targets =
                words[3].hasPrefix("/api+") ? ["/api", "/ajax-api"].map { $0 + words[3].dropFirst(5) } : [words[3]]
            return targets.map {
                Row(
                    level: words[0], scope: words[1], method: words[2], target: $0,
                    body: words.count > 4 ? words[4] : nil, isPage: isPage)
            }
        }
    }

    private static let server = """
        anyone - GET /health
        anyone - GET /ready
        anyone - GET /version
        anyone - GET /openapi.json
        anyone - GET /api+/3.0/mlflow/server-info
        read all GET /metrics
        read all GET /audit/checkpoint
        read all GET /audit/tile/0/000.p/1
        read all GET /audit/proof/0
        read all GET /audit/consistency?old=1&new=1
        read all GET /audit/key
        read all GET /api/v1/events

        """

    /// What MLflow's own pages ask for. The fields of GraphQL are calls of their own.
    private static let stock = """
        signed-in - POST /graphql {"query":"query { __typename }"}
        signed-in - GET /ajax-api/3.0/mlflow/ui-telemetry
        signed-in - POST /ajax-api/3.0/mlflow/ui-telemetry {}
        signed-in - GET /ajax-api/2.0/mlflow/gateway-proxy
        signed-in - GET /ajax-api/3.0/mlflow/scorers/list
        signed-in - POST /ajax-api/3.0/mlflow/issues/search {}
        signed-in - POST /ajax-api/3.0/mlflow/datasets/search {}
        signed-in - GET /ajax-api/3.0/mlflow/review-queues/list
        signed-in - GET /ajax-api/3.0/mlflow/label-schemas/list

        """

    private static let tracking = """
        edit some POST /api+/2.0/mlflow/experiments/create {"name":"{new}"}
        edit some POST /api+/2.0/mlflow/experiments/create {"name":"team-a-x","artifact_location":"mlflow-artifacts:/{place}/x"}
        read some GET /api+/2.0/mlflow/experiments/get?experiment_id={experiment}
        read some GET /api+/2.0/mlflow/experiments/get-by-name?experiment_name={experiment_name}
        edit some POST /api+/2.0/mlflow/experiments/update {"experiment_id":"{experiment}","new_name":"{new}"}
        manage some POST /api+/2.0/mlflow/experiments/delete {"experiment_id":"{experiment}"}
        manage some POST /api+/2.0/mlflow/experiments/restore {"experiment_id":"{deleted_experiment}"}
        edit some POST /api+/2.0/mlflow/experiments/set-experiment-tag {"experiment_id":"{experiment}","key":"k","value":"v"}
        edit some POST /api+/2.0/mlflow/experiments/delete-experiment-tag {"experiment_id":"{experiment}","key":"tag"}
        read list POST /api+/2.0/mlflow/experiments/search {"max_results":100,"view_type":"ALL"}
        read list GET /api+/2.0/mlflow/experiments/search?max_results=100
        edit some POST /api+/2.0/mlflow/runs/create {"experiment_id":"{experiment}"}
        read some GET /api+/2.0/mlflow/runs/get?run_id={run}
        edit some POST /api+/2.0/mlflow/runs/update {"run_id":"{run}","status":"FINISHED"}
        manage some POST /api+/2.0/mlflow/runs/delete {"run_id":"{run}"}
        manage some POST /api+/2.0/mlflow/runs/restore {"run_id":"{deleted_run}"}
        read list POST /api+/2.0/mlflow/runs/search {"experiment_ids":["{experiment}"],"run_view_type":"ALL"}
        edit some POST /api+/2.0/mlflow/runs/log-metric {"run_id":"{run}","key":"m","value":1,"timestamp":1}
        edit some POST /api+/2.0/mlflow/runs/log-metric {"run_id":"{run}","key":"m","value":1,"timestamp":1,"model_id":"{logged_model}"}
        edit some POST /api+/2.0/mlflow/runs/log-parameter {"run_id":"{run}","key":"q","value":"1"}
        edit some POST /api+/2.0/mlflow/runs/set-tag {"run_id":"{run}","key":"t","value":"1"}
        edit some POST /api+/2.0/mlflow/runs/delete-tag {"run_id":"{run}","key":"tag"}
        edit some POST /api+/2.0/mlflow/runs/log-batch {"run_id":"{run}","tags":[{"key":"t","value":"1"}]}
        edit some POST /api+/2.0/mlflow/runs/log-batch {"run_id":"{run}","metrics":[{"key":"m","value":1,"timestamp":1,"model_id":"{logged_model}"}]}
        read some GET /api+/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=loss
        read list GET /ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id={run}&metric_key=loss
        read list GET /api+/2.0/mlflow/metrics/get-history-bulk-interval?run_ids={run}&metric_key=loss
        edit some POST /api+/2.0/mlflow/runs/log-inputs {"run_id":"{run}","datasets":[{"dataset":{"name":"d","digest":"1","source_type":"x","source":"y"}}],"models":[{"model_id":"{logged_model}"}]}
        edit some POST /api+/2.0/mlflow/runs/outputs {"run_id":"{run}","models":[{"model_id":"{logged_model}","step":1}]}
        edit some POST /api+/2.0/mlflow/runs/log-model {"run_id":"{run}","model_json":"{\\"artifact_path\\":\\"m\\",\\"flavors\\":{},\\"run_id\\":\\"r\\",\\"utc_time_created\\":\\"t\\"}"}
        read list POST /ajax-api/2.0/mlflow/experiments/search-datasets {"experiment_ids":["{experiment}"]}
        edit some POST /api+/2.0/mlflow/logged-models {"experiment_id":"{experiment}","name":"n","source_run_id":"{run}"}
        edit some PATCH /api+/2.0/mlflow/logged-models/{logged_model} {"status":"LOGGED_MODEL_READY"}
        read some GET /api+/2.0/mlflow/logged-models/{logged_model}
        manage some DELETE /api+/2.0/mlflow/logged-models/{logged_model}
        edit some PATCH /api+/2.0/mlflow/logged-models/{logged_model}/tags {"tags":[{"key":"t","value":"1"}]}
        edit some DELETE /api+/2.0/mlflow/logged-models/{logged_model}/tags/tag
        edit some POST /api+/2.0/mlflow/logged-models/{logged_model}/params {"params":[{"key":"p","value":"1"}]}
        read list POST /api+/2.0/mlflow/logged-models/search {"experiment_ids":["{experiment}"]}

        """

    private static let artifacts = """
        read some GET /api+/2.0/mlflow-artifacts/artifacts?path={folder}
        read some GET /api+/2.0/mlflow-artifacts/artifacts/{folder}/file.txt
        edit some PUT /api+/2.0/mlflow-artifacts/artifacts/{folder}/new.txt content
        manage some DELETE /api+/2.0/mlflow-artifacts/artifacts/{folder}/file.txt
        read some GET /api+/2.0/mlflow-artifacts/presigned/{folder}/file.txt
        edit some POST /api+/2.0/mlflow-artifacts/mpu/create/{folder} {"path":"big.bin","num_parts":1}
        edit some POST /api+/2.0/mlflow-artifacts/mpu/complete/{folder} {"path":"begun.bin","upload_id":"{upload}","parts":[{"part_number":1,"etag":"e"}]}
        edit some POST /api+/2.0/mlflow-artifacts/mpu/abort/{folder} {"path":"begun.bin","upload_id":"{upload}"}
        anyone - PUT /api+/2.0/mlflow-artifacts/mpu/part/none/1/x/y part
        read some GET /api+/2.0/mlflow/artifacts/list?run_id={run}
        read some GET /api+/2.0/mlflow/logged-models/{logged_model}/artifacts/directories
        read some GET /get-artifact?run_id={run}&path=file.txt
        read some GET /ajax-api/2.0/mlflow/get-artifact?run_uuid={run}&path=file.txt
        read some GET /ajax-api/2.0/mlflow/logged-models/{logged_model}/artifacts/files?artifact_file_path=file.txt
        read list POST /api+/2.0/mlflow/artifacts/presigned-download-url {"run_id":"{run}","path":"file.txt"}
        edit some POST /ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=new.txt content
        edit list POST /api+/2.0/mlflow/artifacts/presigned-upload-url {"run_id":"{run}","path":"file.txt"}

        """

    private static let traces = """
        edit some POST /api+/3.0/mlflow/traces {"trace":{"trace_info":{"trace_id":"tr-new","trace_location":{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"{experiment}"}},"request_time":"2026-01-01T00:00:00Z","state":"OK"}}}
        read some GET /api+/3.0/mlflow/traces/{trace}
        read list POST /api+/3.0/mlflow/traces/search {"locations":[{"type":"MLFLOW_EXPERIMENT","mlflow_experiment":{"experiment_id":"{experiment}"}}]}
        read list POST /api+/3.0/mlflow/traces/batchGetInfos {"trace_ids":["{trace}"]}
        edit some PATCH /api+/2.0/mlflow/traces/{trace}/tags {"key":"t","value":"1"}
        edit some DELETE /api+/2.0/mlflow/traces/{trace}/tags {"key":"tag"}
        manage some POST /api+/2.0/mlflow/traces/delete-traces {"experiment_id":"{experiment}","request_ids":["{trace}"]}
        edit some POST /api+/2.0/mlflow/traces/link-to-run {"run_id":"{run}","trace_ids":["{trace}"]}
        edit some POST /api+/2.0/mlflow/traces/link-prompts {"trace_id":"{trace}","prompt_versions":[{"name":"p","version":"1"}]}
        edit some PATCH /api+/3.0/mlflow/traces/{trace}/tags {"key":"t","value":"1"}
        edit some DELETE /api+/3.0/mlflow/traces/{trace}/tags {"key":"tag"}
        manage some POST /api+/3.0/mlflow/traces/delete-traces {"experiment_id":"{experiment}","request_ids":["{trace}"]}
        edit some POST /api+/3.0/mlflow/traces/link-to-run {"run_id":"{run}","trace_ids":["{trace}"]}
        edit some POST /api+/3.0/mlflow/traces/link-prompts {"trace_id":"{trace}","prompt_versions":[{"name":"p","version":"1"}]}
        read some GET /api+/3.0/mlflow/traces/get?trace_id={trace}
        read list GET /api+/3.0/mlflow/traces/batchGet?trace_ids={trace}
        edit some POST /api+/2.0/mlflow/traces {"experiment_id":"{experiment}","timestamp_ms":1}
        read list GET /api+/2.0/mlflow/traces?experiment_ids={experiment}
        edit some PATCH /api+/2.0/mlflow/traces/{trace} {"timestamp_ms":9,"status":"OK"}
        read some GET /api+/2.0/mlflow/traces/{trace}/info
        edit some POST /api+/3.0/mlflow/traces/{trace}/assessments {"assessment":{"assessment_name":"a","source":{"source_type":"HUMAN","source_id":"me"},"feedback":{"value":1}}}
        read some GET /api+/3.0/mlflow/traces/{trace}/assessments/{assessment}
        edit some PATCH /api+/3.0/mlflow/traces/{trace}/assessments/{assessment} {"assessment":{"assessment_name":"b"},"update_mask":"assessmentName"}
        edit some DELETE /api+/3.0/mlflow/traces/{trace}/assessments/{assessment}
        edit list POST /v1/traces {}
        read list POST /api+/3.0/mlflow/traces/metrics {"experiment_ids":["{experiment}"],"view_type":"TRACES","metric_name":"trace_count","aggregations":[{"aggregation_type":"COUNT"}],"dimensions":["trace_name"]}
        read some GET /ajax-api/2.0/mlflow/get-trace-artifact?request_id={trace}
        read some GET /ajax-api/3.0/mlflow/get-trace-artifact?request_id={trace}

        """

    private static let native = """
        read list GET /api/v1/experiments?state=all
        edit some POST /api/v1/experiments {"name":"{new}"}
        edit some POST /api/v1/experiments {"name":"team-a-x","artifact_location":"mlflow-artifacts:/{place}/x"}
        read some GET /api/v1/experiments/{experiment}
        read some GET /api/v1/experiments/{experiment_name}
        edit some PATCH /api/v1/experiments/{experiment} {"name":"{new}"}
        manage some DELETE /api/v1/experiments/{experiment}
        manage some POST /api/v1/experiments/{deleted_experiment}/restore
        read list GET /api/v1/runs
        read list GET /api/v1/runs?experiment={experiment}
        read some GET /api/v1/runs/{run}
        read some GET /api/v1/runs/{run_beginning}
        manage some DELETE /api/v1/runs/{run}
        manage some POST /api/v1/runs/{deleted_run}/restore
        read some GET /api/v1/runs/{run}/metrics/loss
        read some GET /api/v1/runs/{run}/artifacts
        read some GET /api/v1/runs/{run}/artifacts/file.txt
        administer all POST /api/v1/gc {"older_than":1,"dry_run":true}

        """

    private static let registry = """
        edit some POST /api+/2.0/mlflow/registered-models/create {"name":"{new}"}
        manage some POST /api+/2.0/mlflow/registered-models/rename {"name":"{model}","new_name":"{new}"}
        read some GET /api+/2.0/mlflow/registered-models/get?name={model}
        read some GET /api+/2.0/mlflow/registered-models/alias?name={model}&alias=champion
        approve some POST /api+/2.0/mlflow/registered-models/alias {"name":"{model}","alias":"a","version":"1"}
        approve some DELETE /api+/2.0/mlflow/registered-models/alias {"name":"{model}","alias":"champion"}
        read some POST /api+/2.0/mlflow/registered-models/get-latest-versions {"name":"{model}"}
        read some GET /api+/2.0/mlflow/registered-models/get-latest-versions?name={model}
        edit some PATCH /api+/2.0/mlflow/registered-models/update {"name":"{model}","description":"d"}
        edit some POST /api+/2.0/mlflow/registered-models/set-tag {"name":"{model}","key":"k","value":"v"}
        edit some DELETE /api+/2.0/mlflow/registered-models/delete-tag {"name":"{model}","key":"tag"}
        manage some DELETE /api+/2.0/mlflow/registered-models/delete {"name":"{model}"}
        edit some POST /api+/2.0/mlflow/model-versions/create {"name":"{model}","source":"runs:/{run}/model","run_id":"{run}"}
        edit some POST /api+/2.0/mlflow/model-versions/create {"name":"{model}","source":"models:/{model}/1"}
        edit some POST /api+/2.0/mlflow/model-versions/create {"name":"{model}","source":"models:/{model}@champion"}
        edit some POST /api+/2.0/mlflow/model-versions/create {"name":"{model}","source":"models:/{logged_model}","model_id":"{logged_model}"}
        edit some POST /api+/2.0/mlflow/model-versions/create {"name":"{model}","source":"mlflow-artifacts:/{folder}/model","run_id":"{run}"}
        edit some POST /api+/2.0/mlflow/model-versions/create {"name":"{model}","source":"s3://bucket/model","run_id":"{run}"}
        read some GET /api+/2.0/mlflow/model-versions/get?name={model}&version=1
        read some GET /api+/2.0/mlflow/model-versions/get-download-uri?name={model}&version=1
        edit some PATCH /api+/2.0/mlflow/model-versions/update {"name":"{model}","version":"1","description":"d"}
        manage some DELETE /api+/2.0/mlflow/model-versions/delete {"name":"{model}","version":"1"}
        approve some POST /api+/2.0/mlflow/model-versions/transition-stage {"name":"{model}","version":"1","stage":"Staging"}
        edit some POST /api+/2.0/mlflow/model-versions/set-tag {"name":"{model}","version":"1","key":"k","value":"v"}
        edit some DELETE /api+/2.0/mlflow/model-versions/delete-tag {"name":"{model}","version":"1","key":"tag"}
        read list GET /api+/2.0/mlflow/registered-models/search?max_results=100
        read list GET /api+/2.0/mlflow/model-versions/search?filter=run_id%3D'{run}'
        read list GET /api+/2.0/mlflow/model-versions/search?filter=name%3D'{model}'
        read some GET /model-versions/get-artifact?name={model}&version=1&path=model.txt
        read some GET /ajax-api/2.0/mlflow/model-versions/get-artifact?name={model}&version=1&path=model.txt
        read list GET /api/v1/models
        read some GET /api/v1/models/{model}
        read some GET /api/v1/models/{model}/versions
        read some GET /api/v1/models/{model}/versions/1
        approve some POST /api/v1/models/{model}/versions/1/stage {"stage":"Staging"}
        read some GET /api/v1/models/{model}/aliases/champion
        approve some PUT /api/v1/models/{model}/aliases/b {"version":1}
        approve some DELETE /api/v1/models/{model}/aliases/champion
        read some GET /api/v1/models/{model}/history
        read some GET /api/v1/models/{model}/versions/1/history
        read some GET /api/v1/models/{model}/stages

        """

    private static let webhooks = """
        administer all POST /api+/2.0/mlflow/webhooks {"name":"w","url":"https://example.com/w","events":[{"entity":"MODEL_VERSION","action":"CREATED"}]}
        administer all GET /api+/2.0/mlflow/webhooks
        administer all GET /api+/2.0/mlflow/webhooks/{webhook}
        administer all PATCH /api+/2.0/mlflow/webhooks/{webhook} {"description":"d"}
        administer all DELETE /api+/2.0/mlflow/webhooks/{webhook}
        administer all POST /api+/2.0/mlflow/webhooks/{webhook}/test {}
        administer all GET /api/v1/webhooks
        administer all POST /api/v1/webhooks {"name":"w","url":"https://example.com/w","events":["model_version.created"]}
        administer all GET /api/v1/webhooks/{webhook}
        administer all PATCH /api/v1/webhooks/{webhook} {"description":"d"}
        administer all DELETE /api/v1/webhooks/{webhook}
        administer all GET /api/v1/webhooks/{webhook}/deliveries
        administer all POST /api/v1/webhooks/{webhook}/deliveries/0/redeliver

        """
}
