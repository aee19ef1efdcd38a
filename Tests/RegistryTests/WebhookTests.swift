import Core
import Crypto
import Foundation
import Platform
import Registry
import TestSupport
import Testing

@Suite("Webhooks")
struct WebhookTests {
    static let created: JSON = .array([.record(["entity": "MODEL_VERSION".json, "action": "CREATED".json])])

    static func server(
        _ backend: Backend = .sqlite, _ change: (inout Registry.Settings) -> Void = { _ in }
    ) throws -> TestRegistry {
        var settings = Registry.Settings()
        settings.destinations.schemes = ["http", "https"]
        settings.destinations.allow(["127.0.0.1"])
        change(&settings)
        return try TestRegistry(backend, settings: settings)
    }

    /// - Returns: the webhook's identifier.
    static func create(
        _ server: TestRegistry, _ url: String, events: [String], secret: String? = nil
    ) async throws -> String {
        let answer = await server.send(
            "POST", "/api/v1/webhooks",
            body: .record([
                "name": "hook".json, "url": url.json, "events": .array(events.map(\.json)),
                "secret": .optional(secret),
            ]))
        #expect(answer.status == 201, "\(answer.json.text())")
        return try #require(answer.json["id"]?.text)
    }

    static func deliveries(_ server: TestRegistry, _ id: String, _ query: String = "") async -> [JSON] {
        await server.native("webhooks/\(id)/deliveries", query).json["deliveries"]?.elements ?? []
    }

    @Test("what happens is told, signed, once to each webhook that wants it", arguments: Backend.available)
    func delivery(_ backend: Backend) async throws {
        try await Receiver.run { receiver in
            let server = try Self.server(backend)
            _ = try await Self.create(
                server, receiver.address + "/a", events: ["model_version.created", "model_version_alias.created"],
                secret: "s3cr3t")
            _ = try await Self.create(server, receiver.address + "/b", events: ["registered_model.created"])
            await server.createModel("m", tags: [("team", "fraud")])
            await server.createVersion("m", tags: [("q", "1")], runID: "r")
            await server.setAlias("m", "champion", "1")
            try await server.deliver()
            try await server.deliver()
            #expect(receiver.requests.map(\.path) == ["/b", "/a", "/a"])

            let version = receiver.requests[1]
            let message = try JSONParser.parse(version.body)
            #expect(message["entity"]?.text == "model_version")
            #expect(message["action"]?.text == "created")
            #expect(
                message["data"]
                    == .record([
                        "name": "m".json, "version": "1".json, "source": "s3://bucket/model".json, "run_id": "r".json,
                        "tags": .record(["q": "1".json]), "description": .null,
                    ]))
            #expect(message["timestamp"]?.text?.hasSuffix("+00:00") == true)
            try Self.verify(version, secret: "s3cr3t")
            #expect(version.headers["content-type"] == "application/json")
            #expect(receiver.requests[0].headers["x-mlflow-signature"] == nil, "no secret, no signature")
            let ids = receiver.requests.compactMap { $0.headers["x-mlflow-delivery-id"] }
            #expect(Set(ids).count == 3)
        }
    }

    /// As MLflow's documentation tells receivers to check.
    private static func verify(_ request: Receiver.Received, secret: String) throws {
        let id = try #require(request.headers["x-mlflow-delivery-id"])
        let time = try #require(request.headers["x-mlflow-timestamp"])
        let signature = try #require(request.headers["x-mlflow-signature"])
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(time).".utf8) + Data(request.body), using: SymmetricKey(data: Data(secret.utf8)))
        #expect(signature == "v1," + Data(code).base64EncodedString())
        #expect(id.split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    }

    @Test(
        "a delivery that fails is tried again under the same name, and its history tells of it",
        arguments: Backend.available)
    func retry(_ backend: Backend) async throws {
        try await Receiver.run(statuses: [500, 429]) { receiver in
            let server = try Self.server(backend) { $0.deliveries.firstDelay = 1_000_000 }
            let id = try await Self.create(
                server, receiver.address + "/x", events: ["registered_model.created"], secret: "k")
            await server.createModel("m")
            try await server.deliver()
            var delivery = try #require(await Self.deliveries(server, id).first)
            #expect(delivery["state"]?.text == "pending")
            #expect(delivery["response_status"]?.int == 500)
            #expect(delivery["problem"]?.text == "the receiver answered 500")
            #expect(delivery["next_attempt_at"]?.text != nil)
            for _ in 0..<2 {
                try await server.letTimePass(milliseconds: 3_600_000)
                try await server.deliver()
            }
            delivery = try #require(await Self.deliveries(server, id).first)
            #expect(delivery["state"]?.text == "delivered")
            #expect(delivery["attempts"]?.int == 3)
            #expect(delivery["next_attempt_at"] == .null)
            let ids = Set(receiver.requests.compactMap { $0.headers["x-mlflow-delivery-id"] })
            #expect(receiver.requests.count == 3)
            #expect(ids == [delivery["id"]?.text ?? ""])
            #expect(Set(receiver.requests.map(\.body)).count == 1)
            for request in receiver.requests { try Self.verify(request, secret: "k") }
        }
    }

    @Test("what is given up stays visible as a dead letter, and can be sent again", arguments: Backend.available)
    func deadLetter(_ backend: Backend) async throws {
        try await Receiver.run(statuses: [500, 500]) { receiver in
            let server = try Self.server(backend) {
                $0.deliveries.attempts = 2
                $0.deliveries.firstDelay = 1_000_000
            }
            let id = try await Self.create(server, receiver.address + "/x", events: ["registered_model.created"])
            await server.createModel("m")
            for _ in 0..<4 {
                try await server.deliver()
                try await server.letTimePass(milliseconds: 3_600_000)
            }
            #expect(receiver.requests.count == 2)
            let dead = try #require(await Self.deliveries(server, id, "state=failed").first)
            #expect(dead["attempts"]?.int == 2)
            let name = try #require(dead["id"]?.text)
            let again = await server.send("POST", "/api/v1/webhooks/\(id)/deliveries/\(name)/redeliver")
            #expect(again.status == 202)
            #expect(again.json["state"]?.text == "pending")
            try await server.deliver()
            #expect(receiver.requests.count == 3)
            #expect(await Self.deliveries(server, id, "state=delivered").count == 1)
            #expect(await server.send("POST", "/api/v1/webhooks/\(id)/deliveries/nobody/redeliver").status == 404)
            #expect(await server.send("POST", "/api/v1/webhooks/nobody/deliveries/\(name)/redeliver").status == 404)
        }
    }

    @Test("addresses that are not public are refused at creation and at delivery", arguments: Backend.available)
    func guarded(_ backend: Backend) async throws {
        let server = try TestRegistry(backend)
        for url in ["http://example.com/", "https://127.0.0.1/x", "https://localhost/", "https://169.254.169.254/"] {
            let answer = await server.post(
                "webhooks", .record(["name": "hook".json, "url": url.json, "events": Self.created]))
            #expect(answer.status == 400)
            #expect(answer.errorCode == "INVALID_PARAMETER_VALUE")
        }
        // A name that leads inside is found out when it is resolved.
        var settings = Registry.Settings()
        settings.destinations.schemes = ["http"]
        let inside = HostResolver(["inside.example": [try #require(IPAddress("127.0.0.1"))]])
        let guarded = try TestRegistry(backend, settings: settings, resolver: inside)
        try await Receiver.run { receiver in
            let id = try await Self.create(
                guarded, "http://inside.example:\(receiver.port)/x", events: ["registered_model.created"])
            await guarded.createModel("m")
            try await guarded.deliver()
            let delivery = try #require(await Self.deliveries(guarded, id).first)
            #expect(delivery["state"]?.text == "failed", "waiting does not make it better")
            #expect(delivery["problem"]?.text?.contains("not a public address") == true)
            #expect(receiver.requests.isEmpty)
            let test = await guarded.post("webhooks/\(id)/test", .object([]))
            #expect(test.json["result"]?["success"]?.flag == false)
            #expect(test.json["result"]?["error_message"]?.text != nil)
        }
    }

    @Test("stages are told to whom asked for them, in an event of Steward's own", arguments: Backend.available)
    func stages(_ backend: Backend) async throws {
        try await Receiver.run { receiver in
            let server = try Self.server(backend)
            _ = try await Self.create(server, receiver.address + "/x", events: ["model_version_stage.transitioned"])
            await server.createModel("m")
            for _ in 1...2 { await server.createVersion("m") }
            await server.transition("m", "1", "Production")
            await server.transition("m", "2", "Production", archive: true, reason: "better")
            try await server.deliver()
            let messages = try receiver.requests.map { try JSONParser.parse($0.body) }
            #expect(messages.map { $0["data"]?["version"]?.text } == ["1", "2", "1"])
            #expect(messages.map { $0["data"]?["to_stage"]?.text } == ["Production", "Production", "Archived"])
            #expect(messages[2]["data"]?["archived_for"]?.text == "2")
            #expect(messages[1]["data"]?["user"]?.text == "local")
            #expect(messages[1]["data"]?["reason"]?.text == "better")
        }
    }

    @Test("prompts have events of their own, and a long text comes whole", arguments: Backend.available)
    func prompts(_ backend: Backend) async throws {
        try await Receiver.run { receiver in
            let server = try Self.server(backend)
            _ = try await Self.create(
                server, receiver.address + "/x",
                events: [
                    "prompt.created", "prompt_version.created", "prompt_alias.created", "prompt_version_tag.set",
                    "registered_model.created", "model_version.created", "model_version_alias.created",
                ])
            let mark = ("mlflow.prompt.is_prompt", "true")
            let text = String(repeating: "Grüße, {{name}}! ", count: 3000)
            await server.createModel("p", tags: [mark, ("team", "x")])
            await server.createVersion("p", "dummy-source", tags: [mark, ("mlflow.prompt.text", text), ("a", "b")])
            await server.setAlias("p", "prod", "1")
            try await server.deliver()
            let messages = try receiver.requests.map { try JSONParser.parse($0.body) }
            #expect(messages.map { $0["entity"]?.text } == ["prompt", "prompt_version", "prompt_alias"])
            #expect(messages[0]["data"]?["tags"] == .record(["team": "x".json]))
            #expect(messages[1]["data"]?["tags"] == .record(["a": "b".json]))
            #expect(messages[1]["data"]?["template"]?.text == text)
        }
    }

    @Test(
        "texts that grow when they are written down do not push the names out of an event", arguments: Backend.available
    )
    func escapedTexts(_ backend: Backend) async throws {
        try await Receiver.run { receiver in
            let server = try Self.server(backend)
            _ = try await Self.create(
                server, receiver.address + "/x", events: ["model_version.created", "model_version_tag.set"])
            await server.createModel("m")
            let quotes = String(repeating: "\"\n", count: 4000)
            let control = String(repeating: "\u{1}", count: 8200)
            let tags = (0..<9).map { ("tag \($0)", quotes) } + [("last", "whole")]
            await server.createVersion("m", tags: tags)
            _ = await server.post(
                "model-versions/set-tag",
                .record(["name": "m".json, "version": "1".json, "key": "c".json, "value": control.json]))
            try await server.deliver()
            let messages = try receiver.requests.map { try JSONParser.parse($0.body)["data"] }
            #expect(messages.count == 2)
            for message in messages { #expect(message?["name"]?.text == "m" && message?["version"]?.text == "1") }
            // Those that found no room in the event, too. They are read when the message is sent, so one set since then
            // is there.
            #expect(messages[0]?["tags"]?.members?.count == 11)
            #expect(messages[0]?["tags"]?["tag 8"]?.text == quotes && messages[0]?["tags"]?["last"]?.text == "whole")
            #expect(messages[1]?["value"]?.text == control)
        }
    }

    @Test("a changed webhook is an event with what changed, old and new; its address is no secret's grave")
    func changes() async throws {
        let server = try Self.server()
        let id = try await Self.create(
            server, "http://127.0.0.1:9/services/T0/tok3n?sig=tok3n", events: ["model_version.created"])
        _ = await server.send("PATCH", "/api/v1/webhooks/\(id)", body: .record(["name": "hook".json]))
        _ = await server.send(
            "PATCH", "/api/v1/webhooks/\(id)", body: .record(["name": "other".json, "enabled": .bool(false)]))
        let events = try await server.events().map(\.event)
        #expect(events.map(\.kind) == ["registry.webhook-created", "registry.webhook-updated"])
        #expect(events[0].details["url"]?["server"]?.text == "http://127.0.0.1:9")
        #expect(events.allSatisfy { !$0.details.text().contains("tok3n") })
        let (name, status) = (events[1].details["name"], events[1].details["status"])
        #expect(name?["old"]?.text == "hook" && name?["new"]?.text == "other")
        #expect(status?["old"]?.text == "ACTIVE" && status?["new"]?.text == "DISABLED")
        #expect(events[1].details["url"] == nil)
    }

    @Test(
        "a disabled webhook gets nothing, a deleted one loses what waits, one created later hears no old news",
        arguments: Backend.available)
    func silence(_ backend: Backend) async throws {
        try await Receiver.run { receiver in
            let server = try Self.server(backend)
            await server.createModel("before")
            server.clock.advance(milliseconds: 600_000)
            let disabled = try await Self.create(
                server, receiver.address + "/disabled", events: ["registered_model.created"])
            _ = await server.send("PATCH", "/api/v1/webhooks/\(disabled)", body: .record(["enabled": .bool(false)]))
            let deleted = try await Self.create(
                server, receiver.address + "/deleted", events: ["registered_model.created"])
            await server.createModel("m")
            for reactor in server.registry.reactors { while try await server.runner.step(reactor) > 0 {} }
            #expect(await Self.deliveries(server, deleted).count == 1)
            #expect(await server.send("DELETE", "/api/v1/webhooks/\(deleted)").status == 204)
            try await server.deliver()
            #expect(receiver.requests.isEmpty)
            #expect(await server.native("webhooks/\(deleted)").status == 404)
        }
    }

    @Test("the history of deliveries does not grow without end", arguments: Backend.available)
    func retention(_ backend: Backend) async throws {
        try await Receiver.run { receiver in
            let server = try Self.server(backend) { $0.deliveryHistory.perWebhook = 3 }
            let id = try await Self.create(server, receiver.address + "/x", events: ["registered_model.created"])
            for index in 0..<5 {
                await server.createModel("m\(index)")
                try await server.deliver()
                server.clock.advance(milliseconds: 10)
            }
            try await server.registry.webhooks.prune()
            let kept = await Self.deliveries(server, id)
            #expect(kept.count == 3)
            #expect(kept.compactMap { $0["sequence"]?.int } == kept.compactMap { $0["sequence"]?.int }.sorted(by: >))
            server.clock.advance(milliseconds: 31 * 86_400_000)
            try await server.registry.webhooks.prune()
            #expect(await Self.deliveries(server, id).isEmpty)
        }
    }

    @Test("the secret is never shown: not in answers, not in the log", arguments: Backend.available)
    func secrets(_ backend: Backend) async throws {
        let server = try Self.server(backend)
        let id = try await Self.create(
            server, "http://127.0.0.1:9/", events: ["model_version.created"], secret: "hush-hush")
        _ = await server.patch("webhooks/\(id)", .record(["secret": "hush-hush-2".json]))
        var texts = [
            await server.native("webhooks/\(id)"), await server.native("webhooks"), await server.get("webhooks/\(id)"),
            await server.get("webhooks"),
        ].map { String(decoding: $0.bytes, as: UTF8.self) }
        texts += try await server.events().map { $0.event.details.text() }
        #expect(texts.allSatisfy { !$0.contains("hush") })
        #expect(await server.native("webhooks/\(id)").json["has_secret"]?.flag == true)
    }

    @Test("MLflow's clients are not shown events they cannot read", arguments: Backend.available)
    func ownEvents(_ backend: Backend) async throws {
        let server = try Self.server(backend)
        let id = try await Self.create(
            server, "http://127.0.0.1:9/", events: ["model_version.created", "model_version_stage.transitioned"])
        let webhook = await server.get("webhooks/\(id)").json["webhook"]
        #expect(webhook?["events"] == Self.created)
        #expect(webhook?["steward_events"] == .array(["model_version_stage.transitioned".json]))
        #expect(
            await server.native("webhooks/\(id)").json["events"]
                == .array(["model_version.created".json, "model_version_stage.transitioned".json]))
    }

    @Test("a test sends an example and keeps nothing", arguments: Backend.available)
    func test(_ backend: Backend) async throws {
        try await Receiver.run(statuses: [418]) { receiver in
            let server = try Self.server(backend)
            let id = try await Self.create(
                server, receiver.address + "/x", events: ["model_version.created"], secret: "k")
            let refused = await server.post("webhooks/\(id)/test", .object([]))
            #expect(refused.json["result"]?["success"]?.flag == false)
            #expect(refused.json["result"]?["response_status"]?.int == 418)
            for topic in ["MODEL_VERSION_TAG SET", "PROMPT_VERSION CREATED", "MODEL_VERSION_ALIAS DELETED"] {
                let words = topic.split(separator: " ").map { String($0).json }
                let answer = await server.post(
                    "webhooks/\(id)/test", .record(["event": .record(["entity": words[0], "action": words[1]])]))
                #expect(answer.json["result"]?["success"]?.flag == true)
            }
            for request in receiver.requests { try Self.verify(request, secret: "k") }
            #expect(await Self.deliveries(server, id).isEmpty)
        }
    }
}
