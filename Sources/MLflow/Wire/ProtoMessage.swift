package import Core
package import Platform

/// A protobuf message as MLflow's clients send it: the fields of a JSON object, or of a query string, read by the rules
/// of proto3's JSON form (https://protobuf.dev/programming-guides/json) and with the messages of MLflow 3.18.
///
/// Fields are asked for by their proto name (`run_id`); in JSON the camel case name (`runId`) counts as well, and both
/// together are refused. Null is absent, unknown fields are ignored, 64-bit integers may be strings.
package struct ProtoMessage: Sendable {
    private enum Source: Sendable {
        case query(Query)
        case members([JSON.Member])
    }

    private let source: Source
    /// The field this message is the value of, and which of its values: `metrics`, 3.
    private let field: String
    private let index: Int?

    /// Put before the names of fields in messages: `metrics[3].`
    private var place: String {
        if field.isEmpty { return "" }
        return index.map { "\(field)[\($0)]." } ?? "\(field)."
    }

    package init(_ query: Query) {
        source = .query(query)
        field = ""
        index = nil
    }

    package init(_ members: [JSON.Member], field: String = "") { self.init(members, field: field, index: nil) }

    private init(_ members: [JSON.Member], field: String, index: Int?) {
        source = .members(members)
        self.field = field
        self.index = index
    }

    /// The value of a field.
    /// - Returns: nil when it is absent or null.
    /// - Throws: `invalid` when it is given under both its names.
    package func value(_ name: StaticString) throws(Failure) -> JSON? {
        switch source {
        case .query(let query): return query[name.text].map { .string($0) }
        case .members(let members):
            var found: JSON?
            var foundAlias: JSON?
            var hasName = false
            for member in members where member.name.utf8.first == name.utf8Start.pointee {
                if name.isSpelled(member.name) {
                    found = member.value
                    hasName = true
                } else if name.isCamelCase(member.name) {
                    foundAlias = member.value
                }
            }
            if let foundAlias {
                guard !hasName else {
                    throw Failure(
                        .invalid,
                        "Request specifies both '\(name.text)' and '\(name.camelCase)'; provide only one of them.")
                }
                found = foundAlias
            }
            return found == .null ? nil : found
        }
    }

    /// `Missing value for required parameter ...`
    package func missing(_ name: StaticString) -> Failure { Self.missing(place + name.text) }

    package static func missing(_ parameter: String) -> Failure {
        Failure(.invalid, "Missing value for required parameter '\(parameter)'. \(seeDocs)")
    }

    /// `Invalid value ... for parameter ... Hint: Value was of type ...`
    package func wrongType(_ name: StaticString, _ value: JSON) -> Failure {
        Failure(
            .invalid,
            "Invalid value \(ProtoValue.abbreviated(value)) for parameter '\(place)\(name.text)' supplied: "
                + " Hint: Value was of type '\(ProtoValue.pythonType(value))'. \(Self.seeDocs)")
    }

    package static let seeDocs = "See the API docs for more information about request parameters."
}

// MARK: - Fields

extension ProtoMessage {
    package func text(_ name: StaticString) throws(Failure) -> String? {
        guard let value = try value(name) else { return nil }
        guard case .string(let text) = value else { throw wrongType(name, value) }
        return text
    }

    /// A text that must be there and not be empty.
    package func requiredText(_ name: StaticString) throws(Failure) -> String {
        guard let text = try text(name), !text.isEmpty else { throw missing(name) }
        return text
    }

    package func integer(_ name: StaticString) throws(Failure) -> Int64? {
        guard let value = try value(name) else { return nil }
        guard let integer = ProtoValue.integer(value) else { throw wrongType(name, value) }
        return integer
    }

    package func requiredInteger(_ name: StaticString) throws(Failure) -> Int64 {
        guard let value = try value(name), value != .string("") else { throw missing(name) }
        guard let integer = ProtoValue.integer(value) else { throw wrongType(name, value) }
        return integer
    }

    /// A double; infinities and NaN by any of the names Python and JSON have for them.
    package func number(_ name: StaticString) throws(Failure) -> Double? {
        guard let value = try value(name) else { return nil }
        guard let number = ProtoValue.number(value) else { throw wrongType(name, value) }
        return number
    }

    package func requiredNumber(_ name: StaticString) throws(Failure) -> Double {
        guard let value = try value(name), value != .string("") else { throw missing(name) }
        guard let number = ProtoValue.number(value) else { throw wrongType(name, value) }
        return number
    }

    /// `true` or `false`; in a query by these words, in any case of letters.
    package func flag(_ name: StaticString) throws(Failure) -> Bool? {
        guard let value = try value(name) else { return nil }
        if case .query = source, case .string(let word) = value {
            switch word.lowercased() {
            case "true": return true
            case "false": return false
            default:
                throw Failure(.invalid, "Invalid boolean value: \(word), must be 'true' or 'false'.")
            }
        }
        guard case .bool(let flag) = value else { throw wrongType(name, value) }
        return flag
    }

    /// An enumeration, by name or number.
    /// - Parameter values: the names with their numbers.
    /// - Returns: nil when it is absent.
    /// - Throws: `invalid` for a name or number that is unknown. MLflow takes it for absent, and a run whose state was
    ///   misspelled stays what it was, without a word.
    package func choice<Value>(
        _ name: StaticString, _ values: [(name: String, number: Int64, value: Value)]
    ) throws(Failure) -> Value? {
        guard let value = try value(name) else { return nil }
        if case .string(let text) = value, let known = values.first(where: { $0.name == text }) { return known.value }
        guard let number = ProtoValue.integer(value), let known = values.first(where: { $0.number == number }) else {
            throw wrongType(name, value)
        }
        return known.value
    }

    /// A repeated text; in a query the name is repeated.
    package func texts(_ name: StaticString) throws(Failure) -> [String] {
        if case .query(let query) = source { return query.all(name.text) }
        guard let value = try value(name) else { return [] }
        guard case .array(let elements) = value else { throw wrongType(name, value) }
        var texts: [String] = []
        texts.reserveCapacity(elements.count)
        for element in elements {
            guard case .string(let text) = element else { throw wrongType(name, value) }
            texts.append(text)
        }
        return texts
    }

    /// A repeated message; each knows its place for the messages about it.
    package func messages(_ name: StaticString) throws(Failure) -> [ProtoMessage] {
        guard let value = try value(name) else { return [] }
        guard case .array(let elements) = value else { throw wrongType(name, value) }
        let field = place + name.text
        var messages: [ProtoMessage] = []
        messages.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard case .object(let members) = element else { throw wrongType(name, value) }
            messages.append(ProtoMessage(members, field: field, index: index))
        }
        return messages
    }

    /// A single nested message.
    package func message(_ name: StaticString) throws(Failure) -> ProtoMessage? {
        guard let value = try value(name) else { return nil }
        guard case .object(let members) = value else { throw wrongType(name, value) }
        return ProtoMessage(members, field: place + name.text)
    }

    /// `run_id`, or `run_uuid`, its name before MLflow 1.0: clients send both.
    package func requiredRunID() throws(Failure) -> String {
        if let runID = try text("run_id"), !runID.isEmpty { return runID }
        guard let runID = try text("run_uuid"), !runID.isEmpty else { throw missing("run_id") }
        return runID
    }
}

extension StaticString {
    fileprivate var text: String { withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }

    /// `runId` for `run_id`, as protobuf forms JSON names.
    fileprivate var camelCase: String {
        var result: [UInt8] = []
        var isRaised = false
        withUTF8Buffer { name in
            for byte in name {
                if byte == UInt8(ascii: "_") {
                    isRaised = true
                } else {
                    result.append(isRaised ? byte & ~0x20 : byte)
                    isRaised = false
                }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    // A batch asks a thousand messages for eight fields each: comparing makes no texts. Both forms of a name have the
    // same first byte.

    fileprivate func isSpelled(_ text: String) -> Bool {
        text.utf8.count == utf8CodeUnitCount && withUTF8Buffer { text.utf8.elementsEqual($0) }
    }

    /// Whether `text` is the camel case form of this name, and another text than the name itself.
    fileprivate func isCamelCase(_ text: String) -> Bool {
        guard text.utf8.count < utf8CodeUnitCount else { return false }
        return withUTF8Buffer { name in
            var bytes = text.utf8.makeIterator()
            var isRaised = false
            for byte in name {
                if byte == UInt8(ascii: "_") {
                    isRaised = true
                } else {
                    guard bytes.next() == (isRaised ? byte & ~0x20 : byte) else { return false }
                    isRaised = false
                }
            }
            return bytes.next() == nil
        }
    }
}
