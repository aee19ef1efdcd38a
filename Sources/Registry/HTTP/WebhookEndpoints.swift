import Core
import Platform

/// Steward's own API for webhooks: events by name, Steward's own among them, and what became of each delivery.
struct WebhookEndpoints: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        [
            Endpoint("GET", "/api/v1/webhooks", .may(.webhookManage), .reads, "Webhooks, the newest first.", list),
            Endpoint(
                "POST", "/api/v1/webhooks", .may(.webhookManage), .writes,
                "Creates a webhook: `name`, `url`, `events`, `description`, `secret`, `enabled`.", create),
            Endpoint("GET", "/api/v1/webhooks/{id}", .may(.webhookManage), .reads, "A webhook.", get),
            Endpoint("PATCH", "/api/v1/webhooks/{id}", .may(.webhookManage), .writes, "Changes a webhook.", update),
            Endpoint(
                "DELETE", "/api/v1/webhooks/{id}", .may(.webhookManage), .writes,
                "Deletes a webhook with its deliveries.",
                delete),
            Endpoint(
                "GET", "/api/v1/webhooks/{id}/deliveries", .may(.webhookManage), .reads,
                "Deliveries of a webhook, the newest first; `state` (pending, delivered, failed), `limit`, "
                    + "`page_token`.",
                deliveries),
            Endpoint(
                "POST", "/api/v1/webhooks/{id}/deliveries/{delivery}/redeliver", .may(.webhookManage), .writes,
                "Sends a delivery again.", redeliver),
        ]
    }

    @Sendable private func list(_ request: Request) async throws -> Response {
        let page = try await registry.webhookPage(
            limit: Int64(request.limit()), token: request.query["page_token"])
        return .json(
            .record([
                "webhooks": .array(page.webhooks.map(Self.json)), "next_page_token": .optional(page.nextPageToken),
            ]))
    }

    @Sendable private func create(_ request: Request) async throws -> Response {
        let change = try await Self.change(request)
        for (field, isGiven) in [
            ("name", change.name != nil), ("url", change.url != nil), ("events", change.topics != nil),
        ]
        where !isGiven { throw Failure(.invalid, "\(field): it must be given") }
        return try await registry.createWebhook(change, request) { .json(Self.json($0), status: 201) }
    }

    @Sendable private func get(_ request: Request) async throws -> Response {
        let id = try request.parameter("id")
        return .json(Self.json(try await registry.read { try WebhookStore(sql: $0.sql).required(id) }))
    }

    @Sendable private func update(_ request: Request) async throws -> Response {
        let change = try await Self.change(request)
        return try await registry.updateWebhook(request.parameter("id"), change, request) { .json(Self.json($0)) }
    }

    @Sendable private func delete(_ request: Request) async throws -> Response {
        try await registry.deleteWebhook(try request.parameter("id"), request)
        return Response(status: 204)
    }

    @Sendable private func deliveries(_ request: Request) async throws -> Response {
        let id = try request.parameter("id")
        let limit = try request.limit()
        let state = try request.query["state"].map { text throws(Failure) in
            guard let state = Delivery.State(rawValue: text) else {
                throw Failure(.invalid, "state: '\(text.prefix(50))' is none of pending, delivered, failed")
            }
            return state
        }
        let scope = JSON.array([.string("deliveries"), .string(id), .optional(state?.rawValue)]).text()
        let tokens = registry.services.pageTokens
        let position = try TimedPosition(request.query["page_token"], scope, tokens)
        let found = try await registry.read { reader in
            _ = try WebhookStore(sql: reader.sql).required(id)
            return try DeliveryStore(sql: reader.sql).list(
                webhook: id, state: state, after: position?.pair, limit: limit + 1)
        }
        let page = found.prefix(limit)
        let next = found.count > limit ? page.last.map { TimedPosition($0.created, $0.id).token(scope, tokens) } : nil
        return .json(
            .record(["deliveries": .array(page.map(Self.json)), "next_page_token": .optional(next)]))
    }

    @Sendable private func redeliver(_ request: Request) async throws -> Response {
        let (id, delivery) = (try request.parameter("id"), try request.parameter("delivery"))
        let webhooks = registry.webhooks
        return try await registry.write(request) {
            .json(Self.json(try webhooks.redeliver(delivery, webhook: id, $0.transaction)), status: 202)
        }
    }

    private static func change(_ request: Request) async throws -> WebhookChange {
        guard request.headers["content-type"]?.prefix(while: { $0 != ";" }) == "application/json" else {
            throw Failure(.invalid, "the body must be JSON", hint: "Send Content-Type: application/json.")
        }
        let body = try JSONParser.parse(await request.body.collect(limit: Endpoint.defaultBodyLimit))
        guard let members = body.members else { throw Failure(.invalid, "the body must be a JSON object") }
        var change = WebhookChange()
        for member in members where member.value != .null {
            switch member.name {
            case "name": change.name = try text(member)
            case "url": change.url = try text(member)
            case "description": change.description = try text(member)
            case "secret": change.secret = try text(member)
            case "enabled":
                guard let flag = member.value.flag else { throw wrong(member, "true or false") }
                change.status = flag ? .active : .disabled
            case "events":
                guard let elements = member.value.elements else { throw wrong(member, "a list of texts") }
                change.topics = try elements.map { element in
                    guard let name = element.text else { throw wrong(member, "a list of texts") }
                    return try WebhookTopic(named: name)
                }
            default:
                throw Failure(
                    .invalid, "\(member.name.prefix(100)): there is no such field",
                    hint: "The fields are name, url, events, description, secret, enabled.")
            }
        }
        return change
    }

    private static func text(_ member: JSON.Member) throws(Failure) -> String {
        guard let text = member.value.text else { throw wrong(member, "a text") }
        return text
    }

    private static func wrong(_ member: JSON.Member, _ expected: String) -> Failure {
        Failure(.invalid, "\(member.name): it must be \(expected)")
    }

    private static func json(_ webhook: Webhook) -> JSON {
        .record([
            "id": .string(webhook.id), "name": .string(webhook.name), "description": .optional(webhook.description),
            "url": .string(webhook.url), "events": .array(webhook.topics.map { .string($0.name) }),
            "enabled": .bool(webhook.status == .active), "has_secret": .bool(webhook.hasSecret),
            "created_at": .string(webhook.created.rfc3339), "updated_at": .string(webhook.updated.rfc3339),
        ])
    }

    private static func json(_ delivery: Delivery) -> JSON {
        .record([
            "id": .string(delivery.id), "event": .string(delivery.topic), "sequence": .integer(delivery.sequence),
            "state": .string(delivery.state.rawValue), "attempts": .int(delivery.attempts),
            "response_status": .optional(delivery.responseStatus),
            "response_body": .optional(delivery.responseBody), "problem": .optional(delivery.problem),
            "created_at": .string(delivery.created.rfc3339), "attempted_at": .optional(delivery.attempted?.rfc3339),
            "next_attempt_at": .optional(delivery.nextAttempt?.rfc3339),
        ])
    }
}
