import Core
import TestSupport
import Testing

/// Searches against a naive evaluation of the same filter, and pages against the whole.
@Suite("Search")
struct SearchTests {
    private struct Entry {
        let model: String
        let version: Int
        let source: String
        let run: String
        let tags: [String: String]
    }

    private func filled(_ server: TestRegistry) async -> [Entry] {
        var random = Steps(seed: 11)
        var entries: [Entry] = []
        for name in ["alpha", "Alpha", "beta", "be_a", "gamma"] {
            await server.createModel(name)
            for version in 1...6 {
                server.clock.advance(milliseconds: Int64(random.next(below: 2)))
                var tags: [String: String] = [:]
                if random.next(below: 3) > 0 { tags["q"] = String(random.next(below: 3)) }
                if random.next(below: 2) > 0 { tags["team"] = ["Fraud", "fraud", "risk"][random.next(below: 3)] }
                let entry = Entry(
                    model: name, version: version, source: "s3://\(["b", "B"][random.next(below: 2)])/\(version)",
                    run: ["", "r1", "r2"][random.next(below: 3)], tags: tags)
                await server.createVersion(
                    name, entry.source, tags: tags.map { ($0.key, $0.value) }, runID: entry.run)
                entries.append(entry)
            }
        }
        return entries
    }

    private static let conditions: [(String, @Sendable (Entry) -> Bool)] = [
        ("name = 'alpha'", { $0.model == "alpha" }), ("name != 'alpha'", { $0.model != "alpha" }),
        ("name LIKE 'be_a'", { $0.model.utf8.count == 4 && $0.model.hasPrefix("be") && $0.model.hasSuffix("a") }),
        ("name LIKE 'a%'", { $0.model.hasPrefix("a") }),
        ("name ILIKE 'A%'", { $0.model.lowercased().hasPrefix("a") }),
        ("name IN ('beta', 'gamma')", { ["beta", "gamma"].contains($0.model) }),
        ("name NOT IN ('beta')", { $0.model != "beta" }), ("run_id = 'r1'", { $0.run == "r1" }),
        ("run_id != 'r1'", { $0.run != "r1" }), ("run_id IN ('r1', 'r2')", { !$0.run.isEmpty }),
        ("version_number > 3", { $0.version > 3 }), ("version_number <= 2", { $0.version <= 2 }),
        ("version_number = 4", { $0.version == 4 }), ("version_number != 4", { $0.version != 4 }),
        ("source_path LIKE 's3://b/%'", { $0.source.hasPrefix("s3://b/") }),
        ("source_path ILIKE 'S3://b/_'", { $0.source.utf8.count == 8 }),
        ("tags.q = '1'", { $0.tags["q"] == "1" }), ("tags.q != '1'", { $0.tags["q"].map { $0 != "1" } ?? false }),
        ("tags.team LIKE 'fraud'", { $0.tags["team"] == "fraud" }),
        ("tags.team ILIKE 'FRAUD'", { $0.tags["team"]?.lowercased() == "fraud" }),
        ("tags.`none` = 'x'", { _ in false }),
    ]

    @Test("filters of versions find what a naive evaluation finds", arguments: Backend.available)
    func filters(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        let entries = await filled(server)
        var random = Steps(seed: 3)
        var filters = Self.conditions.map { ([$0.0], [$0.1]) }
        for _ in 0..<60 {
            let chosen = (0..<(2 + random.next(below: 2))).map { _ in
                Self.conditions[random.next(below: Self.conditions.count)]
            }
            filters.append((chosen.map(\.0), chosen.map(\.1)))
        }
        for (texts, conditions) in filters {
            let filter = texts.joined(separator: " AND ")
            let answer = await server.get("model-versions/search", ["filter": filter])
            #expect(answer.status == 200, "\(filter): \(answer.message ?? "")")
            let found = Set((answer.json["model_versions"]?.elements ?? []).map(Self.label))
            let expected = Set(
                entries.filter { entry in conditions.allSatisfy { $0(entry) } }.map { "\($0.model)/\($0.version)" })
            #expect(found == expected, "\(filter)")
        }
    }

    private static func label(_ version: JSON) -> String {
        "\(version["name"]?.text ?? "")/\(version["version"]?.text ?? "")"
    }

    @Test(
        "pages of every size and order hold each version once, in the order of the whole",
        arguments: [
            [], ["name"], ["name DESC"], ["version_number"], ["version_number DESC", "name"],
            ["creation_timestamp DESC"], ["last_updated_timestamp", "version_number"],
        ] as [[String]])
    func pages(_ order: [String]) async throws {
        let server = try TestRegistry()
        _ = await filled(server)
        func page(_ size: Int, _ token: String?) async -> TestRegistry.Answer {
            var query = "max_results=\(size)"
            for one in order { query += "&order_by=" + one.replacing(" ", with: "+") }
            if let token {
                query +=
                    "&page_token="
                    + token.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
            }
            return await server.send("GET", "/api/2.0/mlflow/model-versions/search", query: query)
        }
        let whole = await page(1000, nil).json["model_versions"]?.elements ?? []
        #expect(whole.count == 30)
        for size in [1, 4, 7, 30] {
            var found: [JSON] = []
            var token: String?
            repeat {
                let answer = await page(size, token)
                #expect(answer.status == 200, "\(answer.json.text())")
                found += answer.json["model_versions"]?.elements ?? []
                token = answer.json["next_page_token"]?.text
            } while token != nil && found.count <= 30
            #expect(found == whole, "pages of \(size)")
        }
    }

    @Test("pages do not shift when versions are added and deleted in between", arguments: Backend.available)
    func stablePages(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        for _ in 1...6 { await server.createVersion("m") }
        let first = await server.get("model-versions/search", ["order_by": "version_number", "max_results": "3"])
        _ = await server.delete("model-versions/delete", .record(["name": "m".json, "version": "1".json]))
        await server.createVersion("m")
        let token = try #require(first.json["next_page_token"]?.text)
        let second = await server.get(
            "model-versions/search", ["order_by": "version_number", "max_results": "10", "page_token": token])
        #expect((second.json["model_versions"]?.elements ?? []).map { $0["version"]?.text } == ["4", "5", "6", "7"])
        let other = await server.get(
            "model-versions/search", ["order_by": "name", "max_results": "3", "page_token": token])
        #expect(other.status == 400, "a token belongs to its query")
    }

    @Test("prompts hide from searches for models, and are found when asked for", arguments: Backend.available)
    func prompts(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        let mark = ("mlflow.prompt.is_prompt", "true")
        await server.createModel("model")
        await server.createVersion("model")
        await server.createModel("prompt", tags: [mark])
        await server.createVersion("prompt", "dummy-source", tags: [mark, ("mlflow.prompt.text", "Hello")])
        // Whatever the spelling, it is one for events and copies as well.
        await server.createModel("Prompt", tags: [(mark.0, "True")])
        await server.createVersion("Prompt", "dummy-source", tags: [(mark.0, "True")])
        func names(_ path: String, _ list: String, _ filter: String) async -> [String] {
            let answer = await server.get(path, filter.isEmpty ? [:] : ["filter": filter])
            return (answer.json[list]?.elements ?? []).compactMap { $0["name"]?.text }
        }
        for (path, list) in [
            ("registered-models/search", "registered_models"), ("model-versions/search", "model_versions"),
        ] {
            #expect(await names(path, list, "") == ["model"])
            #expect(await names(path, list, "name = 'prompt'") == [])
            for filter in ["= 'true'", "= 'TRUE'", "!= 'false'"] {
                let found = await names(path, list, "tags.`mlflow.prompt.is_prompt` \(filter)")
                let expected: Set = filter == "!= 'false'" ? ["prompt", "Prompt"] : ["prompt"]
                #expect(Set(found) == (filter == "= 'TRUE'" ? [] : expected), "\(filter)")
            }
            #expect(await names(path, list, "tags.`mlflow.prompt.is_prompt` = 'false'") == ["model"])
            #expect(await names(path, list, "tags.`mlflow.prompt.is_prompt` != 'true'") == ["model"])
        }
    }
}
