package import Core

/// The event log: what has happened to governed state, in one order, in a Merkle tree (RFC 9162) whose root is signed.
///
/// An event and the change it tells of commit together. The tree is kept as its complete subtrees, so that appending,
/// proofs and checkpoints cost O(log n) however long the log is.
package struct EventLog: EventRecorder {
    package static let migrations = [
        Migration(
            "platform-001-event-log",
            """
            CREATE TABLE eventlog_head (
                id {integer} PRIMARY KEY, size {integer} NOT NULL, peaks {blob} NOT NULL);
            INSERT INTO eventlog_head (id, size, peaks) VALUES (1, 0, {empty_blob});
            CREATE TABLE eventlog_entry (
                sequence {integer} PRIMARY KEY, time {integer} NOT NULL, kind {text} NOT NULL, subject {text} NOT NULL,
                entry {text} NOT NULL);
            CREATE INDEX eventlog_entry_subject ON eventlog_entry (subject, sequence);
            CREATE INDEX eventlog_entry_kind ON eventlog_entry (kind, sequence);
            CREATE TABLE eventlog_node (
                level {integer} NOT NULL, position {integer} NOT NULL, hash {blob} NOT NULL,
                PRIMARY KEY (level, position)) {clustered};
            CREATE TABLE eventlog_key (id {integer} PRIMARY KEY, verifier {text} NOT NULL);
            """),
        // Of the entry itself and of no column beside it, so that the list by person cannot say anything else than the
        // entries do.
        Migration(
            "platform-005-event-actor",
            "CREATE INDEX eventlog_entry_actor ON eventlog_entry ({entry_actor}, sequence);"),
    ]

    private let now: @Sendable () -> Timestamp
    package let signal: EventSignal

    package init(now: @escaping @Sendable () -> Timestamp, signal: EventSignal = EventSignal()) {
        self.now = now
        self.signal = signal
    }

    package func check(_ event: PendingEvent) throws(Failure) {
        let text = try EventEntry.text(event, sequence: 1 << 53 - 1, time: now())
        guard text.count <= EntryBundle.maximumEntrySize else {
            throw Failure(.invalid, "the event of this change would take \(text.count) bytes of the event log")
        }
    }

    package func append(_ events: [PendingEvent], _ connection: any SQLConnection) throws {
        // The row is locked to the end of the transaction: sequence numbers follow the order of commits.
        var frontier = try Self.frontier(connection, suffix: connection.dialect.forUpdate)
        let time = now()
        var entries: [SQLValue] = []
        var nodes: [SQLValue] = []
        for pending in events {
            let text = try EventEntry.text(pending, sequence: frontier.size, time: time)
            entries += [
                .integer(frontier.size), .integer(time.milliseconds), .text(pending.event.kind),
                .text(EventEntry.subject(pending.event.subject)), .text(String(decoding: text, as: UTF8.self)),
            ]
            for node in frontier.append(MerkleTree.leafHash(text)) {
                nodes += [.int(node.position.level), .integer(node.position.index), .blob(node.hash.bytes)]
            }
        }
        try connection.insert(into: "eventlog_entry (sequence, time, kind, subject, entry)", width: 5, values: entries)
        try connection.insert(into: "eventlog_node (level, position, hash)", width: 3, values: nodes)
        try connection.execute(
            "UPDATE eventlog_head SET size = ?1, peaks = ?2 WHERE id = 1",
            [.integer(frontier.size), .blob(frontier.peaks.flatMap(\.bytes))])
    }

    package func committed() { signal.send() }

    /// The tree as it is in the view of this connection.
    package static func frontier(_ sql: any SQLConnection, suffix: String = "") throws -> MerkleFrontier {
        let head = try sql.first("SELECT size, peaks FROM eventlog_head WHERE id = 1\(suffix)") { row in
            (size: row.integer(0), peaks: row.bytes(1))
        }
        guard let head else { throw SQLError.corrupt(cause: "eventlog_head has no row") }
        let width = MerkleHash.byteCount
        let peaks = stride(from: 0, to: head.peaks.count, by: width).compactMap {
            MerkleHash(head.peaks[$0..<min($0 + width, head.peaks.count)])
        }
        do { return try MerkleFrontier(size: head.size, peaks: peaks) } catch {
            throw SQLError.corrupt(cause: "eventlog_head does not fit its size")
        }
    }

    /// How many events there are.
    package static func size(_ sql: any SQLConnection) throws -> Int64 {
        try sql.first("SELECT size FROM eventlog_head WHERE id = 1") { $0.integer(0) } ?? 0
    }
}
