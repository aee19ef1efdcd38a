import Core
import Platform

/// What a purge leaves to be worked off, by itself or by the server that comes after it.
extension Retention {
    /// Tables whose rows belong to a run by its number, with the rest of their primary keys.
    private static let partsOfRuns = [
        (table: "tracking_metric", key: "key, time, step, value, is_nan"), (table: "tracking_latest", key: "key"),
        (table: "tracking_parameter", key: "key"), (table: "tracking_tag", key: "key"),
    ]

    /// Removes what purged runs had logged, and datasets that no run has any more.
    static func removeLeftovers(_ database: Database) async throws(Failure) {
        while try await !database.write({ try removePartsOfRuns($0.sql) }) {}
        while try await database.write({ try removeDatasets($0.sql) }) == datasetsAtOnce {}
    }

    /// - Returns: whether nothing is left.
    private static func removePartsOfRuns(_ sql: any SQLConnection) throws -> Bool {
        var room = rowsAtOnce
        while room > 0 {
            let next = try sql.first("SELECT run FROM tracking_purged_run ORDER BY run LIMIT 1") { $0.integer(0) }
            guard let run = next.map(SQLValue.integer) else { return true }
            for (table, key) in partsOfRuns where room > 0 {
                room -= try sql.execute(
                    """
                    DELETE FROM \(table) WHERE run = ?1
                    AND (\(key)) IN (SELECT \(key) FROM \(table) WHERE run = ?1 ORDER BY \(key) LIMIT ?2)
                    """, [run, .int(room)])
            }
            if room > 0 { try sql.execute("DELETE FROM tracking_purged_run WHERE run = ?1", [run]) }
            room -= 1
        }
        return false
    }

    private static let datasetsAtOnce = 1000

    private static func removeDatasets(_ sql: any SQLConnection) throws -> Int {
        try sql.execute(
            """
            DELETE FROM tracking_dataset WHERE id IN (
                SELECT d.id FROM tracking_dataset d
                WHERE NOT EXISTS (SELECT 1 FROM tracking_dataset_input i WHERE i.dataset = d.id)
                ORDER BY d.id LIMIT ?1)
            """, [.int(datasetsAtOnce)])
    }
}

// MARK: - Artifacts

extension Retention {
    /// Works off the list of artifacts to remove. An entry leaves the list after its artifacts are gone, so removing
    /// may be tried again and must not mind that nothing is there. One that cannot be removed holds up no other.
    /// - Parameter remove: removes everything below a `mlflow-artifacts:/` URI, or only a folder that is empty.
    static func removeArtifacts(
        _ database: Database, _ remove: @Sendable (_ uri: String, _ isOnlyIfEmpty: Bool) async throws -> Void
    ) async throws(Failure) -> RemovalReport {
        var report = RemovalReport()
        var last: Int64 = 0
        while true {
            let after = last
            let entries = try await database.read { try ArtifactRemovals($0).entries(after: after, limit: batch) }
            guard let end = entries.last else { return report }
            for entry in entries {
                do {
                    try await remove(entry.location, entry.isOnlyIfEmpty)
                } catch {
                    let problem = (error as? Failure)?.message ?? String(describing: type(of: error))
                    report.failed += 1
                    report.problem = report.problem ?? "\(entry.location): \(problem)"
                    try await database.write { try ArtifactRemovals($0.sql).fail(entry, problem) }
                    continue
                }
                report.removed += 1
                try await database.write { try ArtifactRemovals($0.sql).settle(entry) }
            }
            last = end.id
        }
    }
}
