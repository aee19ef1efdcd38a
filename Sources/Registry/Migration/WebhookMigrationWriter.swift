import Core
import MLflow
import Platform

/// Writes migrated webhooks. Their secrets cannot be read from MLflow's database, which has them encrypted, so a
/// webhook that had one is to come as disabled: nobody would accept its messages.
final class WebhookMigrationWriter: MigrationWriter {
    private let transaction: Transaction
    private var webhooks: [(id: String, name: String, status: String)] = []

    init(_ transaction: Transaction) { self.transaction = transaction }

    /// What MLflow can be told of. Of anything else it says that it is no such event, and lists no webhook at all.
    private static let topics = WebhookTopic.all.filter(\.isMLflow)
    private static let isMLflow = "event IN (\(topics.map { "'\($0.name)'" }.joined(separator: ", ")))"

    /// Topics are kept by their name, `model_version.created`.
    static func selectEvents(_ keys: String) -> String {
        let cases = topics.map { "WHEN '\($0.name)' THEN" }
        let entities = zip(cases, topics).map { "\($0) '\($1.entity)'" }.joined(separator: " ")
        let actions = zip(cases, topics).map { "\($0) '\($1.action)'" }.joined(separator: " ")
        return """
            SELECT webhook_id, CASE event \(entities) ELSE event END, CASE event \(actions) ELSE '' END
            FROM registry_webhook_event WHERE webhook_id IN (\(keys)) AND \(isMLflow)
            """
    }

    /// Of webhooks that MLflow can have: it has none without an event.
    static let selectKeys = """
        SELECT w.id FROM registry_webhook w WHERE w.id > ?1 AND EXISTS (SELECT 1 FROM registry_webhook_event
        WHERE webhook_id = w.id AND \(isMLflow)) ORDER BY w.id LIMIT ?2
        """

    static func strangers(_ sql: any SQLConnection) throws -> [(what: String, count: Int64)] {
        let events = try sql.first("SELECT count(*) FROM registry_webhook_event WHERE NOT \(isMLflow)") {
            $0.integer(0)
        }
        let count = events ?? 0
        return count > 0 ? [("events of webhooks that MLflow does not have, such as changes of stages", count)] : []
    }

    func write(_ rows: MigrationRows) throws {
        guard rows.table == .webhooks else {
            var values: [SQLValue] = []
            rows.forEach { values += [.text("\($0.text(1)).\($0.text(2))"), $0[0]] }
            try transaction.sql.insert(
                into: "registry_webhook_event (event, webhook_id)", width: 2, values: values)
            return
        }
        rows.forEach { webhooks.append(($0.text(0), $0.text(1), $0.text(4))) }
        try transaction.sql.insert(
            into: "registry_webhook (id, name, description, url, status, created_at, updated_at)", width: 7,
            values: rows.values)
    }

    func finish(_ batch: MigrationBatch) throws {
        for webhook in webhooks {
            transaction.record(
                Event(
                    EventKind.webhookImported, EventSubject.webhook(webhook.id),
                    [
                        "name": .string(webhook.name), "status": .string(webhook.status),
                        "import": .string(batch.importID),
                    ]), by: batch.origin)
        }
    }
}
