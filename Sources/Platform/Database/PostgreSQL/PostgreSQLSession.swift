import CPostgres
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A connection to the server in libpq's pipeline mode: commands are queued and go out together, so that `BEGIN`,
/// `SAVEPOINT` and the statement after them cost one round trip instead of three.
final class PostgreSQLSession {
    private let connection: OpaquePointer
    /// Batches that were sent and whose answers nobody waits for.
    private var unanswered = 0
    /// False once the server is gone; nothing more can be sent.
    private(set) var isUsable = true

    /// - Throws: `unavailable` when there is no connection; `Failure` when the server cannot keep the promises.
    init(_ address: PostgreSQLAddress, _ timeouts: PostgreSQLDriver.Timeouts) throws {
        connection = try Self.connect(address)
        // Notices (such as "already exists, skipping") would go to standard error.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        try PostgreSQLSetup.apply(timeouts) { try simpleQuery($0) }
        guard PQenterPipelineMode(connection) == 1 else { throw lost() }
        for command in PostgreSQLCommand.allCases { try queuePrepare(command.rawValue, command.sql(timeouts), []) }
        _ = try exchange()
    }

    deinit { PQfinish(connection) }

    /// The state as of the last answer that was read.
    var isTransactionFailed: Bool { PQtransactionStatus(connection) == PQTRANS_INERROR }

    // MARK: Connecting

    private static func connect(_ address: PostgreSQLAddress) throws -> OpaquePointer {
        // What stands before `dbname` can be overridden by the address, what stands after it cannot.
        let parameters = [
            ("application_name", "steward"), ("connect_timeout", "5"), ("keepalives", "1"), ("keepalives_idle", "30"),
            ("keepalives_interval", "10"), ("keepalives_count", "3"), ("tcp_user_timeout", "60000"),
            ("target_session_attrs", "read-write"), ("dbname", address.uri), ("client_encoding", "UTF8"),
        ]
        let keywords = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        let connection = PQconnectdbParams(
            keywords.map { UnsafePointer<CChar>($0) } + [nil], values.map { UnsafePointer<CChar>($0) } + [nil], 1)
        guard let connection else { throw SQLError.unavailable(cause: "no memory for a connection") }
        guard PQstatus(connection) == CONNECTION_OK else {
            let reason = message(of: connection)
            PQfinish(connection)
            throw SQLError.unavailable(cause: reason)
        }
        return connection
    }

    private static func message(of connection: OpaquePointer) -> String {
        String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(separator: "; ")
    }

    // MARK: Queueing

    func queuePrepare(_ name: String, _ sql: String, _ types: [Oid]) throws {
        try check(PQsendPrepare(connection, name, sql, Int32(types.count), types))
    }

    func queueDescribe(_ name: String) throws { try check(PQsendDescribePrepared(connection, name)) }

    func queue(_ command: PostgreSQLCommand) throws { try queue(command.rawValue, nil) }

    /// Runs a prepared statement; its answer comes in binary form.
    func queue(_ name: String, _ parameters: PostgreSQLParameters?) throws {
        guard let parameters, parameters.count > 0 else {
            try check(PQsendQueryPrepared(connection, name, 0, nil, nil, nil, 1))
            return
        }
        try parameters.withPointers { values, lengths, formats in
            try check(
                PQsendQueryPrepared(connection, name, Int32(parameters.count), values, lengths, formats, 1))
        }
    }

    private func check(_ sent: Int32) throws {
        guard sent == 1 else { throw lost() }
    }

    // MARK: Answers

    /// Sends what is queued and waits for all of it.
    /// - Returns: the answer to the last command that was queued; the caller clears it.
    /// - Throws: the first error. The commands after it were not run.
    func exchange() throws -> PostgreSQLResult {
        try check(PQpipelineSync(connection))
        while unanswered > 0 {
            unanswered -= 1
            _ = try? answers()
            guard isUsable else { throw lost() }
        }
        guard let last = try answers() else { throw SQLError.statement(cause: "nothing was sent") }
        return last
    }

    /// Sends what is queued; the answers are read, and dropped, before those of the next batch.
    func dispatch() throws {
        try check(PQpipelineSync(connection))
        unanswered += 1
    }

    /// Runs statements in the simple protocol, which takes several at once.
    func script(_ sql: String) throws {
        while unanswered > 0 {
            unanswered -= 1
            _ = try? answers()
        }
        guard isUsable, PQexitPipelineMode(connection) == 1 else { throw lost() }
        _ = try simpleQuery(sql)
        guard PQenterPipelineMode(connection) == 1 else { throw lost() }
    }

    private func simpleQuery(_ sql: String) throws -> PostgreSQLResult {
        guard let result = PQexec(connection, sql).map(PostgreSQLResult.init) else { throw lost() }
        switch PQresultStatus(result.pointer) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return result
        default: throw failure(result)
        }
    }

    /// Reads the answers of one batch.
    private func answers() throws -> PostgreSQLResult? {
        var last: PostgreSQLResult?
        var failed: SQLError?
        var ends = 0
        while true {
            // A nil ends the answers to one command. Two of them in a row: the connection is gone.
            guard let result = PQgetResult(connection).map(PostgreSQLResult.init) else {
                ends += 1
                if ends > 1 { throw failed ?? lost() }
                continue
            }
            ends = 0
            switch PQresultStatus(result.pointer) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
            case PGRES_PIPELINE_ABORTED: continue
            case PGRES_PIPELINE_SYNC:
                if let failed { throw failed }
                return last
            default: if failed == nil { failed = failure(result) }
            }
        }
    }

    private func failure(_ result: PostgreSQLResult) -> SQLError {
        let error = PostgreSQLErrors.translate(result)
        if PQstatus(connection) == CONNECTION_BAD { isUsable = false }
        if case .lost = error { isUsable = false }
        if !isUsable, case .statement(let cause) = error { return .lost(cause: cause) }
        return error
    }

    private func lost() -> SQLError {
        isUsable = false
        return .lost(cause: Self.message(of: connection))
    }
}

/// An answer of the server, freed with its last reference.
final class PostgreSQLResult {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    var rows: Int { Int(PQntuples(pointer)) }

    /// Rows that were inserted, changed or deleted.
    var changes: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    /// `COMMIT` or `ROLLBACK`, whichever the server did.
    var command: String { String(cString: PQcmdStatus(pointer)) }
}

/// Statements without parameters that frame transactions. Their texts are also the names they are prepared under.
enum PostgreSQLCommand: String, CaseIterable {
    case beginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    case beginWriting = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    case waitShortly = "SET LOCAL lock_timeout TO short"
    case waitPatiently = "SET LOCAL lock_timeout TO long"
    case commit = "COMMIT"
    case rollback = "ROLLBACK"
    case setSavepoint = "SAVEPOINT member"
    case releaseSavepoint = "RELEASE SAVEPOINT member"
    case rollBackToSavepoint = "ROLLBACK TO SAVEPOINT member"
    // Around the preparation of a statement, which may fail and be tried in another way.
    case setAttempt = "SAVEPOINT attempt"
    case releaseAttempt = "RELEASE SAVEPOINT attempt"
    case rollBackAttempt = "ROLLBACK TO SAVEPOINT attempt"

    func sql(_ timeouts: PostgreSQLDriver.Timeouts) -> String {
        switch self {
        case .waitShortly: "SET LOCAL lock_timeout = \(timeouts.groupLock)"
        case .waitPatiently: "SET LOCAL lock_timeout = \(timeouts.lock)"
        default: rawValue
        }
    }
}
