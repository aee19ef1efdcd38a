import Core
import Platform
import Registry
import TestSupport
import Testing

@Suite("Models over Steward's own API")
struct NativeModelTests {
    private func registry(_ backend: Backend) async throws -> TestRegistry {
        let server = try TestRegistry(backend)
        await server.createModel("m", tags: [("team", "fraud")])
        for _ in 1...3 { await server.createVersion("m") }
        return server
    }

    @Test(
        "aliases: set, moved, read, taken away; each change is an event with its reason", arguments: Backend.available)
    func aliases(_ backend: Backend) async throws {
        let server = try await registry(backend)
        let path = "/api/v1/models/m/aliases/champion"
        for version in [1, 3] {
            let set = await server.send(
                "PUT", path, body: .record(["version": .int(version)]), reason: "because \(version)")
            #expect(set.status == 200, "\(set.message ?? "")")
            #expect(set.json["aliases"] == .record(["champion": .int(version)]))
            #expect(await server.native("models/m/aliases/champion").json["version"]?.int == version)
        }
        let events = try await server.events().filter { $0.event.kind.contains("alias") }
        #expect(events.map(\.event.kind) == ["registry.alias-set", "registry.alias-set", "registry.alias-lost"])
        #expect(events.last?.reason == "because 3")
        for _ in 1...2 { #expect(await server.send("DELETE", path).status == 204) }
        #expect(await server.native("models/m/aliases/champion").status == 404)
        #expect(await server.native("models/m").json["aliases"] == .object([]))
        for (body, status) in [
            (JSON.record(["version": .int(9)]), 404), (.record(["version": .string("1")]), 400), (.object([]), 400),
            (.record(["verison": .int(1)]), 400), (.record(["version": .int(-1)]), 404), (.array([]), 400),
        ] {
            let answer = await server.send("PUT", path, body: body)
            #expect(answer.status == status, "\(body): \(answer.message ?? "")")
        }
        #expect(
            await server.send("PUT", "/api/v1/models/n/aliases/a", body: .record(["version": .int(1)])).status == 404)
        #expect(
            await server.send("PUT", "/api/v1/models/m/aliases/v1", body: .record(["version": .int(1)])).status == 400,
            "a name that looks like a version")
    }

    @Test("a stage, and the others in it archived on demand", arguments: Backend.available)
    func stages(_ backend: Backend) async throws {
        let server = try await registry(backend)
        func move(_ version: Int, _ body: KeyValuePairs<String, JSON>) async -> TestRegistry.Answer {
            await server.send("POST", "/api/v1/models/m/versions/\(version)/stage", body: .record(body))
        }
        #expect(await move(1, ["stage": .string("Production")]).json["stage"]?.text == "Production")
        let second = await move(2, ["stage": .string("production"), "archive_others": .bool(true)])
        #expect(second.json["stage"]?.text == "Production" && second.json["version"]?.int == 2)
        #expect(await server.native("models/m/versions/1").json["stage"]?.text == "Archived")
        #expect(await move(3, ["stage": .string("Archived"), "archive_others": .bool(true)]).status == 400)
        #expect(await move(3, ["stage": .string("Live")]).status == 400)
        #expect(await move(3, [:]).message == "stage: it must be given")
        #expect(await move(4, ["stage": .string("Staging")]).status == 404)
        #expect(await server.native("models/m/versions/3").json["stage"]?.text == "None")
    }

    @Test("lists go page by page; what is not understood is refused", arguments: Backend.available)
    func lists(_ backend: Backend) async throws {
        let server = try await registry(backend)
        await server.createModel("a")
        await server.createModel("z")
        var names: [String] = []
        var token = ""
        repeat {
            let page = await server.native("models", "order_by=name%20DESC&limit=2&page_token=\(token)")
            #expect(page.status == 200, "\(page.message ?? "")")
            names += (page.json["models"]?.elements ?? []).compactMap { $0["name"]?.text }
            token = PercentEncoding.encode(page.json["next_page_token"]?.text ?? "")
        } while !token.isEmpty
        #expect(names == ["z", "m", "a"])
        for query in ["fliter=name", "limit=0", "limit=x", "page_token=zzz", "filter=%ff"] {
            #expect(await server.native("models", query).status == 400, "\(query)")
        }
        #expect(await server.native("models/m/versions", "after=1").status == 400)
        #expect(await server.native("webhooks", "max_results=1").message == "max_results: there is no such parameter")
    }

    @Test("nobody gets in without the right, at any endpoint")
    func authorisation() async throws {
        let server = try TestRegistry()
        #expect(try await AuthorizationSweep.findings(server.registry.endpoints, world: .live) == [])
    }
}
