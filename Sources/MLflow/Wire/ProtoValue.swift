package import Core

/// How proto3's JSON form writes single values, and how Python names their types.
package enum ProtoValue {
    /// A 64-bit integer: a number without fraction, or the text of one (`5`, `"5"`, `1.0`, `"1e3"`).
    package static func integer(_ value: JSON) -> Int64? {
        switch value {
        case .integer(let integer): integer
        case .number(let number): integer(number)
        case .string(let text): Int64(text) ?? number(text).flatMap(integer)
        default: nil
        }
    }

    /// -2^63 as a double may stand for an integer below, which it was rounded from.
    private static func integer(_ number: Double) -> Int64? { number > -0x1p63 ? Int64(exactly: number) : nil }

    /// A double: a number, its text, or a name of infinity or not-a-number. Python counts booleans as numbers, so they
    /// are taken, too.
    package static func number(_ value: JSON) -> Double? {
        switch value {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        case .bool(let flag): flag ? 1 : 0
        case .string(let text): number(text)
        default: nil
        }
    }

    private static func number(_ text: String) -> Double? {
        switch text.lowercased() {
        case "nan": return .nan
        case "inf", "infinity", "+inf", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default:
            // `Double` also reads hexadecimal, which no JSON number is.
            guard !text.utf8.contains(where: { $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: "X") }) else { return nil }
            return Double(text)
        }
    }

    package static func pythonType(_ value: JSON) -> String {
        switch value {
        case .null: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .number: "float"
        case .string: "str"
        case .array: "list"
        case .object: "dict"
        }
    }

    /// Compact JSON with sorted names, cut where it would swamp the message it is quoted in.
    package static func abbreviated(_ value: JSON) -> String {
        let text = sorted(value).text()
        guard text.utf8.count > 300 else { return text }
        return String(text.prefix(250)) + "..."
    }

    private static func sorted(_ value: JSON) -> JSON {
        switch value {
        case .array(let elements): .array(elements.map(sorted))
        case .object(let members):
            .object(
                members.map { JSON.Member($0.name, sorted($0.value)) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        default: value
        }
    }
}
