import Core
import Platform

/// The books about messages to webhooks.
struct DeliveryStore {
    let sql: any SQLConnection

    private static let columns = """
        d.id, d.webhook_id, d.event, d.sequence, d.state, d.attempts, d.response_status, d.response_body, d.problem,
        d.created_at, d.attempted_at, d.next_attempt_at
        """

    private static func delivery(_ row: any SQLRow) -> Delivery {
        Delivery(
            id: row.text(0), webhookID: row.text(1), topic: row.text(2), sequence: row.integer(3),
            state: Delivery.State(rawValue: row.text(4)) ?? .pending, attempts: row.int(5),
            responseStatus: row.optionalInteger(6).map { Int($0) }, responseBody: row.optionalText(7),
            problem: row.optionalText(8), created: Timestamp(milliseconds: row.integer(9)),
            attempted: row.optionalInteger(10).map(Timestamp.init(milliseconds:)),
            nextAttempt: row.optionalInteger(11).map(Timestamp.init(milliseconds:)))
    }

    func add(_ id: String, webhook: String, topic: WebhookTopic, sequence: Int64, body: String, now: Timestamp) throws {
        try sql.execute(
            """
            INSERT INTO registry_delivery (id, webhook_id, event, sequence, body, state, attempts, created_at,
                next_attempt_at)
            VALUES (?1, ?2, ?3, ?4, ?5, 'pending', 0, ?6, ?6)
            """,
            [
                .text(id), .text(webhook), .text(topic.name), .integer(sequence), .text(body),
                .integer(now.milliseconds),
            ])
    }

    func delivery(_ id: String) throws -> Delivery? {
        try sql.first(
            "SELECT \(Self.columns) FROM registry_delivery d WHERE d.id = ?1", [.text(id)], Self.delivery)
    }

    func body(_ id: String) throws -> String? {
        try sql.first("SELECT body FROM registry_delivery WHERE id = ?1", [.text(id)]) { $0.text(0) }
    }

    /// The newest first.
    func list(
        webhook: String, state: Delivery.State?, after position: (created: Timestamp, id: String)?, limit: Int
    ) throws -> [Delivery] {
        var conditions = ["d.webhook_id = ?1"]
        var arguments: [SQLValue] = [.text(webhook), .int(limit)]
        if let state {
            arguments.append(.text(state.rawValue))
            conditions.append("d.state = ?\(arguments.count)")
        }
        if let position {
            arguments += [.integer(position.created.milliseconds), .text(position.id)]
            let (created, id) = ("?\(arguments.count - 1)", "?\(arguments.count)")
            conditions.append("(d.created_at < \(created) OR (d.created_at = \(created) AND d.id < \(id)))")
        }
        return try sql.rows(
            """
            SELECT \(Self.columns) FROM registry_delivery d WHERE \(conditions.joined(separator: " AND "))
            ORDER BY d.created_at DESC, d.id DESC LIMIT ?2
            """, arguments, Self.delivery)
    }

    /// Writes down an attempt and what follows from it.
    func settle(_ id: String, _ outcome: JobOutcome, attempt: Int, _ state: JobState, now: Timestamp) throws {
        let (word, next): (Delivery.State, Timestamp?) =
            switch state {
            case .done: (.delivered, nil)
            case .waiting(let until): (.pending, until)
            case .dead: (.failed, nil)
            }
        try sql.execute(
            """
            UPDATE registry_delivery SET state = ?2, attempts = ?3, response_status = ?4, response_body = ?5,
                problem = ?6, attempted_at = ?7, next_attempt_at = ?8
            WHERE id = ?1
            """,
            [
                .text(id), .text(word.rawValue), .int(attempt),
                .optional(outcome.particulars["status"]?.int.map { Int64($0) }),
                .optional(outcome.particulars["body"]?.text), .optional(outcome.problem), .integer(now.milliseconds),
                .optional(next?.milliseconds),
            ])
    }

    /// Makes a delivery wait for an attempt again.
    func reopen(_ id: String, now: Timestamp) throws {
        try sql.execute(
            "UPDATE registry_delivery SET state = 'pending', attempts = 0, next_attempt_at = ?2 WHERE id = ?1",
            [.text(id), .integer(now.milliseconds)])
    }

    /// Deletes deliveries that are over and older than the history goes back, or too many.
    /// - Returns: their identifiers.
    func prune(_ retention: DeliveryRetention, now: Timestamp) throws -> [String] {
        var removed = try sql.rows(
            "DELETE FROM registry_delivery WHERE created_at < ?1 AND state <> 'pending' RETURNING id",
            [.integer(now.milliseconds - retention.age)]
        ) { $0.text(0) }
        let webhooks = try sql.rows("SELECT id FROM registry_webhook") { $0.text(0) }
        for webhook in webhooks {
            removed += try sql.rows(
                """
                DELETE FROM registry_delivery WHERE state <> 'pending' AND id IN (
                    SELECT id FROM registry_delivery WHERE webhook_id = ?1
                    ORDER BY created_at DESC, id DESC LIMIT 1000000 OFFSET ?2)
                RETURNING id
                """, [.text(webhook), .int(retention.perWebhook)]
            ) { $0.text(0) }
        }
        return removed
    }

    /// How the deliveries of webhooks went, of those that are kept.
    func figures(of webhooks: [String]) throws -> [String: DeliveryFigures] {
        var figures: [String: DeliveryFigures] = [:]
        try sql.forEach(in: webhooks.map { .text($0) }) { list, arguments in
            try sql.forEach(
                """
                SELECT webhook_id, state, COUNT(*), MAX(attempted_at) FROM registry_delivery
                WHERE webhook_id IN (\(list)) GROUP BY webhook_id, state
                """, arguments
            ) { row in
                figures[row.text(0), default: DeliveryFigures()].add(
                    Delivery.State(rawValue: row.text(1)) ?? .pending, row.int(2),
                    row.optionalInteger(3).map(Timestamp.init(milliseconds:)))
            }
        }
        return figures
    }

    /// Webhooks with messages that were given up, those with most of them first.
    func failing(limit: Int) throws -> [(webhook: Webhook, figures: DeliveryFigures)] {
        let ids = try sql.rows(
            """
            SELECT webhook_id FROM registry_delivery WHERE state = 'failed' GROUP BY webhook_id
            ORDER BY COUNT(*) DESC, webhook_id LIMIT ?1
            """, [.int(limit)]
        ) { $0.text(0) }
        let figures = try figures(of: ids)
        return try ids.compactMap { id in
            guard let webhook = try WebhookStore(sql: sql).webhook(id), let figures = figures[id] else {
                return nil
            }
            return (webhook, figures)
        }
    }
}

/// How the deliveries of a webhook went.
struct DeliveryFigures: Sendable {
    private(set) var pending = 0
    private(set) var delivered = 0
    /// Given up.
    private(set) var failed = 0
    /// The last try.
    private(set) var attempted: Timestamp?

    mutating func add(_ state: Delivery.State, _ count: Int, _ time: Timestamp?) {
        switch state {
        case .pending: pending += count
        case .delivered: delivered += count
        case .failed: failed += count
        }
        attempted = [attempted, time].compactMap(\.self).max()
    }
}
