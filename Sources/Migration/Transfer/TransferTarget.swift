import Core
import MLflow
import Platform

/// The side that is written to. In a dry run there may be none yet.
final class TransferTarget {
    let store: any MigrationStore
    private let session: DatabaseSession?

    /// - Parameter session: nil when there is no database yet: everything is new then.
    init(_ store: any MigrationStore, _ session: DatabaseSession?) {
        self.store = store
        self.session = session
    }

    /// Those of the keys that are there.
    func existing(_ kind: MigrationKind, _ keys: [String]) throws(Failure) -> Set<MigrationKey> {
        var found: Set<MigrationKey> = []
        try forEach(kind, keys, tables: [kind.tables[0]]) { _, key, _ in found.insert(MigrationKey(key)) }
        return found
    }

    /// Reads back what is there. What is damaged on this side is passed over, so that its digest differs.
    func forEach(
        _ kind: MigrationKind, _ keys: [String], tables: [MigrationTable]? = nil,
        _ body: (MigrationTable, String, [SQLValue]) throws -> Void
    ) throws(Failure) {
        guard let session, !keys.isEmpty else { return }
        try session.read { sql in
            let reader = RowReader(store: store, sql: sql)
            for table in tables ?? store.tables(of: kind) {
                try reader.forEach(table, of: keys, { try body(table, $0, $1) }, problem: { _ in })
            }
        }
    }

    /// All rows of a table that is small.
    func rows(_ table: MigrationTable) throws(Failure) -> [MigrationRow] {
        guard let session else { return [] }
        return try session.read { sql in
            let reader = RowReader(store: store, sql: sql)
            var rows: [MigrationRow] = []
            var after: SQLValue?
            while true {
                let page = try reader.keys(table.kind, after: after, limit: 512) { _ in }
                try reader.forEach(
                    table, of: page.keys, { rows.append(MigrationRow(values: $1[...])) }, problem: { _ in })
                if page.count < 512 { return rows }
                after = page.last
            }
        }
    }

    func isPlaceholder(_ kind: MigrationKind, _ key: String) throws(Failure) -> Bool {
        guard let session else { return false }
        return try session.read { [store] in try store.isPlaceholder(kind, key, $0) }
    }

    func write<Value>(
        _ kind: MigrationKind, _ body: (any MigrationWriter) throws -> Value
    ) throws(Failure) -> Value {
        guard let session else { throw Failure(.bug, "there is no database to write to") }
        return try session.write { [store] in try body(store.writer(kind, $0)) }
    }

    /// Records an event of the migration as a whole.
    func record(_ event: Event, by origin: Origin) throws(Failure) {
        try session?.write { $0.record(event, by: origin) }
    }
}
