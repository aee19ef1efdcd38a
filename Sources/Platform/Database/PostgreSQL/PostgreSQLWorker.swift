/// Keeps a connection for one thread and opens it again when it was lost.
final class PostgreSQLWorker: DatabaseWorker {
    private let address: PostgreSQLAddress
    private let timeouts: PostgreSQLDriver.Timeouts
    private var connection: PostgreSQLConnection?
    /// After a failure to connect: what it was, and until when others are told the same without trying again. Else
    /// every request that waits would spend the whole time limit of a connection attempt.
    private var refusal: (error: any Error, until: ContinuousClock.Instant)?

    init(_ address: PostgreSQLAddress, _ timeouts: PostgreSQLDriver.Timeouts) {
        self.address = address
        self.timeouts = timeouts
    }

    func open() throws { _ = try current() }

    func withConnection<Result>(_ body: (any SQLConnection) throws -> Result) throws -> Result {
        let connection = try current()
        defer {
            // A transaction left open would hold its locks until the thread's next job.
            if !connection.isUsable || connection.isInTransaction { self.connection = nil }
        }
        return try body(connection)
    }

    private func current() throws -> PostgreSQLConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        if let refusal, ContinuousClock.now < refusal.until { throw refusal.error }
        do {
            let opened = PostgreSQLConnection(try PostgreSQLSession(address, timeouts))
            connection = opened
            refusal = nil
            return opened
        } catch {
            refusal = (error, ContinuousClock.now + .milliseconds(500))
            throw error
        }
    }
}
