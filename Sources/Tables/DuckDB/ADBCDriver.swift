import CArrow
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A database driver behind the ADBC interface, version 1.0.0, in a library opened at run time. The library stays open
/// for the life of the process.
final class ADBCDriver: @unchecked Sendable {
    /// Filled by the driver once, read only afterwards.
    fileprivate let table: UnsafeMutablePointer<AdbcDriver>
    let library: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - path: of the library, or its name for the dynamic linker.
    ///   - entry: the name of the driver's initialisation function.
    /// - Throws: `.unavailable` with the linker's or the driver's words as cause.
    init(_ path: String, entry: String) throws(Failure) {
        guard let library = dlopen(path, RTLD_LAZY | RTLD_LOCAL) else {
            let cause = dlerror().map { String(cString: $0) } ?? "dlopen"
            throw Failure(.unavailable, "\(path): cannot be loaded", cause: cause)
        }
        guard let symbol = dlsym(library, entry) else {
            throw Failure(.unavailable, "\(path): has no function \(entry), so it is not the library it should be")
        }
        let start = unsafeBitCast(symbol, to: AdbcDriverInitFunction.self)
        table = .allocate(capacity: 1)
        table.initialize(to: AdbcDriver())
        var error = AdbcError()
        let status = start(STEWARD_ADBC_VERSION, table, &error)
        guard status == STEWARD_ADBC_STATUS_OK else {
            let cause = ADBCDriver.message(&error)
            table.deallocate()
            throw Failure(.unavailable, "\(path): its driver does not start", cause: cause ?? "status \(status)")
        }
        self.library = library
    }

    deinit {
        var error = AdbcError()
        _ = table.pointee.release?(table, &error)
        error.release?(&error)
        table.deallocate()
    }

    /// The text of an error, which is released.
    fileprivate static func message(_ error: inout AdbcError) -> String? {
        let text = error.message.map { String(cString: $0) }
        error.release?(&error)
        error = AdbcError()
        return text
    }

    /// Runs one call of the table; a function that the driver lacks or a status other than OK becomes a failure.
    fileprivate func call(
        _ what: String, _ body: (AdbcDriver, UnsafeMutablePointer<AdbcError>) -> AdbcStatusCode?
    ) throws(Failure) {
        var error = AdbcError()
        guard let status = body(table.pointee, &error) else {
            throw Failure(.unavailable, "the database driver lacks the function \(what)")
        }
        if status != STEWARD_ADBC_STATUS_OK {
            let text = ADBCDriver.message(&error) ?? "\(what) answered status \(status)"
            throw Failure(.invalid, text)
        }
    }
}

/// A database in memory with one connection; closed when the value ends.
struct ADBCConnection: ~Copyable {
    private let driver: ADBCDriver
    private let database: UnsafeMutablePointer<AdbcDatabase>
    private let connection: UnsafeMutablePointer<AdbcConnection>

    init(_ driver: ADBCDriver) throws(Failure) {
        self.driver = driver
        let database = UnsafeMutablePointer<AdbcDatabase>.allocate(capacity: 1)
        database.initialize(to: AdbcDatabase())
        let connection = UnsafeMutablePointer<AdbcConnection>.allocate(capacity: 1)
        connection.initialize(to: AdbcConnection())
        do {
            try driver.call("DatabaseNew") { $0.DatabaseNew?(database, $1) }
            try driver.call("DatabaseInit") { $0.DatabaseInit?(database, $1) }
            try driver.call("ConnectionNew") { $0.ConnectionNew?(connection, $1) }
            try driver.call("ConnectionInit") { $0.ConnectionInit?(connection, database, $1) }
        } catch {
            Self.close(driver, database, connection)
            throw error
        }
        (self.database, self.connection) = (database, connection)
    }

    deinit { Self.close(driver, database, connection) }

    private static func close(
        _ driver: ADBCDriver, _ database: UnsafeMutablePointer<AdbcDatabase>,
        _ connection: UnsafeMutablePointer<AdbcConnection>
    ) {
        if connection.pointee.private_data != nil {
            try? driver.call("ConnectionRelease") { $0.ConnectionRelease?(connection, $1) }
        }
        if database.pointee.private_data != nil {
            try? driver.call("DatabaseRelease") { $0.DatabaseRelease?(database, $1) }
        }
        connection.deallocate()
        database.deallocate()
    }

    /// Runs a query and hands its result out as a stream of record batches.
    /// - Parameter source: what is being read, for messages.
    func query<Result: ~Copyable>(
        _ sql: String, source: String, _ body: (borrowing ArrowStream) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let statement = UnsafeMutablePointer<AdbcStatement>.allocate(capacity: 1)
        statement.initialize(to: AdbcStatement())
        defer {
            if statement.pointee.private_data != nil {
                try? driver.call("StatementRelease") { $0.StatementRelease?(statement, $1) }
            }
            statement.deallocate()
        }
        try driver.call("StatementNew") { $0.StatementNew?(connection, statement, $1) }
        try driver.call("StatementSetSqlQuery") { $0.StatementSetSqlQuery?(statement, sql, $1) }
        let stream = try ArrowStream(source: source) { out throws(Failure) in
            var rows: Int64 = -1
            try driver.call("StatementExecuteQuery") { $0.StatementExecuteQuery?(statement, out, &rows, $1) }
        }
        return try body(stream)
    }
}
