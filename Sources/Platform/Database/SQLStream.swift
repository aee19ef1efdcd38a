/// Answers that are larger than memory.
extension SQLConnection {
    /// Rows that are fetched at once where the driver holds answers as a whole.
    private static var pieceSize: Int { 4096 }

    /// As `forEach`, for answers of any length. PostgreSQL's are fetched through a cursor, so this needs a transaction;
    /// `body` must not run statements on this connection.
    /// - Parameter cursor: a name for the cursor; each statement needs its own, and one is open at a time.
    package func stream(
        _ sql: String, _ arguments: [SQLValue], cursor: String, _ body: (any SQLRow) throws -> Void
    ) throws {
        guard dialect == .postgresql else { return try forEach(sql, arguments, body) }
        try execute("DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)", arguments)
        let fetch = "FETCH \(Self.pieceSize) FROM \(cursor)"
        while true {
            var rows = 0
            try forEach(fetch) { row in
                rows += 1
                try body(row)
            }
            if rows < Self.pieceSize { break }
        }
        try execute("CLOSE \(cursor)")
    }
}
