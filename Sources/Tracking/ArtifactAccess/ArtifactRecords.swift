import Core
import Platform

/// What is known of an artifact besides its bytes.
struct ArtifactRecord: Sendable {
    let size: Int64
    /// 64 hexadecimal digits.
    let sha256: String
    /// Nil where it is not known.
    let modified: Timestamp?

    /// Whether this is of a file with that size and time, and not of one that stood there before.
    func describes(size: Int64, modified: Timestamp) -> Bool {
        size == self.size && (self.modified.map { $0 == modified } ?? true)
    }
}

/// The digests of artifacts in the database.
///
/// A file and its record cannot become durable together, so the order decides what a crash may leave: a record that
/// stands there goes first, then the file appears, then comes its new record, all while no other upload of this path is
/// at that point (`ArtifactLocks`). A crash leaves a whole file, the old or the new one, without a record; never one
/// with a wrong record. A record that is missing is made again when the file is next read.
///
/// Another server that shares the folder knows nothing of these locks. So a record counts only for the file with its
/// size and time, and an upload that finds a record where it has just removed one leaves none: somebody else was at
/// work, and which file came last is found out when it is read.
struct ArtifactRecordStore {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    func find(_ path: ArtifactPath) throws -> ArtifactRecord? {
        try sql.first("SELECT size, sha256, modified FROM tracking_artifact WHERE path = ?1", [.text(path.text)]) {
            ArtifactRecord(
                size: $0.integer(0), sha256: $0.text(1),
                modified: $0.optionalInteger(2).map(Timestamp.init(milliseconds:)))
        }
    }

    /// Records a file that was uploaded, whose path was forgotten before. A record that came in between ends up as one
    /// of no file.
    func add(_ artifact: StoredArtifact, now: Timestamp, by principal: Principal) throws {
        try save(artifact, now, principal, known: "size = \(Self.noSize)")
    }

    /// Records a file as it was found, whatever is recorded of its path.
    func replace(_ artifact: StoredArtifact, now: Timestamp, by principal: Principal) throws {
        try save(
            artifact, now, principal,
            known: """
                size = excluded.size, sha256 = excluded.sha256, modified = excluded.modified,
                created_at = excluded.created_at, created_by = excluded.created_by
                """)
    }

    private static let noSize = -1

    private func save(_ artifact: StoredArtifact, _ now: Timestamp, _ principal: Principal, known: String) throws {
        try sql.execute(
            """
            INSERT INTO tracking_artifact (path, size, sha256, modified, created_at, created_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (path) DO UPDATE SET \(known)
            """,
            [
                .text(artifact.path.text), .integer(artifact.size), .text(artifact.sha256),
                .integer(artifact.modified.milliseconds), .integer(now.milliseconds), .text(principal.name),
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
