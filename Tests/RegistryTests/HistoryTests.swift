import Core
import TestSupport
import Testing

@Suite("History")
struct HistoryTests {
    private func kinds(_ answer: TestRegistry.Answer) -> [String] {
        (answer.json["events"]?.elements ?? []).compactMap { $0["kind"]?.text }.map {
            String($0.split(separator: ".").last ?? "")
        }
    }

    @Test("every change is an event with old and new values, who, when and why", arguments: Backend.available)
    func everyChange(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m", tags: [("team", "fraud")])
        await server.createVersion("m", tags: [("q", "1")])
        let key: JSON = .record(["name": "m".json, "version": "1".json])
        func with(_ members: KeyValuePairs<String, JSON>) -> JSON {
            .object((key.members ?? []) + members.map { JSON.Member($0.key, $0.value) })
        }
        _ = await server.patch("registered-models/update", .record(["name": "m".json, "description": "about".json]))
        _ = await server.post(
            "registered-models/set-tag", .record(["name": "m".json, "key": "team".json, "value": "risk".json]))
        _ = await server.delete("registered-models/delete-tag", .record(["name": "m".json, "key": "team".json]))
        _ = await server.patch("model-versions/update", with(["description": "first".json]))
        _ = await server.post("model-versions/set-tag", with(["key": "q".json, "value": "2".json]))
        _ = await server.delete("model-versions/delete-tag", with(["key": "q".json]))
        await server.setAlias("m", "champion", "1")
        _ = await server.delete("registered-models/alias", .record(["name": "m".json, "alias": "champion".json]))
        await server.transition("m", "1", "Staging", reason: "passed review")
        _ = await server.delete("model-versions/delete", key)

        let answer = await server.native("models/m/history")
        #expect(
            kinds(answer) == [
                "version-deleted", "stage-transitioned", "alias-deleted", "alias-set", "version-tag-deleted",
                "version-tag-set", "version-updated", "model-tag-deleted", "model-tag-set", "model-updated",
                "version-registered", "model-created",
            ])
        let events = answer.json["events"]?.elements ?? []
        #expect(events.allSatisfy { $0["by"]?.text == "local" && $0["request_id"]?.text == "request-1" })
        let tag = try #require(events.first { $0["kind"]?.text == "registry.model-tag-set" })
        #expect(tag["details"]?["old"]?.text == "fraud")
        #expect(tag["details"]?["new"]?.text == "risk")
        #expect(events[1]["reason"]?.text == "passed review")
        #expect(events[1]["details"]?["from"]?.text == "None")
        #expect(events[6]["details"]?["description"]?["new"]?.text == "first")

        let version = await server.native("models/m/versions/1/history")
        #expect(
            kinds(version) == [
                "version-deleted", "stage-transitioned", "alias-deleted", "alias-set", "version-tag-deleted",
                "version-tag-set", "version-updated", "version-registered",
            ], "also of a version that is gone")
    }

    @Test("what changes nothing is no event; a refused change leaves none", arguments: Backend.available)
    func noEvents(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m", tags: [("a", "1")])
        await server.createVersion("m")
        await server.setAlias("m", "x", "1")
        let before = try await server.events().count
        _ = await server.post(
            "registered-models/set-tag", .record(["name": "m".json, "key": "a".json, "value": "1".json]))
        _ = await server.delete("registered-models/delete-tag", .record(["name": "m".json, "key": "none".json]))
        await server.setAlias("m", "x", "1")
        await server.setAlias("m", "latest", "1")
        await server.setAlias("m", "y", "7")
        await server.transition("m", "1", "Archived", archive: true)
        _ = await server.post("registered-models/create", .record(["name": "m".json]))
        _ = await server.post("registered-models/rename", .record(["name": "m".json, "new_name": "a/b".json]))
        #expect(try await server.events().count == before)
    }

    @Test(
        "a renamed model keeps its history, a new model of the old name has its own, a deleted one is still found",
        arguments: Backend.available)
    func renamed(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("old")
        await server.createVersion("old")
        _ = await server.post("registered-models/rename", .record(["name": "old".json, "new_name": "new".json]))
        await server.createModel("old")
        #expect(
            kinds(await server.native("models/new/history")) == [
                "model-renamed", "version-registered", "model-created",
            ])
        #expect(kinds(await server.native("models/old/history")) == ["model-created"])
        _ = await server.delete("registered-models/delete", .record(["name": "new".json]))
        let deleted = await server.native("models/new/history")
        #expect(kinds(deleted).first == "model-deleted")
        #expect(deleted.json["model"]?["deleted_at"]?.text != nil)
        let id = try #require(deleted.json["model"]?["id"]?.int)
        await server.createModel("new")
        #expect(kinds(await server.native("models/new/history")) == ["model-created"])
        #expect(kinds(await server.native("models/new/history", "id=\(id)")).first == "model-deleted")
        #expect(await server.native("models/nobody/history").status == 404)
    }

    @Test(
        "the history of a version ends with its model, whose end says which aliases went", arguments: Backend.available)
    func endOfModel(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        for _ in 1...2 { await server.createVersion("m") }
        await server.setAlias("m", "champion", "2")
        _ = await server.delete("registered-models/delete", .record(["name": "m".json]))
        let answer = await server.native("models/m/versions/2/history")
        #expect(kinds(answer) == ["model-deleted", "alias-set", "version-registered"])
        let aliases = answer.json["events"]?.elements?.first?["details"]?["aliases"]?.elements
        #expect(aliases == [.record(["alias": "champion".json, "version": .int(2)])])
        let first = await server.native("models/m/versions/2/history", "limit=2")
        let rest = await server.native("models/m/versions/2/history", "before=\(first.json["next_before"]?.int ?? -1)")
        #expect(kinds(first) + kinds(rest) == ["model-deleted", "alias-set", "version-registered"])
    }

    @Test("pages of the history hold each event once", arguments: Backend.available)
    func pages(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        for _ in 0..<7 { await server.createVersion("m") }
        var seen: [Int] = []
        var query = "limit=3"
        while true {
            let answer = await server.native("models/m/history", query)
            seen += (answer.json["events"]?.elements ?? []).compactMap { $0["sequence"]?.int }
            guard let before = answer.json["next_before"]?.int else { break }
            query = "limit=3&before=\(before)"
        }
        #expect(seen == seen.sorted(by: >))
        #expect(Set(seen).count == 8)
        #expect(seen.count == 8)
    }

    @Test("which version was in production when", arguments: Backend.available)
    func productionWhen(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        var moments: [String: String] = [:]
        func mark(_ name: String) {
            server.clock.advance(milliseconds: 1000)
            moments[name] = server.clock.now.rfc3339
            server.clock.advance(milliseconds: 1000)
        }
        mark("empty")
        for _ in 1...2 { await server.createVersion("m") }
        mark("registered")
        await server.transition("m", "1", "Production", reason: "launch")
        mark("first")
        await server.transition("m", "2", "Production", archive: true)
        mark("second")
        _ = await server.delete("model-versions/delete", .record(["name": "m".json, "version": "2".json]))
        mark("deleted")
        _ = await server.delete("registered-models/delete", .record(["name": "m".json]))
        mark("gone")

        func production(_ name: String) async -> [Int] {
            let answer = await server.native(
                "models/m/stages", "at=" + (moments[name] ?? "").replacing(":", with: "%3A"))
            return (answer.json["periods"]?.elements ?? []).filter { $0["stage"]?.text == "Production" }
                .compactMap { $0["version"]?.int }
        }
        #expect(await production("empty") == [])
        #expect(await production("registered") == [])
        #expect(await production("first") == [1])
        #expect(await production("second") == [2])
        #expect(await production("deleted") == [])
        #expect(await production("gone") == [])
        let all = await server.native("models/m/stages").json["periods"]?.elements ?? []
        let launch = try #require(all.first { $0["stage"]?.text == "Production" })
        #expect(launch["reason"]?.text == "launch")
        #expect(all.allSatisfy { $0["until"] != .null }, "everything has ended with the model")
        #expect(await server.native("models/m/stages", "at=yesterday").status == 400)
    }
}
