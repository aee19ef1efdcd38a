import Core
package import Platform

/// Runs in the database: what a run is, not what is logged to it.
package struct RunStore {
    let sql: any SQLConnection

    package init(_ sql: any SQLConnection) { self.sql = sql }

    /// The tag that holds a run's name a second time, as MLflow's clients expect.
    static let nameTag = "mlflow.runName"

    static let columns =
        "r.id, r.run_id, r.experiment, r.name, r.user_id, r.status, r.start_time, r.end_time, r.artifact_uri, "
        + "r.is_deleted"

    private static let byRunID = "SELECT \(columns) FROM tracking_run r WHERE r.run_id = ?1"

    /// The run, deleted or not.
    package func find(_ runID: String) throws -> Run? { try sql.first(Self.byRunID, [.text(runID)], Self.run) }

    /// A look at whether something may be added to the run, which decides nothing: nobody is held off.
    /// - Throws: `notFound`; `invalid` when it is deleted.
    func checkActive(_ runID: String) throws {
        guard let run = try find(runID) else { throw Failure.noRun(runID) }
        guard !run.isDeleted else { throw Failure.inactiveRun(runID) }
    }

    /// The run, held against other writers.
    /// - Throws: `notFound`.
    func held(_ runID: String) throws -> Run {
        guard let run = try sql.first(Self.byRunID + sql.dialect.forUpdate, [.text(runID)], Self.run) else {
            throw Failure.noRun(runID)
        }
        return run
    }

    /// The run, held against other writers, if something may be added to it.
    /// - Throws: `notFound`; `invalid` when it is deleted.
    package func active(_ runID: String) throws -> Run {
        let run = try held(runID)
        guard !run.isDeleted else { throw Failure.inactiveRun(runID) }
        return run
    }

    /// Reads `columns`.
    static func run(_ row: any SQLRow) -> Run {
        Run(
            row: row.integer(0), runID: row.text(1), experiment: row.integer(2), name: row.text(3),
            userID: row.text(4), status: RunStatus(rawValue: row.text(5)) ?? .running, startTime: row.integer(6),
            endTime: row.optionalInteger(7), artifactURI: row.text(8), isDeleted: row.flag(9))
    }
}

// MARK: - Changes

extension RunStore {
    /// What a client says of a new run.
    package struct Draft: Sendable {
        let runID: String
        let experiment: Int64
        let name: String
        let userID: String
        let startTime: Int64

        package init(runID: String, experiment: Int64, name: String, userID: String, startTime: Int64) {
            self.runID = runID
            self.experiment = experiment
            self.name = name
            self.userID = userID
            self.startTime = startTime
        }
    }

    /// - Parameter tags: with the numbers of their keys; the name's tag is among them.
    /// - Throws: `notFound` or `invalid` when the experiment is not there or deleted.
    package static func create(_ draft: Draft, tags: [(key: Int64, value: String)], _ transaction: Transaction) throws
        -> Run
    {
        let sql = transaction.sql
        let experiment = try ExperimentStore(sql).active(draft.experiment)
        let location = experiment.location.hasSuffix("/") ? experiment.location : experiment.location + "/"
        let artifactURI = "\(location)\(draft.runID)/artifacts"
        let row = try sql.first(
            """
            INSERT INTO tracking_run (run_id, experiment, name, user_id, status, start_time, artifact_uri)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id
            """,
            [
                .text(draft.runID), .integer(draft.experiment), .text(draft.name), .text(draft.userID),
                .text(RunStatus.running.rawValue), .integer(draft.startTime), .text(artifactURI),
            ], { $0.integer(0) })
        guard let row else { throw Failure(.bug, "a run was not inserted") }
        try sql.insert(
            into: "tracking_tag (run, key, experiment, value)", width: 4,
            values: tags.flatMap { [.integer(row), .integer($0.key), .integer(draft.experiment), .text($0.value)] })
        return Run(
            row: row, runID: draft.runID, experiment: draft.experiment, name: draft.name, userID: draft.userID,
            status: .running, startTime: draft.startTime, endTime: nil, artifactURI: artifactURI, isDeleted: false)
    }

    /// Changes what is given.
    /// - Parameters:
    ///   - endTime: milliseconds; 0 takes the end away again.
    ///   - nameKey: the number of the key `mlflow.runName`.
    static func update(
        _ runID: String, status: RunStatus?, endTime: Int64?, name: String?, nameKey: Int64, _ transaction: Transaction,
        by origin: Origin
    ) throws -> Run {
        var run = try RunStore(transaction.sql).active(runID)
        let old = run.status
        if let status { run.status = status }
        if let endTime { run.endTime = endTime == 0 ? nil : endTime }
        if let name { run.name = name }
        try transaction.sql.execute(
            "UPDATE tracking_run SET status = ?2, end_time = ?3, name = ?4 WHERE id = ?1",
            [.integer(run.row), .text(run.status.rawValue), .optional(run.endTime), .text(run.name)])
        if let name { try RunLogStore(transaction.sql).set([(nameKey, name)], run) }
        if run.status.isEnd, run.status != old {
            transaction.record(
                Event(
                    "tracking.run-finished", subject(run),
                    ["experiment": .string(String(run.experiment)), "status": .string(run.status.rawValue)]),
                by: origin)
        }
        return run
    }

    static func rename(_ run: Run, _ name: String, _ sql: any SQLConnection) throws {
        try sql.execute("UPDATE tracking_run SET name = ?2 WHERE id = ?1", [.integer(run.row), .text(name)])
    }

    /// Deleting what is deleted changes nothing.
    static func delete(_ runID: String, _ transaction: Transaction, now: Timestamp, by origin: Origin) throws {
        let run = try RunStore(transaction.sql).held(runID)
        guard !run.isDeleted else { return }
        try transaction.sql.execute(
            "UPDATE tracking_run SET is_deleted = 1, deleted_at = ?2 WHERE id = ?1",
            [.integer(run.row), .integer(now.milliseconds)])
        record("tracking.run-deleted", run, transaction, origin)
    }

    /// Restoring what is active changes nothing.
    static func restore(_ runID: String, _ transaction: Transaction, by origin: Origin) throws {
        let run = try RunStore(transaction.sql).held(runID)
        guard run.isDeleted else { return }
        try transaction.sql.execute(
            "UPDATE tracking_run SET is_deleted = 0, deleted_at = NULL WHERE id = ?1", [.integer(run.row)])
        record("tracking.run-restored", run, transaction, origin)
    }

    private static func record(_ kind: String, _ run: Run, _ transaction: Transaction, _ origin: Origin) {
        transaction.record(
            Event(kind, subject(run), ["experiment": .string(String(run.experiment)), "name": .string(run.name)]),
            by: origin)
    }

    static func subject(_ run: Run) -> String { Event.subject("run", run.runID) }
}
