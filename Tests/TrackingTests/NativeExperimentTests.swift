import Core
import Platform
import TestSupport
import Testing
import Tracking

@Suite("Experiments over Steward's own API")
struct NativeExperimentTests {
    @Test("create, read by identifier and by name, list with counts of runs", arguments: Backend.available)
    func createAndRead(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let created = await server.native(
            "POST", "experiments", #"{"name":"credit risk","tags":{"team":"risk"},"artifact_location":null}"#)
        #expect(created.status == 201)
        let id = try #require(created.json["id"]?.text)
        try expectJSON(
            await server.native("GET", "experiments/credit%20risk"),
            """
            {"id":"\(id)","name":"credit risk","state":"active","artifact_location":"mlflow-artifacts:/\(id)",
            "created_at":"2023-11-14T22:13:20.001Z","updated_at":"2023-11-14T22:13:20.001Z","tags":{"team":"risk"},
            "run_count":0,"last_run_at":null}
            """)
        #expect(await server.native("GET", "experiments/\(id)").json == created.json)
        _ = await server.run(id, start: 5000)
        _ = await server.run(id, start: 3000)
        let listed = await server.native("GET", "experiments?run_counts=true")
        let experiments = listed.json["experiments"]?.elements ?? []
        #expect(experiments.map { $0["name"]?.text } == ["credit risk", "Default"])
        #expect(experiments.map { $0["run_count"]?.int } == [2, 0])
        #expect(experiments.map { $0["last_run_at"]?.text } == ["1970-01-01T00:00:05.000Z", nil])
        #expect(listed.json["next_page_token"] == .null)
        #expect(
            await server.native("GET", "experiments").json["experiments"]?.elements?[0]["run_count"] == nil,
            "counting is asked for")
    }

    @Test("an identifier comes before a name; a name of digits is found where no experiment has the identifier")
    func identifiersFirst() async throws {
        let server = try TestServer()
        let first = await server.experiment("77")
        let second = await server.experiment(first)
        #expect(await server.native("GET", "experiments/77").json["id"]?.text == first)
        #expect(await server.native("GET", "experiments/\(first)").json["name"]?.text == "77")
        #expect(second != first)
    }

    @Test("filters, orders and pages as in MLflow's search", arguments: Backend.available)
    func list(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        for name in ["b", "a", "c", "other"] { _ = await server.experiment(name) }
        var names: [String] = []
        var token: String? = ""
        var pages = 0
        while let from = token {
            let path = "experiments?order_by=name&filter=name%20LIKE%20%27_%27&limit=2&page_token="
            let page = await server.native("GET", path + PercentEncoding.encode(from))
            #expect(page.status == 200, "\(page.message ?? "")")
            names += (page.json["experiments"]?.elements ?? []).compactMap { $0["name"]?.text }
            token = page.json["next_page_token"]?.text
            pages += 1
        }
        #expect(names == ["a", "b", "c"])
        #expect(pages == 2)
    }

    @Test("one change renames, sets and removes tags, or does nothing at all", arguments: Backend.available)
    func update(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let id = await server.experiment("old")
        _ = await server.experiment("taken")
        let changed = await server.native(
            "PATCH", "experiments/old", #"{"name":"new","tags":{"a":"1","b":"2","none":null}}"#)
        #expect(changed.status == 200, "\(changed.message ?? "")")
        #expect(changed.json["name"]?.text == "new")
        #expect(changed.json["tags"] == .record(["a": .string("1"), "b": .string("2")]))
        let refused = await server.native("PATCH", "experiments/\(id)", #"{"tags":{"a":null},"name":"taken"}"#)
        #expect(refused.status == 409)
        let after = await server.native("GET", "experiments/\(id)")
        #expect(after.json["tags"] == changed.json["tags"], "nothing of a refused change stays")
        let removed = await server.native("PATCH", "experiments/\(id)", #"{"tags":{"a":null}}"#)
        #expect(removed.json["tags"] == .record(["b": .string("2")]))
        #expect(server.events.kinds.filter { $0 == "tracking.experiment-renamed" }.count == 1)
    }

    @Test("delete and restore, and both again, which changes nothing", arguments: Backend.available)
    func lifecycle(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let id = await server.experiment("e")
        let run = await server.run(id)
        for _ in 1...2 { #expect(await server.native("DELETE", "experiments/e").status == 204) }
        #expect(await server.native("GET", "experiments/e").json["state"]?.text == "deleted")
        #expect(await server.native("GET", "runs/\(run)").json["state"]?.text == "deleted")
        #expect(await server.native("PATCH", "experiments/e", #"{"name":"f"}"#).status == 400)
        let deleted = await server.native("GET", "experiments?state=deleted")
        #expect(deleted.json["experiments"]?.elements?.map { $0["id"]?.text } == [id])
        for _ in 1...2 {
            let restored = await server.native("POST", "experiments/e/restore")
            #expect(restored.json["state"]?.text == "active")
            #expect(restored.json["run_count"]?.int == 1)
        }
        let kinds = server.events.kinds.filter { $0 != "tracking.experiment-created" }
        #expect(kinds == ["tracking.experiment-deleted", "tracking.experiment-restored"])
    }

    @Test(
        "what is not understood is refused, and the refusal says what to do",
        arguments: [
            ("GET", "experiments?fliter=name", nil, 400, "fliter: there is no such parameter", "Did you mean filter?"),
            ("GET", "experiments?filter=%ff", nil, 400, "The query is no percent-encoded UTF-8", nil),
            ("GET", "experiments?limit=0", nil, 400, "limit: '0' is no number from 1 to 1000", nil),
            ("GET", "experiments?limit=1001", nil, 400, "limit: '1001' is no number from 1 to 1000", nil),
            ("GET", "experiments?state=gone", nil, 400, "state: 'gone' is none of active, deleted, all", nil),
            ("GET", "experiments?run_counts=1", nil, 400, "run_counts: '1' is neither true nor false", nil),
            ("GET", "experiments?page_token=zzz", nil, 400, "Invalid page token", nil),
            ("GET", "experiments/defualt", nil, 404, "There is no experiment 'defualt'", "Did you mean 'Default'?"),
            ("GET", "experiments/0?x=1", nil, 400, "x: there is no such parameter", nil),
            ("POST", "experiments", "[]", 400, "the body must be a JSON object", nil),
            ("POST", "experiments", "{}", 400, "name: it must be given", nil),
            ("POST", "experiments", #"{"name":1}"#, 400, "name: it must be a text", nil),
            ("POST", "experiments", #"{"name":"a\u0000"}"#, 400, "name: it holds a zero byte", nil),
            (
                "POST", "experiments", #"{"name":"n","tag":{}}"#, 400, "tag: there is no such field",
                "Did you mean tags?"
            ),
            ("POST", "experiments", #"{"name":"n","tags":{"a":1}}"#, 400, "tags.a: it must be a text", nil),
            ("POST", "experiments", #"{"name":"Default"}"#, 409, "Experiment(name=Default) already exists.", nil),
            ("POST", "experiments", #"{"name":"n","artifact_location":"/etc"}"#, 400, "", nil),
            ("DELETE", "experiments/nobody", nil, 404, "There is no experiment 'nobody'", nil),
        ] as [(String, String, String?, Int, String, String?)])
    func refusals(_ method: String, _ path: String, _ body: String?, _ status: Int, _ message: String, _ hint: String?)
        async throws
    {
        let server = try TestServer()
        let answer = await server.native(method, path, body)
        #expect(answer.status == status)
        #expect(answer.message?.hasPrefix(message) == true, "\(answer.message ?? "")")
        if let hint { #expect(answer.hint == hint) }
        #expect(server.events.kinds.isEmpty)
    }

    @Test("a page token of another question is refused")
    func tokens() async throws {
        let server = try TestServer()
        for name in ["a", "b", "c"] { _ = await server.experiment(name) }
        let token = await server.native("GET", "experiments?limit=1").json["next_page_token"]?.text ?? ""
        let encoded = PercentEncoding.encode(token)
        #expect(await server.native("GET", "experiments?limit=2&page_token=\(encoded)").status == 200)
        for query in ["order_by=name&page_token=", "state=all&page_token="] {
            #expect(await server.native("GET", "experiments?\(query)\(encoded)").status == 400)
        }
    }

    @Test("nobody gets in without the right, at any endpoint")
    func authorisation() async throws {
        let server = try TestServer()
        #expect(try await AuthorizationSweep.findings(server.tracking.endpoints, world: .live) == [])
    }
}
