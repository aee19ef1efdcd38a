import Core
import MLflow
import Platform

/// Writes migrated registered models: their versions keep their numbers, stages and times.
final class ModelMigrationWriter: MigrationWriter {
    private let transaction: Transaction
    private let sources: any ModelSources
    private var models: [MigrationKey: Imported] = [:]
    private var versions: [Version] = []

    /// A model of this transaction.
    private struct Imported {
        let id: Int64
        let description: String?
        let created: Int64
        var aliases: [JSON.Member] = []
        var versions = 0
    }

    private struct Version {
        let model: String
        let number: Int64
        let stage: String
        let details: [JSON.Member]
    }

    init(_ transaction: Transaction, _ sources: any ModelSources) {
        self.transaction = transaction
        self.sources = sources
    }

    private var sql: any SQLConnection { transaction.sql }

    func write(_ rows: MigrationRows) throws {
        switch rows.table {
        case .registeredModels: try rows.forEach(writeModel)
        case .registeredModelTags: try writeParts(rows, into: "registry_model_tag (model_id, key, value)")
        case .versions: try writeVersions(rows)
        case .versionTags: try writeParts(rows, into: "registry_version_tag (model_id, number, key, value)")
        default:
            try writeParts(rows, into: "registry_alias (model_id, name, number)")
            rows.forEach { row in
                models[MigrationKey(row.key)]?.aliases.append(.init(row.text(1), .integer(row.integer(2))))
            }
        }
    }

    private func model(_ row: MigrationRow) throws -> Imported {
        guard let model = models[MigrationKey(row.key)] else {
            throw Failure(.bug, "a part of a registered model that is not being written")
        }
        return model
    }

    private func writeModel(_ row: MigrationRow) throws {
        let id = try sql.first(
            """
            INSERT INTO registry_model (name, created_at, updated_at, description, last_version)
            VALUES (?1, ?2, ?3, ?4, 0) RETURNING id
            """, Array(row.values)
        ) { $0.integer(0) }
        guard let id else { throw Failure(.bug, "an insert answered no key") }
        models[MigrationKey(row.key)] = Imported(
            id: id, description: row[3] == .null ? nil : row.text(3), created: row.integer(1))
    }

    private func writeParts(_ rows: MigrationRows, into table: String) throws {
        var values: [SQLValue] = []
        try rows.forEach { row in
            values.append(.integer(try model(row).id))
            values += row.values.dropFirst()
        }
        try sql.insert(into: table, width: rows.table.columns.count, values: values)
    }

    // MARK: - Versions

    private func writeVersions(_ rows: MigrationRows) throws {
        var values: [SQLValue] = []
        var last: [Int64: Int64] = [:]
        try rows.forEach { row in
            let model = try model(row)
            let isDeleted = row.text(6) == MigrationTable.deletedStage
            let loggedModel = isDeleted ? "" : Self.loggedModel(of: row.text(7))
            let folder =
                isDeleted ? nil : try VersionUses.folder(ofVersionAt: row.text(8), sources, sql)
            values.append(.integer(model.id))
            values += row.values.dropFirst().prefix(5)
            values += [.text(isDeleted ? Stage.none.rawValue : row.text(6))]
            values += row.values.suffix(4)
            values += [.text(loggedModel), .optional(folder), isDeleted ? row[3] : .null]
            last[model.id] = max(last[model.id] ?? 0, row.integer(1))
            if !isDeleted { note(row, loggedModel) }
        }
        try sql.insert(
            into: """
                registry_version (model_id, number, created_at, updated_at, description, author, stage, source,
                location, run_id, run_link, logged_model_id, folder, deleted_at)
                """, width: 14, values: values)
        for (model, number) in last.sorted(by: { $0.key < $1.key }) {
            try sql.execute(
                "UPDATE registry_model SET last_version = ?2 WHERE id = ?1 AND last_version < ?2",
                [.integer(model), .integer(number)])
        }
    }

    /// The logged model a version was made of, if its source says so.
    private static func loggedModel(of source: String) -> String {
        guard let uri = try? SourceURI(source), case .loggedModel(let id)? = ModelReference(uri) else { return "" }
        return id
    }

    private func note(_ row: MigrationRow, _ loggedModel: String) {
        models[MigrationKey(row.key)]?.versions += 1
        versions.append(
            Version(
                model: row.key, number: row.integer(1), stage: row.text(6),
                details: [
                    .init("stage", .string(row.text(6))), .init("source", .eventText(row.text(7))),
                    .init("run_id", .eventText(row.text(9))), .init("model_id", .eventText(loggedModel)),
                    .init("description", .eventText(row[4] == .null ? nil : row.text(4))),
                    .init("author", .eventText(row.text(5))),
                    .init("created_at", .string(Timestamp(milliseconds: row.integer(2)).rfc3339)),
                ]))
    }

    // MARK: - Events

    func finish(_ batch: MigrationBatch) throws {
        for (name, digest) in batch.digests {
            guard let model = models[MigrationKey(name)] else { continue }
            record(
                EventKind.modelImported, EventSubject.model(model.id),
                [
                    .init("name", .string(name)), .init("description", .eventText(model.description)),
                    .init("created_at", .string(Timestamp(milliseconds: model.created).rfc3339)),
                    .init("versions", .int(model.versions)),
                    .init("aliases", .object(Array(model.aliases.prefix(100)))),
                    .init("digest", .string(digest.text)), .init("import", .string(batch.importID)),
                ], batch)
        }
        for version in versions.sorted(by: { ($0.model, $0.number) < ($1.model, $1.number) }) {
            guard let model = models[MigrationKey(version.model)] else { continue }
            record(
                EventKind.versionImported, EventSubject.version(model.id, version.number),
                [.init("name", .string(version.model)), .init("version", .integer(version.number))] + version.details,
                batch)
        }
    }

    private func record(_ kind: String, _ subject: String, _ details: [JSON.Member], _ batch: MigrationBatch) {
        transaction.record(Event(kind: kind, subject: subject, details: .object(details)), by: batch.origin)
    }
}
