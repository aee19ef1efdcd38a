import GRDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SQLite through GRDB: one connection that writes, some that read, write-ahead log, every commit flushed.
package struct SQLiteDriver: DatabaseDriver {
    package let dialect = SQLDialect.sqlite
    package let writers = 1
    package let readers: Int
    let path: String

    let readLimit: Duration

    /// - Parameters:
    ///   - path: the database file; it is created when absent. Its folder must exist.
    ///   - readLimit: how long a read may take, as PostgreSQL's `statement_timeout`.
    package init(path: String, readers: Int = 4, readLimit: Duration = .seconds(30)) {
        self.path = path
        self.readers = readers
        self.readLimit = readLimit
    }

    package func connect(_ kind: TransactionKind) throws -> any DatabaseWorker {
        var configuration = Configuration()
        // Another program that holds the lock for longer is told of to the clients (503). A write waits for the group
        // before its own, too, so the answer comes within twice this time.
        configuration.busyMode = .timeout(4)
        configuration.readonly = kind == .reading
        configuration.maximumReaderCount = 1
        configuration.label = "steward"
        // Otherwise GRDB ends the process when one is left open; the worker rolls it back instead.
        configuration.allowsUnsafeTransactions = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try Self.prepare($0, kind) }
            return try SQLiteWorker(queue, readLimit: kind == .reading ? readLimit : nil)
        } catch let error as DatabaseError {
            throw SQLiteConnection.translate(error)
        }
    }

    /// `synchronous` is set after opening and read back: a commit that is not flushed would break the first promise
    /// this server makes.
    private static func prepare(_ database: GRDB.Database, _ kind: TransactionKind) throws {
        if kind == .writing {
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
            guard synchronous == 2, mode == "wal" else {
                throw SQLError.unavailable(cause: "synchronous \(synchronous ?? -1), journal mode \(mode ?? "unknown")")
            }
            // What takes back a statement or a savepoint half done is kept in memory: a batch would make and remove a
            // file for it.
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            // A log that grew under a long read is cut again.
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }
        try database.execute(sql: "PRAGMA case_sensitive_like = ON")
        try database.execute(sql: "PRAGMA foreign_keys = ON")
        try database.execute(sql: "PRAGMA trusted_schema = OFF")
        try database.execute(sql: "PRAGMA cache_size = -\(kind == .writing ? 32768 : 16384)")
    }
}

final class SQLiteWorker: DatabaseWorker {
    private let queue: DatabaseQueue
    private let statements: SQLiteStatements
    /// Reads only: a write is the server's own, and none that is cut off would ever succeed.
    private let deadline: SQLiteDeadline?

    /// - Parameter readLimit: how long one loan may last; nil for no limit.
    init(_ queue: DatabaseQueue, readLimit: Duration?) throws {
        self.queue = queue
        (statements, deadline) = try queue.inDatabase { database in
            guard let connection = database.sqliteConnection else {
                throw SQLError.unavailable(cause: "the connection is closed")
            }
            return (
                SQLiteStatements(connection),
                readLimit.map { SQLiteDeadline(connection, limit: $0) }
            )
        }
    }

    func withConnection<Result>(_ body: (any SQLConnection) throws -> Result) throws -> Result {
        try queue.inDatabase { database in
            deadline?.start()
            defer {
                deadline?.stop()
                if database.isInsideTransaction { try? database.execute(sql: "ROLLBACK") }
            }
            return try body(SQLiteConnection(database, statements))
        }
    }
}
