import Core
import Testing

@Suite("Logging to runs", .everyDatabase)
struct LogTests {
    let server: TestServer

    init() throws { server = try TestServer() }

    private func data(_ run: String) async -> JSON? { await server.get("runs/get?run_id=\(run)").json["run"]?["data"] }

    private func metric(_ run: String, _ rest: String) async -> TestServer.Answer {
        await server.post("runs/log-metric", #"{"run_id":"\#(run)",\#(rest)}"#)
    }

    @Test("values a metric may have, and how they come back")
    func values() async throws {
        let run = await server.run()
        for (index, (value, expected))
            in ([
                ("1.5", .number(1.5)), (#""2.5""#, .number(2.5)), (#""NaN""#, .string("NaN")),
                (#""nan""#, .string("NaN")),
                ("NaN", .string("NaN")), ("Infinity", .number(Double.greatestFiniteMagnitude)),
                (#""-inf""#, .number(-Double.greatestFiniteMagnitude)),
                (#""1e400""#, .number(Double.greatestFiniteMagnitude)),
                ("5e-324", .number(Double.leastNonzeroMagnitude)), ("0", .number(0)), ("true", .number(1)),
            ] as [(String, JSON)]).enumerated()
        {
            let answer = await metric(run, #""key":"v\#(index)","value":\#(value),"timestamp":"10""#)
            #expect(answer.status == 200, "\(value): \(answer.message ?? "")")
            let history = await server.get("metrics/get-history?run_id=\(run)&metric_key=v\(index)")
            let point = history.json["metrics"]?.elements?.first
            #expect(
                point?["value"]?.text == expected.text && point?["value"]?.double == expected.double
                    || expected.double?.isNaN == true, "\(value)")
            #expect(point?["timestamp"]?.int == 10 && point?["step"]?.int == 0)
        }
    }

    @Test("refusals in MLflow's words")
    func refusals() async throws {
        let run = await server.run()
        for (rest, message) in [
            (
                #""key":"m","value":"abc","timestamp":1"#,
                #"Invalid value "abc" for parameter 'value' supplied:  Hint: "#
            ),
            (#""key":"m","value":null,"timestamp":1"#, "Missing value for required parameter 'value'. §"),
            (#""key":"m","value":1"#, "Missing value for required parameter 'timestamp'. §"),
            (#""value":1,"timestamp":1"#, "Missing value for required parameter 'key'. §"),
            (#""key":"","value":1,"timestamp":1"#, "Missing value for required parameter 'key'. §"),
            (
                #""key":"m","value":1,"timestamp":-1"#,
                "Invalid value -1 for parameter 'timestamp' supplied: metric 'm' (value=1.0). Timestamp must be a"
            ),
            (#""key":"a//b","value":1,"timestamp":1"#, #"Invalid value "a//b" for parameter 'name' supplied: Names"#),
            (
                #""key":"\#(String(repeating: "k", count: 251))","value":1,"timestamp":1"#,
                "'Metric name' exceeds the maximum length of 250 characters"
            ),
        ] { expectError(await metric(run, rest), 400, "INVALID_PARAMETER_VALUE", message) }
        #expect(await data(run)?["metrics"] == nil)
    }

    @Test("parameters do not change; long ones are cut and compared as cut")
    func parameters() async throws {
        let run = await server.run()
        func log(_ key: String, _ value: String) async -> TestServer.Answer {
            await server.post("runs/log-parameter", #"{"run_id":"\#(run)","key":"\#(key)","value":"\#(value)"}"#)
        }
        for value in ["1", "1"] { #expect(await log("a", value).status == 200) }
        expectError(
            await log("a", "2"), 400, "INVALID_PARAMETER_VALUE",
            "Changing param values is not allowed. Param with key='a' was already logged with value='1' for run "
                + "ID='\(run)'. Attempted logging new value '2'.")
        for count in [6001, 6000, 6002] {
            #expect(await log("long", String(repeating: "x", count: count)).status == 200)
        }
        #expect(await log("uni", "naïve ☃ 𝄞\\n\\t").status == 200)
        let parameters = await data(run)?["params"]?.elements ?? []
        #expect(parameters.map { $0["value"]?.text?.count } == [1, 6000, 11])
    }

    @Test("the tag mlflow.runName renames the run, unless it is empty")
    func nameTag() async throws {
        let run = await server.run(name: "first")
        for (value, expected) in [("second", "second"), ("", "second")] {
            _ = await server.post("runs/set-tag", #"{"run_id":"\#(run)","key":"mlflow.runName","value":"\#(value)"}"#)
            let read = await server.get("runs/get?run_id=\(run)").json["run"]
            #expect(read?["info"]?["run_name"]?.text == expected)
            #expect(read?["data"]?["tags"]?.elements?.first?["value"]?.text == expected)
        }
        let delete = #"{"run_id":"\#(run)","key":"mlflow.runName"}"#
        #expect(await server.post("runs/delete-tag", delete).status == 200)
        expectError(
            await server.post("runs/delete-tag", delete), 404, "RESOURCE_DOES_NOT_EXIST",
            "No tag with name: mlflow.runName in run with id \(run)")
        #expect(await server.search(#"{"experiment_ids":["0"],"filter":"run_name != 'x'"}"#).names == [])
    }

    @Test("a batch is stored whole")
    func batch() async throws {
        let run = await server.run()
        try expectJSON(
            await server.post(
                "runs/log-batch",
                """
                {"run_id":"\(run)","metrics":[{"key":"m","value":2,"timestamp":2,"step":1},
                {"key":"m","value":1,"timestamp":1,"step":0},{"key":"n","value":"NaN","timestamp":1}],
                "params":[{"key":"p","value":"1"}],"tags":[{"key":"t","value":"1"},{"key":"t","value":"2"}]}
                """), "{}")
        try expectJSON(
            await server.get("runs/get?run_id=\(run)").data,
            """
            {"metrics":[{"key":"m","value":2,"timestamp":2,"step":1},{"key":"n","value":"NaN","timestamp":1,"step":0}],
            "params":[{"key":"p","value":"1"}],
            "tags":[{"key":"mlflow.runName","value":"r"},{"key":"t","value":"2"}]}
            """)
    }

    @Test("a batch of which one part is refused leaves nothing")
    func batchIsAllOrNothing() async throws {
        let run = await server.run()
        _ = await server.post("runs/log-parameter", #"{"run_id":"\#(run)","key":"p","value":"1"}"#)
        let before = await data(run)
        let many = (0..<1001).map { #"{"key":"a\#($0)","value":1,"timestamp":1}"# }.joined(separator: ",")
        for (rest, message) in [
            (
                #""params":[{"key":"new","value":"1"},{"key":"p","value":"9"}],"metrics":[{"key":"m","value":1,"timestamp":1}],"tags":[{"key":"t","value":"1"}]"#,
                "Changing param values is not allowed. Params were already logged='[{'key': 'p', 'old_value': '1', "
                    + "'new_value': '9'}]' for run ID='\(run)'."
            ),
            (
                #""metrics":[{"key":"ok","value":1,"timestamp":1},{"key":"//","value":1,"timestamp":1}]"#,
                #"Invalid value "//" for parameter 'metrics[1].name' supplied: Names may be treated as files"#
            ),
            (#""metrics":[{"key":"m"}]"#, "Missing value for required parameter 'metrics[0].value'. §"),
            (
                #""metrics":[{"key":"m","value":1,"timestamp":-1}]"#,
                "Invalid value -1 for parameter 'metrics[0].timestamp' supplied: metric 'm' (value=1.0). Timestamp"
            ),
            (
                #""params":[{"key":"d","value":"1"},{"key":"d","value":"1"}]"#,
                "Duplicate parameter keys have been submitted: ['d']. Please ensure the request contains only one"
            ),
            (
                #""metrics":[\#(many)]"#,
                "A batch logging request can contain at most 1000 metrics. Got 1001 metrics. Please split up metrics "
            ),
            (#""metrics":{}"#, "Invalid value {} for parameter 'metrics' supplied:  Hint: Value was of type 'dict'. §"),
            (
                #""metrics":[1]"#,
                "Invalid value [1] for parameter 'metrics' supplied:  Hint: Value was of type 'list'. §"
            ),
        ] {
            expectError(
                await server.post("runs/log-batch", #"{"run_id":"\#(run)",\#(rest)}"#), 400,
                "INVALID_PARAMETER_VALUE", message)
            #expect(await data(run) == before)
        }
    }

    @Test("writers at the same time each get their answer, and everything is there")
    func concurrency() async throws {
        let run = await server.run()
        await withTaskGroup(of: Int.self) { group in
            for writer in 0..<16 {
                group.addTask {
                    var refused = 0
                    for step in 0..<20 {
                        let value = Double(writer * 1000 + step)
                        // Every fifth is refused and must not take its neighbours in the same transaction along.
                        let key = step % 5 == 4 ? "p" : "m"
                        let answer =
                            step % 5 == 4
                            ? await server.post(
                                "runs/log-parameter", #"{"run_id":"\#(run)","key":"\#(key)","value":"\#(value)"}"#)
                            : await metric(
                                run, #""key":"\#(key)","value":\#(value),"timestamp":\#(step),"step":\#(step)"#)
                        refused += answer.status == 200 ? 0 : 1
                    }
                    return refused
                }
            }
            let refused = await group.reduce(0, +)
            #expect(refused == 16 * 4 - 1)
        }
        let history = await server.get("metrics/get-history?run_id=\(run)&metric_key=m")
        #expect(history.json["metrics"]?.elements?.count == 16 * 16)
        #expect(await data(run)?["params"]?.elements?.count == 1)
        #expect(await data(run)?["metrics"]?.elements?.first?["value"]?.double == 15_018)
    }
}

extension TestServer.Answer {
    /// The data of the run in it, as an answer of its own.
    var data: TestServer.Answer {
        TestServer.Answer(status: status, json: json["run"]?["data"] ?? .null, bytes: bytes)
    }
}
