import Core
import Platform

/// Logged models in the database, on one connection.
struct LoggedModelStore {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    static let columns =
        "id, model_id, experiment, name, artifact_uri, created_at, updated_at, status, model_type, source_run_id"
    static let columnCount = 10

    /// A model as its row has it, with the number its parts refer to.
    struct Row {
        let id: Int64
        var model: LoggedModel

        init(_ row: any SQLRow) {
            id = row.integer(0)
            model = LoggedModel(
                modelID: row.text(1), experimentID: row.integer(2), name: row.text(3), artifactURI: row.text(4),
                createdAt: Timestamp(milliseconds: row.integer(5)), updatedAt: Timestamp(milliseconds: row.integer(6)),
                status: LoggedModelStatus(rawValue: row.integer(7)) ?? .unspecified, modelType: row.text(8),
                sourceRunID: row.text(9))
        }
    }

    // MARK: - Reading

    /// The model with its parts.
    /// - Throws: `notFound` when there is none or it has been deleted.
    func model(_ modelID: String) throws -> LoggedModel {
        var rows = [try row(modelID)]
        try addParts(to: &rows)
        return rows[0].model
    }

    /// The model without its parts.
    /// - Parameter allowsDeleted: whether a deleted one is found, too.
    /// - Throws: `notFound`.
    func row(_ modelID: String, allowsDeleted: Bool = false) throws -> Row {
        guard let row = try find(modelID, allowsDeleted: allowsDeleted) else { throw Self.notFound(modelID) }
        return row
    }

    /// The model without its parts, held against other writers. Whoever changes a model or a part of it begins here:
    /// changes of one model follow each other.
    /// - Throws: `notFound`.
    func held(_ modelID: String, allowsDeleted: Bool = false) throws -> Row {
        guard let row = try find(modelID, allowsDeleted: allowsDeleted, lock: sql.dialect.forUpdate) else {
            throw Self.notFound(modelID)
        }
        return row
    }

    func find(_ modelID: String, allowsDeleted: Bool = false, lock: String = "") throws -> Row? {
        let alive = allowsDeleted ? "" : " AND deleted_at IS NULL"
        return try sql.first(
            "SELECT \(Self.columns) FROM tracking_logged_model WHERE model_id = ?1\(alive)\(lock)", [.text(modelID)],
            Row.init)
    }

    static func notFound(_ modelID: String) -> Failure {
        Failure(.notFound, "Logged model with ID '\(modelID)' not found.")
    }

    /// Reads parameters, tags and metrics of all the rows with three statements a group.
    func addParts(to rows: inout [Row]) throws {
        let places = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1.id, $0) })
        try sql.forEach(in: rows.map(\.id)) { list, keys in
            try sql.forEach(
                """
                SELECT model, key, value FROM tracking_logged_model_parameter WHERE model IN (\(list))
                ORDER BY model, key
                """, keys
            ) { rows[places[$0.integer(0)]!].model.parameters.append(KeyValue($0.text(1), $0.text(2))) }
            try sql.forEach(
                "SELECT model, key, value FROM tracking_logged_model_tag WHERE model IN (\(list)) ORDER BY model, key",
                keys
            ) { rows[places[$0.integer(0)]!].model.tags.append(KeyValue($0.text(1), $0.text(2))) }
            try sql.forEach(
                """
                SELECT model, key, value, is_nan, time, step, dataset_name, dataset_digest, run_id
                FROM tracking_logged_model_metric WHERE model IN (\(list)) ORDER BY model, key, step, time, value
                """, keys
            ) { row in
                func present(_ column: Int) -> String? {
                    let text = row.text(column)
                    return text.isEmpty ? nil : text
                }
                rows[places[row.integer(0)]!].model.metrics.append(
                    LoggedModelMetric(
                        key: row.text(1), value: row.flag(3) ? .nan : row.real(2), timestamp: row.integer(4),
                        step: row.integer(5), datasetName: present(6), datasetDigest: present(7), runID: present(8)))
            }
        }
    }

    // MARK: - Writing

    /// Stores a new model.
    func insert(_ model: LoggedModel) throws {
        let id = try sql.first(
            """
            INSERT INTO tracking_logged_model
                (model_id, experiment, name, artifact_uri, created_at, updated_at, status, model_type, source_run_id)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id
            """,
            [
                .text(model.modelID), .integer(model.experimentID), .text(model.name), .text(model.artifactURI),
                .integer(model.createdAt.milliseconds), .integer(model.updatedAt.milliseconds),
                .integer(model.status.rawValue), .text(model.modelType), .text(model.sourceRunID),
            ]
        ) { $0.integer(0) }
        guard let id else { throw Failure(.bug, "an insert answered no key") }
        try insert(model.parameters, into: "tracking_logged_model_parameter (model, key, value)", id)
        try insert(model.tags, into: "tracking_logged_model_tag (model, key, value)", id)
    }

    private func insert(_ pairs: [KeyValue], into table: String, _ id: Int64, _ suffix: String = "")
        throws
    {
        try sql.insert(
            into: table, width: 3, suffix: suffix,
            values: pairs.flatMap { [.integer(id), .text($0.key), .text($0.value)] })
    }

    /// - Returns: the status it had before.
    func setStatus(_ status: LoggedModelStatus, of modelID: String, now: Timestamp) throws -> LoggedModelStatus {
        let row = try held(modelID)
        try sql.execute(
            "UPDATE tracking_logged_model SET status = ?2, updated_at = ?3 WHERE id = ?1",
            [.integer(row.id), .integer(status.rawValue), .integer(now.milliseconds)])
        return row.model.status
    }

    /// Marks a model as deleted.
    /// - Returns: false when it had been deleted before.
    /// - Throws: `notFound` when there never was one.
    func delete(_ modelID: String, now: Timestamp) throws -> Bool {
        let row = try held(modelID, allowsDeleted: true)
        return try sql.execute(
            "UPDATE tracking_logged_model SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1 AND deleted_at IS NULL",
            [.integer(row.id), .integer(now.milliseconds)]) > 0
    }

    /// Sets tags; those of other names stay.
    func setTags(_ tags: [KeyValue], of row: Row) throws {
        try insert(
            tags, into: "tracking_logged_model_tag (model, key, value)", row.id,
            "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value")
    }

    func tag(_ key: String, of row: Row) throws -> String? {
        try sql.first(
            "SELECT value FROM tracking_logged_model_tag WHERE model = ?1 AND key = ?2", [.integer(row.id), .text(key)]
        ) { $0.text(0) }
    }

    /// - Throws: `notFound` when the model has no such tag.
    func deleteTag(_ key: String, of modelID: String) throws {
        let row = try held(modelID)
        let deleted = try sql.execute(
            "DELETE FROM tracking_logged_model_tag WHERE model = ?1 AND key = ?2", [.integer(row.id), .text(key)])
        guard deleted > 0 else {
            throw Failure(.notFound, "No tag with key '\(key)' found for model with ID '\(modelID)'.")
        }
    }

    /// Adds parameters. One that is there already must have the same value.
    /// - Throws: `invalid` for another value.
    func addParameters(_ parameters: [KeyValue], to modelID: String) throws {
        let row = try held(modelID)
        for parameter in parameters {
            let (key, value) = (parameter.key, parameter.value)
            let known = try sql.first(
                "SELECT value FROM tracking_logged_model_parameter WHERE model = ?1 AND key = ?2",
                [.integer(row.id), .text(key)]
            ) { $0.text(0) }
            if let known, !known.utf8.elementsEqual(value.utf8) {
                throw Failure(
                    .invalid,
                    "Changing param values is not allowed. Param with key='\(key)' was already logged with "
                        + "value='\(known)' for model ID='\(modelID)'. Attempted logging new value '\(value)'.")
            }
        }
        try insert(
            parameters, into: "tracking_logged_model_parameter (model, key, value)", row.id, "ON CONFLICT DO NOTHING")
    }
}
