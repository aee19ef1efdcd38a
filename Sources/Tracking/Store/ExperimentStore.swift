import Core
package import Platform

/// Experiments in the database.
package struct ExperimentStore {
    let sql: any SQLConnection

    package init(_ sql: any SQLConnection) { self.sql = sql }

    static let columns = "id, name, location, created_at, updated_at, deleted_at"

    /// The experiment, deleted or not, without its tags.
    package func find(_ id: Int64) throws -> Experiment? {
        try sql.first("SELECT \(Self.columns) FROM tracking_experiment WHERE id = ?1", [.integer(id)], Self.experiment)
    }

    package func find(name: String) throws -> Experiment? {
        try sql.first(
            "SELECT \(Self.columns) FROM tracking_experiment WHERE name = ?1", [.text(name)], Self.experiment)
    }

    /// The experiment, held against other writers.
    /// - Throws: `notFound`.
    func held(_ id: Int64) throws -> Experiment { try required(id, sql.dialect.forUpdate) }

    /// The experiment, if something may be added to it; it stays so until the transaction ends. Many may add to it at
    /// once, and none of them may change the experiment's own row.
    /// - Throws: `notFound`; `invalid` when it is deleted.
    package func active(_ id: Int64) throws -> Experiment { try Self.active(required(id, sql.dialect.forShare)) }

    /// The experiment, held against other writers, if it may be changed.
    /// - Throws: `notFound`; `invalid` when it is deleted.
    func changeable(_ id: Int64) throws -> Experiment { try Self.active(held(id)) }

    private static func active(_ experiment: Experiment) throws -> Experiment {
        guard !experiment.isDeleted else { throw Failure.inactiveExperiment(experiment.id) }
        return experiment
    }

    private func required(_ id: Int64, _ lock: String) throws -> Experiment {
        let select = "SELECT \(Self.columns) FROM tracking_experiment WHERE id = ?1"
        guard let experiment = try sql.first(select + lock, [.integer(id)], Self.experiment) else {
            throw Failure.noExperiment(String(id))
        }
        return experiment
    }

    static func experiment(_ row: any SQLRow) -> Experiment {
        Experiment(
            id: row.integer(0), name: row.text(1), location: row.text(2),
            createdAt: Timestamp(milliseconds: row.integer(3)), updatedAt: Timestamp(milliseconds: row.integer(4)),
            isDeleted: !row.isNull(5))
    }

    package func tags(of id: Int64) throws -> [KeyValue] {
        try sql.rows(
            "SELECT key, value FROM tracking_experiment_tag WHERE experiment = ?1 ORDER BY key", [.integer(id)]
        ) { KeyValue($0.text(0), $0.text(1)) }
    }
}

// MARK: - Changes

extension ExperimentStore {
    /// - Parameter location: nil for this server's own artifacts.
    /// - Throws: `conflict` when the name is taken, also by a deleted experiment.
    static func create(
        name: String, location: String?, tags: [KeyValue], _ transaction: Transaction, now: Timestamp, by origin: Origin
    ) throws -> Int64 {
        let sql = transaction.sql
        try ExperimentStore(sql).refuse(name: name, unlessOf: nil)
        let inserted = try sql.first(
            """
            INSERT INTO tracking_experiment (name, location, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
            ON CONFLICT (name) DO NOTHING RETURNING id
            """, [.text(name), .text(location ?? ""), .integer(now.milliseconds)], { $0.integer(0) })
        guard let id = inserted else { throw nameTaken(name) }
        if location == nil {
            try sql.execute(
                "UPDATE tracking_experiment SET location = ?2 WHERE id = ?1",
                [.integer(id), .text(ArtifactLocation.standard(for: id))])
        }
        try sql.insert(
            into: "tracking_experiment_tag (experiment, key, value)", width: 3,
            values: tags.flatMap { [.integer(id), .text($0.key), .text($0.value)] })
        transaction.record(
            Event(
                "tracking.experiment-created", subject(id), ["name": .string(name), "location": .optional(location)]),
            by: origin)
        return id
    }

    /// - Throws: `conflict` when another experiment has the name; `invalid` for a deleted experiment.
    static func rename(
        _ id: Int64, to name: String, _ transaction: Transaction, now: Timestamp, by origin: Origin
    ) throws {
        let store = ExperimentStore(transaction.sql)
        let experiment = try store.held(id)
        guard !experiment.isDeleted else { throw Failure(.invalid, "Cannot rename a non-active experiment.") }
        try store.refuse(name: name, unlessOf: id)
        try transaction.sql.execute(
            "UPDATE tracking_experiment SET name = ?2, updated_at = ?3 WHERE id = ?1",
            [.integer(id), .text(name), .integer(now.milliseconds)])
        transaction.record(
            Event(
                "tracking.experiment-renamed", subject(id),
                ["name": .string(name), "old_name": .string(experiment.name)]), by: origin)
    }

    private func refuse(name: String, unlessOf id: Int64?) throws {
        let owner = try sql.first(
            "SELECT id FROM tracking_experiment WHERE name = ?1", [.text(name)], { $0.integer(0) })
        guard owner == nil || owner == id else { throw Self.nameTaken(name) }
    }

    private static func nameTaken(_ name: String) -> Failure {
        Failure(.conflict, "Experiment(name=\(name)) already exists.")
    }

    /// Marks the experiment and its active runs as deleted.
    static func delete(_ id: Int64, _ transaction: Transaction, now: Timestamp, by origin: Origin) throws {
        let experiment = try ExperimentStore(transaction.sql).held(id)
        guard !experiment.isDeleted else { throw Failure.noExperiment(String(id)) }
        let arguments: [SQLValue] = [.integer(id), .integer(now.milliseconds)]
        try transaction.sql.execute(
            "UPDATE tracking_experiment SET deleted_at = ?2, updated_at = ?2 WHERE id = ?1", arguments)
        let runs = try transaction.sql.execute(
            "UPDATE tracking_run SET is_deleted = 1, deleted_at = ?2 WHERE experiment = ?1 AND is_deleted = 0",
            arguments)
        transaction.record(
            Event(
                "tracking.experiment-deleted", subject(id),
                ["name": .string(experiment.name), "runs": .int(runs)]), by: origin)
    }

    /// Makes the experiment and all its deleted runs active again.
    static func restore(_ id: Int64, _ transaction: Transaction, now: Timestamp, by origin: Origin) throws {
        let experiment = try ExperimentStore(transaction.sql).held(id)
        guard experiment.isDeleted else { throw Failure.noExperiment(String(id)) }
        let isGoing = try transaction.sql.first(
            "SELECT is_going FROM tracking_experiment WHERE id = ?1", [.integer(id)], { $0.flag(0) })
        guard isGoing != true else {
            throw Failure(.notFound, "The experiment \(id) is being removed for good and cannot be restored.")
        }
        try transaction.sql.execute(
            "UPDATE tracking_experiment SET deleted_at = NULL, updated_at = ?2 WHERE id = ?1",
            [.integer(id), .integer(now.milliseconds)])
        let runs = try transaction.sql.execute(
            "UPDATE tracking_run SET is_deleted = 0, deleted_at = NULL WHERE experiment = ?1 AND is_deleted = 1",
            [.integer(id)])
        transaction.record(
            Event(
                "tracking.experiment-restored", subject(id),
                ["name": .string(experiment.name), "runs": .int(runs)]), by: origin)
    }

    static func setTag(
        _ id: Int64, _ tag: KeyValue, _ transaction: Transaction, now: Timestamp, by origin: Origin
    ) throws {
        _ = try ExperimentStore(transaction.sql).changeable(id)
        let old = try transaction.sql.first(
            "SELECT value FROM tracking_experiment_tag WHERE experiment = ?1 AND key = ?2",
            [.integer(id), .text(tag.key)]
        ) { $0.text(0) }
        try transaction.sql.execute(
            """
            INSERT INTO tracking_experiment_tag (experiment, key, value) VALUES (?1, ?2, ?3)
            ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value
            """, [.integer(id), .text(tag.key), .text(tag.value)])
        try touch(id, transaction, now)
        if let old, old.utf8.elementsEqual(tag.value.utf8) { return }
        transaction.record(
            Event(
                "tracking.experiment-tag-set", subject(id),
                ["key": .string(tag.key), "old": .eventText(old), "new": .eventText(tag.value)]), by: origin)
    }

    static func deleteTag(
        _ id: Int64, _ key: String, _ transaction: Transaction, now: Timestamp, by origin: Origin
    ) throws {
        _ = try ExperimentStore(transaction.sql).changeable(id)
        let old = try transaction.sql.first(
            "DELETE FROM tracking_experiment_tag WHERE experiment = ?1 AND key = ?2 RETURNING value",
            [.integer(id), .text(key)]
        ) { $0.text(0) }
        guard let old else { throw Failure(.notFound, "No tag with name: \(key) in experiment with id \(id)") }
        try touch(id, transaction, now)
        transaction.record(
            Event("tracking.experiment-tag-deleted", subject(id), ["key": .string(key), "old": .eventText(old)]),
            by: origin)
    }

    private static func touch(_ id: Int64, _ transaction: Transaction, _ now: Timestamp) throws {
        try transaction.sql.execute(
            "UPDATE tracking_experiment SET updated_at = ?2 WHERE id = ?1", [.integer(id), .integer(now.milliseconds)])
    }

    static func subject(_ id: Int64) -> String { Event.subject("experiment", String(id)) }
}
