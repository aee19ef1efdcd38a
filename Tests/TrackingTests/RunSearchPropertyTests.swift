import Core
import MLflow
import Testing
import Tracking

@Suite("Search for runs against a model in memory", .everyDatabase)
struct RunSearchPropertyTests {
    private static let words = ["a", "ab", "b", "B", "", "a%", "long-\(String(repeating: "x", count: 45))1"]

    /// 120 runs in three experiments, few of whose values differ, so that ties and gaps are common.
    private func fill(_ server: TestServer, _ random: inout SplitMix) async -> SearchModel {
        var model = SearchModel()
        for name in ["x", "y"] { _ = await server.experiment(name) }
        for index in 0..<120 {
            var entry = SearchModel.Entry()
            entry.experiment = Int(random.next() % 3)
            entry.start = Int(random.next() % 6) * 100
            entry.name = "run \(index % 50)"
            entry.runID = await server.run("\(entry.experiment)", name: entry.name, start: entry.start)
            var metrics: [String] = []
            var parameters: [String] = []
            for key in ["m", "n"] where random.next() % 3 > 0 {
                let isNaN = random.next() % 6 == 0
                let value = Double(Int(random.next() % 5)) - 2
                entry.metrics[key] = isNaN ? .nan : value
                metrics.append(#"{"key":"\#(key)","value":"\#(isNaN ? "NaN" : "\(value)")","timestamp":1}"#)
            }
            for key in ["p", "q"] where random.next() % 3 > 0 {
                let value = Self.words.randomElement(using: &random)!
                entry.parameters[key] = value
                parameters.append(#"{"key":"\#(key)","value":"\#(value)"}"#)
            }
            entry.tags["mlflow.runName"] = entry.name
            // Tags may be named like attributes.
            for key in ["t", "run_name", "start_time"] where random.next() % 2 == 0 {
                entry.tags[key] = Self.words.randomElement(using: &random)!
            }
            let tags = entry.tags.map { #"{"key":"\#($0.key)","value":"\#($0.value)"}"# }
            let body = """
                {"run_id":"\(entry.runID)","metrics":[\(metrics.joined(separator: ","))],
                "params":[\(parameters.joined(separator: ","))],"tags":[\(tags.joined(separator: ","))]}
                """
            #expect(await server.post("runs/log-batch", body).status == 200)
            if random.next() % 2 == 0 {
                entry.status = ["FINISHED", "FAILED"].randomElement(using: &random)!
                entry.end = Int(random.next() % 4) * 100 + 1
                _ = await server.post(
                    "runs/update",
                    #"{"run_id":"\#(entry.runID)","status":"\#(entry.status)","end_time":\#(entry.end!)}"#)
            }
            if random.next() % 5 == 0 {
                entry.isDeleted = true
                _ = await server.post("runs/delete", #"{"run_id":"\#(entry.runID)"}"#)
            }
            model.entries.append(entry)
        }
        return model
    }

    private func condition(_ model: SearchModel, _ random: inout SplitMix) -> String {
        let word = Self.words.randomElement(using: &random)!
        let pattern = ["a%", "%b", "_", "%x%", "A_", "%"].randomElement(using: &random)!
        let sign = ["=", "!=", "<", "<=", ">", ">="].randomElement(using: &random)!
        let key = ["params.p", "params.q", "tags.t", "tags.run_name", "params.none"].randomElement(using: &random)!
        let some = model.entries.randomElement(using: &random)!
        return [
            "metrics.m \(sign) \(Int(random.next() % 5) - 2)", "metrics.n \(sign) \(Int(random.next() % 5) - 2)",
            "metrics.none \(sign) 1", "\(key) = '\(word)'", "\(key) != '\(word)'", "\(key) LIKE '\(pattern)'",
            "\(key) ILIKE '\(pattern)'", "\(key) IS NULL", "\(key) IS NOT NULL", "status = 'FINISHED'",
            "status != 'FAILED'", "start_time \(sign) \(Int(random.next() % 6) * 100)", "end_time \(sign) 201",
            "run_name = '\(some.name)'", "run_name LIKE 'run 1%'", "run_id = '\(some.runID)'",
            "run_id IN ('\(some.runID)', 'nobody')", "run_id NOT IN ('\(some.runID)')",
        ].randomElement(using: &random)!
    }

    private func ordering(_ random: inout SplitMix) -> [String] {
        var fields = [
            "metrics.m", "metrics.n", "metrics.none", "params.p", "params.q", "tags.t", "tags.run_name",
            "tags.start_time", "start_time", "end_time", "status", "run_name", "run_id",
        ].shuffled(using: &random)
        fields = Array(fields.prefix(Int(random.next() % 4)))
        return fields.map { field in field + ["", " ASC", " DESC"].randomElement(using: &random)! }
    }

    /// Which index leads a search depends on counts; these make each way be taken with few runs.
    enum Way: CaseIterable {
        case standard, alwaysWalk, walkUnlessLong

        var bounds: SearchBounds {
            var bounds = SearchBounds()
            if self == .standard { return bounds }
            (bounds.pages, bounds.few) = (0, 0...0)
            if self == .walkUnlessLong { (bounds.sample, bounds.sampleNeeded, bounds.counted) = (8, 3, 40) }
            return bounds
        }
    }

    @Test(
        "random filters and orders find the same runs in the same order, in one page and in many",
        arguments: Way.allCases)
    func randomQueries(_ way: Way) async throws {
        var random = SplitMix(seed: 2026)
        let server = try TestServer(bounds: way.bounds)
        let model = await fill(server, &random)
        for round in 0..<300 {
            let filter = (0..<Int(random.next() % 4)).map { _ in condition(model, &random) }.joined(separator: " AND ")
            let orderings = ordering(&random)
            let experiments = [["0"], ["1"], ["0", "1", "2"], ["2", "0"]].randomElement(using: &random)!
            let (view, deleted) = ([("ACTIVE_ONLY", false), ("DELETED_ONLY", true), ("ALL", nil)] as [(String, Bool?)])
                .randomElement(using: &random)!
            let expected = model.search(
                try SearchFilter.parse(filter, for: .runs), try SearchOrdering.parse(orderings, for: .runs),
                experiments: Set(experiments.map { Int($0)! }), deleted: deleted)
            let query = JSON.record([
                "experiment_ids": .array(experiments.map(JSON.string)), "filter": .string(filter),
                "order_by": .array(orderings.map(JSON.string)), "run_view_type": .string(view),
            ]).members!
            let label = "\(way), round \(round): \(filter) order by \(orderings) in \(experiments) \(view)"
            #expect(await pages(server, query, size: 200) == expected, "\(label)")
            let size = Int(random.next() % 13) + 1
            #expect(await pages(server, query, size: size) == expected, "\(label), pages of \(size)")
        }
    }

    private func pages(_ server: TestServer, _ query: [JSON.Member], size: Int) async -> [String] {
        var found: [String] = []
        var token: String? = ""
        while let from = token {
            let body = JSON.object(
                query + [JSON.Member("max_results", .int(size)), JSON.Member("page_token", .string(from))])
            let answer = await server.post("runs/search", body.text())
            guard answer.status == 200 else { return ["\(answer.message ?? "")"] }
            let runs = answer.json["runs"]?.elements ?? []
            #expect(runs.count <= size)
            found += runs.compactMap { $0["info"]?["run_id"]?.text }
            token = answer.json["next_page_token"]?.text
        }
        return found
    }

    @Test("a page goes on where the last one ended when a key is logged for the first time in between")
    func newKeys() async throws {
        for order in ["metrics.f1 DESC", "params.late", "tags.late DESC"] {
            let server = try TestServer()
            var runs: [String] = []
            for index in 0..<6 { runs.append(await server.run(start: index)) }
            let query = #""experiment_ids":["0"],"order_by":["\#(order)"],"max_results":2"#
            let first = await server.post("runs/search", "{\(query)}")
            var token = try #require(first.json["next_page_token"]?.text)
            let batch =
                #""metrics":[{"key":"f1","value":1,"timestamp":1}],"params":[{"key":"late","value":"x"}],"#
                + #""tags":[{"key":"late","value":"x"}]"#
            #expect(await server.post("runs/log-batch", #"{"run_id":"\#(runs[0])",\#(batch)}"#).status == 200)
            var found = (first.json["runs"]?.elements ?? []).compactMap { $0["info"]?["run_id"]?.text }
            while !token.isEmpty {
                let page = await server.post("runs/search", #"{\#(query),"page_token":"\#(token)"}"#)
                #expect(page.status == 200, "\(order): \(page.message ?? "")")
                found += (page.json["runs"]?.elements ?? []).compactMap { $0["info"]?["run_id"]?.text }
                token = page.json["next_page_token"]?.text ?? ""
            }
            // The run that has it now comes before the place where the first page ended.
            #expect(found == runs[1...].reversed(), "\(order)")
        }
    }

    @Test("runs of more experiments than are searched one after the other")
    func manyExperiments() async throws {
        let server = try TestServer()
        var expected: [String] = []
        var experiments = ["0"]
        for index in 0..<20 { experiments.append(await server.experiment("e\(index)")) }
        for (index, experiment) in experiments.enumerated() {
            for start in 0..<3 { expected.insert(await server.run(experiment, start: 100 * start + index), at: 0) }
        }
        for count in [2, 16, 17, 21] {
            let ids = JSON.array(experiments.prefix(count).map(JSON.string))
            let query = JSON.record(["experiment_ids": ids, "order_by": .array([.string("start_time DESC")])])
            let found = await pages(server, query.members ?? [], size: 7)
            #expect(found.count == 3 * count && Set(found).count == found.count)
            #expect(found == (await pages(server, query.members ?? [], size: 1000)))
        }
    }

    @Test("no run comes twice and none that was there is missed while runs are added")
    func additions() async throws {
        let server = try TestServer()
        var expected: Set<String> = []
        for index in 0..<30 { expected.insert(await server.run(start: index % 4)) }
        var found: [String] = []
        var token: String? = ""
        while let from = token {
            let answer = await server.post(
                "runs/search", #"{"experiment_ids":["0"],"max_results":4,"page_token":"\#(from)"}"#)
            found += (answer.json["runs"]?.elements ?? []).compactMap { $0["info"]?["run_id"]?.text }
            token = answer.json["next_page_token"]?.text
            for start in 0..<4 { _ = await server.run(start: start) }
        }
        #expect(Set(found).count == found.count)
        #expect(expected.isSubset(of: found))
    }
}
