import Core
import Platform

/// What is known of an artifact besides its bytes.
struct ArtifactRecord: Sendable {
    let size: Int64
    /// 64 hexadecimal digits.
    let sha256: String
}

/// The digests of artifacts in the database.
///
/// A file and its record cannot become durable together, so the order decides what a crash may leave: a record that
/// stands there goes first, then the file appears, then comes its new record, all while no other upload of this path is
/// at that point (`ArtifactLocks`). A crash leaves a whole file, the old or the new one, without a record; never one
/// with a wrong record. A record that is missing is made again when the file is next read.
struct ArtifactRecordStore {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    func find(_ path: ArtifactPath) throws -> ArtifactRecord? {
        try sql.first("SELECT size, sha256 FROM tracking_artifact WHERE path = ?1", [.text(path.text)]) {
            ArtifactRecord(size: $0.integer(0), sha256: $0.text(1))
        }
    }

    func save(_ artifact: StoredArtifact, now: Timestamp, by principal: Principal) throws {
        try sql.execute(
            """
            INSERT INTO tracking_artifact (path, size, sha256, created_at, created_by) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (path) DO UPDATE SET size = excluded.size, sha256 = excluded.sha256,
                created_at = excluded.created_at, created_by = excluded.created_by
            """,
            [
                .text(artifact.path.text), .integer(artifact.size), .text(artifact.sha256), .integer(now.milliseconds),
                .text(principal.name),
            ])
    }

    /// Forgets the file at a path and all that stood below it.
    func forget(_ path: ArtifactPath) throws {
        // "0" follows "/" in ASCII: the range holds exactly what begins with the path and a slash.
        try sql.execute(
            "DELETE FROM tracking_artifact WHERE path = ?1 OR (path > ?2 AND path < ?3)",
            [.text(path.text), .text(path.text + "/"), .text(path.text + "0")])
    }
}

/// Lets one upload of a path at a time put its file and its record in place.
actor ArtifactLocks {
    private var waiting: [ArtifactPath: [CheckedContinuation<Void, Never>]] = [:]

    func withLock<Value: Sendable>(
        _ path: ArtifactPath, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        await acquire(path)
        defer { release(path) }
        return try await body()
    }

    private func acquire(_ path: ArtifactPath) async {
        guard waiting[path] != nil else {
            waiting[path] = []
            return
        }
        await withCheckedContinuation { waiting[path]?.append($0) }
    }

    /// Hands the lock to the one that waits longest.
    private func release(_ path: ArtifactPath) {
        guard waiting[path]?.isEmpty == false else {
            waiting[path] = nil
            return
        }
        waiting[path]?.removeFirst().resume()
    }
}
