import Synchronization

/// One connection of a driver, used by one thread at a time.
package protocol SQLConnection: AnyObject {
    var dialect: SQLDialect { get }

    /// Runs a statement and hands over its rows one by one. Throws `SQLError`, or what `body` throws.
    func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (any SQLRow) throws -> Void) throws

    /// Runs a statement that answers no rows.
    /// - Returns: how many rows it inserted, changed or deleted.
    @discardableResult
    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int

    /// Inserts many rows with few statements.
    /// - Parameters:
    ///   - table: the table with its columns: `tracking_tag (run, key, value)`.
    ///   - suffix: what follows the values, without parameters, such as `ON CONFLICT DO NOTHING`. Rows that `DO UPDATE`
    ///     would bring together are an error.
    ///   - values: the rows one after the other; their number is a multiple of `width`.
    /// - Returns: how many rows were inserted or changed.
    @discardableResult
    func insert(into table: String, width: Int, suffix: String, values: [SQLValue]) throws -> Int

    /// Runs several statements separated by semicolons, without parameters: migrations.
    func run(script: String) throws

    func begin(_ kind: TransactionKind) throws
    /// Begins a transaction of several writes. It waits until no other one of several writes holds any of `keys`, and
    /// holds them to its end. Keys are taken in one order everywhere, so that these transactions, which would otherwise
    /// lock rows in any order, do not wait for each other in a circle. For other locks it waits but shortly.
    /// - Throws: `locked` when a key is held for too long.
    func beginGroup(holding keys: Set<Int64>) throws
    /// From now on the transaction of a group waits for locks as long as any: it takes the last one of all.
    func waitPatiently() throws
    /// When this returns, what was written is on stable storage.
    func commit() throws
    func rollback() throws
    func setSavepoint() throws
    func releaseSavepoint() throws
    func rollBackToSavepoint() throws
}

package enum TransactionKind: Sendable {
    case reading
    case writing
}

extension SQLConnection {
    package func forEach(_ sql: String, _ body: (any SQLRow) throws -> Void) throws { try forEach(sql, [], body) }

    package func rows<Element>(
        _ sql: String, _ arguments: [SQLValue] = [], _ element: (any SQLRow) throws -> Element
    ) throws -> [Element] {
        var elements: [Element] = []
        try forEach(sql, arguments) { elements.append(try element($0)) }
        return elements
    }

    /// The first row, if there is one. Write `LIMIT 1` where there may be many.
    package func first<Element>(
        _ sql: String, _ arguments: [SQLValue] = [], _ element: (any SQLRow) throws -> Element
    ) throws -> Element? {
        var found: Element?
        try forEach(sql, arguments) { if found == nil { found = try element($0) } }
        return found
    }

    @discardableResult
    package func execute(_ sql: String) throws -> Int { try execute(sql, []) }

    /// Calls `body` with lists of parameters, for `IN`, that hold all `keys` between them. There are few lengths of
    /// lists, so that few statements are prepared and kept; the last key fills up the rest of a list.
    package func forEach(
        in keys: [SQLValue], _ body: (_ list: String, _ arguments: [SQLValue]) throws -> Void
    ) throws {
        var rest = keys[...]
        while let last = rest.last {
            let size = [1, 8, 64, 512].first { $0 >= rest.count } ?? 512
            let part = rest.prefix(size)
            let padded = Array(part) + Array(repeating: part.last ?? last, count: size - part.count)
            try body(SQLDialect.parameters(size), padded)
            rest = rest.dropFirst(size)
        }
    }

    package func forEach(
        in keys: [Int64], _ body: (_ list: String, _ arguments: [SQLValue]) throws -> Void
    ) throws {
        try forEach(in: keys.map(SQLValue.integer), body)
    }

    @discardableResult
    package func insert(into table: String, width: Int, values: [SQLValue]) throws -> Int {
        try insert(into: table, width: width, suffix: "", values: values)
    }

    @discardableResult
    package func insert(into table: String, width: Int, suffix: String, values: [SQLValue]) throws -> Int {
        try insertAsLists(into: table, width: width, suffix: suffix, values: values)
    }

    /// Inserts with statements that list the rows.
    func insertAsLists(into table: String, width: Int, suffix: String, values: [SQLValue]) throws -> Int {
        precondition(width > 0 && values.count.isMultiple(of: width))
        var changed = 0
        var position = 0
        let total = values.count / width
        // Few sizes, so that few statements are prepared and kept. 512 rows of up to 16 columns stay below what either
        // database takes in one statement.
        for size in [512, 64, 8, 1] {
            guard total - position >= size else { continue }
            let sql = InsertStatements.text(table, width: width, suffix: suffix, rows: size)
            while total - position >= size {
                let isAll = size == total
                changed += try execute(
                    sql, isAll ? values : Array(values[(position * width)..<((position + size) * width)]))
                position += size
            }
        }
        return changed
    }
}

/// The statements of `insert`, which are long; there are as many as places in the code that insert.
enum InsertStatements {
    private struct Key: Hashable {
        let table: String
        let suffix: String
        let width: Int
        let rows: Int
    }

    private static let known = Mutex<[Key: String]>([:])

    static func text(_ table: String, width: Int, suffix: String, rows: Int) -> String {
        let key = Key(table: table, suffix: suffix, width: width, rows: rows)
        if let text = known.withLock({ $0[key] }) { return text }
        let groups = (0..<rows).map { row in
            "(" + (1...width).map { "?\(row * width + $0)" }.joined(separator: ",") + ")"
        }
        let text = "INSERT INTO \(table) VALUES \(groups.joined(separator: ",")) \(suffix)"
        known.withLock { $0[key] = text }
        return text
    }
}
