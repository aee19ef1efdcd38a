import Core
import Platform
import TestSupport
import Testing

@Suite("The table of an experiment's runs", .everyDatabase)
struct RunsPageTests {
    /// Runs r0, r1, ... with metric `loss` falling, parameter `model` in turn a or b, tag `team` on the first.
    private func filled(_ server: TestServer, _ count: Int) async -> String {
        let experiment = await server.experiment("fraud")
        for index in 0..<count {
            let run = await server.run(experiment, name: "r\(index)", start: 1000 + index)
            let tags = index == 0 ? #"[{"key":"team","value":"risk"}]"# : "[]"
            _ = await server.post(
                "runs/log-batch",
                """
                {"run_id":"\(run)","metrics":[{"key":"loss","value":\(count - index),"timestamp":1}],
                "params":[{"key":"model","value":"\(index.isMultiple(of: 2) ? "a" : "b")"},
                {"key":"same","value":"1"}],"tags":\(tags)}
                """)
        }
        return experiment
    }

    private func head(_ html: String) -> Substring? {
        guard let start = html.firstRange(of: "<thead>"), let end = html.firstRange(of: "</thead>") else { return nil }
        return html[start.upperBound..<end.lowerBound]
    }

    private func names(_ html: String) -> [String] {
        html.ranges(of: "aria-label=\"Select ").map { range in
            String(html[range.upperBound...].prefix { $0 != "\"" })
        }.filter { $0 != "all" }
    }

    @Test("shows the newest first, with metrics and the parameters in which they differ")
    func table() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 3)
        let page = await (try server.visitor()).get("/experiments/\(experiment)")
        _ = try MarkupCheck.page(page)
        #expect(names(page.html) == ["r2", "r1", "r0"])
        let head = try #require(self.head(page.html))
        #expect(head.contains("loss") && head.contains("model"))
        #expect(!head.contains("same"), "it tells nothing apart")
        #expect(head.contains("aria-sort=\"descending\""))
    }

    @Test("a header sorts by its column, first the way that is asked for most, then the other")
    func sorting() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 3)
        let visitor = try server.visitor()
        let first = await visitor.get("/experiments/\(experiment)")
        let descending = try #require(first.link("<bdi>loss</bdi>"))
        let second = await visitor.get(descending)
        #expect(names(second.html) == ["r0", "r1", "r2"])
        let ascending = try #require(second.link("<bdi>loss</bdi>"))
        #expect(names(await visitor.get(ascending).html) == ["r2", "r1", "r0"])
    }

    @Test("pages follow each other without a gap or a repetition, under a filter and an order")
    func paging() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 23)
        let visitor = try server.visitor()
        var path: String? =
            "/experiments/\(experiment)?limit=5&filter=params.model%20%3D%20'a'&order=metrics.loss%20ASC"
        var seen: [String] = []
        while let next = path {
            let page = await visitor.get(next)
            #expect(page.status == 200)
            seen += names(page.html)
            path = page.link("Next").map { $0 + "&limit=5" }
            if seen.count > 23 { break }
        }
        #expect(seen == stride(from: 22, through: 0, by: -2).map { "r\($0)" })
    }

    @Test("what is wrong with a filter is said at its place; what was typed stays")
    func wrongFilter() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 1)
        let page = await (try server.visitor()).get("/experiments/\(experiment)?filter=metrics.loss%20%3C%20%27x%27")
        #expect(page.status == 400)
        let check = try MarkupCheck.page(page)
        #expect(!check.names.contains("table"))
        #expect(page.html.contains("aria-invalid=\"true\""))
        #expect(page.html.contains("value=\"metrics.loss &lt; &#39;x&#39;\""))
        #expect(page.html.contains("class=\"notice bad\""))
    }

    @Test("columns of one's choice, in the order chosen; a name that is none is left out")
    func columns() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 2)
        let page = await (try server.visitor()).get(
            "/experiments/\(experiment)?column=tags.team&column=params.same&column=nonsense")
        let head = try #require(self.head(page.html))
        let team = try #require(head.firstRange(of: "<bdi>team</bdi>"))
        let same = try #require(head.firstRange(of: "<bdi>same</bdi>"))
        #expect(team.lowerBound < same.lowerBound)
        #expect(!head.contains("loss"))
        #expect(page.html.contains("value=\"params.same\" checked=\"\""))
    }

    @Test("deleted runs stand apart")
    func deleted() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 2)
        let gone = await server.run(experiment, name: "gone", start: 5000)
        _ = await server.post("runs/delete", #"{"run_id":"\#(gone)"}"#)
        let visitor = try server.visitor()
        #expect(names(await visitor.get("/experiments/\(experiment)").html) == ["r1", "r0"])
        #expect(names(await visitor.get("/experiments/\(experiment)?state=deleted").html) == ["gone"])
        #expect(names(await visitor.get("/experiments/\(experiment)?state=all").html) == ["gone", "r1", "r0"])
    }

    @Test("a view is kept under a name, replaced under it, and forgotten")
    func views() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 2)
        let visitor = try server.visitor()
        let query = "filter=params.model%20%3D%20'a'&column=metrics.loss&nonsense=1"
        let saved = await visitor.post("/experiments/\(experiment)/views", ["name": "only a", "query": query])
        let address = try #require(saved.headers["location"])
        #expect(address.hasSuffix("?filter=params.model%20%3D%20%27a%27&column=metrics.loss"))
        let page = await visitor.get("/experiments/\(experiment)")
        #expect(page.link("<bdi>only a</bdi>") == address)
        _ = await visitor.post("/experiments/\(experiment)/views", ["name": "only a", "query": "state=all"])
        let again = await visitor.get("/experiments/\(experiment)")
        #expect(again.link("<bdi>only a</bdi>")?.hasSuffix("?state=all") == true)
        _ = await visitor.post("/experiments/\(experiment)/views/delete", ["name": "only a"])
        #expect(await visitor.get("/experiments/\(experiment)").link("<bdi>only a</bdi>") == nil)
        #expect(await visitor.post("/experiments/\(experiment)/views", ["name": " "]).status == 400)
    }

    @Test("all runs of a view as CSV and JSON; a text is no formula")
    func exports() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 3)
        let odd = await server.run(experiment, name: "=1+1", start: 9000)
        _ = await server.post(
            "runs/log-parameter", #"{"run_id":"\#(odd)","key":"model","value":"a,\"b\"\n-2"}"#)
        let visitor = try server.visitor()
        let csv = await visitor.get("/experiments/\(experiment)/runs.csv?column=params.model&column=metrics.loss")
        #expect(csv.headers["content-disposition"] == "attachment; filename=fraud-runs.csv")
        let text = try await csv.text()
        #expect(
            text.hasPrefix(
                "id,name,status,user,started,ended,params.model,metrics.loss\r\n"
                    + "\(odd),'=1+1,RUNNING,,1970-01-01T00:00:09.000Z,,\"a,\"\"b\"\"\n-2\",\r\n"))
        #expect(text.hasSuffix("a,3\r\n"))
        let all = try await visitor.get("/experiments/\(experiment)/runs.csv?filter=tags.team%20%3D%20%27risk%27")
            .text()
        #expect(all.split(separator: "\r\n").count == 2)
        #expect(all.hasPrefix("id,name,status,user,started,ended,metrics.loss,params.model,params.same,tags.team\r\n"))
        let json = try await visitor.get("/experiments/\(experiment)/runs.json").text()
        let runs = try JSONParser.parse(json).elements ?? []
        #expect(runs.compactMap { $0["name"]?.text } == ["=1+1", "r2", "r1", "r0"])
    }

    @Test("a filter is completed with what there is, as the grammar writes it")
    func completion() async throws {
        let server = try TestServer()
        let experiment = await filled(server, 3)
        let run = await server.run(experiment, name: "x", start: 1)
        _ = await server.post(
            "runs/log-metric", #"{"run_id":"\#(run)","key":"val loss","value":1,"timestamp":1}"#)
        let answer = await (try server.visitor()).get("/experiments/\(experiment)/filter-keys", accept: "*/*")
        let keys = try JSONParser.parse(answer.html)["keys"]?.elements ?? []
        func key(_ name: String) -> JSON? { keys.first { $0["name"]?.text == name } }
        #expect(key("metrics.`val loss`")?["kind"]?.text == "number")
        #expect(key("metrics.loss") != nil)
        #expect(key("params.model")?["values"] == .array([.string("a"), .string("b")]))
        #expect(key("tags.team")?["values"] == .array([.string("risk")]))
        #expect(key("status")?["values"]?.elements?.contains(.string("FINISHED")) == true)
    }
}
