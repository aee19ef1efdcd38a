import Core
import Platform
import Testing

/// Every text that a request may hold is bounded, so that nobody fills the database, and the lists that show it, with
/// one request.
@Suite("Limits of inputs", .everyDatabase)
struct InputLimitTests {
    @Test(
        "a text of a megabyte is refused in every field",
        arguments: [
            ("experiments/create", #"{"name":"LONG"}"#),
            ("experiments/create", #"{"name":"e","artifact_location":"s3://LONG"}"#),
            ("experiments/create", #"{"name":"e","tags":[{"key":"LONG","value":"v"}]}"#),
            ("experiments/create", #"{"name":"e","tags":[{"key":"k","value":"LONG"}]}"#),
            ("experiments/set-experiment-tag", #"{"experiment_id":"0","key":"k","value":"LONG"}"#),
            ("runs/create", #"{"experiment_id":"0","user_id":"LONG"}"#),
            ("runs/create", #"{"experiment_id":"0","tags":[{"key":"LONG","value":"v"}]}"#),
            ("runs/log-metric", #"{"run_id":"RUN","key":"LONG","value":1,"timestamp":1}"#),
            ("runs/log-metric", #"{"run_id":"RUN","key":"k","value":1,"timestamp":1,"model_id":"LONG"}"#),
            (
                "runs/log-metric",
                #"{"run_id":"RUN","key":"k","value":1,"timestamp":1,"model_id":"MODEL","dataset_name":"LONG"}"#
            ),
            (
                "runs/log-metric",
                #"{"run_id":"RUN","key":"k","value":1,"timestamp":1,"model_id":"MODEL","dataset_digest":"LONG"}"#
            ),
            ("runs/log-parameter", #"{"run_id":"RUN","key":"LONG","value":"v"}"#),
            ("runs/set-tag", #"{"run_id":"RUN","key":"LONG","value":"v"}"#),
            ("runs/log-inputs", #"{"run_id":"RUN","datasets":[{"dataset":{"name":"LONG","digest":"d"}}]}"#),
            ("runs/log-inputs", #"{"run_id":"RUN","datasets":[{"dataset":{"name":"n","digest":"LONG"}}]}"#),
            ("runs/log-inputs", #"{"run_id":"RUN","models":[{"model_id":"LONG"}]}"#),
            ("logged-models", #"{"experiment_id":"0","name":"LONG"}"#),
            ("logged-models", #"{"experiment_id":"0","model_type":"LONG"}"#),
            ("logged-models", #"{"experiment_id":"0","source_run_id":"LONG"}"#),
            ("logged-models", #"{"experiment_id":"0","params":[{"key":"LONG","value":"v"}]}"#),
            ("logged-models", #"{"experiment_id":"0","params":[{"key":"k","value":"LONG"}]}"#),
            ("logged-models", #"{"experiment_id":"0","tags":[{"key":"k","value":"LONG"}]}"#),
            ("traces", #"{"experiment_id":"0","timestamp_ms":1,"tags":[{"key":"k","value":"LONG"}]}"#),
            ("traces", #"{"experiment_id":"0","timestamp_ms":1,"request_metadata":[{"key":"k","value":"LONG"}]}"#),
            ("/traces", #"{"trace":{"trace_info":{"trace_id":"LONG",PLACE}}}"#),
            ("/traces", #"{"trace":{"trace_info":{"trace_id":"t","client_request_id":"LONG",PLACE}}}"#),
            ("/traces", #"{"trace":{"trace_info":{"trace_id":"t","tags":{"LONG":"v"},PLACE}}}"#),
            ("/traces", #"{"trace":{"trace_info":{"trace_id":"t","trace_metadata":{"k":"LONG"},PLACE}}}"#),
            ("/traces", #"{"trace":{"trace_info":{"trace_id":"t","request_preview":"LONG",PLACE}}}"#),
        ])
    func longTexts(_ path: String, _ body: String) async throws {
        let server = try TestServer()
        let run = await server.run()
        let model = await server.post("logged-models", #"{"experiment_id":"0"}"#).json["model"]?["info"]?["model_id"]
        let body = body.replacing("RUN", with: run).replacing("MODEL", with: model?.text ?? "")
            .replacing("PLACE", with: #""trace_location":{"mlflow_experiment":{"experiment_id":"0"}}"#)
        func send(_ text: String) async -> TestServer.Answer {
            await server.send(
                "POST", path.hasPrefix("/") ? "/api/3.0/mlflow\(path)" : "/api/2.0/mlflow/\(path)",
                body.replacing("LONG", with: text))
        }
        let refused = await send(String(repeating: "x", count: 1_048_577))
        #expect(refused.status == 400)
        #expect((refused.message ?? "").utf8.count < 10_000, "the text is not sent back as a whole")
        let taken = await send("x")
        #expect([200, 404].contains(taken.status), "\(taken.message ?? "")")
    }

    @Test("numbers of entries are bounded")
    func numbers() async throws {
        let server = try TestServer()
        let run = await server.run()
        let dataset = #"{"dataset":{"name":"n","digest":"d"}}"#
        let datasets = Array(repeating: dataset, count: 1001).joined(separator: ",")
        #expect(await server.post("runs/log-inputs", #"{"run_id":"\#(run)","datasets":[\#(datasets)]}"#).status == 400)
        let tags = (0..<1001).map { #""k\#($0)":"v""# }.joined(separator: ",")
        let place = #""trace_location":{"mlflow_experiment":{"experiment_id":"0"}}"#
        for field in ["tags", "trace_metadata"] {
            let answer = await server.send(
                "POST", "/api/3.0/mlflow/traces",
                #"{"trace":{"trace_info":{"trace_id":"t",\#(place),"\#(field)":{\#(tags)}}}}"#)
            #expect(answer.status == 400, "\(field)")
        }
    }

    @Test("a request that fails leaves no key behind")
    func keys() async throws {
        let server = try TestServer()
        let run = await server.run()
        func count() async throws -> Int? {
            try await server.services.database.read { sql in
                try sql.first("SELECT count(*) FROM tracking_key") { $0.int(0) }
            }
        }
        let before = try await count()
        let batch = #""metrics":[{"key":"a","value":1,"timestamp":1}],"params":[{"key":"b","value":"1"}]"#
        #expect(await server.post("runs/log-batch", #"{"run_id":"nobody",\#(batch)}"#).status == 404)
        #expect(await server.post("runs/set-tag", #"{"run_id":"nobody","key":"c","value":"v"}"#).status == 404)
        let create = await server.post(
            "runs/create", #"{"experiment_id":"77","tags":[{"key":"d","value":"v"}]}"#)
        #expect(create.status == 404)
        _ = await server.post("runs/delete", #"{"run_id":"\#(run)"}"#)
        #expect(await server.post("runs/log-batch", #"{"run_id":"\#(run)",\#(batch)}"#).status == 400)
        #expect(try await count() == before)
    }
}
