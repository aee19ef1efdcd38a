import MLflow
import Platform

/// Several who keep things in one database, as one.
struct StoreGroup: MigrationStore {
    private let stores: [any MigrationStore]

    init(_ stores: [any MigrationStore]) { self.stores = stores }

    var kinds: [MigrationKind] {
        MigrationKind.allCases.filter { kind in stores.contains { $0.kinds.contains(kind) } }
    }

    /// A kind that nobody keeps is never asked for.
    private func store(_ kind: MigrationKind) -> any MigrationStore {
        stores.first { $0.kinds.contains(kind) } ?? stores[0]
    }

    func tables(of kind: MigrationKind) -> [MigrationTable] { store(kind).tables(of: kind) }

    func select(_ table: MigrationTable, keys: String) -> String { store(table.kind).select(table, keys: keys) }

    func selectKeys(_ kind: MigrationKind) -> String { store(kind).selectKeys(kind) }

    func isPlaceholder(_ kind: MigrationKind, _ key: String, _ sql: any SQLConnection) throws -> Bool {
        try store(kind).isPlaceholder(kind, key, sql)
    }

    func strangers(_ sql: any SQLConnection) throws -> [(what: String, count: Int64)] {
        try stores.flatMap { try $0.strangers(sql) }
    }

    func writer(_ kind: MigrationKind, _ transaction: Transaction) throws -> any MigrationWriter {
        try store(kind).writer(kind, transaction)
    }
}
