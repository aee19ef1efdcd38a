import Core
import Testing

@Suite("Logged models over MLflow's protocol", .everyDatabase)
struct LoggedModelTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    private func create(_ fields: String = "") async throws -> String {
        let answer = await server.post("logged-models", #"{"experiment_id":"0"\#(fields)}"#)
        return try #require(answer.json["model"]?["info"]?["model_id"]?.text)
    }

    private func model(_ id: String) async -> JSON? { await server.get("logged-models/\(id)").json["model"] }

    @Test("create answers the model, get repeats it")
    func createAndGet() async throws {
        let created = await server.post(
            "logged-models",
            #"{"experiment_id":"0","name":"lm","model_type":"agent","source_run_id":"r","params":[{"key":"p","value":"1"}],"#
                + #""tags":[{"key":"a","value":"b"}]}"#)
        let info = try #require(created.json["model"]?["info"])
        let id = try #require(info["model_id"]?.text)
        #expect(id.hasPrefix("m-") && id.utf8.count == 34)
        #expect(info["artifact_uri"]?.text == "mlflow-artifacts:/0/models/\(id)/artifacts")
        #expect(info["status"]?.text == "LOGGED_MODEL_PENDING")
        #expect(info["creation_timestamp_ms"] == info["last_updated_timestamp_ms"])
        #expect(created.json["model"]?["data"]?.text() == #"{"params":[{"key":"p","value":"1"}]}"#)
        #expect(await model(id) == created.json["model"])
        #expect(server.events.kinds == ["tracking.logged-model-created"])
    }

    @Test("a model without a name gets one; names that could be paths are refused")
    func names() async throws {
        let id = try await create()
        let name = try #require(await model(id)?["info"]?["name"]?.text)
        #expect(name.split(separator: "-").count == 3)
        for bad in ["a/b", "a:b", "a.b", "a%b", "a'b", "..", "a/\u{301}b"] {
            let answer = await server.post("logged-models", #"{"experiment_id":"0","name":"\#(bad)"}"#)
            #expect(answer.status == 400, "\(bad)")
        }
    }

    @Test("finalize sets the status and the time; other statuses are refused")
    func finalize() async throws {
        let id = try await create()
        let path = "/api/2.0/mlflow/logged-models/\(id)"
        for status in [#""LOGGED_MODEL_READY""#, "2"] {
            let answer = await server.send("PATCH", path, #"{"model_id":"\#(id)","status":\#(status)}"#)
            #expect(answer.json["model"]?["info"]?["status"]?.text == "LOGGED_MODEL_READY")
        }
        let finished = server.events.events.filter { $0.kind == "tracking.logged-model-finished" }
        #expect(finished.map { $0.details["status"]?.text } == ["READY"], "said twice, it happened once")
        let info = await model(id)?["info"]
        #expect(try #require(info?["last_updated_timestamp_ms"]?.int) > #require(info?["creation_timestamp_ms"]?.int))
        for status in [#""READY""#, "99", #""""#, "null"] {
            #expect(await server.send("PATCH", path, #"{"status":\#(status)}"#).status == 400, "\(status)")
        }
    }

    @Test("tags are set and removed, parameters keep their value")
    func tagsAndParameters() async throws {
        let id = try await create(#","params":[{"key":"p","value":"1"}],"tags":[{"key":"a","value":"b"}]"#)
        let path = "/api/2.0/mlflow/logged-models/\(id)"
        _ = await server.send("PATCH", path + "/tags", #"{"tags":[{"key":"x","value":"y"},{"key":"a","value":""}]}"#)
        #expect(await server.send("DELETE", path + "/tags/x", nil).status == 200)
        #expect(await server.send("DELETE", path + "/tags/x", nil).status == 404)
        for params in [#"{"key":"q","value":"2"}"#, #"{"key":"p","value":"1"}"#] {
            #expect(await server.send("POST", path + "/params", #"{"params":[\#(params)]}"#).status == 200)
        }
        let changed = await server.send(
            "POST", path + "/params", #"{"params":[{"key":"new","value":"1"},{"key":"p","value":"2"}]}"#)
        #expect(changed.status == 400 && changed.message?.contains("Changing param values") == true)
        let found = await model(id)
        #expect(found?["info"]?["tags"]?.text() == #"[{"key":"a","value":""}]"#)
        #expect(
            found?["data"]?["params"]?.text() == #"[{"key":"p","value":"1"},{"key":"q","value":"2"}]"#,
            "a refused request leaves nothing")
    }

    @Test("a deleted model is gone, deleting it again is no error, and it takes no changes")
    func deletion() async throws {
        let id = try await create()
        let path = "/api/2.0/mlflow/logged-models/\(id)"
        #expect(await server.send("DELETE", path, nil).status == 200)
        #expect(await server.send("DELETE", path, nil).status == 200)
        #expect(server.events.kinds.filter { $0 == "tracking.logged-model-deleted" }.count == 1)
        #expect(await server.send("GET", path, nil).errorCode == "RESOURCE_DOES_NOT_EXIST")
        #expect(await server.send("PATCH", path, #"{"status":2}"#).status == 404)
        #expect(await server.send("PATCH", path + "/tags", #"{"tags":[{"key":"x","value":"y"}]}"#).status == 404)
        #expect(await server.post("logged-models/search", #"{"experiment_ids":["0"]}"#).json.members?.isEmpty == true)
    }

    @Test("metrics of runs are the model's, too; exact repetitions vanish, all or nothing")
    func metrics() async throws {
        let id = try await create()
        let run = await server.run(name: "r")
        let point = #""run_id":"\#(run)","key":"acc","timestamp":1,"model_id":"\#(id)","dataset_name":"d""#
        for value in ["0.5", "0.5", #""NaN""#, #""Infinity""#] {
            #expect(await server.post("runs/log-metric", #"{\#(point),"value":\#(value)}"#).status == 200)
        }
        let metrics = await model(id)?["data"]?["metrics"]?.elements ?? []
        #expect(metrics.count == 3)
        #expect(metrics.allSatisfy { $0["dataset_name"]?.text == "d" && $0["run_id"]?.text == run })
        #expect(metrics.contains { $0["value"]?.text == "NaN" })
        let unknown = #"[{"key":"a","value":1,"timestamp":1},{"key":"b","value":1,"timestamp":1,"model_id":"m-no"}]"#
        let refused = await server.post("runs/log-batch", #"{"run_id":"\#(run)","metrics":\#(unknown)}"#)
        #expect(refused.errorCode == "RESOURCE_DOES_NOT_EXIST")
        let data = await server.get("runs/get?run_id=\(run)").json["run"]?["data"]
        #expect(data?["metrics"]?.elements?.count == 1, "nothing of the refused batch stays")
    }
}

@Suite("Searching logged models", .everyDatabase)
struct LoggedModelSearchTests {
    let server: TestServer
    private var ids: [String: String] = [:]

    /// a: agent, p=1, t=A, acc 0.5 on d1 then 0.9 on d2; b: p=2, acc 0.7 on d1, ready; c: nothing.
    init() async throws {
        server = try TestServer()
        let run = await server.run(name: "r")
        let fields = [
            ("a", #","model_type":"agent","params":[{"key":"p","value":"1"}],"tags":[{"key":"t","value":"A"}]"#),
            ("b", #","params":[{"key":"p","value":"2"}]"#), ("c", ""),
        ]
        for (name, more) in fields {
            let answer = await server.post("logged-models", #"{"experiment_id":"0","name":"m\#(name)"\#(more)}"#)
            ids[name] = try #require(answer.json["model"]?["info"]?["model_id"]?.text)
        }
        for (step, (name, value, dataset)) in [("a", 0.5, "d1"), ("a", 0.9, "d2"), ("b", 0.7, "d1")].enumerated() {
            _ = await server.post(
                "runs/log-metric",
                #"{"run_id":"\#(run)","key":"acc","value":\#(value),"timestamp":1,"step":\#(step),"model_id":"#
                    + #""\#(ids[name] ?? "")","dataset_name":"\#(dataset)","dataset_digest":"g"}"#)
        }
        _ = await server.send(
            "PATCH", "/api/2.0/mlflow/logged-models/\(ids["b"] ?? "")", #"{"status":"LOGGED_MODEL_READY"}"#)
    }

    private func letters(_ more: String) async -> String {
        let answer = await server.post("logged-models/search", #"{"experiment_ids":["0"]\#(more)}"#)
        guard answer.status == 200 else { return "\(answer.status)" }
        return (answer.json["models"]?.elements ?? []).map { String($0["info"]?["name"]?.text?.last ?? "?") }.joined()
    }

    @Test(
        "filters",
        arguments: [
            ("", "cba"), ("name = 'ma'", "a"), ("name LIKE 'm%'", "cba"), ("name ILIKE 'M_'", "cba"),
            ("name IN ('ma', 'mb')", "ba"), ("model_type = 'agent'", "a"), ("status = 'READY'", "b"),
            ("status != 'READY'", "ca"), ("experiment_id = '0'", "cba"), ("creation_timestamp > 0", "cba"),
            ("params.p != '1'", "b"), ("tags.t = 'A'", "a"), ("metrics.acc > 0.6", "ba"), ("metrics.acc = 0.5", ""),
            ("metrics.acc != 0.7", "a"), ("name = 'ma' AND metrics.acc > 0.1", "a"), ("status_message = 'x'", ""),
            ("status = 'nonsense'", "400"), ("bogus = 'x'", "400"), ("metrics.acc > 'x'", "400"),
            ("name = 'a' OR name = 'b'", "400"),
        ])
    func filters(_ filter: String, _ expected: String) async {
        #expect(await letters(#","filter":"\#(filter)""#) == expected)
    }

    @Test(
        "metrics of certain datasets",
        arguments: [
            ("metrics.acc > 0.6", #"{"dataset_name":"d1"}"#, "b"),
            ("metrics.acc > 0.6", #"{"dataset_name":"d2","dataset_digest":"g"}"#, "a"),
            ("metrics.acc > 0.6", #"{"dataset_name":"d2","dataset_digest":"x"}"#, ""),
            ("metrics.acc > 0.4", #"{"dataset_name":"d1"},{"dataset_name":"d2"}"#, "ba"),
            ("", #"{"dataset_name":"d2"}"#, "a"), ("", #"{"dataset_digest":"g"}"#, "400"),
        ])
    func datasets(_ filter: String, _ datasets: String, _ expected: String) async {
        #expect(await letters(#","filter":"\#(filter)","datasets":[\#(datasets)]"#) == expected)
    }

    @Test(
        "orders, and pages of one that join to the whole",
        arguments: [
            ("", "cba"), (#"{"field_name":"name"}"#, "abc"), (#"{"field_name":"name","ascending":false}"#, "cba"),
            (#"{"field_name":"metrics.acc"}"#, "bac"), (#"{"field_name":"metrics.acc","ascending":false}"#, "abc"),
            (#"{"field_name":"metrics.acc","dataset_name":"d1","ascending":false}"#, "bac"),
            (#"{"field_name":"metrics.nope"}"#, "cba"),
            (#"{"field_name":"status_message"},{"field_name":"name"}"#, "abc"),
        ])
    func orders(_ order: String, _ expected: String) async throws {
        #expect(await letters(#","order_by":[\#(order)]"#) == expected)
        var pages = ""
        var token = ""
        repeat {
            let answer = await server.post(
                "logged-models/search",
                #"{"experiment_ids":["0"],"order_by":[\#(order)],"max_results":1,"page_token":"\#(token)"}"#)
            pages += (answer.json["models"]?.elements ?? []).compactMap {
                $0["info"]?["name"]?.text?.last.map(String.init)
            }
            .joined()
            token = answer.json["next_page_token"]?.text ?? ""
        } while !token.isEmpty && pages.count < 10
        #expect(pages == expected)
    }

    @Test("a token of another search is refused")
    func tokens() async throws {
        let answer = await server.post("logged-models/search", #"{"experiment_ids":["0"],"max_results":1}"#)
        let token = try #require(answer.json["next_page_token"]?.text)
        #expect(await letters(#","page_token":"\#(token)","filter":"name = 'ma'""#) == "400")
        #expect(await letters(#","page_token":"zzz""#) == "400")
        #expect(await letters(#","max_results":-1"#) == "400")
        #expect(await letters(#","max_results":50001"#) == "400")
    }
}
