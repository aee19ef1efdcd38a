import Core
import Platform

/// What both APIs do with webhooks.
extension Registry {
    /// - Parameter answer: made in the transaction, so that a request that comes again finds it with the change.
    func createWebhook(
        _ change: WebhookChange, by origin: Origin, _ answer: @escaping @Sendable (Webhook) -> Response
    ) async throws(Failure) -> Response {
        let id = WebhookDeliveries.uuid(services.world.makeID())
        return try await writeWebhooks(by: origin) { answer(try $0.create(id, change)) }
    }

    func updateWebhook(
        _ id: String, _ change: WebhookChange, by origin: Origin, _ answer: @escaping @Sendable (Webhook) -> Response
    ) async throws(Failure) -> Response {
        try await writeWebhooks(by: origin) { answer(try $0.update(id, change)) }
    }

    func deleteWebhook(_ id: String, by origin: Origin) async throws(Failure) {
        let queue = webhooks.queue
        try await writeWebhooks(by: origin) { writer in
            for delivery in try writer.delete(id) { try queue.remove(delivery, writer.transaction) }
        }
    }

    private func writeWebhooks<Value: Sendable>(
        by origin: Origin, _ body: @escaping @Sendable (WebhookWriter) throws -> Value
    ) async throws(Failure) -> Value {
        let policy = settings.destinations
        return try await write(by: origin) { writer in
            try body(
                WebhookWriter(
                    transaction: writer.transaction, origin: writer.origin, now: writer.now, policy: policy))
        }
    }

    /// - Parameter topic: nil for the first one the webhook wants.
    func testWebhook(_ id: String, _ topic: WebhookTopic?) async throws(Failure) -> Result<OutboundResponse, Failure> {
        let (webhook, secret) = try await read { reader in
            let store = WebhookStore(sql: reader.sql)
            return (try store.required(id), try store.secret(of: id))
        }
        return await webhooks.test(webhook, secret: secret, topic ?? webhook.topics.first ?? .modelCreated)
    }

    /// - Parameter limit: 1 to 1000.
    func webhookPage(limit: Int64, token: String?) async throws(Failure)
        -> (webhooks: [Webhook], nextPageToken: String?)
    {
        guard (1...1000).contains(limit) else { throw Failure(.invalid, "max_results must be between 1 and 1000.") }
        let position = try TimedPosition(token, "registry.webhooks", services.pageTokens)
        let found = try await read { try WebhookStore(sql: $0.sql).list(after: position?.pair, limit: Int(limit) + 1) }
        let page = Array(found.prefix(Int(limit)))
        let next = found.count > page.count ? page.last : nil
        return (
            page, next.map { TimedPosition($0.created, $0.id).token("registry.webhooks", services.pageTokens) }
        )
    }
}

/// A place in a list that is ordered by time and identifier.
struct TimedPosition: Sendable {
    let time: Timestamp
    let id: String

    init(_ time: Timestamp, _ id: String) {
        self.time = time
        self.id = id
    }

    /// - Returns: nil for the first page.
    init?(_ token: String?, _ scope: String, _ tokens: PageTokens) throws(Failure) {
        guard let token, !token.isEmpty else { return nil }
        let position = try tokens.position(token, scope)
        guard let elements = position.elements, elements.count == 2, case .integer(let time) = elements[0],
            let id = elements[1].text
        else { throw Failure(.invalid, "Invalid page token: it belongs to another query or server") }
        self.init(Timestamp(milliseconds: time), id)
    }

    var pair: (created: Timestamp, id: String) { (time, id) }

    func token(_ scope: String, _ tokens: PageTokens) -> String {
        tokens.make(scope, .array([.integer(time.milliseconds), .string(id)]))
    }
}
