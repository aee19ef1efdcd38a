import GRDBSQLite

/// Ends statements that take too long: SQLite asks it every few thousand steps.
///
/// It belongs to the thread of its connection.
final class SQLiteDeadline {
    private let limit: Duration
    private var end: ContinuousClock.Instant?

    init(_ database: OpaquePointer, limit: Duration) {
        self.limit = limit
        // The connection's owner keeps this object for as long as the connection.
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            database, 20_000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteDeadline>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
            }, context)
    }

    func start() { end = ContinuousClock.now + limit }
    func stop() { end = nil }

    private var isOver: Bool { end.map { ContinuousClock.now >= $0 } ?? false }
}
