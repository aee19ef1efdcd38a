import Core
import MLflow
import Platform

/// What a client says about a version to be registered.
struct VersionRequest: Sendable {
    let name: String
    let source: String
    /// nil when not given; empty when given empty.
    let runID: String?
    let loggedModelID: String?
    let runLink: String
    let description: String
    let tags: [Tag]
}

extension RegistryWriter {
    /// Registers a version under the next number.
    func registerVersion(_ request: VersionRequest, _ check: SourceCheck, _ sources: any ModelSources) throws
        -> ModelVersion
    {
        try Naming.checkModelName(request.name)
        for tag in request.tags { try Naming.checkTag(tag) }
        try Naming.checkDescription(request.description)
        for (text, field) in [(request.source, "source"), (request.runLink, "run_link")] {
            try Naming.checkText(text, field)
            guard text.utf8.count <= Self.sourceLimit else {
                throw Failure(.invalid, "'\(field)' exceeds the maximum length of \(Self.sourceLimit) bytes")
            }
        }
        for (text, field, limit) in [
            (request.runID, "run_id", ValidationLimit.runID),
            (request.loggedModelID, "model_id", ValidationLimit.modelID),
        ] {
            guard let text else { continue }
            try Naming.checkText(text, field)
            guard text.unicodeScalars.count <= limit else {
                throw Failure(.invalid, "'\(field)' exceeds the maximum length of \(limit) characters")
            }
        }
        let tags = Tag.unique(request.tags)
        let isPrompt = Prompts.marks(tags)
        // The lock comes before everything that is read: what the source refers to must not change underneath.
        let model = try reader.requiredModel(named: request.name, locks: true)
        let rights = SourceRights(rights: origin.principal.rights, sources: sources, sql: sql)
        let source = try SourceResolution(check: check, sources: sources, reader: reader, rights: rights)
            .resolve(request, isPrompt: isPrompt)
        let number = model.lastVersion + 1
        try sql.execute(
            "UPDATE registry_model SET last_version = ?2, updated_at = ?3 WHERE id = ?1",
            [.integer(model.id), .integer(number), .integer(now.milliseconds)])
        let version = ModelVersion(
            modelID: model.id, name: model.name, number: number, created: now, updated: now, stage: .none,
            description: request.description, source: source.source, location: source.location, runID: source.runID,
            runLink: request.runLink, loggedModelID: source.loggedModelID, author: origin.principal.name, tags: tags)
        try insert(version, folder: VersionUses.folder(ofVersionAt: version.location, sources, sql))
        if !isPrompt, !version.loggedModelID.isEmpty {
            try sources.noteVersion(number, of: model.name, loggedModel: version.loggedModelID, transaction)
        }
        record(
            EventKind.versionRegistered, version,
            [
                "source": .eventText(version.source), "run_id": .eventText(version.runID),
                "model_id": .eventText(version.loggedModelID), "description": .eventText(version.description),
                "tags": .eventTags(tags), "is_prompt": .bool(isPrompt),
            ])
        return version
    }

    /// Bytes of a source or run link.
    private static let sourceLimit = 2048

    private func insert(_ version: ModelVersion, folder: String?) throws {
        try sql.execute(
            """
            INSERT INTO registry_version (model_id, number, stage, created_at, updated_at, description, source,
                location, run_id, run_link, logged_model_id, author, folder)
            VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """,
            [
                .integer(version.modelID), .integer(version.number), .text(version.stage.rawValue),
                .integer(now.milliseconds), .optional(version.description), .text(version.source),
                .text(version.location), .text(version.runID), .text(version.runLink), .text(version.loggedModelID),
                .text(version.author), .optional(folder),
            ])
        try sql.insert(
            into: "registry_version_tag (model_id, number, key, value)", width: 4,
            values: version.tags.flatMap {
                [.integer(version.modelID), .integer(version.number), .text($0.key), .text($0.value)]
            })
    }

    func updateVersion(_ name: String, _ number: Int64, description: String?) throws -> ModelVersion {
        try Naming.checkDescription(description)
        let (model, version) = try locked(name, number)
        try sql.execute(
            "UPDATE registry_version SET description = ?3, updated_at = ?4 WHERE model_id = ?1 AND number = ?2",
            [.integer(model.id), .integer(number), .optional(description), .integer(now.milliseconds)])
        if !isSame(version.description, description) {
            record(
                EventKind.versionUpdated, version,
                ["description": .record(["old": .eventText(version.description), "new": .eventText(description)])])
        }
        return try reader.requiredVersion(of: name, number)
    }

    /// Deletes a version in whatever stage it is (as MLflow does). Its row stays as a tombstone without content, so
    /// that its number is not given out again.
    func deleteVersion(_ name: String, _ number: Int64) throws {
        let (model, version) = try locked(name, number)
        let aliases = try sql.rows(
            "DELETE FROM registry_alias WHERE model_id = ?1 AND number = ?2 RETURNING name",
            [.integer(model.id), .integer(number)]
        ) { $0.text(0) }
        try sql.execute(
            "DELETE FROM registry_version_tag WHERE model_id = ?1 AND number = ?2",
            [.integer(model.id), .integer(number)])
        try sql.execute(
            """
            UPDATE registry_version SET deleted_at = ?3, updated_at = ?3, description = NULL, source = '',
                location = '', run_id = '', run_link = '', logged_model_id = '', folder = NULL
            WHERE model_id = ?1 AND number = ?2
            """, [.integer(model.id), .integer(number), .integer(now.milliseconds)])
        try touch(model)
        record(
            EventKind.versionDeleted, version,
            [
                "stage": .string(version.stage.rawValue), "source": .eventText(version.source),
                "run_id": .eventText(version.runID),
                "aliases": .array(aliases.sorted().prefix(100).map { .string($0) }),
            ])
    }

    /// Gives a version a stage.
    /// - Parameter archivesOthers: whether the other versions in that stage are archived.
    func moveVersion(_ name: String, _ number: Int64, to stage: Stage, archivesOthers: Bool) throws -> ModelVersion {
        let (model, version) = try locked(name, number)
        let others = archivesOthers ? try reader.numbers(of: model, in: stage) : []
        let changes = try StageMachine.move(
            number, from: version.stage, to: stage, archivesOthers: archivesOthers, others: others)
        for change in changes {
            try sql.execute(
                "UPDATE registry_version SET stage = ?3, updated_at = ?4 WHERE model_id = ?1 AND number = ?2",
                [
                    .integer(model.id), .integer(change.version), .text(change.to.rawValue),
                    .integer(now.milliseconds),
                ])
            guard let moved = try reader.bareVersion(of: model, change.version) else { continue }
            let cause: JSON = change.version == number ? .null : .integer(number)
            record(
                EventKind.stageTransitioned, moved,
                ["from": .string(change.from.rawValue), "to": .string(change.to.rawValue), "archived_for": cause])
        }
        if changes.isEmpty {
            try sql.execute(
                "UPDATE registry_version SET updated_at = ?3 WHERE model_id = ?1 AND number = ?2",
                [.integer(model.id), .integer(number), .integer(now.milliseconds)])
        }
        try touch(model)
        return try reader.requiredVersion(of: name, number)
    }

    // MARK: Tags and aliases

    func setVersionTag(_ name: String, _ number: Int64, _ tag: Tag) throws {
        try Naming.checkTag(tag)
        let (model, version) = try locked(name, number)
        let old = try sql.first(
            "SELECT value FROM registry_version_tag WHERE model_id = ?1 AND number = ?2 AND key = ?3",
            [.integer(model.id), .integer(number), .text(tag.key)]
        ) { $0.text(0) }
        if let old, old.utf8.elementsEqual(tag.value.utf8) { return }
        try sql.execute(
            """
            INSERT INTO registry_version_tag (model_id, number, key, value) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (model_id, number, key) DO UPDATE SET value = excluded.value
            """, [.integer(model.id), .integer(number), .text(tag.key), .text(tag.value)])
        record(
            EventKind.versionTagSet, version,
            [
                "key": .string(tag.key), "old": .eventText(old), "new": .eventText(tag.value),
                "is_prompt": .bool(try reader.isPrompt(model)),
            ])
    }

    /// Deleting a tag that is not there is no error (as in MLflow).
    func deleteVersionTag(_ name: String, _ number: Int64, _ key: String) throws {
        let (model, version) = try locked(name, number)
        let old = try sql.first(
            "DELETE FROM registry_version_tag WHERE model_id = ?1 AND number = ?2 AND key = ?3 RETURNING value",
            [.integer(model.id), .integer(number), .text(key)]
        ) { $0.text(0) }
        guard let old else { return }
        record(
            EventKind.versionTagDeleted, version,
            ["key": .string(key), "old": .eventText(old), "is_prompt": .bool(try reader.isPrompt(model))])
    }

    /// Points an alias at a version, whichever version it pointed at before.
    func setAlias(_ name: String, _ alias: String, _ number: Int64) throws {
        try Naming.checkModelName(name)
        try Validate.alias(alias)
        let (model, version) = try locked(name, number)
        let old = try sql.first(
            "SELECT number FROM registry_alias WHERE model_id = ?1 AND name = ?2", [.integer(model.id), .text(alias)]
        ) { $0.integer(0) }
        guard old != number else { return }
        try sql.execute(
            """
            INSERT INTO registry_alias (model_id, name, number) VALUES (?1, ?2, ?3)
            ON CONFLICT (model_id, name) DO UPDATE SET number = excluded.number
            """, [.integer(model.id), .text(alias), .integer(number)])
        record(
            EventKind.aliasSet, version,
            [
                "alias": .string(alias), "old": old.map { .integer($0) } ?? .null,
                "is_prompt": .bool(try reader.isPrompt(model)),
            ])
        if let old, let left = try reader.bareVersion(of: model, old) {
            // The version that lost it has that in its history, too.
            record(EventKind.aliasLost, left, ["alias": .string(alias), "moved_to": .integer(number)])
        }
    }

    /// Deleting an alias that is not there is no error (as in MLflow).
    func deleteAlias(_ name: String, _ alias: String) throws {
        let model = try reader.requiredModel(named: name, locks: true)
        let old = try sql.first(
            "DELETE FROM registry_alias WHERE model_id = ?1 AND name = ?2 RETURNING number",
            [.integer(model.id), .text(alias)]
        ) { $0.integer(0) }
        guard let old, let version = try reader.bareVersion(of: model, old) else { return }
        record(
            EventKind.aliasDeleted, version,
            ["alias": .string(alias), "is_prompt": .bool(try reader.isPrompt(model))])
    }
}
