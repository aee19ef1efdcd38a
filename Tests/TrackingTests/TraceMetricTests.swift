import Core
import Testing

/// The figures were compared with what MLflow 3.18 answers.
@Suite("Figures about traces", .everyDatabase)
struct TraceMetricTests {
    private let server: TestServer

    init() async throws {
        server = try TestServer()
        await start("tr-1", time: "2026-01-02T03:04:05Z", duration: "0.250s", name: "f", tokens: 10, session: "s")
        await start("tr-2", time: "2026-01-02T23:59:59Z", duration: "0.750s", name: "f", tokens: 30, session: "s")
        await start("tr-3", time: "2026-01-03T00:00:00Z", duration: "1s", name: "g", state: "ERROR", session: "t")
    }

    private func start(
        _ id: String, time: String, duration: String, name: String, state: String = "OK", tokens: Int? = nil,
        session: String
    ) async {
        let usage = tokens.map { #", "mlflow.trace.tokenUsage": "{\"total_tokens\": \#($0)}""# } ?? ""
        let answer = await server.send(
            "POST", "/api/3.0/mlflow/traces",
            """
            {"trace": {"trace_info": {"trace_id": "\(id)", "trace_location": {"type": "MLFLOW_EXPERIMENT",
            "mlflow_experiment": {"experiment_id": "0"}}, "request_time": "\(time)", "execution_duration": "\(duration)",
            "state": "\(state)", "tags": {"mlflow.traceName": "\(name)"},
            "trace_metadata": {"mlflow.trace.session": "\(session)"\(usage)}}}}
            """)
        #expect(answer.status == 200)
    }

    private func ask(_ members: String) async -> TestServer.Answer {
        await server.send(
            "POST", "/api/3.0/mlflow/traces/metrics", #"{"experiment_ids": ["0"], "view_type": "TRACES", \#(members)}"#)
    }

    private static let count = #""aggregations": [{"aggregation_type": "COUNT"}]"#
    /// The second and third of January 2026.
    private static let days = #""start_time_ms": 1767312000000, "end_time_ms": "1767484799999""#

    @Test(
        "counts, durations, tokens",
        arguments: [
            (#""metric_name": "trace_count", \#(count)"#, #"[{"metric_name":"trace_count","values":{"COUNT":3.0}}]"#),
            (
                #""metric_name": "session_count", \#(count)"#,
                #"[{"metric_name":"session_count","values":{"COUNT":2.0}}]"#
            ),
            (
                #""metric_name": "trace_count", \#(count), "dimensions": ["trace_status"]"#,
                #"[{"metric_name":"trace_count","dimensions":{"trace_status":"ERROR"},"values":{"COUNT":1.0}},"#
                    + #"{"metric_name":"trace_count","dimensions":{"trace_status":"OK"},"values":{"COUNT":2.0}}]"#
            ),
            (
                #""metric_name": "trace_count", \#(count), \#(days), "time_interval_seconds": 86400"#,
                #"[{"metric_name":"trace_count","dimensions":{"time_bucket":"2026-01-02T00:00:00+00:00"},"#
                    + #""values":{"COUNT":2.0}},{"metric_name":"trace_count","#
                    + #""dimensions":{"time_bucket":"2026-01-03T00:00:00+00:00"},"values":{"COUNT":1.0}}]"#
            ),
            (
                #""metric_name": "latency", "dimensions": ["trace_name"], "aggregations": [{"aggregation_type": "AVG"}, "#
                    + #"{"aggregation_type": "PERCENTILE", "percentile_value": 90}, {"aggregation_type": "MAX"}]"#,
                #"[{"metric_name":"latency","dimensions":{"trace_name":"f"},"values":{"AVG":500.0,"P90.0":700.0,"#
                    + #""MAX":750.0}},{"metric_name":"latency","dimensions":{"trace_name":"g"},"#
                    + #""values":{"AVG":1000.0,"P90.0":1000.0,"MAX":1000.0}}]"#
            ),
            (
                #""metric_name": "total_tokens", "aggregations": [{"aggregation_type": "SUM"}]"#,
                #"[{"metric_name":"total_tokens","values":{"SUM":40.0}}]"#
            ),
            (#""metric_name": "input_tokens", "aggregations": [{"aggregation_type": "SUM"}]"#, nil),
            (
                #""metric_name": "trace_count", \#(count), "filters": ["trace.status = 'OK'", "#
                    + #""trace.metadata.`mlflow.trace.session` = \"s\"", "trace.tag.mlflow.traceName = 'f'"]"#,
                #"[{"metric_name":"trace_count","values":{"COUNT":2.0}}]"#
            ),
            (
                #""metric_name": "trace_count", \#(count), "end_time_ms": 1"#,
                #"[{"metric_name":"trace_count","values":{"COUNT":0.0}}]"#
            ),
        ] as [(String, String?)])
    func figures(_ members: String, _ expected: String?) async throws {
        let answer = await ask(members)
        #expect(answer.status == 200)
        #expect(answer.json["data_points"] == (try expected.map { try JSONParser.parse($0) }))
    }

    @Test("groups come in pages")
    func pages() async throws {
        let members = #""metric_name": "trace_count", \#(Self.count), "dimensions": ["trace_name"], "max_results": 1"#
        let first = await ask(members)
        let token = try #require(first.json["next_page_token"]?.text)
        let second = await ask(#"\#(members), "page_token": "\#(token)""#)
        let names = [first, second].map { $0.json["data_points"]?.elements?.first?["dimensions"]?["trace_name"]?.text }
        #expect(names == ["f", "g"] && second.json["next_page_token"] == nil)
        #expect(await ask(#""metric_name": "trace_count", \#(Self.count), "page_token": "\#(token)""#).status == 400)
    }

    @Test(
        "what is refused",
        arguments: [
            (#""metric_name": "nope", \#(count)"#, 400),
            (#""metric_name": "trace_count", "aggregations": [{"aggregation_type": "SUM"}]"#, 400),
            (#""metric_name": "latency", "aggregations": [{"aggregation_type": "PERCENTILE"}]"#, 400),
            (
                #""metric_name": "latency", "aggregations": [{"aggregation_type": "PERCENTILE", "percentile_value": 101}]"#,
                400
            ),
            (#""metric_name": "trace_count", "aggregations": []"#, 400),
            (#""metric_name": "trace_count", \#(count), "dimensions": ["nope"]"#, 400),
            (#""metric_name": "trace_count", \#(count), "time_interval_seconds": 60"#, 400),
            (#""metric_name": "trace_count", \#(count), \#(days), "time_interval_seconds": 0"#, 400),
            (#""metric_name": "trace_count", \#(count), "filters": ["trace.nope = 'x'"]"#, 400),
            (#""metric_name": "trace_count", \#(count), "filters": ["trace.status != 'OK'"]"#, 400),
            (#""metric_name": "trace_count", \#(count), "filters": ["span.type = 'TOOL'"]"#, 501),
            (#""view_type": "SPANS", "metric_name": "span_count", \#(count)"#, 501),
        ])
    func refused(_ members: String, _ status: Int) async { #expect(await ask(members).status == status) }
}

@Suite("Spans of traces for MLflow's pages", .everyDatabase)
struct TraceArtifactTests {
    private let server: TestServer
    private let path = "/ajax-api/3.0/mlflow/get-trace-artifact"

    init() throws { server = try TestServer() }

    @Test("what a client stored comes back; nothing else does")
    func artifacts() async throws {
        let trace = """
            {"trace": {"trace_info": {"trace_id": "tr-1", "trace_location": {"type": "MLFLOW_EXPERIMENT",
            "mlflow_experiment": {"experiment_id": "0"}}, "request_time": "2026-01-02T03:04:05Z", "state": "OK"}}}
            """
        #expect(await server.send("POST", "/api/3.0/mlflow/traces", trace).status == 200)
        #expect(await server.send("GET", "\(path)?request_id=tr-1", nil).status == 404)
        let place = "/api/2.0/mlflow-artifacts/artifacts/0/traces/tr-1/artifacts"
        #expect(await server.send("PUT", "\(place)/traces.json", #"{"spans":[]}"#).status == 200)
        #expect(await server.send("PUT", "\(place)/attachments/a.txt", "attached").status == 200)
        let spans = await server.send("GET", "\(path)?request_id=tr-1", nil)
        #expect(spans.status == 200 && spans.json == .record(["spans": .array([])]))
        #expect(await server.send("GET", "\(path)?request_id=tr-1&path=a.txt", nil).status == 200)
        #expect(await server.send("GET", "\(path)?request_id=tr-1&path=../traces.json", nil).status == 400)
        #expect(await server.send("GET", "\(path)?request_id=tr-2", nil).status == 404)
        #expect(await server.send("GET", path, nil).status == 400)
    }
}
