import CPostgres
import Core

/// A statement the server has parsed.
final class PostgreSQLStatement {
    let name: String
    let parameters: [PostgreSQLType]
    let columns: [PostgreSQLColumn]
    fileprivate var lastUse = 0

    fileprivate init(name: String, parameters: [PostgreSQLType], columns: [PostgreSQLColumn]) {
        self.name = name
        self.parameters = parameters
        self.columns = columns
    }

    func accepts(_ arguments: [SQLValue]) -> Bool {
        guard arguments.count == parameters.count else { return false }
        for index in arguments.indices where !parameters[index].accepts(arguments[index]) { return false }
        return true
    }
}

/// The prepared statements of one connection; those not used for longest make room.
///
/// The types of parameters are the server's choice, made from where they stand, because a `NULL` or a whole number must
/// fit a column of any type. Where the server cannot choose, or values do not fit its choice (1.5 compared with a whole
/// number), the statement is prepared once more with the types of the values.
final class PostgreSQLStatements {
    /// A statement of some thousand parameters takes the server about a megabyte.
    private static let capacity = 256

    private struct Key: Hashable {
        let sql: String
        /// The types of the values, where the server was not asked to choose: a letter each.
        let types: String
    }

    private let session: PostgreSQLSession
    private var statements: [Key: PostgreSQLStatement] = [:]
    private var uses = 0
    private var made = 0

    init(_ session: PostgreSQLSession) { self.session = session }

    func find(_ sql: String, _ arguments: [SQLValue]) -> PostgreSQLStatement? {
        if let statement = statements[Key(sql: sql, types: "")], statement.accepts(arguments) {
            return use(statement)
        }
        guard let statement = statements[Key(sql: sql, types: Self.letters(arguments))] else { return nil }
        return use(statement)
    }

    private func use(_ statement: PostgreSQLStatement) -> PostgreSQLStatement {
        uses += 1
        statement.lastUse = uses
        return statement
    }

    /// Queued commands go out with it.
    /// - Parameter isTyped: whether the parameters have the types of `arguments` instead of the server's choice.
    func prepare(_ sql: String, _ arguments: [SQLValue], isTyped: Bool) throws -> PostgreSQLStatement {
        made += 1
        let name = "s\(made)"
        let text = try Placeholders.numbered(sql)
        try makeRoom()
        try session.queuePrepare(name, text, isTyped ? arguments.map(PostgreSQLType.oid) : [])
        try session.queueDescribe(name)
        let description = try session.exchange()
        let parameters = (0..<PQnparams(description.pointer)).map {
            PostgreSQLType(PQparamtype(description.pointer, $0))
        }
        guard parameters.count == arguments.count else {
            throw SQLError.statement(cause: "\(arguments.count) values for: \(sql)")
        }
        let columns = try (0..<PQnfields(description.pointer)).map { index in
            guard let column = PostgreSQLColumn(PQftype(description.pointer, index)) else {
                throw SQLError.statement(cause: "column \(index) has no type that can be read; write CAST: \(sql)")
            }
            return column
        }
        let statement = PostgreSQLStatement(name: name, parameters: parameters, columns: columns)
        statements[Key(sql: sql, types: isTyped ? Self.letters(arguments) : "")] = statement
        return use(statement)
    }

    /// The statements stay at the server until the connection ends; this happens when a schema changes.
    func forgetAll() { statements = [:] }

    private func makeRoom() throws {
        guard statements.count >= Self.capacity else { return }
        // A quarter at a time: looking for the oldest costs a walk over all.
        let oldest = statements.sorted { $0.value.lastUse < $1.value.lastUse }.prefix(Self.capacity / 4)
        for (key, statement) in oldest {
            statements[key] = nil
            try session.queuePrepare("", "DEALLOCATE \(statement.name)", [])
            try session.queue("", nil)
        }
    }

    private static func letters(_ arguments: [SQLValue]) -> String {
        String(
            arguments.map { argument -> Character in
                switch argument {
                case .null: "n"
                case .integer: "i"
                case .real: "r"
                case .text: "t"
                case .blob: "b"
                }
            })
    }
}

/// `?1` as it is written in Steward's statements, `$1` as PostgreSQL wants it.
enum Placeholders {
    /// Question marks in literals, quoted names and comments stay.
    /// - Throws: `statement` for a `?` without a number.
    static func numbered(_ sql: String) throws -> String {
        let source = Array(sql.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var position = 0
        while position < source.count {
            let end = endOfQuoted(source, position)
            if end > position {
                result += source[position..<end]
                position = end
                continue
            }
            let byte = source[position]
            position += 1
            if byte == UInt8(ascii: "?") {
                guard position < source.count, isDigit(source[position]) else {
                    throw SQLError.statement(cause: "a parameter without a number: \(sql)")
                }
                result.append(UInt8(ascii: "$"))
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Where the literal, quoted name or comment that begins here ends; `start` when none does. A doubled quote inside
    /// a literal ends one and begins the next, which comes to the same.
    private static func endOfQuoted(_ text: [UInt8], _ start: Int) -> Int {
        func end(after terminator: [UInt8], from: Int) -> Int {
            var index = from
            while index + terminator.count <= text.count {
                if text[index..<(index + terminator.count)].elementsEqual(terminator) {
                    return index + terminator.count
                }
                index += 1
            }
            return text.count
        }
        func begins(_ mark: String) -> Bool { text[start...].starts(with: mark.utf8) }
        switch text[start] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return end(after: [text[start]], from: start + 1)
        case UInt8(ascii: "-") where begins("--"): return end(after: [UInt8(ascii: "\n")], from: start + 2)
        case UInt8(ascii: "/") where begins("/*"): return end(after: Array("*/".utf8), from: start + 2)
        default: return start
        }
    }
}
