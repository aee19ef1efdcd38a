/// A value bound to a statement's parameter.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    /// Any number, infinities included; the sign of zero may be lost. Not-a-number is refused: SQLite would make it
    /// NULL without a word. A column that needs it has another beside it that says so.
    case real(Double)
    /// Text without the zero character, which PostgreSQL cannot hold.
    case text(String)
    case blob([UInt8])

    /// - Throws: `SQLError.value` for what one of the databases would refuse or change.
    func check() throws {
        switch self {
        case .text(let text) where text.utf8.contains(0): throw SQLError.value(cause: "a text with a zero character")
        case .real(let number) where number.isNaN: throw SQLError.value(cause: "not a number")
        default: return
        }
    }

    package static func int(_ value: Int) -> SQLValue { .integer(Int64(value)) }
    package static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
    package static func optional(_ value: Int64?) -> SQLValue { value.map(SQLValue.integer) ?? .null }
    package static func optional(_ value: Double?) -> SQLValue { value.map(SQLValue.real) ?? .null }
    package static func optional(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(nilLiteral: ()) { self = .null }
}

/// What a value of an answer is.
package enum SQLType: Sendable {
    case null, integer, real, text, blob
}

/// One row of an answer. It is valid only inside the closure it is handed to. Columns are counted from 0; a column that
/// is NULL or of another type reads as zero, empty text or no bytes, as SQLite converts.
package protocol SQLRow {
    func isNull(_ column: Int) -> Bool
    /// What is really there: SQLite keeps a text in a column of numbers when it is given one.
    func type(_ column: Int) -> SQLType
    func integer(_ column: Int) -> Int64
    func real(_ column: Int) -> Double
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> [UInt8]
    /// The UTF-8 of a text without a copy; the buffer must not leave the closure.
    func withText<Result>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result
}

extension SQLRow {
    package func int(_ column: Int) -> Int { Int(integer(column)) }
    package func flag(_ column: Int) -> Bool { integer(column) != 0 }
    package func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    package func optionalReal(_ column: Int) -> Double? { isNull(column) ? nil : real(column) }
    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
}
