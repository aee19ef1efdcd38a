import Core
import Platform

/// Reads models and versions. Works in a read as well as in a write.
struct RegistryReader {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    // MARK: Models

    static let modelColumns = "m.id, m.name, m.description, m.created_at, m.updated_at, m.last_version"

    static func model(_ row: any SQLRow) -> RegisteredModel {
        RegisteredModel(
            id: row.integer(0), name: row.text(1), description: row.optionalText(2),
            created: Timestamp(milliseconds: row.integer(3)), updated: Timestamp(milliseconds: row.integer(4)),
            lastVersion: row.integer(5))
    }

    /// - Parameter locks: other writers wait until this transaction ends; whoever changes anything of a model asks so.
    func model(named name: String, locks: Bool = false) throws -> RegisteredModel? {
        try sql.first(
            """
            SELECT \(Self.modelColumns) FROM registry_model m
            WHERE m.name = ?1 AND m.deleted_at IS NULL\(locks ? sql.dialect.forUpdate : "")
            """, [.text(name)], Self.model)
    }

    /// - Throws: `notFound` when there is no such model.
    func requiredModel(named name: String, locks: Bool = false) throws -> RegisteredModel {
        try Naming.checkModelName(name)
        guard let model = try model(named: name, locks: locks) else {
            throw Self.noModel(name)
        }
        return model
    }

    static func noModel(_ name: String) -> Failure {
        Failure(.notFound, "Registered Model with name=\(name) not found")
    }

    /// Names of models that may be read, those that were changed last.
    func names(_ rights: Rights, limit: Int) throws -> [String] {
        var parameters = SQLParameters()
        let readable = RightsCondition(.registeredModel, name: "m.name", sql.dialect)
        let test = readable.sql(rights, bind: { parameters.add($0) }).map { " AND \($0)" } ?? ""
        return try sql.rows(
            """
            SELECT m.name FROM registry_model m WHERE m.deleted_at IS NULL\(test)
            ORDER BY m.updated_at DESC, m.id DESC LIMIT \(parameters.add(.int(limit)))
            """, parameters.values
        ) { $0.text(0) }
    }

    /// A model as the history knows it: the present one of that name, or else the one deleted last.
    func formerModel(named name: String) throws -> (model: RegisteredModel, deleted: Timestamp?)? {
        if let model = try model(named: name) { return (model, nil) }
        return try sql.first(
            """
            SELECT \(Self.modelColumns), m.deleted_at FROM registry_model m
            WHERE m.name = ?1 AND m.deleted_at IS NOT NULL ORDER BY m.deleted_at DESC, m.id DESC LIMIT 1
            """, [.text(name)]
        ) { (Self.model($0), Timestamp(milliseconds: $0.integer(6))) }
    }

    func formerModel(id: Int64) throws -> (model: RegisteredModel, deleted: Timestamp?)? {
        try sql.first(
            "SELECT \(Self.modelColumns), m.deleted_at FROM registry_model m WHERE m.id = ?1", [.integer(id)]
        ) { (Self.model($0), $0.optionalInteger(6).map(Timestamp.init(milliseconds:))) }
    }

    func overviews(_ models: [RegisteredModel]) throws -> [ModelOverview] {
        var overviews = models.map { ModelOverview(model: $0, tags: [], aliases: [], latest: []) }
        let places = Dictionary(uniqueKeysWithValues: models.enumerated().map { ($0.element.id, $0.offset) })
        let ids = models.map(\.id)
        try sql.forEach(in: ids) { list, arguments in
            try sql.forEach(
                """
                SELECT model_id, key, value FROM registry_model_tag WHERE model_id IN (\(list))
                ORDER BY model_id, key
                """, arguments
            ) { row in
                if let place = places[row.integer(0)] {
                    overviews[place].tags.append(Tag(key: row.text(1), value: row.text(2)))
                }
            }
            try sql.forEach(
                "SELECT model_id, name, number FROM registry_alias WHERE model_id IN (\(list)) ORDER BY model_id, name",
                arguments
            ) { row in
                if let place = places[row.integer(0)] {
                    overviews[place].aliases.append(Alias(name: row.text(1), version: row.integer(2)))
                }
            }
        }
        for version in try latestVersions(of: ids) {
            if let place = places[version.modelID] { overviews[place].latest.append(version) }
        }
        return overviews
    }

    func overview(_ model: RegisteredModel) throws -> ModelOverview { try overviews([model])[0] }

    func isPrompt(_ model: RegisteredModel) throws -> Bool {
        let value = try sql.first(
            "SELECT value FROM registry_model_tag WHERE model_id = ?1 AND key = ?2",
            [.integer(model.id), .text(Prompts.tag)]
        ) { $0.text(0) }
        return value?.lowercased() == "true"
    }

    // MARK: Versions

    static let versionColumns = """
        v.model_id, m.name, v.number, v.created_at, v.updated_at, v.stage, v.description, v.source, v.location,
        v.run_id, v.run_link, v.logged_model_id, v.author
        """

    static func version(_ row: any SQLRow) -> ModelVersion {
        ModelVersion(
            modelID: row.integer(0), name: row.text(1), number: row.integer(2),
            created: Timestamp(milliseconds: row.integer(3)), updated: Timestamp(milliseconds: row.integer(4)),
            stage: Stage(rawValue: row.text(5)) ?? .none, description: row.optionalText(6), source: row.text(7),
            location: row.text(8), runID: row.text(9), runLink: row.text(10), loggedModelID: row.text(11),
            author: row.text(12))
    }

    /// Without tags and aliases.
    func bareVersion(of model: RegisteredModel, _ number: Int64) throws -> ModelVersion? {
        try sql.first(
            """
            SELECT \(Self.versionColumns) FROM registry_version v JOIN registry_model m ON m.id = v.model_id
            WHERE v.model_id = ?1 AND v.number = ?2 AND v.deleted_at IS NULL
            """, [.integer(model.id), .integer(number)], Self.version)
    }

    func version(of model: RegisteredModel, _ number: Int64) throws -> ModelVersion? {
        guard let version = try bareVersion(of: model, number) else { return nil }
        return try withTagsAndAliases([version])[0]
    }

    /// - Throws: `notFound` when there is no such version, or no such model.
    func requiredVersion(of name: String, _ number: Int64) throws -> ModelVersion {
        try Naming.checkModelName(name)
        guard let model = try model(named: name), let version = try version(of: model, number) else {
            throw Self.noVersion(name, number)
        }
        return version
    }

    static func noVersion(_ name: String, _ number: Int64) -> Failure {
        Failure(.notFound, "Model Version (name=\(name), version=\(number)) not found")
    }

    /// - Throws: `invalid` when the alias is unknown; MLflow's clients rely on that.
    func requiredVersion(of model: RegisteredModel, alias: String) throws -> ModelVersion {
        let number: Int64? =
            if alias.lowercased() == "latest" {
                try latestNumber(of: model)
            } else {
                try sql.first(
                    "SELECT number FROM registry_alias WHERE model_id = ?1 AND name = ?2",
                    [.integer(model.id), .text(alias)]
                ) { $0.integer(0) }
            }
        guard let number, let version = try version(of: model, number) else {
            throw Failure(.invalid, "Registered model alias \(alias) not found.")
        }
        return version
    }

    func latestNumber(of model: RegisteredModel) throws -> Int64? {
        try sql.first(
            """
            SELECT number FROM registry_version WHERE model_id = ?1 AND deleted_at IS NULL
            ORDER BY number DESC LIMIT 1
            """, [.integer(model.id)]
        ) { $0.integer(0) }
    }

    /// The newest version of each stage, by model and by the first version of the stage, as MLflow lists them.
    func latestVersions(of models: [Int64]) throws -> [ModelVersion] {
        var versions: [ModelVersion] = []
        try sql.forEach(in: models) { list, arguments in
            versions += try sql.rows(
                """
                SELECT \(Self.versionColumns) FROM registry_version v
                JOIN registry_model m ON m.id = v.model_id
                JOIN (SELECT model_id, MAX(number) AS number, MIN(number) AS oldest FROM registry_version
                    WHERE model_id IN (\(list)) AND deleted_at IS NULL GROUP BY model_id, stage) newest
                ON newest.model_id = v.model_id AND newest.number = v.number
                ORDER BY v.model_id, newest.oldest
                """, arguments, Self.version)
        }
        return try withTagsAndAliases(versions)
    }

    /// Versions below a number, the newest first.
    func versions(of model: RegisteredModel, before number: Int64, limit: Int) throws -> [ModelVersion] {
        try withTagsAndAliases(
            sql.rows(
                """
                SELECT \(Self.versionColumns) FROM registry_version v JOIN registry_model m ON m.id = v.model_id
                WHERE v.model_id = ?1 AND v.number < ?2 AND v.deleted_at IS NULL ORDER BY v.number DESC LIMIT ?3
                """, [.integer(model.id), .integer(number), .int(limit)], Self.version))
    }

    /// The versions that are in a stage now.
    func numbers(of model: RegisteredModel, in stage: Stage) throws -> [Int64] {
        try sql.rows(
            """
            SELECT number FROM registry_version WHERE model_id = ?1 AND stage = ?2 AND deleted_at IS NULL
            ORDER BY number
            """, [.integer(model.id), .text(stage.rawValue)]
        ) { $0.integer(0) }
    }

    /// Adds what is kept in other tables, with few statements however many versions there are. Only their own rows are
    /// read: other versions of the same models may have many.
    func withTagsAndAliases(_ bare: [ModelVersion]) throws -> [ModelVersion] {
        var versions = bare
        var places: [VersionKey: Int] = [:]
        places.reserveCapacity(bare.count)
        for (place, version) in bare.enumerated() {
            places[VersionKey(model: version.modelID, number: version.number)] = place
        }
        try forEach(of: bare) { wanted, arguments in
            try sql.forEach(
                """
                SELECT t.model_id, t.number, t.key, t.value FROM (\(wanted)) w CROSS JOIN registry_version_tag t
                WHERE t.model_id = w.column1 AND t.number = w.column2 ORDER BY t.model_id, t.number, t.key
                """, arguments
            ) { row in
                if let place = places[VersionKey(model: row.integer(0), number: row.integer(1))] {
                    versions[place].tags.append(Tag(key: row.text(2), value: row.text(3)))
                }
            }
            try sql.forEach(
                """
                SELECT a.model_id, a.number, a.name FROM (\(wanted)) w CROSS JOIN registry_alias a
                WHERE a.model_id = w.column1 AND a.number = w.column2 ORDER BY a.model_id, a.number, a.name
                """, arguments
            ) { row in
                if let place = places[VersionKey(model: row.integer(0), number: row.integer(1))] {
                    versions[place].aliases.append(row.text(2))
                }
            }
        }
        return versions
    }

    /// Calls `body` with tables of two columns that hold all the versions between them, as models and numbers. There
    /// are few lengths of tables; one that is not full ends with versions that no model has.
    private func forEach(
        of versions: [ModelVersion], _ body: (_ table: String, _ arguments: [SQLValue]) throws -> Void
    ) throws {
        var rest = versions[...]
        while !rest.isEmpty {
            let size = [1, 8, 64, 512].first { $0 >= rest.count } ?? 512
            let part = rest.prefix(size)
            let rows = (0..<size).map { "(CAST(?\(2 * $0 + 1) AS BIGINT), CAST(?\(2 * $0 + 2) AS BIGINT))" }
            let arguments = part.flatMap { [SQLValue.integer($0.modelID), .integer($0.number)] }
            let filling = Array(repeating: SQLValue.integer(0), count: 2 * (size - part.count))
            try body("VALUES \(rows.joined(separator: ","))", arguments + filling)
            rest = rest.dropFirst(size)
        }
    }
}

private struct VersionKey: Hashable {
    let model: Int64
    let number: Int64
}
