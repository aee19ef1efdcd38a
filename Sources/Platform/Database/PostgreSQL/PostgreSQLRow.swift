import CPostgres
import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How the values of a column are to be read.
enum PostgreSQLColumn {
    case int2, int4, int8, float4, float8, flag, text, bytes, numeric

    /// - Returns: nil for a type that has no counterpart here (times, arrays, ...); `CAST` gives it one.
    init?(_ oid: Oid) {
        switch oid {
        case 20: self = .int8
        case 21: self = .int2
        case 23: self = .int4
        case 700: self = .float4
        case 701: self = .float8
        case 16: self = .flag
        case 17: self = .bytes
        // text, varchar, bpchar, name, unknown, json; void has no bytes.
        case 25, 1043, 1042, 19, 705, 114, 2278: self = .text
        case 1700: self = .numeric
        default: return nil
        }
    }
}

/// A row of an answer that is in memory as a whole. One object walks over all rows.
final class PostgreSQLRow: SQLRow {
    private let result: PostgreSQLResult
    private let pointer: OpaquePointer
    private let columns: [PostgreSQLColumn]
    var index: Int32 = 0

    init(_ result: PostgreSQLResult, _ columns: [PostgreSQLColumn]) {
        self.result = result
        pointer = result.pointer
        self.columns = columns
    }

    func isNull(_ column: Int) -> Bool { PQgetisnull(pointer, index, Int32(column)) == 1 }

    func type(_ column: Int) -> SQLType {
        if isNull(column) { return .null }
        return switch columns[column] {
        case .int2, .int4, .int8, .flag: .integer
        case .float4, .float8, .numeric: .real
        case .text: .text
        case .bytes: .blob
        }
    }

    func integer(_ column: Int) -> Int64 {
        if isNull(column) { return 0 }
        switch columns[column] {
        case .int8: return load(column, Int64.self)
        case .int4: return Int64(load(column, Int32.self))
        case .int2: return Int64(load(column, Int16.self))
        case .flag: return Int64(load(column, UInt8.self))
        case .float8, .float4: return saturated(real(column))
        case .numeric: return numeric(column).integer
        case .text: return strtoll(PQgetvalue(pointer, index, Int32(column)), nil, 10)
        case .bytes: return 0
        }
    }

    func real(_ column: Int) -> Double {
        if isNull(column) { return 0 }
        switch columns[column] {
        case .float8: return Double(bitPattern: load(column, UInt64.self))
        case .float4: return Double(Float(bitPattern: load(column, UInt32.self)))
        case .int8, .int4, .int2, .flag: return Double(integer(column))
        case .numeric: return numeric(column).real
        case .text: return strtod(PQgetvalue(pointer, index, Int32(column)), nil)
        case .bytes: return 0
        }
    }

    func text(_ column: Int) -> String { withText(column) { String(decoding: $0, as: UTF8.self) } }

    func bytes(_ column: Int) -> [UInt8] {
        switch columns[column] {
        case .bytes, .text: Array(raw(column))
        default: Array(text(column).utf8)
        }
    }

    func withText<Result>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        if isNull(column) { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
        var digits: String
        switch columns[column] {
        case .text, .bytes: return try body(raw(column))
        case .int8, .int4, .int2, .flag: digits = String(integer(column))
        case .float8, .float4: digits = String(real(column))
        case .numeric: digits = numeric(column).text
        }
        return try digits.withUTF8(body)
    }

    private func raw(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        let count = Int(PQgetlength(pointer, index, Int32(column)))
        let start = UnsafeRawPointer(PQgetvalue(pointer, index, Int32(column)))
        return UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: count)
    }

    private func load<Number: FixedWidthInteger>(_ column: Int, _ type: Number.Type) -> Number {
        guard let start = UnsafeRawPointer(PQgetvalue(pointer, index, Int32(column))) else { return 0 }
        return Number(bigEndian: start.loadUnaligned(as: type))
    }

    private func numeric(_ column: Int) -> PostgreSQLNumeric { PostgreSQLNumeric(raw(column)) }

    private func saturated(_ number: Double) -> Int64 {
        if number.isNaN { return 0 }
        return Int64(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
    }
}

/// A decimal number of any length, as the server sends it: sums of whole numbers are of this type.
///
/// Binary form (`numeric_send` of PostgreSQL 15): count of digits, weight of the first, sign, digits after the decimal
/// point when written, then digits to the base of 10,000.
struct PostgreSQLNumeric {
    private let digits: [Int]
    private let weight: Int
    private let sign: UInt16
    private let scale: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        func word(_ index: Int) -> UInt16 {
            2 * index + 1 < bytes.count ? UInt16(bytes[2 * index]) << 8 | UInt16(bytes[2 * index + 1]) : 0
        }
        digits = (0..<Int(word(0))).map { Int(word(4 + $0)) }
        weight = Int(Int16(bitPattern: word(1)))
        sign = word(2)
        scale = Int(word(3) & 0x3FFF)
    }

    /// As it would be written: `-12.50`.
    var text: String {
        switch sign {
        case 0xC000: return "NaN"
        case 0xD000: return "Infinity"
        case 0xF000: return "-Infinity"
        default: break
        }
        var whole = ""
        for place in stride(from: max(weight, 0), through: 0, by: -1) { whole += padded(place) }
        whole = String(whole.drop { $0 == "0" })
        var text = (sign == 0x4000 ? "-" : "") + (whole.isEmpty ? "0" : whole)
        if scale > 0 {
            let places = stride(from: -1, to: -1 - (scale + 3) / 4, by: -1)
            text += "." + places.map(padded).joined().prefix(scale)
        }
        return text
    }

    var real: Double { Double(text) ?? .nan }

    /// What stands before the decimal point; beyond 64 bits the nearest of them.
    var integer: Int64 {
        let whole = text.prefix { $0 != "." }
        return Int64(whole) ?? (sign == 0xC000 ? 0 : sign == 0x4000 || sign == 0xF000 ? .min : .max)
    }

    /// The four decimal digits that stand at a power of 10,000.
    private func padded(_ place: Int) -> String {
        let index = weight - place
        let digit = digits.indices.contains(index) ? digits[index] : 0
        return String(String(digit + 10_000).dropFirst())
    }
}
