import CPostgres
import Core

/// What a parameter of a statement is to be, by the server's choice or ours.
enum PostgreSQLType: Equatable {
    case int2, int4, int8, float8, flag, text, bytes
    /// Anything else takes its value as text.
    case other

    /// - Parameter oid: the object identifier of a built-in type (`pg_type.dat` of PostgreSQL; they never change).
    init(_ oid: Oid) {
        self =
            switch oid {
            case 20: .int8
            case 21: .int2
            case 23: .int4
            case 701: .float8
            case 16: .flag
            case 17: .bytes
            // text, varchar, bpchar, name, unknown
            case 25, 1043, 1042, 19, 705: .text
            default: .other
            }
    }

    /// What arrays of it are made of: the type's name and object identifier; nil for what is not written in binary
    /// form.
    var array: (name: String, oid: Int32)? {
        switch self {
        case .int2: ("smallint", 21)
        case .int4: ("integer", 23)
        case .int8: ("bigint", 20)
        case .float8: ("double precision", 701)
        case .flag: ("boolean", 16)
        case .text: ("text", 25)
        case .bytes: ("bytea", 17)
        case .other: nil
        }
    }

    /// The type of a value itself; 0 for NULL, which leaves the choice to the server.
    static func oid(_ value: SQLValue) -> Oid {
        switch value {
        case .null: 0
        case .integer: 20
        case .real: 701
        case .text: 25
        case .blob: 17
        }
    }

    func accepts(_ value: SQLValue) -> Bool {
        switch (self, value) {
        case (_, .null), (.int8, .integer), (.float8, .integer), (.float8, .real), (.text, .text), (.bytes, .blob): true
        case (.int4, .integer(let number)): Int32(exactly: number) != nil
        case (.int2, .integer(let number)): Int16(exactly: number) != nil
        case (.int8, .real(let number)): Int64(exactly: number) != nil
        case (.flag, .integer(let number)): number == 0 || number == 1
        case (.other, .text), (.other, .integer), (.other, .real): true
        default: false
        }
    }
}

/// The values of one call, laid out as libpq takes them. One buffer serves all calls of a connection.
final class PostgreSQLParameters {
    private var bytes: [UInt8] = []
    /// -1 for NULL.
    private var offsets: [Int] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    var count: Int { offsets.count }

    /// - Throws: `statement` for a value that does not fit its type.
    func encode(_ values: [SQLValue], _ types: [PostgreSQLType]) throws {
        clear()
        for (value, type) in zip(values, types) {
            let start = bytes.count
            try append(value, type)
            finish(value == .null ? -1 : start, bytes.count - start, format: type == .other ? 0 : 1)
        }
    }

    /// Rows as one array for each column, in the binary form of one-dimensional arrays (`array_send` of PostgreSQL).
    func encodeColumns(_ rows: ArraySlice<SQLValue>, _ types: [PostgreSQLType]) throws {
        clear()
        for (column, type) in types.enumerated() {
            let start = bytes.count
            append(Int32(1))  // dimensions
            append(Int32(1))  // whether there may be NULLs
            append(type.array?.oid ?? 0)
            append(Int32(rows.count / types.count))
            append(Int32(1))  // the first index
            for index in stride(from: rows.startIndex + column, to: rows.endIndex, by: types.count) {
                try appendElement(rows[index], type)
            }
            finish(start, bytes.count - start, format: 1)
        }
    }

    /// Its length comes first; that of NULL is -1.
    private func appendElement(_ value: SQLValue, _ type: PostgreSQLType) throws {
        append(Int32(-1))
        if value == .null { return }
        let start = bytes.count
        try append(value, type)
        withUnsafeBytes(of: Int32(clamping: bytes.count - start).bigEndian) { length in
            bytes.replaceSubrange((start - 4)..<start, with: length)
        }
    }

    private func clear() {
        bytes.removeAll(keepingCapacity: bytes.capacity < 1 << 20)
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
    }

    /// - Parameter offset: -1 for NULL.
    private func finish(_ offset: Int, _ length: Int, format: Int32) {
        offsets.append(offset)
        lengths.append(Int32(clamping: length))
        formats.append(format)
        // Ends what goes as text, and gives the last value an address when it is empty.
        bytes.append(0)
    }

    private func append(_ value: SQLValue, _ type: PostgreSQLType) throws {
        switch (type, value) {
        case (_, .null): break
        case (.int8, .integer(let number)): append(number)
        case (.int4, .integer(let number)): append(Int32(truncatingIfNeeded: number))
        case (.int2, .integer(let number)): append(Int16(truncatingIfNeeded: number))
        case (.flag, .integer(let number)): bytes.append(UInt8(truncatingIfNeeded: number))
        case (.float8, .real(let number)): append(number.bitPattern)
        case (.float8, .integer(let number)): append(Double(number).bitPattern)
        case (.int8, .real(let number)): append(Int64(number))
        case (.text, .text(let text)), (.other, .text(let text)): bytes += text.utf8
        case (.other, .integer(let number)): bytes += String(number).utf8
        case (.other, .real(let number)): bytes += String(number).utf8
        case (.bytes, .blob(let blob)): bytes += blob
        default: throw SQLError.statement(cause: "a value that does not fit its parameter of type \(type)")
        }
    }

    private func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }

    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeBytes { buffer in
            let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset < 0 ? nil : start.map { $0 + offset } }
            return try body(values, lengths, formats)
        }
    }
}
