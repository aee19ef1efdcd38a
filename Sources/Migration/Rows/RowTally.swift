import MLflow
import Platform

/// What was read of some things: a digest for each of them, and one for each table.
struct RowTally: Sendable {
    private(set) var tables: [MigrationTable: RowSetDigest] = [:]
    private var things: [MigrationKey: RowSetDigest] = [:]

    mutating func add(_ table: MigrationTable, _ key: String, _ row: [SQLValue]) {
        var digest = RowSetDigest()
        digest.add(table.rawValue, row[...])
        tables[table, default: RowSetDigest()].add(digest)
        things[MigrationKey(key), default: RowSetDigest()].add(digest)
    }

    /// The digest of all rows of a thing.
    func digest(of key: String) -> RowSetDigest { things[MigrationKey(key)] ?? RowSetDigest() }
}
