import Core
import Foundation
import Platform
import TestSupport
import Testing

@Suite("Runs over Steward's own API")
struct NativeRunTests {
    /// A run with something of everything, named, which started and ended.
    private func fullRun(_ server: TestServer, _ experiment: String) async -> String {
        let run = await server.run(experiment, name: "full", start: 1000)
        let points = (0..<3).map { #"{"key":"loss","value":\#(3 - $0),"timestamp":\#(2000 + $0),"step":\#($0)}"# }
        let nan = #"{"key":"auc","value":"NaN","timestamp":2000,"step":0}"#
        let batch = """
            {"run_id":"\(run)","metrics":[\((points + [nan]).joined(separator: ","))],
            "params":[{"key":"depth","value":"3"},{"key":"Alpha","value":"0.5"}],"tags":[{"key":"team","value":"risk"}]}
            """
        #expect(await server.post("runs/log-batch", batch).status == 200)
        let dataset = #"{"name":"train","digest":"abc","source_type":"local","source":"{}"}"#
        let inputs = #"{"run_id":"\#(run)","datasets":[{"dataset":\#(dataset),"tags":[]}]}"#
        #expect(await server.post("runs/log-inputs", inputs).status == 200)
        _ = await server.post("runs/update", #"{"run_id":"\#(run)","status":"FINISHED","end_time":61000}"#)
        return run
    }

    @Test("a run with all that is known of it", arguments: Backend.available)
    func show(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let experiment = await server.experiment("credit risk")
        let run = await fullRun(server, experiment)
        try expectJSON(
            await server.native("GET", "runs/\(run)"),
            """
            {"id":"\(run)","name":"full","experiment_id":"\(experiment)","experiment":"credit risk",
            "status":"FINISHED","state":"active","user":"","started_at":"1970-01-01T00:00:01.000Z",
            "ended_at":"1970-01-01T00:01:01.000Z",
            "artifact_location":"mlflow-artifacts:/\(experiment)/\(run)/artifacts",
            "params":{"Alpha":"0.5","depth":"3"},
            "metrics":{"auc":{"value":"NaN","step":0,"time":"1970-01-01T00:00:02.000Z"},
            "loss":{"value":1,"step":2,"time":"1970-01-01T00:00:02.002Z"}},
            "tags":{"mlflow.runName":"full","team":"risk"},
            "inputs":{"datasets":[{"name":"train","digest":"abc","source_type":"local","source":"{}","schema":null,
            "profile":null,"tags":{}}],"models":[]},"outputs":{"models":[]},
            "artifacts":{"files":0,"bytes":0,"complete":true}}
            """)
    }

    @Test("names within a run are sorted by their bytes, whatever came first")
    func sorted() async throws {
        let server = try TestServer()
        let answer = await server.native("GET", "runs/\(await fullRun(server, "0"))")
        #expect(answer.json["params"]?.members?.map(\.name) == ["Alpha", "depth"])
        #expect(answer.json["metrics"]?.members?.map(\.name) == ["auc", "loss"])
    }

    @Test("the beginning of an identifier stands for the run, if it is no other's", arguments: Backend.available)
    func prefixes(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let run = await server.run()
        for length in [4, 8, 31, 32] {
            let found = await server.native("GET", "runs/\(run.prefix(length))")
            #expect(found.json["id"]?.text == run)
        }
        #expect(await server.native("GET", "runs/\(run.prefix(3))").status == 404, "too short to mean one")
        #expect(await server.native("GET", "runs/\(run)0").status == 404)
        #expect(await server.native("GET", "runs/%C3%A9%C3%A9%C3%A9%C3%A9").status == 404)
        #expect(await server.native("GET", "runs/~~~~~").status == 404)
        // Runs are made until two begin the same: a pair among 2000 does so in four digits nearly always.
        var seen: Set<Substring> = [run.prefix(4)]
        var twice: Substring?
        for _ in 0..<2000 where twice == nil {
            let next = await server.run()
            if !seen.insert(next.prefix(4)).inserted { twice = next.prefix(4) }
        }
        let shared = try #require(twice)
        let answer = await server.native("GET", "runs/\(shared)")
        #expect(answer.status == 400)
        #expect(answer.message == "The identifiers of several runs begin with '\(shared)'")
        #expect(answer.hint?.contains(shared) == true)
        for write in [("DELETE", "runs/\(run.prefix(8))"), ("POST", "runs/\(run.prefix(8))/restore")] {
            #expect(await server.native(write.0, write.1).status == 404, "changes take whole identifiers")
        }
    }

    private func names(_ server: TestServer, _ query: String) async -> [String] {
        let answer = await server.native("GET", "runs?" + query)
        #expect(answer.status == 200, "\(query): \(answer.message ?? "")")
        return (answer.json["runs"]?.elements ?? []).compactMap { $0["name"]?.text }
    }

    @Test("lists: experiments by name, filter, order, all of them, deleted ones", arguments: Backend.available)
    func list(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let (one, two) = (await server.experiment("one"), await server.experiment("two"))
        for (index, experiment) in [one, one, two, "0"].enumerated() {
            let run = await server.run(experiment, name: "r\(index)", start: 1000 * index)
            let metric = #"{"run_id":"\#(run)","key":"m","value":\#(index),"timestamp":1}"#
            _ = await server.post("runs/log-metric", metric)
        }
        #expect(await names(server, "") == ["r3", "r2", "r1", "r0"])
        #expect(await names(server, "experiment=one") == ["r1", "r0"])
        #expect(await names(server, "experiment=\(one)&experiment=two&experiment=one") == ["r2", "r1", "r0"])
        #expect(await names(server, "filter=metrics.m%20%3E%201") == ["r3", "r2"])
        #expect(await names(server, "order_by=metrics.m%20ASC&limit=2") == ["r0", "r1"])
        #expect(await names(server, "experiment=one&filter=attributes.run_name%20%3D%20%27r0%27") == ["r0"])
        #expect(await server.native("DELETE", "experiments/two").status == 204)
        #expect(await names(server, "") == ["r3", "r1", "r0"])
        #expect(await names(server, "state=deleted") == ["r2"])
        #expect(await names(server, "state=all") == ["r3", "r2", "r1", "r0"])
        #expect(await server.native("GET", "runs?experiment=oen").hint == "Did you mean 'one'?")
        #expect(await server.native("GET", "runs?filter=metrics.m").status == 400)
        #expect(await server.native("GET", "runs?order_by=nonsense").status == 400)
    }

    @Test("pages go through all runs, also when experiments come meanwhile", arguments: Backend.available)
    func pages(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        for index in 0..<5 { _ = await server.run("0", name: "r\(index)", start: index) }
        var found: [String] = []
        var token: String? = ""
        while let from = token {
            let page = await server.native("GET", "runs?limit=2&page_token=\(PercentEncoding.encode(from))")
            #expect(page.status == 200, "\(page.message ?? "")")
            found += (page.json["runs"]?.elements ?? []).compactMap { $0["name"]?.text }
            token = page.json["next_page_token"]?.text
            _ = await server.experiment("new \(found.count)")
        }
        #expect(found == ["r4", "r3", "r2", "r1", "r0"])
    }

    @Test("delete and restore, and both again, which changes nothing", arguments: Backend.available)
    func lifecycle(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let run = await server.run()
        for _ in 1...2 { #expect(await server.native("DELETE", "runs/\(run)").status == 204) }
        #expect(await server.native("GET", "runs/\(run)").json["state"]?.text == "deleted")
        for _ in 1...2 {
            let restored = await server.native("POST", "runs/\(run)/restore")
            #expect(restored.status == 200 && restored.json["state"]?.text == "active")
        }
        #expect(server.events.kinds == ["tracking.run-deleted", "tracking.run-restored"])
        #expect(await server.native("DELETE", "runs/nobody").status == 404)
    }

    // MARK: - Metrics

    private func steps(_ answer: TestServer.Answer) -> [Int?] {
        (answer.json["points"]?.elements ?? []).map { $0["step"]?.int }
    }

    @Test("the history of a metric, in pages and thinned; names with slashes", arguments: Backend.available)
    func history(_ backend: Backend) async throws {
        let server = try TestServer(backend)
        let run = await server.run()
        let points = (0..<10).map {
            #"{"key":"val/loss a","value":\#(Double($0) / 4),"timestamp":\#(1000 + $0),"step":\#($0)}"#
        }
        let body = #"{"run_id":"\#(run)","metrics":[\#(points.joined(separator: ","))]}"#
        #expect(await server.post("runs/log-batch", body).status == 200)
        let path = "runs/\(run)/metrics/val/loss%20a"
        let all = await server.native("GET", path)
        #expect(all.json["metric"]?.text == "val/loss a" && all.json["run_id"]?.text == run)
        #expect(steps(all) == Array(0..<10))
        #expect(
            all.json["points"]?.elements?[3]
                == .record([
                    "value": .number(0.75), "step": .integer(3), "time": .string("1970-01-01T00:00:01.003Z"),
                ]))
        #expect(all.json["next_page_token"] == .null)
        let first = await server.native("GET", path + "?limit=4")
        let token = try #require(first.json["next_page_token"]?.text)
        let second = await server.native("GET", path + "?limit=6&page_token=\(PercentEncoding.encode(token))")
        #expect(steps(first) + steps(second) == Array(0..<10))
        #expect(second.json["next_page_token"] == .null)
        let sample = await server.native("GET", "runs/\(run.prefix(8))/metrics/val%2Floss%20a?sample=4")
        #expect(steps(sample).first == 0 && steps(sample).last == 9 && steps(sample).count <= 4)
        let missing = await server.native("GET", "runs/\(run)/metrics/val/lost%20a")
        #expect(missing.status == 404)
        #expect(missing.hint == "Did you mean 'val/loss a'?")
        for query in ["sample=1", "sample=3&limit=2", "limit=10001", "sample=x"] {
            #expect(await server.native("GET", "\(path)?\(query)").status == 400, "\(query)")
        }
        #expect(await server.native("GET", "runs/\(run)/metrics/%ff").status == 400)
        #expect(await server.native("GET", "runs/nobody/metrics/m").status == 404)
    }

    // MARK: - Artifacts

    private func upload(_ server: TestServer, _ run: String, _ path: String, _ content: String) async {
        let answer = await server.send(
            "PUT", "/api/2.0/mlflow-artifacts/artifacts/0/\(run)/artifacts/\(path)", content)
        #expect(answer.status == 200, "\(answer.message ?? "")")
    }

    @Test("artifacts: folders by name, in pages, with digests; downloads; a count with the run")
    func artifacts() async throws {
        let server = try TestServer()
        let run = await server.run()
        let empty = await server.native("GET", "runs/\(run)/artifacts")
        #expect(empty.status == 200 && empty.json["entries"] == .array([]))
        await upload(server, run, "model/MLmodel", "abc")
        await upload(server, run, "model/a%20b.txt", "hello")
        await upload(server, run, "top.txt", "")
        let root = await server.native("GET", "runs/\(run)/artifacts")
        let entries = root.json["entries"]?.elements ?? []
        #expect(entries.map { $0["path"]?.text } == ["model", "top.txt"])
        #expect(entries.map { $0["kind"]?.text } == ["folder", "file"])
        #expect(entries[0]["size"] == .null && entries[1]["size"]?.int == 0)
        let first = await server.native("GET", "runs/\(run)/artifacts?path=model&limit=1")
        #expect(first.json["entries"]?.elements?.map { $0["path"]?.text } == ["model/MLmodel"])
        #expect(
            first.json["entries"]?.elements?[0]["sha256"]?.text
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let token = PercentEncoding.encode(first.json["next_page_token"]?.text ?? "")
        let second = await server.native("GET", "runs/\(run)/artifacts?path=model&limit=1&page_token=\(token)")
        #expect(second.json["entries"]?.elements?.map { $0["path"]?.text } == ["model/a b.txt"])
        #expect(second.json["next_page_token"] == .null)
        let file = await server.native("GET", "runs/\(run.prefix(8))/artifacts/model/a%20b.txt")
        #expect(String(decoding: file.bytes, as: UTF8.self) == "hello")
        let summary = await server.native("GET", "runs/\(run)").json["artifacts"]
        #expect(summary?["files"]?.int == 3 && summary?["bytes"]?.int == 8)
        for (path, status) in [
            ("artifacts?path=nothing", 404), ("artifacts?path=../x", 400), ("artifacts?path=model/MLmodel", 404),
            ("artifacts/nothing", 404), ("artifacts/model", 400), ("artifacts/..%2Fx", 400),
            ("artifacts/%2e%2e/x", 400),
        ] {
            let answer = await server.native("GET", "runs/\(run)/\(path)")
            #expect(answer.status == status, "\(path): \(answer.message ?? "")")
        }
    }

    @Test("artifacts that are kept elsewhere are not counted, and lists of them say where they are")
    func elsewhere() async throws {
        let server = try TestServer()
        _ = await server.native("POST", "experiments", #"{"name":"far","artifact_location":"s3://bucket/p"}"#)
        let run = await server.run(await server.native("GET", "experiments/far").json["id"]?.text ?? "")
        #expect(await server.native("GET", "runs/\(run)").json["artifacts"] == .null)
        let list = await server.native("GET", "runs/\(run)/artifacts")
        #expect(list.status == 400)
        #expect(list.message?.contains("s3://bucket/p") == true)
    }
}
