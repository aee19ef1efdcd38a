import Core
import MLflow
import Platform
import Testing

/// The executor, through the endpoint. What MLflow answers to the same queries is in Conformance.
@Suite("GraphQL")
struct GraphQLTests {
    private let calls: TestCalls

    init() throws { calls = try TestCalls() }

    @Test("a query as MLflow's pages send it")
    func pages() async throws {
        let query = """
            query GetRun($data: MlflowGetRunInput!) @component(name: "MLflow.ExperimentRunTracking") {
              mlflowGetRun(input: $data) {
                apiError { message __typename }
                run {
                  info { runName status startTime endTime userId __typename }
                  experiment { name creationTime }
                  modelVersions { name version aliases status }
                  data { metrics { key value step } params { key } }
                  inputs { modelInputs { modelId } }
                  __typename
                }
                __typename
              }
            }
            """
        let expected = """
            {"data":{"mlflowGetRun":{"apiError":null,"run":{"info":{"runName":"one","status":"FINISHED","startTime":"5",\
            "endTime":"9007199254740993","userId":"","__typename":"MlflowRunInfo"},"experiment":{"name":"first",\
            "creationTime":"7"},"modelVersions":[{"name":"x","version":"1","aliases":[],"status":"PENDING_REGISTRATION"},\
            {"name":"x","version":"2","aliases":["champion"],"status":"PENDING_REGISTRATION"}],"data":{"metrics":[\
            {"key":"m","value":null,"step":"3"},{"key":"n","value":0.5,"step":"0"}],"params":[]},"inputs":{\
            "modelInputs":[]},"__typename":"MlflowRunExtension"},"__typename":"MlflowGetRunResponse"}}}
            """
        #expect(try await calls.ask(query, #"{"data":{"runId":"a"}}"#, operation: "GetRun") == expected)
    }

    @Test("fields of many runs are asked for together")
    func batches() async throws {
        let query = "{ mlflowSearchRuns { runs { info { runId } experiment { name } modelVersions { version } } } }"
        let expected = """
            {"errors":[{"message":"No Experiment with id=2 exists","locations":[{"line":1,"column":44}],\
            "path":["mlflowSearchRuns","runs",1,"experiment"],\
            "extensions":{"error_code":"RESOURCE_DOES_NOT_EXIST"}}],"data":{"mlflowSearchRuns":{"runs":[\
            {"info":{"runId":"a"},"experiment":{"name":"first"},"modelVersions":[{"version":"1"},{"version":"2"}]},\
            {"info":{"runId":"b"},"experiment":null,"modelVersions":[]},\
            {"info":{"runId":"a"},"experiment":{"name":"first"},"modelVersions":[{"version":"1"},{"version":"2"}]}]}}}
            """
        #expect(try await calls.ask(query) == expected)
        #expect(
            calls.log == [
                "POST runs/search {}", "GET experiments/get experiment_id=1", "GET experiments/get experiment_id=2",
                "GET model-versions/search filter=run_id IN ('a', 'b')",
                "GET model-versions/search filter=run_id IN ('a', 'b')&page_token=t",
            ])
    }

    @Test("what a call refuses is an error at the field; other fields are answered")
    func failures() async throws {
        let query =
            #"{ a: mlflowGetRun(input: {runId: "z"}) { run { info { runId } } } b: mlflowListArtifacts { rootUri } }"#
        let expected = """
            {"errors":[{"message":"Run with id=z not found","locations":[{"line":1,"column":3}],"path":["a"],\
            "extensions":{"error_code":"RESOURCE_DOES_NOT_EXIST"}}],"data":{"a":null,"b":{"rootUri":"r"}}}
            """
        #expect(try await calls.ask(query) == expected)
    }

    @Test("rights are those of the calls")
    func rights() async throws {
        let reader = try TestCalls(rights: Rights(.read))
        let query = #"{ mlflowGetRun(input: {runId: "a"}) { run { info { runName } modelVersions { name } } } }"#
        let answer = try JSONParser.parse(try await reader.ask(query))
        #expect(answer["data"]?["mlflowGetRun"]?["run"]?["info"]?["runName"] == .string("one"))
        #expect(answer["data"]?["mlflowGetRun"]?["run"]?["modelVersions"] == .null)
        #expect(answer["errors"]?.elements?.count == 1)
        #expect(answer["errors"]?.elements?.first?["extensions"]?["error_code"] == .string("PERMISSION_DENIED"))

        let nobody = try TestCalls(rights: .nothing)
        let refused = try JSONParser.parse(try await nobody.ask(query))
        #expect(refused["data"]?["mlflowGetRun"] == .null)
        #expect(nobody.log.isEmpty)
        #expect(try await nobody.post(#"{"query": "{__typename}"}"#, signedIn: false).status == 401)
    }

    @Test(
        "values, fragments, directives",
        arguments: [
            ("{ __typename }", nil, #"{"__typename":"Query"}"#),
            ("query A { __typename }", "{}", #"{"__typename":"Query"}"#),
            ("\u{FEFF}#c\n{,__typename,}", nil, #"{"__typename":"Query"}"#),
            (
                "query($y: Boolean = true, $n: Boolean!) { a: __typename @skip(if: $y) b: __typename @include(if: $y) "
                    + "...F @include(if: $n) ... @skip(if: $n) { c: __typename } } fragment F on Query { d: __typename }",
                #"{"n": false}"#, #"{"b":"Query","c":"Query"}"#
            ),
            (
                "{ mlflowListArtifacts { files { path } } mlflowListArtifacts { ...F ...F files { isDir fileSize } } } "
                    + "fragment F on MlflowListArtifactsResponse { rootUri files { path } }", nil,
                #"{"mlflowListArtifacts":{"files":[{"path":"d","isDir":true,"fileSize":"0"},"#
                    + #"{"path":"f","isDir":false,"fileSize":"12"}],"rootUri":"r"}}"#
            ),
        ] as [(String, String?, String)])
    func queries(_ query: String, _ variables: String?, _ data: String) async throws {
        #expect(try await calls.ask(query, variables) == #"{"data":\#(data)}"#)
    }

    @Test("inputs are messages: names of protobuf, single values as lists, texts of any form")
    func inputs() async throws {
        let search = "query($i: MlflowSearchRunsInput) { mlflowSearchRuns(input: $i) { nextPageToken } }"
        _ = try await calls.ask(search, #"{"i": {"experimentIds": "1", "maxResults": 3, "runViewType": "ALL"}}"#)
        _ = try await calls.ask(
            #"{ mlflowSearchRuns(input: {orderBy: ["a", "\u00e9\"\\", """\#n  x\#n    y\#n"""], filter: null}) { nextPageToken } }"#
        )
        let interval = "mlflowGetMetricHistoryBulkInterval"
        _ = try await calls.ask(
            "{ \(interval)(input: {runIds: [\"a&\", \"b\"], metricKey: \"m\", startStep: 1}) { metrics { key } } }")
        #expect(
            calls.log == [
                #"POST runs/search {"experiment_ids":["1"],"run_view_type":"ALL","max_results":3}"#,
                #"POST runs/search {"order_by":["a","é\"\\","x\n  y"]}"#,
                "GET metrics/get-history-bulk-interval run_ids=a&&run_ids=b&metric_key=m&start_step=1",
            ])
    }
}

@Suite("GraphQL: what is refused")
struct GraphQLRefusalTests {
    private let calls: TestCalls

    init() throws { calls = try TestCalls() }

    private static let fragments = (0..<40).map { "fragment F\($0) on Query { ...F\($0 + 1) ...F\($0 + 1) }" }

    @Test(
        "queries that are wrong",
        arguments: [
            ("{", "Syntax error: the end is out of place"), ("{ }", "Syntax error: \"}\" is out of place"),
            ("{ a: }", "Syntax error: \"}\" is out of place"), ("{ a(b: 01) }", "Syntax error: \"1\" is out of place"),
            ("{ a(b: \"x) }", "Syntax error: a text does not end"),
            ("{ a \u{1} }", "Syntax error: a byte 1 is out of place"),
            (#"{ a(b: "\ud800") }"#, "Syntax error: an escape that is no character"),
            ("query($a: Int = $b) { __typename }", "Syntax error: \"$\" is out of place"),
            ("{ nope }", "There is no field \"nope\" of \"Query\""),
            ("{ mlflowGetRun { run { info { nope } } } }", "There is no field \"nope\" of \"MlflowRunInfo\""),
            ("{ mlflowGetRun }", "The field \"mlflowGetRun\" is an object: say which of its fields"),
            ("{ __typename { x } }", "The field \"__typename\" has no fields of its own"),
            ("{ mlflowGetRun(x: 1) { __typename } }", "There is no argument \"x\" of \"mlflowGetRun\""),
            ("{ mlflowGetRun(input: {x: 1}) { __typename } }", "There is no field \"x\" of \"MlflowGetRunInput\""),
            ("{ mlflowGetRun(input: {runId: 1}) { __typename } }", "input.runId: the value is not of type String"),
            ("{ mlflowGetRun(input: $x) { __typename } }", "The variable $x is not defined"),
            (
                "query($x: String) { mlflowGetRun(input: $x) { __typename } }",
                "The variable $x is of type String, where MlflowGetRunInput is wanted"
            ),
            ("query($x: Nope) { __typename }", "The variable $x is never used"),
            ("query($x: Boolean!) { __typename @skip(if: $x) }", "The variable $x must be given"),
            (
                "query($x: MlflowRunInfo) { mlflowGetRun(input: $x) { __typename } }",
                "The type of $x is none for inputs"
            ),
            (
                "{ a: __typename a: mlflowGetRun { __typename } }",
                "\"a\" stands for two different fields; give one of them another name"
            ),
            ("{ ...F }", "There is no fragment \"F\""),
            ("{ __typename } fragment F on Query { __typename }", "The fragment \"F\" is never used"),
            (
                "{ ...F } fragment F on MlflowRun { __typename }",
                "A fragment on \"MlflowRun\" does not fit into a \"Query\""
            ),
            ("{ ...F } fragment F on Query { ...F }", "The fragment \"F\" stands in itself"),
            ("{ __typename @nope }", "Unknown directive \"@nope\""),
            ("query @nope { __typename }", "Unknown directive \"@nope\""),
            (
                "query A { __typename } query B { __typename }",
                "There are several operations; operationName must say which is meant"
            ),
            (
                "mutation { __typename }",
                "This server takes queries only; changes are made with the calls of MLflow's REST API"
            ),
            (
                "{ __schema { types { name } } }",
                "There is no field \"__schema\" of \"Query\". This server does not describe its schema"
            ),
        ])
    func wrong(_ query: String, _ message: String) async throws {
        #expect(try await calls.refusal(query) == message)
        #expect(calls.log.isEmpty)
    }

    @Test("queries that are too much")
    func limits() async throws {
        let roots = (0..<11).map { "a\($0): __typename" }.joined(separator: " ")
        #expect(try await calls.refusal("{ \(roots) }") == "An object has at most 10 aliases; this one has 11")
        let deep = String(repeating: "... { ", count: 40) + "__typename" + String(repeating: " }", count: 40)
        #expect(try await calls.refusal("{ \(deep) }") == "The query is nested more than 32 deep")
        let many = String(repeating: "__typename ", count: 1001)
        #expect(try await calls.refusal("{ \(many) }") == "The query selects more than 1000 fields")
        let bomb = "{ ...F0 } \(Self.fragments.joined(separator: " ")) fragment F40 on Query { __typename }"
        #expect(try await calls.refusal(bomb) == "The query selects more than 1000 fields")
        let tokens = String(repeating: "a ", count: 20_001)
        #expect(try await calls.refusal("{ \(tokens) }") == "The query has more than 20000 tokens")
        let list = String(repeating: "[", count: 100_000)
        #expect(try await calls.refusal("{ a(b: \(list)) }") == "The query is nested more than 32 deep")
    }

    @Test(
        "requests that are no queries",
        arguments: ["{}", "[]", #"{"query": 1}"#, #"{"query": "{a}", "variables": []}"#])
    func requests(_ body: String) async throws {
        let answer = try await calls.post(body)
        #expect(answer.status == 400)
        #expect(answer.json["error_code"] == .string("INVALID_PARAMETER_VALUE"))
    }

    @Test("a schema whose calls are not there is a bug")
    func missingCalls() {
        #expect(throws: Failure.self) { try GraphQLCall(Array(calls.endpoints.dropLast(2))) }
    }
}
