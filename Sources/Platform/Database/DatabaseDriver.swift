/// What the two databases provide: connections. Threads, queues, group commit and the event log stand above, once.
package protocol DatabaseDriver: Sendable {
    var dialect: SQLDialect { get }
    /// How many threads write; 1 where the database takes one writer only.
    var writers: Int { get }
    var readers: Int { get }

    /// Opens a connection for one thread. `writing` connections may write.
    func connect(_ kind: TransactionKind) throws -> any DatabaseWorker
}

/// A connection as one thread keeps it.
package protocol DatabaseWorker: AnyObject {
    /// Lends the connection. A connection that was lost is opened again first.
    func withConnection<Result>(_ body: (any SQLConnection) throws -> Result) throws -> Result
}
