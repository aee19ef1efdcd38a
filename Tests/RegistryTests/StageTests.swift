import Core
import TestSupport
import Testing

/// Random changes against a model of what they should do, which is as simple as it can be.
@Suite("Stages and aliases")
struct StageTests {
    private struct Expected {
        var stages: [Int: String] = [:]
        var aliases: [String: Int] = [:]
        var last = 0
    }

    @Test(
        "any sequence of changes leaves stages and aliases as it should", arguments: Backend.available,
        1...4 as ClosedRange<UInt64>)
    func randomChanges(_ backend: Backend, _ seed: UInt64) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        var random = Steps(seed: seed)
        var expected = Expected()
        for _ in 0..<120 { await step(&random, &expected, server) }
        try await compare(expected, server)
    }

    private static let stages = ["None", "Staging", "Production", "Archived"]
    private static let aliases = ["champion", "challenger", "shadow"]

    private func step(_ random: inout Steps, _ expected: inout Expected, _ server: TestRegistry) async {
        // Numbers that were never given out are tried, too.
        let number = random.next(below: expected.last + 2)
        let exists = expected.stages[number] != nil
        switch random.next(below: 10) {
        case 0...2:
            expected.last += 1
            expected.stages[expected.last] = "None"
            #expect(await server.createVersion("m") == String(expected.last))
        case 3...6:
            let stage = Self.stages[random.next(below: 4)]
            let archive = random.next(below: 2) == 1
            let answer = await server.transition("m", String(number), stage, archive: archive)
            let isAllowed = !archive || stage == "Staging" || stage == "Production"
            #expect(answer.status == (exists ? (isAllowed ? 200 : 400) : 404))
            guard exists, isAllowed else { return }
            if archive {
                for (other, old) in expected.stages where old == stage && other != number {
                    expected.stages[other] = "Archived"
                }
            }
            expected.stages[number] = stage
        case 7...8:
            let alias = Self.aliases[random.next(below: 3)]
            #expect(await server.setAlias("m", alias, String(number)).status == (exists ? 200 : 404))
            if exists { expected.aliases[alias] = number }
        default:
            let answer = await server.delete(
                "model-versions/delete", .record(["name": "m".json, "version": String(number).json]))
            #expect(answer.status == (exists ? 200 : 404))
            expected.stages[number] = nil
            expected.aliases = expected.aliases.filter { $0.value != number }
        }
    }

    private func compare(_ expected: Expected, _ server: TestRegistry) async throws {
        let answer = await server.get("model-versions/search", ["filter": "name = 'm'"])
        let versions = answer.json["model_versions"]?.elements ?? []
        var stages: [Int: String] = [:]
        var aliases: [String: Int] = [:]
        for version in versions {
            let number = try #require(Int(version["version"]?.text ?? ""))
            stages[number] = version["current_stage"]?.text
            for alias in version["aliases"]?.elements ?? [] { aliases[alias.text ?? ""] = number }
        }
        #expect(stages == expected.stages)
        #expect(aliases == expected.aliases)

        let model = await server.get("registered-models/get", ["name": "m"]).json["registered_model"]
        var latest: [String: Int] = [:]
        for (number, stage) in expected.stages { latest[stage] = max(latest[stage] ?? 0, number) }
        var shown: [String: Int] = [:]
        for version in model?["latest_versions"]?.elements ?? [] {
            shown[version["current_stage"]?.text ?? ""] = Int(version["version"]?.text ?? "")
        }
        #expect(shown == latest)

        // The log tells the same story: its last word on each version is where the version is.
        let timeline = await server.native("models/m/stages").json["periods"]?.elements ?? []
        var open: [Int: String] = [:]
        for period in timeline where period["until"] == .null {
            open[period["version"]?.int ?? 0] = period["stage"]?.text
        }
        #expect(open == expected.stages)
    }

    @Test(
        "a stage is left without an event when nothing moves, and archiving tells of each version it moved",
        arguments: Backend.available)
    func events(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        await server.createModel("m")
        for _ in 1...3 { await server.createVersion("m") }
        await server.transition("m", "1", "Production")
        await server.transition("m", "2", "Production")
        let before = try await server.events().count
        await server.transition("m", "2", "Production")
        #expect(try await server.events().count == before)
        await server.transition("m", "3", "Production", archive: true, reason: "better recall")
        let events = try await server.events().dropFirst(before)
        #expect(events.map(\.event.subject) == ["model/1/version/3", "model/1/version/1", "model/1/version/2"])
        #expect(events.map { $0.event.details["to"]?.text } == ["Production", "Archived", "Archived"])
        #expect(events.dropFirst().allSatisfy { $0.event.details["archived_for"]?.int == 3 })
        #expect(events.allSatisfy { $0.reason == "better recall" && $0.principal == "local" })
    }
}

/// Numbers that look random and are the same for the same seed (SplitMix64).
struct Steps {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((value ^ (value >> 31)) % UInt64(bound))
    }
}
