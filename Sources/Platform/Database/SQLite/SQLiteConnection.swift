import GRDB
import GRDBSQLite

/// Statements run over SQLite's own interface, on a connection that GRDB opened: a row costs no object, no dictionary.
final class SQLiteConnection: SQLConnection {
    let dialect = SQLDialect.sqlite
    private let database: GRDB.Database
    private let statements: SQLiteStatements

    init(_ database: GRDB.Database, _ statements: SQLiteStatements) {
        self.database = database
        self.statements = statements
    }

    func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (any SQLRow) throws -> Void) throws {
        try withStatement(sql, arguments) { statement in
            let row = SQLiteRow(statement: statement)
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW: try body(row)
                case SQLITE_DONE: return
                case let code: throw error(code)
                }
            }
        }
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try withStatement(sql, arguments) { statement in
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW: continue
                case SQLITE_DONE: return Int(sqlite3_changes(database.sqliteConnection))
                case let code: throw error(code)
                }
            }
        }
    }

    func run(script: String) throws {
        do { try database.execute(sql: script) } catch let error as DatabaseError { throw Self.translate(error) }
    }

    func begin(_ kind: TransactionKind) throws { try step(kind == .writing ? "BEGIN IMMEDIATE" : "BEGIN") }
    /// There is one writer, and nobody else to wait for.
    func beginGroup(holding keys: Set<Int64>) throws { try begin(.writing) }
    func waitPatiently() {}

    /// An input or output error leaves open whether the commit's mark has reached the disk.
    func commit() throws {
        do { try step("COMMIT") } catch SQLError.unavailable(let cause) { throw SQLError.uncertain(cause: cause) }
    }

    func rollback() throws { try step("ROLLBACK") }
    func setSavepoint() throws { try step("SAVEPOINT member") }
    func releaseSavepoint() throws { try step("RELEASE member") }

    func rollBackToSavepoint() throws {
        try step("ROLLBACK TO member")
        try step("RELEASE member")
    }

    private func step(_ sql: String) throws { _ = try execute(sql, []) }

    private func withStatement<Result>(
        _ sql: String, _ arguments: [SQLValue], _ body: (OpaquePointer) throws -> Result
    ) throws -> Result {
        guard let statement = statements.lend(sql) else {
            throw error(sqlite3_errcode(database.sqliteConnection))
        }
        defer { statements.giveBack(statement, sql) }
        guard arguments.count == Int(sqlite3_bind_parameter_count(statement)) else {
            throw SQLError.statement(cause: "\(arguments.count) values for: \(sql)")
        }
        for (index, value) in arguments.enumerated() {
            try value.check()
            let code = bind(value, statement, Int32(index + 1))
            guard code == SQLITE_OK else { throw error(code) }
        }
        return try body(statement)
    }

    private func bind(_ value: SQLValue, _ statement: OpaquePointer, _ index: Int32) -> Int32 {
        // SQLite copies: the argument does not outlive this call.
        let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let number): return sqlite3_bind_int64(statement, index, number)
        case .real(let number): return sqlite3_bind_double(statement, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) {
                    // A nil pointer would bind NULL, and an empty text is not NULL.
                    sqlite3_bind_text(statement, index, $0.baseAddress ?? emptyText, Int32($0.count), copy)
                }
            }
        case .blob(let bytes):
            if bytes.isEmpty { return sqlite3_bind_zeroblob(statement, index, 0) }
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob(statement, index, $0.baseAddress, Int32($0.count), copy)
            }
        }
    }

    private func error(_ code: Int32) -> SQLError {
        let message = String(cString: sqlite3_errmsg(database.sqliteConnection))
        let extended = sqlite3_extended_errcode(database.sqliteConnection)
        return Self.translate(code: code, extended: extended, message: message)
    }

    static func translate(_ error: DatabaseError) -> SQLError {
        translate(
            code: error.resultCode.rawValue, extended: error.extendedResultCode.rawValue, message: error.description)
    }

    private static func translate(code: Int32, extended: Int32, message: String) -> SQLError {
        switch code & 0xFF {
        case SQLITE_CONSTRAINT:
            switch extended {
            case 2067, 1555, 2579:  // SQLITE_CONSTRAINT_UNIQUE, _PRIMARYKEY, _ROWID
                return .duplicate(cause: message)
            default: return .statement(cause: message)
            }
        // Another process has held the file for longer than we wait. (Two writers cannot lose against each other here:
        // there is one, and it begins IMMEDIATE.)
        case SQLITE_BUSY, SQLITE_LOCKED: return .unavailable(cause: message)
        case SQLITE_FULL: return .diskFull(cause: message)
        case SQLITE_CORRUPT, SQLITE_NOTADB: return .corrupt(cause: message)
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_PERM:
            return .unavailable(cause: message)
        case SQLITE_INTERRUPT: return .timeout(cause: message)
        case SQLITE_TOOBIG, SQLITE_MISMATCH: return .value(cause: message)
        default: return .statement(cause: message)
        }
    }
}

/// What an empty text points to.
nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
    let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    pointer.pointee = 0
    return UnsafePointer(pointer)
}()

private struct SQLiteRow: SQLRow {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    func type(_ column: Int) -> SQLType {
        switch sqlite3_column_type(statement, Int32(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }
    func real(_ column: Int) -> Double { sqlite3_column_double(statement, Int32(column)) }
    func text(_ column: Int) -> String { withText(column) { String(decoding: $0, as: UTF8.self) } }

    func bytes(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, Int32(column)) else { return [] }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func withText<Result>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        let start = sqlite3_column_text(statement, Int32(column))
        let count = start == nil ? 0 : Int(sqlite3_column_bytes(statement, Int32(column)))
        return try body(UnsafeBufferPointer(start: start, count: count))
    }
}
