package import MLflow
package import Platform

/// What this domain gives to a migration and takes from one: registered models with their versions, and webhooks.
package struct RegistryMigration: MigrationStore {
    private let sources: any ModelSources

    /// - Parameter sources: where registered models come from; what is written of versions is asked there.
    package init(sources: any ModelSources) { self.sources = sources }

    package let kinds: [MigrationKind] = [.registeredModel, .webhook]

    package func writer(_ kind: MigrationKind, _ transaction: Transaction) -> any MigrationWriter {
        kind == .webhook
            ? WebhookMigrationWriter(transaction) : ModelMigrationWriter(transaction, sources)
    }

    package func selectKeys(_ kind: MigrationKind) -> String {
        kind == .webhook
            ? WebhookMigrationWriter.selectKeys
            : """
            SELECT name FROM registry_model WHERE deleted_at IS NULL AND name > ?1 ORDER BY name LIMIT ?2
            """
    }

    package func strangers(_ sql: any SQLConnection) throws -> [(what: String, count: Int64)] {
        try WebhookMigrationWriter.strangers(sql)
    }

    package func select(_ table: MigrationTable, keys: String) -> String {
        func part(_ columns: String, _ source: String) -> String {
            """
            SELECT m.name, \(columns) FROM registry_model m JOIN \(source) p ON p.model_id = m.id
            WHERE m.name IN (\(keys)) AND m.deleted_at IS NULL
            """
        }
        return switch table {
        case .registeredModelTags: part("p.key, p.value", "registry_model_tag")
        // Of a deleted version its number is left, and when it was deleted.
        case .versions:
            part(
                """
                p.number, p.created_at, p.updated_at, p.description,
                CASE WHEN p.deleted_at IS NULL THEN p.author ELSE '' END,
                CASE WHEN p.deleted_at IS NULL THEN p.stage ELSE '\(MigrationTable.deletedStage)' END,
                p.source, p.location, p.run_id, p.run_link
                """, "registry_version")
        case .versionTags: part("p.number, p.key, p.value", "registry_version_tag")
        case .aliases: part("p.name, p.number", "registry_alias")
        // Secrets do not travel, and without its secret nobody accepts the messages of a webhook.
        case .webhooks:
            """
            SELECT id, name, description, url, CASE WHEN secret <> '' THEN 'DISABLED' ELSE status END, created_at,
                updated_at
            FROM registry_webhook WHERE id IN (\(keys))
            """
        case .webhookEvents: WebhookMigrationWriter.selectEvents(keys)
        default:
            """
            SELECT name, created_at, updated_at, description FROM registry_model
            WHERE name IN (\(keys)) AND deleted_at IS NULL
            """
        }
    }
}
