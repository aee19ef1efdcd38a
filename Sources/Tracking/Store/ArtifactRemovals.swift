import Core
import Platform

/// The list of artifacts that are to be removed because what they belonged to is gone. Entries are written in the
/// transaction that removes the rows, and worked off afterwards: whenever the server stops, nothing is forgotten and
/// nothing that is still there loses its artifacts.
struct ArtifactRemovals {
    struct Entry: Sendable {
        let id: Int64
        let location: String
        /// Whether this is a folder that goes only when nothing is in it.
        let isOnlyIfEmpty: Bool
    }

    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    static func isOwn(_ location: String) -> Bool { location.utf8.starts(with: "mlflow-artifacts:/".utf8) }

    /// Adds those of the places that this server keeps.
    func add(_ locations: [String], isOnlyIfEmpty: Bool = false, now: Timestamp) throws {
        try sql.insert(
            into: "tracking_artifact_deletion (artifact_uri, requested_at, only_if_empty)", width: 3,
            values: locations.filter(Self.isOwn).flatMap {
                [.text($0), .integer(now.milliseconds), .flag(isOnlyIfEmpty)]
            })
    }

    /// - Parameter id: of the entry before.
    func entries(after id: Int64, limit: Int) throws -> [Entry] {
        try sql.rows(
            """
            SELECT id, artifact_uri, only_if_empty FROM tracking_artifact_deletion WHERE id > ?1 ORDER BY id LIMIT ?2
            """, [.integer(id), .int(limit)]
        ) { Entry(id: $0.integer(0), location: $0.text(1), isOnlyIfEmpty: $0.flag(2)) }
    }

    func settle(_ entry: Entry) throws {
        try sql.execute("DELETE FROM tracking_artifact_deletion WHERE id = ?1", [.integer(entry.id)])
    }

    /// Writes down why an entry could not be worked off; it stays in the list.
    func fail(_ entry: Entry, _ problem: String) throws {
        try sql.execute(
            "UPDATE tracking_artifact_deletion SET attempts = attempts + 1, problem = ?2 WHERE id = ?1",
            [.integer(entry.id), .text(problem)])
    }
}

/// What became of the artifacts that were to be removed.
package struct RemovalReport: Sendable, Equatable {
    /// Places that were removed.
    package var removed = 0
    /// Places that could not be removed; they stay in the list.
    package var failed = 0
    /// The first of them, and why.
    package var problem: String?

    package init() {}
}
