package import Core
import GRDB

extension SQLiteDriver {
    /// Pages copied at a time: 16 MiB of the usual size.
    private static let step: CInt = 4096

    /// Copies one moment of the database into a new file, with a connection of its own, while others read and write.
    ///
    /// A read transaction holds the moment, so writers neither wait nor make the copy begin again; the write-ahead log
    /// grows until it is done. The copy is one file without a log beside it. It is not flushed to the disk.
    /// - Parameter progress: called with the share that is copied, in [0, 1].
    /// - Throws: `notFound` when there is no database, `unavailable` when one of the two files cannot be used.
    package func copy(to target: String, progress: @escaping (Double) -> Void) throws(Failure) {
        var reading = Configuration()
        reading.readonly = true
        reading.busyMode = .timeout(4)
        reading.allowsUnsafeTransactions = true
        var writing = Configuration()
        writing.allowsUnsafeTransactions = true
        do {
            guard try FileContents.beginning(of: path, count: 1).count == 1 else {
                throw Failure(.notFound, "\(path): holds no database")
            }
            // SQLite takes an empty file for a new database, and this one is for its owner alone.
            try OutputFile(path: target, mode: 0o600).commit()
            let source = try DatabaseQueue(path: path, configuration: reading)
            let copy = try DatabaseQueue(path: target, configuration: writing)
            defer {
                try? source.close()
                try? copy.close()
            }
            try source.inDatabase { source in
                try source.execute(sql: "BEGIN")
                defer { try? source.execute(sql: "COMMIT") }
                // The moment is that of the first read.
                _ = try Int.fetchOne(source, sql: "SELECT count(*) FROM sqlite_schema")
                try copy.inDatabase { copy in
                    try copy.execute(sql: "PRAGMA synchronous = OFF")
                    try source.backup(to: copy, pagesPerStep: Self.step) { state in
                        let total = max(1, state.totalPageCount)
                        progress(Double(total - state.remainingPageCount) / Double(total))
                    }
                    try copy.execute(sql: "PRAGMA journal_mode = DELETE")
                }
            }
        } catch let failure as Failure {
            throw failure
        } catch let error as DatabaseError {
            throw Failure(
                .unavailable, "the database could not be copied", hint: "Is there space on the disk of the copy?",
                cause: SQLiteConnection.translate(error).failure.cause)
        } catch {
            throw Failure(any: error)
        }
    }
}
