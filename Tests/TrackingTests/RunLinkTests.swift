import Core
import Testing

@Suite("Inputs and outputs of runs", .everyDatabase)
struct RunLinkTests {
    let server: TestServer
    let run: String

    init() async throws {
        server = try TestServer()
        run = await server.run(name: "r")
    }

    private func logInputs(_ fields: String) async -> Int {
        await server.post("runs/log-inputs", #"{"run_id":"\#(run)"\#(fields)}"#).status
    }

    private func part(_ name: String) async -> String? {
        await server.get("runs/get?run_id=\(run)").json["run"]?[name]?.text()
    }

    private func dataset(_ name: String, _ digest: String) -> String {
        #"{"name":"\#(name)","digest":"\#(digest)","source_type":"http","source":"{}"}"#
    }

    private func context(_ value: String) -> String { #""tags":[{"key":"mlflow.data.context","value":"\#(value)"}]"# }

    @Test("a dataset comes back with its tags; logging it again changes nothing")
    func datasets() async throws {
        #expect(await part("inputs") == "{}")
        let first = #"{\#(context("training")),"dataset":\#(dataset("ds", "1"))}"#
        #expect(await logInputs(#","datasets":[\#(first)]"#) == 200)
        #expect(await logInputs(#","datasets":[{\#(context("eval")),"dataset":\#(dataset("ds", "1"))}]"#) == 200)
        #expect(await logInputs(#","datasets":[{"dataset":\#(dataset("ds", "2"))}]"#) == 200)
        #expect(await part("inputs") == #"{"dataset_inputs":[\#(first),{"dataset":\#(dataset("ds", "2"))}]}"#)
    }

    @Test(
        "a dataset without identity, or with too long parts, is refused",
        arguments: [
            #"{"tags":[]}"#, #"{"dataset":{}}"#, #"{"dataset":{"name":"x"}}"#, #"{"dataset":{"name":"","digest":"d"}}"#,
            #"{"dataset":{"name":"x","digest":"1234567890123456789012345678901234567"}}"#,
            #"{"dataset":{"name":"x","digest":"d"},"tags":[{"key":"k","value":"1"},{"key":"k","value":"2"}]}"#,
        ])
    func refusedDatasets(_ input: String) async {
        #expect(await logInputs(#","datasets":[\#(input)]"#) == 400)
        #expect(await part("inputs") == "{}")
    }

    @Test("models that went in and came out")
    func models() async throws {
        var models: [String] = []
        for _ in 0..<2 {
            let model = await server.post("logged-models", #"{"experiment_id":"0"}"#).json["model"]
            models.append(try #require(model?["info"]?["model_id"]?.text))
        }
        for _ in 0..<2 { #expect(await logInputs(#","models":[{"model_id":"m-1"}]"#) == 200) }
        let outputs = #"[{"model_id":"\#(models[1])","step":3},{"model_id":"\#(models[0])"}]"#
        for _ in 0..<2 {
            let body = #"{"run_id":"\#(run)","models":\#(outputs)}"#
            #expect(await server.post("runs/outputs", body).status == 200)
        }
        #expect(await part("inputs") == #"{"model_inputs":[{"model_id":"m-1"}]}"#)
        let stored = outputs.replacing(#""}]"#, with: #"","step":0}]"#)
        #expect(await part("outputs") == #"{"model_outputs":\#(stored)}"#)
        let missing = await server.post("runs/outputs", #"{"run_id":"\#(run)"}"#)
        #expect(missing.message?.hasPrefix("Missing value for required parameter 'models'") == true)
        let unknown = #"{"run_id":"\#(run)","models":[{"model_id":"m-no"}]}"#
        #expect(await server.post("runs/outputs", unknown).status == 404)
    }

    @Test("runs are found by their datasets")
    func search() async throws {
        _ = await server.run(name: "other")
        _ = await logInputs(#","datasets":[{\#(context("training")),"dataset":\#(dataset("iris", "1"))}]"#)
        for (filter, count) in [
            ("dataset.name = 'iris'", 1), ("datasets.digest LIKE '1%'", 1), ("dataset.context = 'training'", 1),
            ("dataset.context IN ('eval', 'training') AND dataset.name ILIKE 'IRIS'", 1), ("dataset.name = 'x'", 0),
            ("dataset.context = 'eval'", 0), ("dataset.name != 'iris'", 0),
        ] {
            let answer = await server.post("runs/search", #"{"experiment_ids":["0"],"filter":"\#(filter)"}"#)
            #expect((answer.json["runs"]?.elements ?? []).count == count, "\(filter)")
        }
    }

    @Test("datasets of experiments, once for each context")
    func summaries() async {
        _ = await logInputs(#","datasets":[{\#(context("training")),"dataset":\#(dataset("b", "1"))}]"#)
        _ = await logInputs(#","datasets":[{"dataset":\#(dataset("a", "1"))}]"#)
        let path = "/ajax-api/2.0/mlflow/experiments/search-datasets"
        let found = await server.send("POST", path, #"{"experiment_ids":["0"]}"#)
        #expect(
            found.json["dataset_summaries"]?.text()
                == #"[{"experiment_id":"0","name":"a","digest":"1"},"#
                + #"{"experiment_id":"0","name":"b","digest":"1","context":"training"}]"#)
        #expect(await server.send("POST", path, #"{"experiment_ids":[]}"#).status == 400)
    }

    @Test("the history of models that clients of version 2 keep in a tag")
    func logModel() async throws {
        func log(_ json: String) async -> TestServer.Answer {
            await server.post("runs/log-model", #"{"run_id":"\#(run)","model_json":\#(JSON.string(json).text())}"#)
        }
        for path in ["model", "second"] {
            let info =
                #"{"artifact_path":"\#(path)","run_id":"\#(run)","utc_time_created":"t","flavors":{"a":{"config":1,"b":2}}}"#
            #expect(await log(info).status == 200)
        }
        let tags = await server.get("runs/get?run_id=\(run)").json["run"]?["data"]?["tags"]?.elements ?? []
        let text = try #require(tags.first { $0["key"]?.text == "mlflow.log-model.history" }?["value"]?.text)
        let history = try #require(JSONParser.parse(text).elements)
        #expect(history.map { $0["artifact_path"]?.text } == ["model", "second"])
        #expect(history[0]["flavors"]?.text() == #"{"a":{"b":2}}"#)
        for bad in ["[]", "{", "5", "{}", #"{"artifact_path":"x"}"#] { #expect(await log(bad).status == 400, "\(bad)") }
    }
}
