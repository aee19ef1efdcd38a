package import Core
import MLflow
package import Platform

/// Records the artifacts that a migration has copied.
package struct MigratedArtifacts: MigrationFiles {
    package init() {}

    package func digest(of path: ArtifactPath, size: Int64, _ sql: any SQLConnection) throws -> String? {
        try ArtifactRecordStore(sql).find(path).flatMap { $0.size == size ? $0.sha256 : nil }
    }

    package func record(
        _ file: StoredArtifact, now: Timestamp, by principal: Principal, _ transaction: Transaction
    ) throws {
        try ArtifactRecordStore(transaction.sql).replace(file, now: now, by: principal)
    }
}
