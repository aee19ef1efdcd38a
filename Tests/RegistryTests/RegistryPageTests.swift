import Core
import Foundation
import Platform
import Registry
import TestSupport
import Testing

@Suite("Pages of models")
struct RegistryPageTests {
    private func visitor(_ registry: TestRegistry, _ principal: Principal = .local) throws -> PageVisitor {
        try PageVisitor(
            registry.registry.endpoints,
            site: Site(
                navigation: Registry.navigation, subjects: Registry.subjectPages,
                eventWords: [Registry.eventWords].compactMap { $0 }, now: { registry.clock.now }),
            authorizer: As(principal))
    }

    private struct As: Authorizer {
        let somebody: Principal
        init(_ principal: Principal) { somebody = principal }
        func principal(for head: RequestHead) async throws(Failure) -> Principal? { somebody }
    }

    private func reader(_ level: Permission.Level?, grants: [Grant] = []) -> Principal {
        Principal(name: "ana", method: .local, rights: Rights(level, grants: grants))
    }

    @Test("no models: the page says how to register one, with this server's address")
    func empty() async throws {
        let registry = try TestRegistry()
        let response = try await visitor(registry).get("/models")
        #expect(response.status == 200)
        let page = try MarkupCheck.page(response)
        #expect(page.text.contains("Nothing is registered yet."))
        #expect(page.text.contains("registered_model_name=&quot;fraud&quot;"))
        #expect(page.text.contains("http://localhost"))
    }

    @Test("the list shows what is in which stage, by name and by change, page by page")
    func list() async throws {
        let registry = try TestRegistry()
        for number in 0..<60 {
            registry.clock.advance(milliseconds: 1000)
            await registry.createModel("model-\(number)")
        }
        registry.clock.advance(milliseconds: 1000)
        await registry.createVersion("model-7")
        await registry.createVersion("model-7")
        await registry.transition("model-7", "1", "Production")
        await registry.setAlias("model-7", "champion", "2")
        let visitor = try visitor(registry)
        let first = try MarkupCheck.page(await visitor.get("/models"))
        #expect(first.text.contains("60 models, 1 of them in Production."))
        // Changed last, so it comes first.
        #expect(first.links.first { $0.hasPrefix("/models/") } == "/models/model-7")
        #expect(
            first.links.contains("/models/model-7/versions/1") && first.links.contains("/models/model-7/versions/2"))
        #expect(first.text.contains("champion"))
        let next = try #require(first.links.first { $0.contains("page_token=") })
        let second = try MarkupCheck.page(await visitor.get(next.replacing("&amp;", with: "&")))
        let names = Set(
            (first.links + second.links).filter {
                $0.hasPrefix("/models/model-") && $0.split(separator: "/").count == 2
            })
        #expect(names.count == 60)
        let found = try MarkupCheck.page(await visitor.get("/models?q=EL-5&sort=name"))
        #expect(
            found.links.filter { $0.hasPrefix("/models/model-") }.prefix(2) == ["/models/model-5", "/models/model-50"])
        #expect(try MarkupCheck.page(await visitor.get("/models?q=nothing")).text.contains("No such models"))
    }

    @Test("a model says what is in Production since when, and tells its history in words")
    func model() async throws {
        let registry = try TestRegistry()
        await registry.createModel("fraud")
        await registry.createVersion("fraud")
        await registry.createVersion("fraud")
        await registry.transition("fraud", "1", "Production")
        registry.clock.advance(milliseconds: 3_600_000)
        await registry.transition("fraud", "2", "Production", archive: true, reason: "better on October")
        let page = try MarkupCheck.page(await visitor(registry).get("/models/fraud"))
        #expect(page.text.contains("Version 2 went to Production"))
        #expect(page.text.contains("moved version 2 of fraud from None to Production"))
        #expect(page.text.contains("moved version 1 of fraud from Production to Archived, in favour of version 2"))
        #expect(page.text.contains("better on October"))
        #expect(page.text.contains("2 versions have been in Production"))
        #expect(page.links.contains("/models/fraud/versions/1"))
    }

    @Test("a version shows where it comes from, its files with digests, its signature")
    func version() async throws {
        let registry = try TestRegistry()
        let run = String(repeating: "0a", count: 16)
        registry.sources.addRun(run, artifacts: "mlflow-artifacts:/1/\(run)/artifacts")
        await registry.createModel("fraud")
        await registry.createVersion(
            "fraud", "runs:/\(run)/model",
            tags: [("drift.report", "runs:/\(run)/drift/report.html"), ("drift.verdict", "1 of 8 columns drifted")],
            runID: run)
        let page = try MarkupCheck.page(await visitor(registry).get("/models/fraud/versions/1"))
        #expect(page.text.contains("bold-owl-41") && page.text.contains("credit risk"))
        #expect(page.links.contains("/runs/\(run)") && page.links.contains("/experiments/1"))
        #expect(page.text.contains("train.py") && page.text.contains("c0c0c0c0c0"))
        #expect(page.text.contains("loans") && page.text.contains("digest 5a3f"))
        #expect(page.text.contains("abababababab"))
        #expect(page.text.contains("amount") && page.text.contains("double"))
        #expect(page.text.contains("python_function") && page.text.contains("sklearn"))
        #expect(page.text.contains("1 of 8 columns drifted"))
        #expect(page.links.contains("/api/v1/runs/\(run)/artifacts/drift/report.html"))
        #expect(page.text.contains("q2.csv, 800 rows") && page.text.contains("q1.csv, 900 rows"))
        #expect(page.text.contains("moved up by 0.5 standard deviations") && !page.text.contains("no sign of change"))
        #expect(
            page.links.contains {
                $0.hasPrefix("/model-versions/get-artifact?name=fraud&amp;version=1&amp;path=model.pkl")
            })
    }

    @Test("who may not read the experiment learns no more of the run than the version says")
    func hiddenLineage() async throws {
        let registry = try TestRegistry()
        let run = String(repeating: "0a", count: 16)
        registry.sources.addRun(run, artifacts: "mlflow-artifacts:/1/\(run)/artifacts")
        await registry.createModel("fraud")
        let tags = [("drift.report", "runs:/\(run)/drift/report.html")]
        await registry.createVersion("fraud", "runs:/\(run)/model", tags: tags, runID: run)
        let grant = Grant(.registeredModel, .name("fraud"), .read)
        let response = try await visitor(registry, reader(nil, grants: [grant])).get("/models/fraud/versions/1")
        let page = try MarkupCheck.page(response)
        #expect(response.status == 200)
        #expect(page.text.contains("in an experiment that you may not read"))
        #expect(page.text.contains("Drift report") && !page.text.contains("moved up by 0.5"))
        #expect(
            !page.text.contains("bold-owl-41") && !page.text.contains("credit risk") && !page.text.contains("train.py"))
    }

    @Test("no text breaks out of the pages", arguments: HostileText.all)
    func hostile(_ text: String) async throws {
        let registry = try TestRegistry()
        let name = text.replacing("/", with: "_").replacing(":", with: "_").prefix(200).description
        await registry.createModel(name, tags: [("key", text)])
        await registry.createVersion(
            name, "s3://bucket/model", tags: [("drift.report", text), ("drift.verdict", text)])
        _ = await registry.patch(
            "registered-models/update", .record(["name": .string(name), "description": .string(text)]))
        _ = await registry.patch(
            "model-versions/update",
            .record(["name": .string(name), "version": .string("1"), "description": .string(text)]))
        await registry.transition(name, "1", "Production", reason: "\(text.prefix(500))")
        let visitor = try visitor(registry)
        let address = "/models/" + PercentEncoding.encode(name)
        for path in ["/models", address, address + "/versions/1"] {
            let response = await visitor.get(path)
            #expect(response.status == 200, "\(path.prefix(100))")
            _ = try MarkupCheck.page(response)
        }
    }

    // MARK: forms

    @Test("forms change what they say, with the reason in the log")
    func forms() async throws {
        let registry = try TestRegistry()
        await registry.createModel("fraud")
        await registry.createVersion("fraud")
        let visitor = try visitor(registry)
        let moved = await visitor.post(
            "/models/fraud/versions/1/stage", ["stage": "Production", "reason": "best of all", "archive_others": "on"])
        #expect(moved.status == 303 && moved.headers["location"] == "/models/fraud/versions/1")
        #expect(await visitor.post("/models/fraud/aliases", ["alias": "champion", "version": "1"]).status == 303)
        #expect(await visitor.post("/models/fraud/tags", ["key": "team", "value": "risk"]).status == 303)
        #expect(await visitor.post("/models/fraud/versions/1/tags", ["key": "checked", "value": "yes"]).status == 303)
        #expect(await visitor.post("/models/fraud/description", ["description": "Who\r\nwill default?"]).status == 303)
        #expect(await visitor.post("/models/fraud/versions/1/description", ["description": "first"]).status == 303)
        let events = try await registry.events()
        #expect(events.contains { $0.event.kind == "registry.stage-transitioned" && $0.reason == "best of all" })
        let page = try MarkupCheck.page(await visitor.get("/models/fraud"))
        #expect(page.text.contains("v1 in Production") && page.text.contains("champion") && page.text.contains("risk"))
        #expect(page.text.contains("will default?"))
        #expect(await visitor.post("/models/fraud/aliases", ["alias": "champion", "remove": "on"]).status == 303)
        #expect(await visitor.post("/models/fraud/tags", ["key": "team", "remove": "on"]).status == 303)
        let kinds = try await registry.events().map(\.event.kind)
        #expect(kinds.contains("registry.alias-deleted") && kinds.contains("registry.model-tag-deleted"))
        let renamed = await visitor.post("/models/fraud/rename", ["new_name": "fraud & co", "reason": "two teams"])
        #expect(renamed.status == 303 && renamed.headers["location"] == "/models/fraud%20%26%20co")
        #expect(try await registry.events().last?.reason == "two teams")
        #expect(await visitor.get("/models/fraud").status == 404)
    }

    @Test("a name that is taken or no name is said on the page, and a name of somebody else cannot be taken")
    func renaming() async throws {
        let registry = try TestRegistry()
        for name in ["fraud", "churn"] { await registry.createModel(name) }
        let visitor = try visitor(registry)
        let taken = await visitor.post("/models/fraud/rename", ["new_name": "churn"])
        #expect(taken.status == 400)
        #expect(try MarkupCheck.page(taken).text.contains("already exists"))
        #expect(await visitor.post("/models/fraud/rename", ["new_name": ""]).status == 400)
        let owner = try self.visitor(registry, reader(nil, grants: [Grant(.registeredModel, .name("fraud"), .manage)]))
        #expect(await owner.post("/models/fraud/rename", ["new_name": "payroll"]).status == 403)
        #expect(await visitor.get("/models/fraud").status == 200)
    }

    @Test("what cannot be done is said on the page, and nothing changes")
    func refusals() async throws {
        let registry = try TestRegistry()
        await registry.createModel("fraud")
        await registry.createVersion("fraud")
        let visitor = try visitor(registry)
        let before = try await registry.events().count
        let unreasoned = await visitor.post("/models/fraud/versions/1/stage", ["stage": "Production"])
        #expect(unreasoned.status == 400)
        #expect(try MarkupCheck.page(unreasoned).text.contains("Reason: it must be filled in"))
        let unconfirmed = await visitor.post("/models/fraud/delete", ["reason": "old", "confirm": "frau"])
        #expect(unconfirmed.status == 400)
        #expect(try MarkupCheck.page(unconfirmed).text.contains("Nothing was deleted"))
        let unknown = await visitor.post("/models/fraud/versions/1/stage", ["stage": "Somewhere", "reason": "x"])
        #expect(unknown.status == 400)
        #expect(await visitor.post("/models/nothing/tags", ["key": "a", "value": "b"]).status == 404)
        #expect(try await registry.events().count == before)
        #expect(await visitor.post("/models/fraud/versions/1/delete", ["reason": "old", "confirm": "1"]).status == 303)
        #expect(await visitor.post("/models/fraud/delete", ["reason": "old", "confirm": "fraud"]).status == 303)
        #expect(await visitor.get("/models/fraud").status == 404)
    }

    @Test("nobody is offered, or can do, what they have no right to")
    func rights() async throws {
        let registry = try TestRegistry()
        await registry.createModel("fraud")
        await registry.createVersion("fraud")
        let cases: [(Permission.Level, [String])] = [
            (.read, []), (.edit, ["Edit description", "Change tags"]),
            (.approve, ["Edit description", "Change tags", "Change stage", "Change aliases"]),
            (.manage, ["Edit description", "Change tags", "Change stage", "Change aliases", "Delete version"]),
        ]
        let all = ["Edit description", "Change tags", "Change stage", "Change aliases", "Delete version"]
        for (level, offered) in cases {
            let visitor = try visitor(registry, reader(level))
            let page = try MarkupCheck.page(await visitor.get("/models/fraud/versions/1"))
            for title in all { #expect(page.text.contains(title) == offered.contains(title), "\(level): \(title)") }
            let moved = await visitor.post("/models/fraud/versions/1/stage", ["stage": "Staging", "reason": "x"])
            #expect(moved.status == (level >= .approve ? 303 : 403), "\(level)")
        }
        let stranger = try visitor(registry, reader(nil, grants: [Grant(.registeredModel, .name("churn"), .read)]))
        #expect(await stranger.get("/models/fraud").status == 404)
        #expect(try MarkupCheck.page(await stranger.get("/models")).links.contains("/models/fraud") == false)
    }

    @Test("models are found by their numbers, under whatever name they have now")
    func byNumber() async throws {
        let registry = try TestRegistry()
        await registry.createModel("fraud")
        await registry.createVersion("fraud")
        _ = await registry.post(
            "registered-models/rename", .record(["name": .string("fraud"), "new_name": .string("risk")]))
        let visitor = try visitor(registry)
        let subject = try #require(try await registry.events().first { $0.event.kind == "registry.version-registered" })
        let id = try #require(subject.event.subject.split(separator: "/").dropFirst().first)
        #expect(await visitor.get("/model/\(id)").headers["location"] == "/models/risk")
        #expect(await visitor.get("/model/\(id)/versions/1").headers["location"] == "/models/risk/versions/1")
        #expect(await visitor.get("/model/999").status == 404)
    }
}
