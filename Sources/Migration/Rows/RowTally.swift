import MLflow
import Platform

/// What was read of some things: a digest for each of them, and one for each table.
struct RowTally: Sendable {
    private(set) var tables: [MigrationTable: RowSetDigest] = [:]
    private(set) var things: [String: RowSetDigest] = [:]

    mutating func add(_ table: MigrationTable, _ key: String, _ row: [SQLValue]) {
        var digest = RowSetDigest()
        digest.add(table.rawValue, row[...])
        tables[table, default: RowSetDigest()].add(digest)
        things[key, default: RowSetDigest()].add(digest)
    }

    /// Takes in what another has of its tables; things are forgotten.
    mutating func addTables(_ other: RowTally) {
        for (table, digest) in other.tables { tables[table, default: RowSetDigest()].add(digest) }
    }
}
