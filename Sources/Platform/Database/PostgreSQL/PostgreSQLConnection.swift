import CPostgres
import Core

/// Statements over prepared statements of the server, values in binary form both ways.
///
/// An answer is held in memory as a whole, so that statements may be run while it is walked through, as on SQLite:
/// queries bound their answers with `LIMIT` and go on by key.
final class PostgreSQLConnection: SQLConnection {
    let dialect = SQLDialect.postgresql
    private let session: PostgreSQLSession
    private let statements: PostgreSQLStatements
    private let parameters = PostgreSQLParameters()
    /// What frames the transaction and goes out with the next statement.
    private var deferred: [PostgreSQLCommand] = []
    private(set) var isInTransaction = false
    private var isReading = false

    init(_ session: PostgreSQLSession) {
        self.session = session
        statements = PostgreSQLStatements(session)
    }

    var isUsable: Bool { session.isUsable }

    // MARK: Statements

    func forEach(_ sql: String, _ arguments: [SQLValue], _ body: (any SQLRow) throws -> Void) throws {
        let (result, columns) = try run(sql, arguments)
        guard result.rows > 0 else { return }
        let row = PostgreSQLRow(result, columns)
        for index in 0..<result.rows {
            row.index = Int32(index)
            try body(row)
        }
    }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int { try run(sql, arguments).0.changes }

    /// Many rows go as one array for each column: a parameter for each value costs the server most of its time.
    func insert(into table: String, width: Int, suffix: String, values: [SQLValue]) throws -> Int {
        precondition(width > 0 && values.count.isMultiple(of: width))
        guard values.count >= Self.fewRows * width, let types = try columnTypes(table, width, suffix, values) else {
            return try insertAsLists(into: table, width: width, suffix: suffix, values: values)
        }
        let columns = types.enumerated().map { "CAST(?\($0.offset + 1) AS \($0.element.array?.name ?? "text")[])" }
        let sql = "INSERT INTO \(table) SELECT * FROM unnest(\(columns.joined(separator: ", "))) \(suffix)"
        let statement = try statement(sql, Array(repeating: .null, count: width))
        var changes = 0
        let step = Self.rowsAtOnce * width
        for start in stride(from: 0, to: values.count, by: step) {
            try parameters.encodeColumns(values[start..<min(start + step, values.count)], types)
            try queueDeferred()
            try session.queue(statement.name, parameters)
            changes += try answer().changes
        }
        return changes
    }

    /// Fewer are listed in the statement.
    private static let fewRows = 8
    private static let rowsAtOnce = 4096

    /// What the columns of an `insert` hold; nil unless all the values can go into arrays of it.
    private func columnTypes(
        _ table: String, _ width: Int, _ suffix: String, _ values: [SQLValue]
    ) throws -> [PostgreSQLType]? {
        let row = InsertStatements.text(table, width: width, suffix: suffix, rows: 1)
        let types = try statement(row, Array(repeating: .null, count: width)).parameters
        guard types.allSatisfy({ $0.array != nil }) else { return nil }
        for (index, value) in values.enumerated() {
            try value.check()
            guard types[index % width].accepts(value) else { return nil }
        }
        return types
    }

    func run(script: String) throws {
        if !deferred.isEmpty { _ = try flush() }
        // A migration may take as long as it needs. Within a transaction this lasts to its end.
        if isInTransaction { try session.script("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0") }
        try session.script(script)
    }

    private func run(_ sql: String, _ arguments: [SQLValue]) throws -> (PostgreSQLResult, [PostgreSQLColumn]) {
        for argument in arguments { try argument.check() }
        let statement = try statement(sql, arguments)
        try parameters.encode(arguments, statement.parameters)
        try queueDeferred()
        try session.queue(statement.name, parameters)
        return (try answer(), statement.columns)
    }

    private func answer() throws -> PostgreSQLResult {
        do {
            return try session.exchange()
        } catch SQLError.statement(let cause) where cause.hasPrefix("0A000") {
            // "cached plan must not change result type": another server has changed the schema.
            statements.forgetAll()
            throw SQLError.conflict(cause: cause)
        }
    }

    // MARK: Preparing

    private func statement(_ sql: String, _ arguments: [SQLValue]) throws -> PostgreSQLStatement {
        if let known = statements.find(sql, arguments) { return known }
        try queueDeferred()
        if isInTransaction { try session.queue(.setAttempt) }
        do {
            let statement: PostgreSQLStatement
            do {
                statement = try statements.prepare(sql, arguments, isTyped: false)
            } catch SQLError.statement(let cause)
                where ["42P08", "42P18", "42804"].contains(where: cause.hasPrefix)
            {
                // The server cannot tell the type of a parameter from where it stands, or takes it for a text.
                try rollBackAttempt()
                if isInTransaction { try session.queue(.setAttempt) }
                statement = try statements.prepare(sql, arguments, isTyped: true)
            }
            if isInTransaction { deferred.append(.releaseAttempt) }
            if statement.accepts(arguments) { return statement }
        } catch {
            if session.isUsable { try rollBackAttempt() }
            throw error
        }
        return try typedStatement(sql, arguments)
    }

    /// The server has chosen types that the values do not fit; they get the types they have.
    private func typedStatement(_ sql: String, _ arguments: [SQLValue]) throws -> PostgreSQLStatement {
        try queueDeferred()
        if isInTransaction { try session.queue(.setAttempt) }
        do {
            let statement = try statements.prepare(sql, arguments, isTyped: true)
            if isInTransaction { deferred.append(.releaseAttempt) }
            return statement
        } catch {
            if session.isUsable { try rollBackAttempt() }
            throw error
        }
    }

    private func rollBackAttempt() throws {
        guard isInTransaction else { return }
        try session.queue(.rollBackAttempt)
        try session.queue(.releaseAttempt)
        _ = try session.exchange()
    }

    // MARK: Transactions

    func begin(_ kind: TransactionKind) throws {
        isInTransaction = true
        isReading = kind == .reading
        deferred = [isReading ? .beginReading : .beginWriting]
    }

    func beginGroup(holding keys: Set<Int64>) throws {
        try begin(.writing)
        if !keys.isEmpty {
            // The server evaluates row by row, in the order of the array.
            let list = keys.sorted().map(String.init).joined(separator: ",")
            let lock = "SELECT count(pg_advisory_xact_lock(key)) FROM unnest(CAST(?1 AS bigint[])) AS key"
            _ = try run(lock, [.text("{\(list)}")])
        }
        deferred.append(.waitShortly)
    }

    func waitPatiently() { deferred.append(.waitPatiently) }

    func commit() throws {
        defer { end() }
        if hasNotBegun { return }
        guard session.isUsable else { throw SQLError.lost(cause: "the connection was lost before the commit") }
        if isReading {
            // Nobody waits for the end of a read.
            try session.queue(.commit)
            try session.dispatch()
            return
        }
        try refuseFailed()
        deferred.append(.commit)
        let answer: PostgreSQLResult
        do {
            answer = try flush()
        } catch SQLError.lost(let cause) {
            throw SQLError.uncertain(cause: cause)
        }
        guard answer.command == "COMMIT" else { throw SQLError.statement(cause: "rolled back instead of committed") }
    }

    func rollback() throws {
        defer { end() }
        if hasNotBegun || !session.isUsable { return }
        deferred = []
        try session.queue(.rollback)
        if isReading { try session.dispatch() } else { _ = try session.exchange() }
    }

    func setSavepoint() throws { deferred.append(.setSavepoint) }

    func releaseSavepoint() throws {
        if deferred.last == .setSavepoint {
            deferred.removeLast()
            return
        }
        try refuseFailed()
        deferred.append(.releaseSavepoint)
    }

    func rollBackToSavepoint() throws {
        if deferred.last == .setSavepoint {
            deferred.removeLast()
            return
        }
        deferred.append(.rollBackToSavepoint)
        _ = try flush()
        deferred.append(.releaseSavepoint)
    }

    /// Whether the server knows nothing of the transaction yet.
    private var hasNotBegun: Bool { deferred.first == .beginReading || deferred.first == .beginWriting }

    /// A statement failed and whoever ran it went on: nothing of the transaction can be kept.
    private func refuseFailed() throws {
        if session.isTransactionFailed {
            throw SQLError.statement(cause: "an error in the transaction was passed over")
        }
    }

    private func end() {
        isInTransaction = false
        deferred = []
    }

    private func queueDeferred() throws {
        for command in deferred { try session.queue(command) }
        deferred = []
    }

    private func flush() throws -> PostgreSQLResult {
        try queueDeferred()
        return try session.exchange()
    }
}
