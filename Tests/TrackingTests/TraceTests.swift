import Core
import Testing

@Suite("Traces over MLflow's protocol", .everyDatabase)
struct TraceTests {
    let server: TestServer
    private let traces = "/api/3.0/mlflow/traces"

    init() throws { server = try TestServer() }

    private func start(
        _ id: String, time: String = "2026-01-02T03:04:05.678Z", state: String = "OK", tags: String = "{}",
        metadata: String = "{}", more: String = ""
    ) async -> TestServer.Answer {
        await server.send(
            "POST", traces,
            #"{"trace":{"trace_info":{"trace_id":"\#(id)","trace_location":{"type":"MLFLOW_EXPERIMENT","#
                + #""mlflow_experiment":{"experiment_id":"0"}},"request_time":"\#(time)","#
                + #""execution_duration":"0.250s","#
                + #""state":"\#(state)","trace_metadata":\#(metadata),"tags":\#(tags)\#(more)}}}"#)
    }

    private func info(_ id: String) async -> JSON? {
        await server.send("GET", "\(traces)/\(id)", nil).json["trace"]?["trace_info"]
    }

    private func found(_ more: String) async -> [String] {
        let body = #"{"locations":[{"mlflow_experiment":{"experiment_id":"0"}}]\#(more)}"#
        let answer = await server.send("POST", traces + "/search", body)
        guard answer.status == 200 else { return ["\(answer.status)"] }
        return (answer.json["traces"]?.elements ?? []).compactMap { $0["trace_id"]?.text }
    }

    @Test("a trace comes back with the place of its artifacts, and takes a second helping")
    func startAndGet() async throws {
        let started = await start(
            "tr-1", tags: #"{"k":"v"}"#, metadata: #"{"m":"1"}"#, more: #","request_preview":"q""#)
        let info = try #require(await info("tr-1"))
        #expect(started.json["trace"]?["trace_info"] == info)
        #expect(info["request_time"]?.text == "2026-01-02T03:04:05.678Z")
        #expect(info["execution_duration"]?.text == "0.250s")
        #expect(info["tags"]?["mlflow.artifactLocation"]?.text == "mlflow-artifacts:/0/traces/tr-1/artifacts")
        #expect(info["request_preview"]?.text == "q")
        #expect(info["trace_metadata"]?["m"]?.text == "1")
        _ = await start("tr-1", state: "ERROR", tags: #"{"mlflow.artifactLocation":"s3://evil","n":"2"}"#)
        let again = await self.info("tr-1")
        #expect(again?["state"]?.text == "ERROR" && again?["tags"]?["k"]?.text == "v")
        #expect(again?["tags"]?["mlflow.artifactLocation"]?.text == "mlflow-artifacts:/0/traces/tr-1/artifacts")
    }

    @Test(
        "bad traces are refused",
        arguments: ["", "..", "a/b", "a%2fb", "a#b", "x\\\\y"])
    func badIdentifiers(_ id: String) async { #expect(await start(id).status == 400) }

    @Test(
        "times that are none are refused",
        arguments: [
            "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "yesterday", "2026-01-01T24:00:00Z", "",
            #"\r\n\r\n\r\n\r\n-01-31T12:00"#, #"2026-01-31T12:00:0\u0301Z"#, "2026-01-31T12:00:00+99:00",
        ])
    func badTimes(_ time: String) async { #expect(await start("tr-1", time: time).status == 400) }

    @Test(
        "times in other forms",
        arguments: [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"), ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500Z"),
            ("2026-01-02T03:04:05.678901234Z", "2026-01-02T03:04:05.678Z"),
            ("2024-02-29T23:30:00-02:30", "2024-03-01T02:00:00Z"), ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ])
    func times(_ given: String, _ expected: String) async {
        let answer = await start("tr-1", time: given)
        #expect(answer.json["trace"]?["trace_info"]?["request_time"]?.text == expected)
    }

    @Test("search: filters, orders, pages, runs")
    func search() async throws {
        _ = await start("tr-1", time: "2026-01-02T03:04:01Z", tags: #"{"mlflow.traceName":"f1","n":"1"}"#)
        _ = await start("tr-2", time: "2026-01-02T03:04:02Z", state: "ERROR", metadata: #"{"mlflow.sourceRun":"r"}"#)
        _ = await start("tr-3", time: "2026-01-02T03:04:03Z", tags: #"{"n":"3"}"#)
        for (filter, expected) in [
            ("", ["tr-3", "tr-2", "tr-1"]), ("status = 'OK'", ["tr-3", "tr-1"]), ("tags.n = '3'", ["tr-3"]),
            ("tags.n IS NULL", ["tr-2"]), ("tags.n IS NOT NULL AND name = 'f1'", ["tr-1"]), ("run_id = 'r'", ["tr-2"]),
            ("request_id IN ('tr-1', 'tr-2')", ["tr-2", "tr-1"]),
            ("execution_time_ms >= 250", ["tr-3", "tr-2", "tr-1"]),
            ("metadata.`mlflow.sourceRun` LIKE '%'", ["tr-2"]), ("end_time_ms < 5", []), ("bogus = 1", ["400"]),
        ] {
            #expect(await found(#","filter":"\#(filter)""#) == expected, "\(filter)")
        }
        #expect(await found(#","order_by":["timestamp_ms ASC"]"#) == ["tr-1", "tr-2", "tr-3"])
        #expect(await found(#","order_by":["tags.n DESC"]"#) == ["tr-3", "tr-1", "tr-2"])
        let place =
            #""locations":[{"mlflow_experiment":{"experiment_id":"0"}}],"order_by":["tags.n ASC"],"max_results":2"#
        let first = await server.send("POST", traces + "/search", "{\(place)}")
        let token = try #require(first.json["next_page_token"]?.text)
        let second = await server.send("POST", traces + "/search", #"{\#(place),"page_token":"\#(token)"}"#)
        #expect(second.json["traces"]?.elements?.compactMap { $0["trace_id"]?.text } == ["tr-2"])
        #expect(second.json["next_page_token"] == nil)
        for bad in [#","max_results":0"#, #","max_results":501"#, #","page_token":"zzz""#] {
            #expect(await found(bad) == ["400"])
        }
        let run = await server.run(name: "linked")
        #expect(
            await server.post("traces/link-to-run", #"{"trace_ids":["tr-1","tr-no"],"run_id":"\#(run)"}"#).status == 200
        )
        #expect(await found(#","filter":"run_id = '\#(run)'""#) == ["tr-1"])
    }

    @Test("tags are set and removed, but not those that say where spans are")
    func tags() async {
        _ = await start("tr-1")
        let path = "\(traces)/tr-1/tags"
        #expect(await server.send("PATCH", path, #"{"key":"a","value":"b"}"#).status == 200)
        #expect(await info("tr-1")?["tags"]?["a"]?.text == "b")
        #expect(await server.send("DELETE", path, #"{"key":"a"}"#).status == 200)
        #expect(await server.send("DELETE", path, #"{"key":"a"}"#).status == 404)
        #expect(await server.send("PATCH", path, #"{"key":"mlflow.trace.spansLocation","value":"x"}"#).status == 400)
        #expect(await server.send("PATCH", "\(traces)/tr-no/tags", #"{"key":"a","value":"b"}"#).status == 404)
    }

    @Test("deletion by identifier and by time, the oldest first")
    func deletion() async {
        for second in 1...4 { _ = await start("tr-\(second)", time: "2026-01-02T03:04:0\(second)Z") }
        func delete(_ fields: String) async -> JSON? {
            let answer = await server.send("POST", traces + "/delete-traces", #"{"experiment_id":"0"\#(fields)}"#)
            return answer.status == 200 ? answer.json["traces_deleted"] : .int(-answer.status)
        }
        #expect(await delete(#","request_ids":["tr-2","tr-no"]"#) == .int(1))
        #expect(await delete(#","max_timestamp_millis":99999999999999,"max_traces":1"#) == .int(1))
        #expect(await found("") == ["tr-4", "tr-3"])
        #expect(await delete("") == .int(-400))
        #expect(await delete(#","max_timestamp_millis":1,"request_ids":["x"]"#) == .int(-400))
        #expect(await delete(#","max_timestamp_millis":99999999999999,"max_traces":0"#) == .int(-400))
        #expect(server.events.kinds.filter { $0 == "tracking.traces-deleted" }.count == 2)
    }

    @Test("single spans are refused in the words by which clients send whole traces instead")
    func spans() async {
        let answer = await server.send("POST", "/v1/traces", "x")
        #expect(answer.status == 501)
        #expect(answer.message?.contains("REST OTLP span logging is not supported") == true)
        _ = await start("tr-1")
        #expect(await server.send("GET", traces + "/get?trace_id=tr-1", nil).status == 501)
        #expect(await server.send("GET", traces + "/batchGet?trace_ids=tr-no", nil).json.members?.isEmpty == true)
    }

    @Test("assessments")
    func assessments() async throws {
        _ = await start("tr-1")
        let path = "\(traces)/tr-1/assessments"
        let made = await server.send(
            "POST", path,
            #"{"assessment":{"assessmentName":"good","source":{"source_type":"HUMAN"},"feedback":{"value":true}}}"#)
        let id = try #require(made.json["assessment"]?["assessment_id"]?.text)
        #expect(made.json["assessment"]?["assessment_name"]?.text == "good")
        #expect(made.json["assessment"]?["trace_id"]?.text == "tr-1")
        let changed = await server.send(
            "PATCH", "\(path)/\(id)", #"{"assessment":{"feedback":{"value":false}},"update_mask":"feedback"}"#)
        #expect(changed.json["assessment"]?["feedback"]?["value"] == .bool(false))
        #expect(changed.json["assessment"]?["assessment_name"]?.text == "good")
        #expect(await server.send("GET", "\(path)/\(id)", nil).json == changed.json)
        #expect(await info("tr-1")?["assessments"]?.elements == [try #require(changed.json["assessment"])])
        #expect(await server.send("DELETE", "\(path)/\(id)", nil).status == 200)
        #expect(await server.send("GET", "\(path)/\(id)", nil).status == 404)
    }

    @Test("the calls of version 2: a trace is begun, ended and found")
    func version2() async throws {
        let begun = await server.post(
            "traces", #"{"experiment_id":"0","timestamp_ms":1000,"tags":[{"key":"mlflow.traceName","value":"f"}]}"#)
        let id = try #require(begun.json["trace_info"]?["request_id"]?.text)
        #expect(begun.json["trace_info"]?["status"]?.text == "IN_PROGRESS")
        let ended = await server.send(
            "PATCH", "/api/2.0/mlflow/traces/\(id)",
            #"{"timestamp_ms":1500,"status":"OK","request_metadata":[{"key":"k","value":"v"}]}"#)
        #expect(ended.json["trace_info"]?["execution_time_ms"] == .int(500))
        #expect(await server.get("traces/\(id)/info").json == ended.json)
        let list = await server.get("traces?experiment_ids=0&filter=status%20%3D%20'OK'")
        #expect(list.json["traces"]?.elements == [try #require(ended.json["trace_info"])])
        #expect(await server.get("traces").status == 400)
    }
}
