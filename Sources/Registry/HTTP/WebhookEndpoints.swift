import Core
import Platform

/// Steward's own API for webhooks: events by name, Steward's own among them, and what became of each delivery.
struct WebhookEndpoints: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        let manage = Endpoint.Access.may(.webhookManage)
        return [
            .native(
                "GET", "webhooks", manage, .reads, "Webhooks, the newest first.", query: Endpoint.Field.page(),
                response: [Endpoint.Field("webhooks", .list(.object(Self.fields)), required: true), .nextPage], list),
            .native(
                "POST", "webhooks", manage, .writes, "Creates a webhook: `name`, `url` and `events` must be given.",
                request: Self.change, response: Self.fields, status: 201, create),
            .native("GET", "webhooks/{id}", manage, .reads, "A webhook.", response: Self.fields, get),
            .native(
                "PATCH", "webhooks/{id}", manage, .writes, "Changes a webhook.", request: Self.change,
                response: Self.fields, update),
            .native(
                "DELETE", "webhooks/{id}", manage, .writes, "Deletes a webhook with its deliveries.", status: 204,
                delete),
            .native(
                "GET", "webhooks/{id}/deliveries", manage, .reads, "Deliveries of a webhook, the newest first.",
                query: [Endpoint.Field("state", .text, "pending, delivered or failed.")] + Endpoint.Field.page(),
                response: [Endpoint.Field("deliveries", .list(.any), required: true), .nextPage], deliveries),
            .native(
                "POST", "webhooks/{id}/deliveries/{delivery}/redeliver", manage, .writes, "Sends a delivery again.",
                status: 202, redeliver),
        ]
    }

    private static let change = [
        Endpoint.Field("name", .text), Endpoint.Field("url", .text), Endpoint.Field("description", .text),
        Endpoint.Field("events", .list(.text)), Endpoint.Field("enabled", .flag),
        Endpoint.Field("secret", .text, "Signs what is sent; it is never shown again."),
    ]
    private static let fields = [
        Endpoint.Field("id", .text, required: true), Endpoint.Field("name", .text, required: true),
        Endpoint.Field("description", .text), Endpoint.Field("url", .text, required: true),
        Endpoint.Field("events", .list(.text), required: true), Endpoint.Field("enabled", .flag, required: true),
        Endpoint.Field("has_secret", .flag, required: true), Endpoint.Field("created_at", .text, required: true),
        Endpoint.Field("updated_at", .text, required: true),
    ]

    @Sendable private func list(_ request: Request) async throws -> Response {
        let page = try await registry.webhookPage(
            limit: Int64(request.number("limit", in: 1...1000) ?? 100), token: request.query["page_token"])
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
        return try await registry.createWebhook(change, by: request.origin) { .json(Self.json($0), status: 201) }
    }

    @Sendable private func get(_ request: Request) async throws -> Response {
        let id = try request.parameter("id")
        return .json(Self.json(try await registry.read { try WebhookStore(sql: $0.sql).required(id) }))
    }

    @Sendable private func update(_ request: Request) async throws -> Response {
        let change = try await Self.change(request)
        return try await registry.updateWebhook(request.parameter("id"), change, by: request.origin) {
            .json(Self.json($0))
        }
    }

    @Sendable private func delete(_ request: Request) async throws -> Response {
        try await registry.deleteWebhook(try request.parameter("id"), by: request.origin)
        return Response(status: 204)
    }

    @Sendable private func deliveries(_ request: Request) async throws -> Response {
        let id = try request.parameter("id")
        let limit = try request.number("limit", in: 1...1000) ?? 100
        let state = try request.choice("state", Delivery.State.self)
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
        let body = try await RequestObject(request, change)
        var change = WebhookChange()
        change.name = try body.text("name")
        change.url = try body.text("url")
        change.description = try body.text("description")
        change.secret = try body.text("secret")
        change.status = try body.flag("enabled").map { $0 ? .active : .disabled }
        change.topics = try body.texts("events")?.map { name throws(Failure) in try WebhookTopic(named: name) }
        return change
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
