package import Core
package import Platform

/// One side of a migration: somebody who keeps some kinds of things in a database. MLflow's database is one, and each
/// domain is one for what it keeps.
package protocol MigrationStore: Sendable {
    /// What it keeps.
    var kinds: [MigrationKind] { get }

    /// The tables of a kind that it has.
    func tables(of kind: MigrationKind) -> [MigrationTable]

    /// A statement that answers the rows of a table, in the columns of `MigrationTable`, that belong to given things.
    /// - Parameter keys: the parameters that stand for the keys, for `IN`.
    func select(_ table: MigrationTable, keys: String) -> String

    /// A statement that answers the keys of all things of a kind that come after `?1`, in order, `?2` at most.
    func selectKeys(_ kind: MigrationKind) -> String

    /// Whether a thing is only there because every database is made with it, and gives way to one that is brought.
    func isPlaceholder(_ kind: MigrationKind, _ key: String, _ sql: any SQLConnection) throws -> Bool

    /// What it keeps that MLflow's database has no place for, by what people call it.
    func strangers(_ sql: any SQLConnection) throws -> [(what: String, count: Int64)]

    /// Takes the rows of some new things in a transaction.
    func writer(_ kind: MigrationKind, _ transaction: Transaction) throws -> any MigrationWriter
}

extension MigrationStore {
    package func tables(of kind: MigrationKind) -> [MigrationTable] { kind.tables }

    package func isPlaceholder(_ kind: MigrationKind, _ key: String, _ sql: any SQLConnection) throws -> Bool { false }

    package func strangers(_ sql: any SQLConnection) throws -> [(what: String, count: Int64)] { [] }
}

/// Writes some things of one kind. It is given the rows of the kind's tables in the order of the tables, a table in one
/// or more pieces.
package protocol MigrationWriter: AnyObject {
    func write(_ rows: MigrationRows) throws

    /// Everything was given. Records what an audit should know of it.
    func finish(_ batch: MigrationBatch) throws
}

/// What one transaction of an import has written.
package struct MigrationBatch: Sendable {
    package let kind: MigrationKind
    /// The digest of all rows of each thing, by its key.
    package let digests: [(key: String, digest: RowSetDigest)]
    package let origin: Origin
    /// Names the import, in subjects of events.
    package let importID: String

    package init(
        kind: MigrationKind, digests: [(key: String, digest: RowSetDigest)], origin: Origin, importID: String
    ) {
        self.kind = kind
        self.digests = digests
        self.origin = origin
        self.importID = importID
    }

    /// The digest of all of it.
    package var digest: RowSetDigest {
        digests.reduce(into: RowSetDigest()) { $0.add($1.digest) }
    }
}

/// Rows of one table, one after the other.
package struct MigrationRows: Sendable {
    package let table: MigrationTable
    package private(set) var values: [SQLValue] = []
    private let width: Int

    package init(_ table: MigrationTable) {
        self.table = table
        width = table.columns.count
    }

    package var count: Int { values.count / width }
    package var isEmpty: Bool { values.isEmpty }

    package subscript(_ row: Int) -> ArraySlice<SQLValue> { values[(row * width)..<((row + 1) * width)] }

    package mutating func append(_ row: some Collection<SQLValue>) { values.append(contentsOf: row) }

    package mutating func removeAll() { values.removeAll(keepingCapacity: true) }

    /// Hands over the rows, each with a way to look at its columns.
    package func forEach(_ body: (MigrationRow) throws -> Void) rethrows {
        for row in 0..<count { try body(MigrationRow(values: self[row])) }
    }
}

/// One row. A column that is not of the type asked for reads as empty or zero.
package struct MigrationRow {
    package let values: ArraySlice<SQLValue>

    package init(values: ArraySlice<SQLValue>) { self.values = values }

    package subscript(_ column: Int) -> SQLValue { values[values.startIndex + column] }

    package func text(_ column: Int) -> String {
        if case .text(let text) = self[column] { text } else { "" }
    }

    package func integer(_ column: Int) -> Int64 {
        if case .integer(let number) = self[column] { number } else { 0 }
    }

    /// The key as a text.
    package var key: String {
        switch self[0] {
        case .text(let text): text
        case .integer(let number): String(number)
        default: ""
        }
    }
}

/// The key of a thing, equal to another only byte by byte: names from outside may be canonically equivalent and differ.
package struct MigrationKey: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension MigrationKind {
    /// A key as databases take it.
    package func parameter(_ key: String) -> SQLValue {
        hasNumericKey ? .integer(Int64(key) ?? .min) : .text(key)
    }
}
