import Core
import Platform

/// Changes models and versions, and records each change as an event of the same transaction.
///
/// Every change of a model or of something that belongs to it locks the model's row first: changes of one model follow
/// each other, on however many servers, and numbers, stages and aliases are decided on what is really there.
struct RegistryWriter {
    let transaction: Transaction
    let origin: Origin
    let now: Timestamp
    private let grants: any SubjectGrants

    init(
        _ transaction: Transaction, _ origin: Origin, now: Timestamp, grants: any SubjectGrants = NoSubjectGrants()
    ) {
        self.grants = grants
        self.transaction = transaction
        self.origin = origin
        self.now = now
    }

    var sql: any SQLConnection { transaction.sql }
    var reader: RegistryReader { RegistryReader(transaction.sql) }

    func record(_ kind: String, _ model: RegisteredModel, _ details: KeyValuePairs<String, JSON>) {
        record(kind, EventSubject.model(model.id), model.name, nil, details)
    }

    func record(_ kind: String, _ version: ModelVersion, _ details: KeyValuePairs<String, JSON>) {
        record(kind, EventSubject.version(version.modelID, version.number), version.name, version.number, details)
    }

    private func record(
        _ kind: String, _ subject: String, _ name: String, _ number: Int64?, _ details: KeyValuePairs<String, JSON>
    ) {
        var members = [JSON.Member("name", .string(name))]
        if let number { members.append(JSON.Member("version", .integer(number))) }
        members += details.map { JSON.Member($0.key, $0.value) }
        transaction.record(Event(kind: kind, subject: subject, details: .object(members)), by: origin)
    }

    /// Sets the time of the model's last change.
    func touch(_ model: RegisteredModel) throws {
        try sql.execute(
            "UPDATE registry_model SET updated_at = ?2 WHERE id = ?1",
            [.integer(model.id), .integer(now.milliseconds)])
    }

    /// Compared as bytes: `String ==` takes canonically equivalent texts for the same.
    func isSame(_ left: String?, _ right: String?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    /// A model and a version of it, both for changing.
    func locked(_ name: String, _ number: Int64) throws -> (model: RegisteredModel, version: ModelVersion) {
        try Naming.checkModelName(name)
        guard let model = try reader.model(named: name, locks: true),
            let version = try reader.bareVersion(of: model, number)
        else { throw RegistryReader.noVersion(name, number) }
        return (model, version)
    }
}

// MARK: - Models

extension RegistryWriter {
    /// Whoever makes a model gets no rights over it beyond those they have: to manage it would mean to approve its
    /// versions, and that is for others to do.
    /// - Throws: `conflict` when the name is taken.
    func createModel(_ name: String, description: String?, tags: [Tag]) throws -> ModelOverview {
        try Naming.checkModelName(name)
        for tag in tags { try Naming.checkTag(tag) }
        try Naming.checkDescription(description)
        let id = try sql.first(
            """
            INSERT INTO registry_model (name, description, created_at, updated_at, last_version)
            VALUES (?1, ?2, ?3, ?3, 0) ON CONFLICT DO NOTHING RETURNING id
            """, [.text(name), .optional(description), .integer(now.milliseconds)]
        ) { $0.integer(0) }
        guard let id else {
            throw Failure(.conflict, "Registered Model (name=\(name)) already exists.")
        }
        let model = RegisteredModel(
            id: id, name: name, description: description, created: now, updated: now, lastVersion: 0)
        let tags = Tag.unique(tags)
        try sql.insert(
            into: "registry_model_tag (model_id, key, value)", width: 3,
            values: tags.flatMap { [.integer(id), .text($0.key), .text($0.value)] })
        record(
            EventKind.modelCreated, model,
            [
                "description": .eventText(description), "tags": .eventTags(tags),
                "is_prompt": .bool(Prompts.marks(tags)),
            ])
        return ModelOverview(model: model, tags: tags, aliases: [], latest: [])
    }

    func renameModel(_ name: String, to newName: String) throws -> ModelOverview {
        let model = try reader.requiredModel(named: name, locks: true)
        try Naming.checkModelName(newName)
        if !name.utf8.elementsEqual(newName.utf8) {
            guard try reader.model(named: newName) == nil else {
                throw Failure(.conflict, "Registered Model (name=\(newName)) already exists.")
            }
            record(EventKind.modelRenamed, model, ["new_name": .string(newName)])
            try grants.rename(.registeredModel, from: name, to: newName, by: origin, transaction)
        }
        try sql.execute(
            "UPDATE registry_model SET name = ?2, updated_at = ?3 WHERE id = ?1",
            [.integer(model.id), .text(newName), .integer(now.milliseconds)])
        try sql.execute(
            "UPDATE registry_version SET updated_at = ?2 WHERE model_id = ?1 AND deleted_at IS NULL",
            [.integer(model.id), .integer(now.milliseconds)])
        return try reader.overview(reader.requiredModel(named: newName))
    }

    func updateModel(_ name: String, description: String?) throws -> ModelOverview {
        try Naming.checkDescription(description)
        let model = try reader.requiredModel(named: name, locks: true)
        try sql.execute(
            "UPDATE registry_model SET description = ?2, updated_at = ?3 WHERE id = ?1",
            [.integer(model.id), .optional(description), .integer(now.milliseconds)])
        if !isSame(model.description, description) {
            record(
                EventKind.modelUpdated, model,
                ["description": .record(["old": .eventText(model.description), "new": .eventText(description)])])
        }
        return try reader.overview(reader.requiredModel(named: name))
    }

    /// Deletes a model with its versions, tags and aliases, in whatever stage they are (as MLflow does). Its history
    /// stays.
    func deleteModel(_ name: String) throws {
        let model = try reader.requiredModel(named: name, locks: true)
        let active = try Stage.allCases.filter(\.isActive).flatMap { stage in
            try reader.numbers(of: model, in: stage).map { (stage, $0) }
        }
        let aliases = try reader.overview(model).aliases
        for table in ["registry_alias", "registry_version_tag", "registry_version", "registry_model_tag"] {
            try sql.execute("DELETE FROM \(table) WHERE model_id = ?1", [.integer(model.id)])
        }
        try sql.execute(
            "UPDATE registry_model SET deleted_at = ?2, updated_at = ?2, description = NULL WHERE id = ?1",
            [.integer(model.id), .integer(now.milliseconds)])
        try grants.remove(.registeredModel, named: name, by: origin, transaction)
        record(
            EventKind.modelDeleted, model,
            [
                "last_version": .integer(model.lastVersion),
                "active_versions": .array(
                    active.prefix(100).map { .record(["version": .integer($0.1), "stage": .string($0.0.rawValue)]) }),
                "aliases": .array(
                    aliases.prefix(100).map { .record(["alias": .string($0.name), "version": .integer($0.version)]) }),
            ])
    }

    func setModelTag(_ name: String, _ tag: Tag) throws {
        try Naming.checkTag(tag)
        let model = try reader.requiredModel(named: name, locks: true)
        let old = try sql.first(
            "SELECT value FROM registry_model_tag WHERE model_id = ?1 AND key = ?2",
            [.integer(model.id), .text(tag.key)]
        ) { $0.text(0) }
        if let old, old.utf8.elementsEqual(tag.value.utf8) { return }
        try sql.execute(
            """
            INSERT INTO registry_model_tag (model_id, key, value) VALUES (?1, ?2, ?3)
            ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value
            """, [.integer(model.id), .text(tag.key), .text(tag.value)])
        record(
            EventKind.modelTagSet, model,
            [
                "key": .string(tag.key), "old": .eventText(old), "new": .eventText(tag.value),
                "is_prompt": .bool(try reader.isPrompt(model)),
            ])
    }

    /// Deleting a tag that is not there is no error (as in MLflow).
    func deleteModelTag(_ name: String, _ key: String) throws {
        let model = try reader.requiredModel(named: name, locks: true)
        let isPrompt = try reader.isPrompt(model)
        let old = try sql.first(
            "DELETE FROM registry_model_tag WHERE model_id = ?1 AND key = ?2 RETURNING value",
            [.integer(model.id), .text(key)]
        ) { $0.text(0) }
        guard let old else { return }
        record(
            EventKind.modelTagDeleted, model,
            ["key": .string(key), "old": .eventText(old), "is_prompt": .bool(isPrompt)])
    }
}
