import Core
import MLflow
import Platform

/// What a client says about a webhook; nil leaves things as they are.
struct WebhookChange: Sendable {
    var name: String?
    var description: String?
    var url: String?
    var topics: [WebhookTopic]?
    /// Empty takes the secret away.
    var secret: String?
    var status: Webhook.Status?
}

/// Reads and changes webhooks.
struct WebhookStore {
    let sql: any SQLConnection

    static let columns = """
        w.id, w.name, w.description, w.url, CASE WHEN w.secret <> '' THEN 1 ELSE 0 END, w.status, w.created_at,
        w.updated_at
        """

    func webhook(_ id: String, locks: Bool = false) throws -> Webhook? {
        let rows = try sql.rows(
            "SELECT \(Self.columns) FROM registry_webhook w WHERE w.id = ?1\(locks ? sql.dialect.forUpdate : "")",
            [.text(id)], Self.bare)
        return try withTopics(rows).first
    }

    /// - Throws: `notFound`.
    func required(_ id: String, locks: Bool = false) throws -> Webhook {
        guard let webhook = try webhook(id, locks: locks) else {
            throw Failure(.notFound, "Webhook with ID \(id) not found.")
        }
        return webhook
    }

    /// The newest first.
    func list(after position: (created: Timestamp, id: String)?, limit: Int) throws -> [Webhook] {
        var filter = ""
        var arguments: [SQLValue] = [.int(limit)]
        if let position {
            filter = "WHERE w.created_at < ?2 OR (w.created_at = ?2 AND w.id < ?3)"
            arguments += [.integer(position.created.milliseconds), .text(position.id)]
        }
        return try withTopics(
            sql.rows(
                """
                SELECT \(Self.columns) FROM registry_webhook w \(filter)
                ORDER BY w.created_at DESC, w.id DESC LIMIT ?1
                """, arguments, Self.bare))
    }

    /// Clocks of servers differ by less, in milliseconds.
    private static let clockDifference: Int64 = 60_000

    /// The active webhooks that want a topic and were there at a time.
    func subscribers(of topic: WebhookTopic, at time: Timestamp) throws -> [String] {
        try sql.rows(
            """
            SELECT w.id FROM registry_webhook_event e JOIN registry_webhook w ON w.id = e.webhook_id
            WHERE e.event = ?1 AND w.status = 'ACTIVE' AND w.created_at <= ?2 ORDER BY w.created_at, w.id
            """, [.text(topic.name), .integer(time.milliseconds + Self.clockDifference)]
        ) { $0.text(0) }
    }

    func secret(of id: String) throws -> String? {
        let secret = try sql.first("SELECT secret FROM registry_webhook WHERE id = ?1", [.text(id)]) {
            $0.optionalText(0)
        }
        return secret.flatMap { $0 }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func bare(_ row: any SQLRow) -> Webhook {
        Webhook(
            id: row.text(0), name: row.text(1), description: row.optionalText(2), url: row.text(3), topics: [],
            status: Webhook.Status(rawValue: row.text(5)) ?? .disabled, hasSecret: row.flag(4),
            created: Timestamp(milliseconds: row.integer(6)), updated: Timestamp(milliseconds: row.integer(7)))
    }

    private func withTopics(_ webhooks: [Webhook]) throws -> [Webhook] {
        var names: [String: Set<String>] = [:]
        try sql.forEach(in: webhooks.map { .text($0.id) }) { list, arguments in
            try sql.forEach(
                "SELECT webhook_id, event FROM registry_webhook_event WHERE webhook_id IN (\(list))", arguments
            ) { names[$0.text(0), default: []].insert($0.text(1)) }
        }
        return webhooks.map { webhook in
            let topics = WebhookTopic.listed.filter { names[webhook.id]?.contains($0.name) ?? false }
            return Webhook(
                id: webhook.id, name: webhook.name, description: webhook.description, url: webhook.url, topics: topics,
                status: webhook.status, hasSecret: webhook.hasSecret, created: webhook.created,
                updated: webhook.updated)
        }
    }
}

/// Changes webhooks, and records who did.
struct WebhookWriter {
    let transaction: Transaction
    let origin: Origin
    let now: Timestamp
    let policy: DestinationPolicy

    private var sql: any SQLConnection { transaction.sql }
    private var store: WebhookStore { WebhookStore(sql: transaction.sql) }

    func create(_ id: String, _ change: WebhookChange) throws -> Webhook {
        let change = try checked(change)
        guard let name = change.name, let url = change.url, let topics = change.topics else {
            throw Failure(.bug, "a webhook needs a name, a URL and events")
        }
        let status = change.status ?? .active
        try sql.execute(
            """
            INSERT INTO registry_webhook (id, name, description, url, secret, status, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
            """,
            [
                .text(id), .text(name), .optional(change.description), .text(url), .optional(change.secret),
                .text(status.rawValue), .integer(now.milliseconds),
            ])
        try insert(topics, id)
        let webhook = try store.required(id)
        record(EventKind.webhookCreated, webhook.id, Self.details(webhook))
        return webhook
    }

    func update(_ id: String, _ change: WebhookChange) throws -> Webhook {
        let change = try checked(change)
        let old = try store.required(id, locks: true)
        try sql.execute(
            """
            UPDATE registry_webhook SET name = ?2, description = ?3, url = ?4, status = ?5, updated_at = ?6
            WHERE id = ?1
            """,
            [
                .text(id), .text(change.name ?? old.name), .optional(change.description ?? old.description),
                .text(change.url ?? old.url), .text((change.status ?? old.status).rawValue),
                .integer(now.milliseconds),
            ])
        if let secret = change.secret {
            try sql.execute("UPDATE registry_webhook SET secret = ?2 WHERE id = ?1", [.text(id), .text(secret)])
        }
        if let topics = change.topics {
            try sql.execute("DELETE FROM registry_webhook_event WHERE webhook_id = ?1", [.text(id)])
            try insert(topics, id)
        }
        let webhook = try store.required(id)
        recordUpdate(from: old, to: webhook, secretChanged: change.secret != nil)
        return webhook
    }

    /// Deletes a webhook with its deliveries.
    /// - Returns: their identifiers.
    func delete(_ id: String) throws -> [String] {
        let webhook = try store.required(id, locks: true)
        let deliveries = try sql.rows("DELETE FROM registry_delivery WHERE webhook_id = ?1 RETURNING id", [.text(id)]) {
            $0.text(0)
        }
        for (table, column) in [
            ("registry_webhook_event", "webhook_id"), ("registry_webhook", "id"),
        ] {
            try sql.execute("DELETE FROM \(table) WHERE \(column) = ?1", [.text(id)])
        }
        record(EventKind.webhookDeleted, webhook.id, Self.details(webhook))
        return deliveries
    }

    private func insert(_ topics: [WebhookTopic], _ id: String) throws {
        try sql.insert(
            into: "registry_webhook_event (event, webhook_id)", width: 2,
            values: topics.flatMap { [.text($0.name), .text(id)] })
    }

    private func record(_ kind: String, _ id: String, _ details: [JSON.Member]) {
        transaction.record(Event(kind: kind, subject: EventSubject.webhook(id), details: .object(details)), by: origin)
    }

    /// What changed, old and new. Nothing is recorded when nothing did.
    private func recordUpdate(from old: Webhook, to new: Webhook, secretChanged: Bool) {
        var changes = zip(Self.details(old), Self.details(new)).filter { $0.value != $1.value }.map { old, new in
            JSON.Member(new.name, .record(["old": old.value, "new": new.value]))
        }
        if secretChanged { changes.append(JSON.Member("secret_changed", .bool(true))) }
        guard !changes.isEmpty else { return }
        record(EventKind.webhookUpdated, new.id, [JSON.Member("webhook", .string(new.name))] + changes)
    }

    private static func details(_ webhook: Webhook) -> [JSON.Member] {
        [
            JSON.Member("name", .string(webhook.name)), JSON.Member("description", .eventText(webhook.description)),
            JSON.Member("url", place(webhook.url)),
            JSON.Member("events", .array(webhook.topics.map { .string($0.name) })),
            JSON.Member("status", .string(webhook.status.rawValue)),
            JSON.Member("is_signed", .bool(webhook.hasSecret)),
        ]
    }

    /// Where messages go, without what may be a secret: the path of many an address is one, and nobody can take
    /// anything out of the log. The digest tells addresses apart.
    private static func place(_ url: String) -> JSON {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return .record([
            "server": .string(parts.prefix(3).joined(separator: "/").prefix { $0 != "?" && $0 != "#" }.description),
            "sha256": .string(MessageSignature.digest(url)),
        ])
    }

    // MARK: Checks

    private static let secretLimit = 1000

    private func checked(_ change: WebhookChange) throws(Failure) -> WebhookChange {
        if let name = change.name { try Validate.webhookName(name) }
        try Naming.checkDescription(change.description)
        if let url = change.url { _ = try Destination(url, policy) }
        if let topics = change.topics {
            guard !topics.isEmpty else {
                throw Failure(.invalid, "Webhook events must be a non-empty list of WebhookEvent objects: [].")
            }
            guard Set(topics).count == topics.count else {
                throw Failure(.invalid, "Webhook events must differ from each other")
            }
        }
        if let secret = change.secret {
            try Naming.checkText(secret, "secret")
            guard secret.utf8.count <= Self.secretLimit else {
                throw Failure(.invalid, "'secret' exceeds the maximum length of \(Self.secretLimit) bytes")
            }
        }
        return change
    }
}
