import Core

extension EventLog {
    /// Computes the tree of a stored log again from its entries.
    /// - Returns: the stored frontier, when it is the one that the entries make.
    /// - Throws: `SQLError.corrupt` when it is not, or an entry is missing.
    package static func check(_ sql: any SQLConnection, progress: (Double) -> Void = { _ in }) throws -> MerkleFrontier
    {
        let stored = try frontier(sql)
        var computed = MerkleFrontier()
        try sql.forEach("SELECT sequence, entry FROM eventlog_entry ORDER BY sequence", []) { row in
            guard row.integer(0) == computed.size else {
                throw SQLError.corrupt(cause: "eventlog_entry lacks \(computed.size)")
            }
            _ = computed.append(MerkleTree.leafHash(row.withText(1) { Array($0) }))
            if computed.size & 0xFFFF == 0 { progress(Double(computed.size) / Double(max(1, stored.size))) }
        }
        guard computed == stored else { throw SQLError.corrupt(cause: "eventlog_head is not that of the entries") }
        return stored
    }
}
