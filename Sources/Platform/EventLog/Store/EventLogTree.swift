package import Core

/// What the log proves about itself, read from its stored subtrees.
package struct EventLogTree {
    private let sql: any SQLConnection
    package let frontier: MerkleFrontier

    package init(_ sql: any SQLConnection) throws {
        self.sql = sql
        frontier = try EventLog.frontier(sql)
    }

    package var size: Int64 { frontier.size }

    /// The signed statement of how long the log is and what its root is (C2SP tlog-checkpoint).
    package func checkpoint(_ key: SigningKey) throws(Failure) -> SignedNote {
        try key.sign(Checkpoint(origin: key.name, size: size, root: frontier.root).text)
    }

    /// - Throws: `invalid` unless `0 <= index < size <= the log's size`.
    package func inclusionProof(of index: Int64, in size: Int64) throws -> [MerkleHash] {
        try check(size)
        return try hashes(MerkleProofPlan.inclusion(of: index, in: size))
    }

    /// - Throws: `invalid` unless `0 <= old <= new <= the log's size`.
    package func consistencyProof(from old: Int64, to new: Int64) throws -> [MerkleHash] {
        try check(new)
        return try hashes(MerkleProofPlan.consistency(from: old, to: new))
    }

    /// The bytes of a tile (C2SP tlog-tiles), of hashes or of entries.
    /// - Throws: `notFound` when the log has no such tile yet.
    package func tile(_ path: TilePath) throws -> [UInt8] {
        guard path.exists(in: size) else { throw Failure(.notFound, "\(path): the log has no such tile yet") }
        if case .entries = path.content { return try EntryBundle.bytes(of: entries(path.entries)) }
        guard let first = path.firstPosition else { throw Failure(.notFound, "\(path): there is no such tile") }
        var bytes: [UInt8] = []
        try sql.forEach(
            "SELECT hash FROM eventlog_node WHERE level = ?1 AND position >= ?2 AND position < ?3 ORDER BY position",
            [.int(first.level), .integer(first.index), .integer(first.index + Int64(path.width))]
        ) { bytes += $0.bytes(0) }
        return try HashTile(path: path, bytes: bytes).bytes
    }

    /// The entries themselves, as they were hashed.
    package func entries(_ range: Range<Int64>) throws -> [[UInt8]] {
        try sql.rows(
            "SELECT entry FROM eventlog_entry WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence",
            [.integer(range.lowerBound), .integer(range.upperBound)]
        ) { Array($0.text(0).utf8) }
    }

    private func check(_ size: Int64) throws(Failure) {
        guard size <= self.size else {
            throw Failure(.invalid, "the log has \(self.size) entries, not \(size)")
        }
    }

    private func hashes(_ plan: MerkleProofPlan) throws -> [MerkleHash] {
        try plan.hashes { position throws(any Error) in
            let hash = try sql.first(
                "SELECT hash FROM eventlog_node WHERE level = ?1 AND position = ?2",
                [.int(position.level), .integer(position.index)]
            ) { MerkleHash($0.bytes(0)) }
            guard let hash = hash ?? nil else {
                throw SQLError.corrupt(cause: "eventlog_node lacks \(position.level)/\(position.index)")
            }
            return hash
        }
    }
}
