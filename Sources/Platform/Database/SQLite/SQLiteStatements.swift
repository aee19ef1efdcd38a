import GRDBSQLite

/// The prepared statements of one connection; those not used for longest make room. GRDB's own cache has no bound, and
/// the texts of searches vary with what is searched for.
///
/// A statement is lent: while it runs, nobody else is given it, so a body that runs the same text again gets one of its
/// own.
final class SQLiteStatements {
    static let capacity = 256

    private struct Kept {
        let statement: OpaquePointer
        var lastUse: Int
    }

    private let database: OpaquePointer
    private var kept: [String: Kept] = [:]
    private var uses = 0

    /// - Parameter database: must be open; statements that outlive it are no harm (`sqlite3_close_v2`).
    init(_ database: OpaquePointer) { self.database = database }

    deinit { for entry in kept.values { sqlite3_finalize(entry.statement) } }

    /// - Returns: nil when SQLite does not take the text; `sqlite3_errmsg` says why.
    func lend(_ sql: String) -> OpaquePointer? {
        if let found = kept.removeValue(forKey: sql) { return found.statement }
        var sql = sql
        var statement: OpaquePointer?
        let code = sql.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_prepare_v3(
                    database, $0.baseAddress, Int32($0.count), UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
            }
        }
        guard code == SQLITE_OK else {
            sqlite3_finalize(statement)
            return nil
        }
        return statement
    }

    /// Ends the statement's run. Its values go, too: they may be a batch of a megabyte.
    func giveBack(_ statement: OpaquePointer, _ sql: String) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        makeRoom()
        uses += 1
        if let other = kept.updateValue(Kept(statement: statement, lastUse: uses), forKey: sql) {
            sqlite3_finalize(other.statement)
        }
    }

    private func makeRoom() {
        guard kept.count >= Self.capacity else { return }
        // A quarter at a time: looking for the oldest costs a walk over all.
        for (sql, entry) in kept.sorted(by: { $0.value.lastUse < $1.value.lastUse }).prefix(Self.capacity / 4) {
            sqlite3_finalize(entry.statement)
            kept[sql] = nil
        }
    }
}
