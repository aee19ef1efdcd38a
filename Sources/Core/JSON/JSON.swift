/// A JSON value (RFC 8259). Objects keep the order of their members, so that what Steward writes is stable byte for
/// byte.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package let name: String
        package let value: JSON

        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }
}

extension JSON {
    /// An object from name-value pairs, in the given order.
    package static func record(_ members: KeyValuePairs<String, JSON>) -> JSON {
        .object(members.map { Member($0.key, $0.value) })
    }

    /// A number or `null`. Non-finite numbers become the strings "NaN", "Infinity" and "-Infinity" when written.
    package static func optional(_ number: Double?) -> JSON { number.map(JSON.number) ?? .null }
    package static func optional(_ string: String?) -> JSON { string.map(JSON.string) ?? .null }
    package static func optional(_ flag: Bool?) -> JSON { flag.map(JSON.bool) ?? .null }
    package static func optional(_ integer: Int?) -> JSON { integer.map { .integer(Int64($0)) } ?? .null }
    package static func int(_ integer: Int) -> JSON { .integer(Int64(integer)) }

    /// The first member of that name; names are compared as UTF-8 bytes.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    package var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    package var text: String? { if case .string(let text) = self { text } else { nil } }
    package var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }

    /// A number, whether written as an integer, a fraction, or one of the strings for non-finite numbers.
    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        default: nil
        }
    }

    package var int: Int? { if case .integer(let value) = self { Int(exactly: value) } else { nil } }
}
