import Core
import TestSupport
import Testing

@Suite("Webhook requests")
struct WebhookRequestTests {
    private func body(_ change: KeyValuePairs<String, JSON>) -> JSON {
        var members = [
            JSON.Member("name", "hook".json), JSON.Member("url", "http://127.0.0.1:9/x".json),
            JSON.Member("events", WebhookTests.created),
        ]
        for (name, value) in change {
            members.removeAll { $0.name == name }
            if value != .null { members.append(JSON.Member(name, value)) }
        }
        return .object(members)
    }

    private static let event = JSON.record(["entity": "MODEL_VERSION".json, "action": "CREATED".json])

    private static let refused: [(String, JSON, String)] = [
        ("name", .null, "Missing value for required parameter 'name'"), ("name", "a b".json, "Webhook name"),
        ("name", "-a".json, "Webhook name"), ("name", "é".json, "Webhook name"),
        ("name", String(repeating: "a", count: 64).json, "Webhook name"), ("url", .null, "'url'"),
        ("url", "x".json, "Invalid webhook URL scheme: ''"), ("url", "ftp://h/x".json, "scheme: 'ftp'"),
        ("url", "http://".json, "must include a hostname"), ("url", "http://10.0.0.1/".json, "not a public address"),
        ("url", "http://user:pw@127.0.0.1/".json, "user name or password"), ("events", .null, "'events'"),
        ("events", .array([]), "non-empty list"), ("events", "x".json, "'events'"),
        ("events", .array(["x".json]), "'events'"),
        ("events", .array([event, event]), "differ"),
        ("events", .array([.record(["entity": "MODEL_VERSION".json])]), "action"),
        ("events", .array([.record(["entity": "NOPE".json, "action": "CREATED".json])]), "entity 'nope'"),
        (
            "events", .array([.record(["entity": "MODEL_VERSION".json, "action": "SET".json])]),
            "Invalid action 'set' for entity 'model_version'. Valid actions are: ['created']"
        ),
        ("status", "SLEEPING".json, "'status'"),
        ("secret", String(repeating: "x", count: 1001).json, "'secret'"),
    ]

    @Test("what is wrong with a webhook is said", arguments: refused)
    func refusals(_ field: String, _ value: JSON, _ message: String) async throws {
        let server = try WebhookTests.server()
        let answer = await server.post("webhooks", body([field: value]))
        #expect(answer.status == 400)
        #expect(answer.message?.contains(message) == true, "\(answer.message ?? "none")")
        #expect(await server.get("webhooks").json == .object([]))
    }

    @Test("enumerations may be numbers; a change leaves alone what it does not name", arguments: Backend.available)
    func changes(_ backend: Backend) async throws {
        let server = try WebhookTests.server(backend)
        let made = await server.post(
            "webhooks",
            body([
                "events": .array([.record(["entity": .integer(2), "action": .integer(1)])]), "status": .integer(2),
                "description": "old".json,
            ]))
        let webhook = try #require(made.json["webhook"])
        #expect(webhook["events"] == WebhookTests.created)
        #expect(webhook["status"]?.text == "DISABLED")
        let id = try #require(webhook["webhook_id"]?.text)
        let same = await server.patch("webhooks/\(id)", .record(["name": "".json, "events": .array([])]))
        #expect(same.json["webhook"] == webhook)
        let changed = await server.patch(
            "webhooks/\(id)", .record(["description": "new".json, "status": "ACTIVE".json]))
        #expect(changed.json["webhook"]?["description"]?.text == "new")
        #expect(changed.json["webhook"]?["status"]?.text == "ACTIVE")
        #expect(changed.json["webhook"]?["url"] == webhook["url"])
        #expect(await server.patch("webhooks/\(id)", .record(["url": "ftp://x".json])).status == 400)
        #expect(await server.patch("webhooks/nobody", .object([])).status == 404)
        #expect(await server.delete("webhooks/\(id)", .object([])).json == .object([]))
        #expect(await server.delete("webhooks/\(id)", .object([])).status == 404)
    }

    @Test("lists come in pages, the newest first", arguments: Backend.available)
    func pages(_ backend: Backend) async throws {
        let server = try WebhookTests.server(backend)
        var made: [String] = []
        for _ in 0..<5 {
            made.append(await server.post("webhooks", body([:])).json["webhook"]?["webhook_id"]?.text ?? "")
            server.clock.advance(milliseconds: 1)
        }
        var seen: [String] = []
        var token = ""
        repeat {
            let answer = await server.get("webhooks", ["max_results": "2", "page_token": token])
            seen += (answer.json["webhooks"]?.elements ?? []).compactMap { $0["webhook_id"]?.text }
            token = answer.json["next_page_token"]?.text ?? ""
        } while !token.isEmpty
        #expect(seen == made.reversed())
        for (name, value) in [("max_results", "1001"), ("max_results", "-1"), ("page_token", "zzz")] {
            #expect(await server.get("webhooks", [name: value]).status == 400)
        }
    }
}
