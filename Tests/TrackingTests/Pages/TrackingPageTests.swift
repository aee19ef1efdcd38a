import Core
import Platform
import TestSupport
import Testing
import Tracking

@Suite("Pages of experiments")
struct ExperimentPageTests {
    @Test("an experiment is created by a form; a name that is taken is said beside the field")
    func creation() async throws {
        let server = try TestServer()
        let visitor = try server.visitor()
        let made = await visitor.post("/experiments", ["name": " credit risk ", "location": ""])
        let address = try #require(made.headers["location"])
        #expect(made.status == 303)
        #expect(await visitor.get(address).html.contains("No runs yet"))
        let again = await visitor.post("/experiments", ["name": "credit risk"])
        #expect(again.status == 409)
        _ = try MarkupCheck.page(again)
        #expect(again.html.contains("value=\"credit risk\"") && again.html.contains("f-name-error"))
        #expect(await visitor.post("/experiments", ["name": "x", "location": "gopher:x"]).status == 400)
        #expect(server.events.kinds == ["tracking.experiment-created"])
    }

    @Test("name, description and tags are changed; deletion asks for a reason, which is recorded; it can be restored")
    func settings() async throws {
        let server = try TestServer()
        let visitor = try server.visitor()
        let id = await server.experiment("old")
        _ = await server.run(id)
        #expect(
            await visitor.post("/experiments/\(id)/settings", ["name": "new", "note": "Why?\r\nBecause."]).status == 303
        )
        let page = await visitor.get("/experiments/\(id)")
        #expect(page.html.contains("new</bdi>") && page.html.contains("Why?<br/>Because."))
        #expect(await visitor.post("/experiments/\(id)/settings", ["name": "Default", "note": ""]).status == 409)
        #expect(await visitor.post("/experiments/\(id)/tags", ["key": "team", "value": "risk"]).status == 303)
        #expect(await visitor.get("/experiments/\(id)/settings").html.contains("Remove tag team"))
        #expect(await visitor.post("/experiments/\(id)/tags", ["remove": "team"]).status == 303)
        #expect(!(await visitor.get("/experiments/\(id)/settings").html.contains("Remove tag team")))
        #expect(await visitor.post("/experiments/\(id)/delete", [:]).status == 400)
        #expect(await visitor.post("/experiments/\(id)/delete", ["reason": "by mistake"]).status == 303)
        #expect(await visitor.get("/experiments/\(id)").html.contains("This experiment is deleted."))
        #expect(!(await visitor.get("/experiments").html.contains("/experiments/\(id)\"")))
        #expect(await visitor.post("/experiments/\(id)/restore", ["reason": ""]).status == 303)
        #expect(await visitor.get("/experiments").html.contains("/experiments/\(id)\""))
    }

    @Test("the list is narrowed by name, sorted, and paged")
    func list() async throws {
        let server = try TestServer()
        for name in ["alpha", "beta", "alphabet"] { _ = await server.experiment(name) }
        let visitor = try server.visitor()
        let found = await visitor.get("/experiments?q=ALPHA&order=name%20ASC")
        let alpha = try #require(found.html.firstRange(of: ">alpha</bdi>"))
        let alphabet = try #require(found.html.firstRange(of: ">alphabet</bdi>"))
        #expect(alpha.lowerBound < alphabet.lowerBound)
        #expect(!found.html.contains("beta</bdi>"))
        let first = await visitor.get("/experiments?order=name%20ASC&limit=2")
        #expect(first.link("Next") != nil)
    }

    @Test("who may only read is offered nothing else; who may not read is told that there is nothing")
    func rights() async throws {
        let server = try TestServer()
        let id = await server.experiment("fraud")
        let run = await server.run(id)
        let other = await server.experiment("other")
        let rights = Rights(nil, grants: [Grant(.experiment, .name("fraud"), .read)])
        let reader = try server.visitor(rights)
        for path in ["/experiments", "/experiments/\(id)", "/experiments/\(id)/settings", "/runs/\(run)"] {
            let page = await reader.get(path)
            #expect(page.status == 200, "\(path)")
            for offer in ["New experiment", ">Settings</a>", ">Edit</a>", "Delete experiment", "Save this view"] {
                #expect(!page.html.contains(offer), "\(path): \(offer)")
            }
            #expect(!page.html.contains("other</bdi>"))
        }
        #expect(await reader.post("/experiments/\(id)/delete", ["reason": "x"]).status == 403)
        #expect(await reader.post("/runs/\(run)/edit", ["name": "x"]).status == 403)
        #expect(await reader.get("/runs/\(run)/edit").status == 403)
        #expect(await reader.get("/experiments/\(other)").status == 404)
        #expect(await reader.get("/experiments/\(other)/runs.csv").status == 404)
        let nobody = try server.visitor(nil)
        #expect(await nobody.get("/runs/\(run)").headers["location"] == "/sign-in?next=/runs/\(run)")
    }
}

@Suite("Pages of runs")
struct RunPageTests {
    private func run(_ server: TestServer) async -> String {
        let run = await server.run(name: "bold owl", start: 1_699_999_000_000)
        let points = (0..<40).map { #"{"key":"loss","value":\#(1 / Double($0 + 1)),"timestamp":\#($0),"step":\#($0)}"# }
        let parameters = #"[{"key":"depth","value":"8"}]"#
        _ = await server.post(
            "runs/log-batch",
            #"{"run_id":"\#(run)","metrics":[\#(points.joined(separator: ","))],"params":\#(parameters)}"#)
        return run
    }

    @Test("what came of it, what went in; a beginning of the identifier is enough; it is live while it runs")
    func overview() async throws {
        let server = try TestServer(uses: OneUse())
        let run = await run(server)
        let visitor = try server.visitor()
        let page = await visitor.get("/runs/\(run.prefix(12))")
        _ = try MarkupCheck.page(page)
        #expect(page.html.contains("data-live=\"3\""))
        #expect(page.html.contains("loss") && page.html.contains(">0.02500<") && page.html.contains("depth"))
        #expect(page.html.contains("href=\"/models/fraud/versions/3\""))
        _ = await server.post("runs/update", #"{"run_id":"\#(run)","status":"FINISHED","end_time":1699999060000}"#)
        let finished = await visitor.get("/runs/\(run)")
        #expect(!finished.html.contains("data-live"))
        #expect(finished.html.contains("took 1 min"))
    }

    @Test("its metrics as charts, and one of them large")
    func charts() async throws {
        let server = try TestServer()
        let run = await run(server)
        let visitor = try server.visitor()
        for path in ["metrics", "metrics/loss", "metrics/loss?x=elapsed&scale=log&smooth=0.6"] {
            let page = await visitor.get("/runs/\(run)/\(path)")
            let check = try MarkupCheck.page(page)
            #expect(check.names.contains("figure"), "\(path)")
        }
        #expect(await visitor.get("/runs/\(run)/metrics/none").status == 404)
    }

    @Test("it is renamed, described, tagged, deleted with a reason, restored")
    func changes() async throws {
        let server = try TestServer()
        let run = await run(server)
        let visitor = try server.visitor()
        #expect(await visitor.post("/runs/\(run)/edit", ["name": "calm fox", "note": "Better."]).status == 303)
        let page = await visitor.get("/runs/\(run)")
        #expect(page.html.contains("calm fox") && page.html.contains("<p>Better.</p>"))
        #expect(await server.get("runs/get?run_id=\(run)").json["run"]?["info"]?["run_name"]?.text == "calm fox")
        let empty = await visitor.post("/runs/\(run)/edit", ["name": "", "note": "kept"])
        #expect(empty.status == 400)
        #expect(empty.html.contains("kept</textarea>"))
        #expect(await visitor.post("/runs/\(run)/tags", ["key": "team", "value": "risk"]).status == 303)
        #expect(await visitor.get("/runs/\(run)").html.contains("risk"))
        #expect(await visitor.post("/runs/\(run)/tags", ["remove": "team"]).status == 303)
        #expect(!(await visitor.get("/runs/\(run)").html.contains("risk")))
        #expect(await visitor.post("/runs/\(run)/delete", ["reason": ""]).status == 400)
        #expect(await visitor.post("/runs/\(run)/delete", ["reason": "a typo"]).status == 303)
        #expect(await visitor.get("/runs/\(run)").html.contains("This run is deleted."))
        #expect(await visitor.post("/runs/\(run)/restore", [:]).status == 303)
        #expect(server.events.kinds.suffix(2) == ["tracking.run-deleted", "tracking.run-restored"])
    }

    @Test("a look at artifacts: text, rows, notebooks, pictures; what is none of these is only named")
    func artifacts() async throws {
        let server = try TestServer()
        let run = await run(server)
        let visitor = try server.visitor()
        #expect(await visitor.get("/runs/\(run)/artifacts").html.contains("No artifacts yet"))
        try server.artifact(run, "model/conda.yaml", Array("name: fraud\n".utf8))
        try server.artifact(run, "rows.csv", Array("step,name\n1,\"a \"\"b\"\", c\"\n2,d\n".utf8))
        try server.artifact(run, "one line.json", Array(#"{"a":[1,{"b":"<i>"}]}"#.utf8))
        try server.artifact(run, "plot.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        try server.artifact(run, "no.png", Array("<script>".utf8))
        try server.artifact(run, "model.bin", [0, 1, 2, 0xFF])
        try server.artifact(run, "long.txt", Array(String(repeating: "0123456789\n", count: 30_000).utf8))
        let picture = Base64.text(of: Array("picture".utf8))
        try server.artifact(
            run, "n.ipynb",
            Array(
                """
                {"cells":[{"cell_type":"markdown","source":["# Title\\n","text"]},{"cell_type":"code",
                "source":"print(1)","outputs":[{"output_type":"stream","text":"1"},{"output_type":"display_data",
                "data":{"image/png":"\(picture)"}},{"output_type":"error","ename":"E","evalue":"bad"}]}]}
                """.utf8))
        let expected: [(path: String, has: String)] = [
            ("", "one line.json"), ("model", "conda.yaml"), ("model/conda.yaml", "name: fraud"),
            ("rows.csv", "<bdi>a &quot;b&quot;, c</bdi>"), ("one%20line.json", "    &quot;a&quot;: ["),
            ("plot.png", "<img src=\"/api/v1/runs/\(run)/artifacts/plot.png\""), ("model.bin", "This is no text"),
            ("no.png", "but not by its content"),
            ("long.txt", "Only the beginning is shown"), ("n.ipynb", "src=\"data:image/png;base64,\(picture)\""),
            ("n.ipynb", "E: bad"), ("n.ipynb", "print(1)</pre>"),
        ]
        for (path, has) in expected {
            let page = await visitor.get("/runs/\(run)/artifacts" + (path.isEmpty ? "" : "/" + path))
            _ = try MarkupCheck.page(page)
            #expect(page.html.replacing("  &quot;a&quot;", with: "    &quot;a&quot;").contains(has), "\(path): \(has)")
        }
        #expect(await visitor.get("/runs/\(run)/artifacts/none.txt").status == 404)
        #expect(await visitor.get("/runs/\(run)/artifacts/..%2F..%2Fsecret").status == 400)
    }

    @Test("a comparison shows what differs first, folds what is the same, and draws both")
    func comparison() async throws {
        let server = try TestServer()
        var runs: [String] = []
        for (index, depth) in ["4", "8", "8"].enumerated() {
            let run = await server.run(name: "r\(index)")
            _ = await server.post(
                "runs/log-batch",
                """
                {"run_id":"\(run)","metrics":[{"key":"loss","value":0.\(index)1,"timestamp":1,"step":0},
                {"key":"loss","value":0.\(index)2,"timestamp":2,"step":1}],
                "params":[{"key":"depth","value":"\(depth)"},{"key":"seed","value":"1"}]}
                """)
            runs.append(run)
        }
        let visitor = try server.visitor()
        let page = await visitor.get("/runs/compare?" + runs.map { "run=\($0)" }.joined(separator: "&"))
        let check = try MarkupCheck.page(page)
        #expect(check.names.count { $0 == "figure" } == 3)
        let differing = try #require(page.html.firstRange(of: "Parameters that differ"))
        let metrics = try #require(page.html.firstRange(of: "Metrics, last values"))
        let same = try #require(page.html.firstRange(of: "1 parameter the same in all of them"))
        #expect(differing.lowerBound < metrics.lowerBound && metrics.lowerBound < same.lowerBound)
        #expect(await visitor.get("/runs/compare?run=\(runs[0])").status == 400)
        #expect(await visitor.get("/runs/compare?run=\(runs[0])&run=ffffffff").status == 404)
    }

    @Test("home says how to begin, then what needs somebody and what is new; the search finds by name and identifier")
    func home() async throws {
        let server = try TestServer()
        let request = Request(method: "GET", rawPath: "/", id: "x", server: "http://host:1")
        let site = Site(now: server.services.world.now)
        func shown(_ title: String) async throws -> String? {
            let part = try #require(server.tracking.homeParts.first { $0.title == title })
            return try await part.write(request, site).map { String(decoding: $0.bytes, as: UTF8.self) }
        }
        let beginnings = server.tracking.homeParts.compactMap(\.beginning).map {
            String(decoding: $0(request).bytes, as: UTF8.self)
        }
        #expect(beginnings.count == 1 && beginnings[0].contains("http://host:1"))
        for part in server.tracking.homeParts { #expect(try await part.write(request, site) == nil) }
        let run = await run(server)
        #expect(try await shown("Going on")?.contains("bold owl") == true)
        _ = await server.post("runs/update", #"{"run_id":"\#(run)","status":"FAILED","end_time":1699999060000}"#)
        #expect(try await shown("Going on") == nil)
        let needs = try #require(server.tracking.homeParts.first { $0.title == "What needs you" })
        let sentence = try await needs.sentence?(request, site)
        #expect(sentence == "1 run failed in the last two days")
        #expect(try await shown("What needs you")?.contains("bold owl") == true)
        let search = try #require(server.tracking.quickSearches.first { $0.title == "Runs" })
        for words in ["OWL", String(run.prefix(8)), run] {
            #expect(try await search.find(words, request).map(\.name) == ["bold owl"], "\(words)")
        }
        #expect(try await search.find("nothing", request).isEmpty)
    }
}

/// Every run is made into version 3 of `fraud`.
private struct OneUse: ArtifactUses {
    func uses(of source: ArtifactSource, limit: Int, _ sql: any SQLConnection) -> [String] { ["fraud/3"] }
    func mayRead(_ parts: [String], _ rights: Rights, _ sql: any SQLConnection) -> Bool { false }
}
