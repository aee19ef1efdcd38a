package import Core

/// PostgreSQL through libpq: several connections that write, several that read.
package struct PostgreSQLDriver: DatabaseDriver {
    /// In milliseconds; 0 is without limit.
    package struct Timeouts: Sendable {
        /// One statement of a request. Scripts (migrations) have no limit.
        package var statement = 30_000
        /// Waiting for another transaction.
        package var lock = 4_000
        /// The same for a group of writes, which is then run again in halves: it holds up all its members, and may be
        /// waiting in a circle, for which PostgreSQL looks only after a second.
        package var groupLock = 200
        /// A transaction whose server process has stopped answering lets go of its locks after this.
        package var idleInTransaction = 60_000

        package init() {}
    }

    package let dialect = SQLDialect.postgresql
    package let writers: Int
    package let readers: Int
    let address: PostgreSQLAddress
    let timeouts: Timeouts

    package init(_ address: PostgreSQLAddress, writers: Int = 4, readers: Int = 4, timeouts: Timeouts = Timeouts()) {
        precondition(writers > 0 && readers > 0)
        self.address = address
        self.writers = writers
        self.readers = readers
        self.timeouts = timeouts
    }

    package func connect(_ kind: TransactionKind) throws -> any DatabaseWorker {
        let worker = PostgreSQLWorker(address, timeouts)
        try worker.open()
        return worker
    }

    /// Connects once and tells a person at a terminal what is wrong.
    /// - Throws: `unavailable` when the server cannot be reached or refuses; `unsupported` when it, or the database, is
    ///   of a kind that cannot keep this server's promises.
    package func check() throws(Failure) {
        do {
            try PostgreSQLWorker(address, timeouts).open()
        } catch let failure as Failure {
            throw failure
        } catch SQLError.unavailable(let cause) {
            throw Failure(
                .unavailable, "cannot use the database \(address): \(cause)",
                hint: "Check that PostgreSQL runs there, the name of the database, the user and the password.")
        } catch {
            throw Failure(any: error)
        }
    }
}
