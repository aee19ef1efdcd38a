import Core
import MLflow
import Platform

/// MLflow's `webhooks`.
struct WebhookCalls: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        let calls: [[Endpoint]] = [
            [Endpoint].mlflow("POST", "mlflow/webhooks", .may(.webhookManage), .writes, "Creates a webhook.", create),
            [Endpoint].mlflow(
                "GET", "mlflow/webhooks", .may(.webhookManage), .reads, "Webhooks, the newest first.", list),
            [Endpoint].mlflow("GET", "mlflow/webhooks/{webhook_id}", .may(.webhookManage), .reads, "A webhook.", get),
            [Endpoint].mlflow(
                "PATCH", "mlflow/webhooks/{webhook_id}", .may(.webhookManage), .writes, "Changes a webhook.", update),
            [Endpoint].mlflow(
                "DELETE", "mlflow/webhooks/{webhook_id}", .may(.webhookManage), .writes,
                "Deletes a webhook with its deliveries.", delete),
            [Endpoint].mlflow(
                "POST", "mlflow/webhooks/{webhook_id}/test", .may(.webhookManage), .writes,
                "Sends an example to a webhook.", test),
        ]
        return calls.flatMap { $0 }
    }

    @Sendable private func create(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        var change = WebhookChange()
        change.name = try message.requiredText("name")
        change.url = try message.requiredText("url")
        guard let events = try message.topics() else { throw message.missing("events") }
        change.topics = events
        change.description = try message.text("description").flatMap { $0.isEmpty ? nil : $0 }
        change.secret = try message.text("secret").flatMap { $0.isEmpty ? nil : $0 }
        change.status = try message.webhookStatus()
        return try await registry.createWebhook(change, by: request.origin) { .webhook($0) }
    }

    @Sendable private func list(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let given = try message.integer("max_results") ?? 0
        let page = try await registry.webhookPage(
            limit: given == 0 ? 100 : given, token: try message.text("page_token"))
        return .message { writer in
            if !page.webhooks.isEmpty {
                writer.name("webhooks")
                writer.beginArray()
                for webhook in page.webhooks { writer.webhook(webhook) }
                writer.endArray()
            }
            if let token = page.nextPageToken { writer.member("next_page_token", token) }
        }
    }

    @Sendable private func get(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let id = try request.parameter("webhook_id")
        return .webhook(try await registry.read { try WebhookStore(sql: $0.sql).required(id) })
    }

    @Sendable private func update(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        var change = WebhookChange()
        change.name = try message.text("name").flatMap { $0.isEmpty ? nil : $0 }
        change.url = try message.text("url").flatMap { $0.isEmpty ? nil : $0 }
        change.topics = try message.topics().flatMap { $0.isEmpty ? nil : $0 }
        change.description = try message.text("description")
        change.secret = try message.text("secret")
        change.status = try message.webhookStatus()
        return try await registry.updateWebhook(request.parameter("webhook_id"), change, by: request.origin) {
            .webhook($0)
        }
    }

    @Sendable private func delete(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        try await registry.deleteWebhook(try request.parameter("webhook_id"), by: request.origin)
        return .emptyMessage
    }

    @Sendable private func test(_ message: ProtoMessage, _ request: Request) async throws -> Response {
        let topic = try message.message("event").map { event throws(Failure) in try event.topic() }
        let result = try await registry.testWebhook(try request.parameter("webhook_id"), topic)
        return .message { writer in
            writer.name("result")
            writer.beginObject()
            switch result {
            case .success(let response):
                writer.member("success", response.status < 400)
                writer.member("response_status", response.status)
                writer.member("response_body", String(decoding: response.body, as: UTF8.self))
            case .failure(let failure):
                writer.member("success", false)
                writer.member("error_message", "Failed to test webhook: \(failure.message)")
            }
            writer.endObject()
        }
    }
}

extension ProtoMessage {
    /// MLflow takes an unknown status for `ACTIVE`; nobody who writes one means that.
    fileprivate func webhookStatus() throws(Failure) -> Webhook.Status? {
        switch try value("status") {
        case nil, .string("")?: nil
        case .string("ACTIVE")?, .integer(1)?: .active
        case .string("DISABLED")?, .integer(2)?: .disabled
        case let value?: throw wrongType("status", value)
        }
    }

    fileprivate func topics() throws(Failure) -> [WebhookTopic]? {
        guard try value("events") != nil else { return nil }
        var topics: [WebhookTopic] = []
        for event in try messages("events") { topics.append(try event.topic()) }
        return topics
    }

    fileprivate func topic() throws(Failure) -> WebhookTopic {
        try WebhookTopic(entity: word("entity", Self.entities), action: word("action", Self.actions))
    }

    /// The name of an enumeration's value, which may be given as a number.
    private func word(_ name: StaticString, _ words: [String]) throws(Failure) -> String {
        switch try value(name) {
        case .string(let word)? where !word.isEmpty: return word
        case .integer(let number)? where words.indices.contains(Int(clamping: number)) && number > 0:
            return words[Int(number)]
        case let value?: throw wrongType(name, value)
        case nil: throw missing(name)
        }
    }

    /// In the order of their numbers in MLflow's protocol, which has nothing at 0.
    private static let entities = [
        "", "registered_model", "model_version", "model_version_tag", "model_version_alias", "prompt", "prompt_version",
        "prompt_tag", "prompt_version_tag", "prompt_alias", "budget_policy",
    ]
    private static let actions = ["", "created", "updated", "deleted", "set", "exceeded"]
}

extension JSONWriter {
    /// MLflow's clients cannot read events that MLflow does not have, so those have a field of their own.
    fileprivate mutating func webhook(_ webhook: Webhook) {
        beginObject()
        member("webhook_id", webhook.id)
        member("name", webhook.name)
        if let description = webhook.description { member("description", description) }
        member("url", webhook.url)
        let known = webhook.topics.filter(\.isMLflow)
        if !known.isEmpty {
            name("events")
            beginArray()
            for topic in known {
                beginObject()
                member("entity", topic.entity.uppercased())
                member("action", topic.action.uppercased())
                endObject()
            }
            endArray()
        }
        let further = webhook.topics.filter { !$0.isMLflow }
        if !further.isEmpty {
            name("steward_events")
            beginArray()
            for topic in further { string(topic.name) }
            endArray()
        }
        member("status", webhook.status.rawValue)
        member("creation_timestamp", webhook.created.milliseconds)
        member("last_updated_timestamp", webhook.updated.milliseconds)
        endObject()
    }
}

extension Response {
    fileprivate static func webhook(_ webhook: Webhook) -> Response {
        message { writer in
            writer.name("webhook")
            writer.webhook(webhook)
        }
    }
}
