import Core
import Platform
import Registry
import TestSupport
import Testing

@Suite("Pages of webhooks")
struct WebhookPageTests {
    private func visitor(_ registry: TestRegistry) throws -> PageVisitor {
        try PageVisitor(registry.registry.endpoints, site: Site(now: { registry.clock.now }))
    }

    private func registry() throws -> TestRegistry { try TestRegistry() }

    private func create(_ visitor: PageVisitor, _ name: String = "deploy", secret: String = "s3cr3t-text") async throws
        -> String
    {
        let response = await visitor.post(
            "/webhooks",
            [
                "name": name, "url": "https://93.184.216.34/hooks/TOKEN-IN-PATH", "secret": secret,
                "event": "model_version.created", "description": "Tells the deployer.",
            ])
        #expect(response.status == 303, "\(response.html.prefix(500))")
        return try #require(response.headers["location"])
    }

    @Test("no webhooks: the page says what they are for, and how to make one")
    func empty() async throws {
        let page = try MarkupCheck.page(try await visitor(registry()).get("/webhooks"))
        #expect(page.text.contains("No webhooks yet"))
        #expect(page.text.contains("/api/v1/webhooks"))
    }

    @Test("a webhook is made, changed, paused and deleted with forms; its secret is never shown")
    func life() async throws {
        let registry = try registry()
        let visitor = try visitor(registry)
        let address = try await create(visitor)
        let shown = await visitor.get(address)
        let page = try MarkupCheck.page(shown)
        #expect(page.text.contains("Tells the deployer."))
        #expect(!shown.html.contains("s3cr3t-text"))
        // The rest of an address is often a secret: it stands in the form that changes it, and nowhere else.
        #expect(page.text.contains("https://93.184.216.34/\u{2026}") && !page.text.contains("TOKEN-IN-PATH"))
        #expect(!(await visitor.get("/webhooks").html.contains("TOKEN-IN-PATH")))
        let changed = await visitor.post(
            address,
            ["name": "deployer", "url": "https://93.184.216.34/x", "event": "model_version_tag.set", "secret": ""])
        #expect(changed.status == 303)
        let after = try MarkupCheck.page(await visitor.get(address))
        #expect(after.text.contains("deployer") && after.text.contains("model_version_tag.set"))
        #expect(after.text.contains("yes, with a secret that is never shown"))
        #expect(await visitor.post(address + "/state", ["state": "paused"]).status == 303)
        #expect(try MarkupCheck.page(await visitor.get(address)).text.contains("Paused: nothing is sent."))
        let unconfirmed = await visitor.post(address + "/delete", ["reason": "x", "confirm": "other"])
        #expect(unconfirmed.status == 400)
        #expect(await visitor.post(address + "/delete", ["reason": "x", "confirm": "deployer"]).status == 303)
        #expect(await visitor.get(address).status == 404)
    }

    @Test("what is wrong with a webhook is said in its form, with what was filled in")
    func refusals() async throws {
        let visitor = try visitor(try registry())
        let response = await visitor.post(
            "/webhooks", ["name": "deploy", "url": "https://93.184.216.34/", "description": "kept text"])
        #expect(response.status == 400)
        let page = try MarkupCheck.page(response)
        #expect(page.text.contains("choose at least one event"))
        #expect(response.html.contains("value=\"kept text\""))
        let internalAddress = await visitor.post(
            "/webhooks", ["name": "deploy", "url": "http://127.0.0.1/", "event": "model_version.created"])
        #expect(internalAddress.status == 400)
        #expect(!(internalAddress.html.contains("value=\"s3cr3t")))
    }

    @Test("deliveries that wait are listed, and can be sent again")
    func deliveries() async throws {
        let registry = try registry()
        let visitor = try visitor(registry)
        let address = try await create(visitor)
        await registry.createModel("fraud")
        await registry.createVersion("fraud")
        for reactor in registry.registry.reactors { while try await registry.runner.step(reactor) > 0 {} }
        let page = try MarkupCheck.page(await visitor.get(address))
        #expect(page.text.contains("model_version.created") && page.text.contains("1 waiting"))
        let again = try #require(page.targets.first { $0.hasSuffix("/redeliver") })
        #expect(await visitor.post(again, [:]).status == 303)
        #expect(try MarkupCheck.page(await visitor.get(address + "?state=failed")).text.contains("None."))
        #expect(try MarkupCheck.page(await visitor.get(address + "?state=pending")).text.contains("waiting"))
    }

    @Test("no text breaks out", arguments: HostileText.all)
    func hostile(_ text: String) async throws {
        let visitor = try visitor(try registry())
        let response = await visitor.post(
            "/webhooks",
            [
                "name": text, "url": "https://93.184.216.34/", "description": text, "event": "model_version.created",
            ])
        // Names have rules; what they refuse is shown, too.
        _ =
            response.status == 303
            ? try MarkupCheck.page(await visitor.get(response.headers["location"] ?? ""))
            : try MarkupCheck.page(response)
        _ = try MarkupCheck.page(await visitor.get("/webhooks"))
    }
}
