import Core
import Platform
import TestSupport
import Testing

@Suite("Pages of experiments and runs against hostile content")
struct HostilePageTests {
    private func json(_ text: String) -> String { JSON.string(text).text() }

    /// An experiment and two runs in which everything that can be is hostile.
    private func filled(_ server: TestServer, _ text: String) async throws -> (experiment: String, runs: [String]) {
        let name = String(text.prefix(400)).replacing("/", with: "")
        let created = await server.post(
            "experiments/create",
            #"{"name":\#(json(name)),"tags":[{"key":"mlflow.note.content","value":\#(json(text))},"#
                + #"{"key":"team","value":\#(json(text))}]}"#)
        let experiment = try #require(created.json["experiment_id"]?.text)
        var runs: [String] = []
        for index in 0..<2 {
            let answer = await server.post(
                "runs/create",
                #"{"experiment_id":"\#(experiment)","run_name":\#(json(text)),"user_id":\#(json(text)),"#
                    + #""start_time":\#(1_700_000_000_000 + index)}"#)
            let run = try #require(answer.json["run"]?["info"]?["run_id"]?.text)
            let batch = await server.post(
                "runs/log-batch",
                #"{"run_id":"\#(run)","metrics":[{"key":"a: b/c","value":\#(index),"timestamp":1,"step":0},"#
                    + #"{"key":"a: b/c","value":0.5,"timestamp":2,"step":1}],"#
                    + #""params":[{"key":"p","value":\#(json("\(index)" + text))}],"#
                    + #""tags":[{"key":"mlflow.note.content","value":\#(json(text))},"#
                    + #"{"key":"t","value":\#(json(text))},{"key":"mlflow.source.name","value":\#(json(text))},"#
                    + #"{"key":"mlflow.source.git.commit","value":\#(json(text))}]}"#)
            #expect(batch.status == 200, "\(batch.message ?? "")")
            let dataset =
                #"{"name":\#(json(String(text.prefix(400)))),"digest":"d","source_type":"local","#
                + #""source":\#(json(text)),"profile":\#(json(text)),"schema":\#(json(text))}"#
            let inputs = await server.post(
                "runs/log-inputs",
                #"{"run_id":"\#(run)","datasets":[{"dataset":\#(dataset),"tags":"#
                    + #"[{"key":"mlflow.data.context","value":\#(json(String(text.prefix(400))))}]}]}"#)
            #expect(inputs.status == 200, "\(inputs.message ?? "")")
            runs.append(run)
        }
        try server.artifact(runs[0], experiment: experiment, "page.html", Array(text.utf8))
        try server.artifact(runs[0], experiment: experiment, "rows.csv", Array("a,b\n\(text),\"\(text)\n".utf8))
        let cell = #"{"cell_type":"markdown","source":\#(json(text))}"#
        let output = #"{"output_type":"display_data","data":{"image/png":\#(json(text)),"text/html":\#(json(text))}}"#
        let code = #"{"cell_type":"code","source":[\#(json(text))],"outputs":[\#(output)]}"#
        try server.artifact(
            runs[0], experiment: experiment, "n.ipynb", Array(#"{"cells":[\#(cell),\#(code)]}"#.utf8))
        try server.artifact(
            runs[0], experiment: experiment, "'\"><img src=x onerror=alert(1)>.txt", Array(text.utf8))
        return (experiment, runs)
    }

    @Test("markup stays whole, nothing runs, nothing leads elsewhere", arguments: HostileText.all + [HostileText.name])
    func pages(_ text: String) async throws {
        let server = try TestServer()
        let (experiment, runs) = try await filled(server, text)
        let visitor = try server.visitor()
        let saved = await visitor.post(
            "/experiments/\(experiment)/views", ["name": String(text.prefix(90)), "query": "filter=" + text])
        #expect(saved.status == 303, "\(saved.html)")
        let query = PercentEncoding.encode(String(text.prefix(1000)))
        let artifact = PercentEncoding.encode("'\"><img src=x onerror=alert(1)>.txt")
        let paths = [
            "/experiments", "/experiments?q=\(query)&order=\(query)&state=\(query)", "/experiments/\(experiment)",
            "/experiments/\(experiment)?filter=\(query)", "/experiments/\(experiment)?order=\(query)",
            "/experiments/\(experiment)?column=params.\(query)&column=\(query)&column=tags.t",
            "/experiments/\(experiment)/settings", "/experiments/\(query)", "/runs/\(runs[0])", "/runs/\(query)",
            "/runs/\(runs[0])/metrics?q=\(query)&x=\(query)&scale=\(query)&smooth=\(query)", "/runs/\(runs[0])/metrics",
            "/runs/\(runs[0])/metrics/a%3A%20b%2Fc?smooth=0.5", "/runs/\(runs[0])/metrics/\(query)",
            "/runs/\(runs[0])/edit", "/runs/\(runs[0])/artifacts", "/runs/\(runs[0])/artifacts/page.html",
            "/runs/\(runs[0])/artifacts/rows.csv", "/runs/\(runs[0])/artifacts/n.ipynb",
            "/runs/\(runs[0])/artifacts/\(artifact)", "/runs/\(runs[0])/artifacts/\(query)",
            "/runs/compare?run=\(runs[0])&run=\(runs[1])&across=\(query)", "/runs/compare?run=\(query)",
        ]
        for path in paths {
            let response = await visitor.get(path)
            #expect(response.status < 500, "\(path.prefix(100)): \(response.status)")
            do {
                let page = try MarkupCheck.page(response)
                #expect(!page.names.contains("iframe") && !page.names.contains("object"), "\(path.prefix(100))")
                let pictures = page.targets.filter { $0.hasPrefix("data:") }
                #expect(pictures.allSatisfy { $0.hasPrefix("data:image/png;base64,") })
            } catch {
                Issue.record("\(path.prefix(100)): \(error)")
            }
        }
    }
}
