import Core
import MLflow
import Platform

/// An assessment of a trace: columns in MLflow's database, a JSON document in its protocol and in Steward's. Both sides
/// are compared in one form of the document: canonical JSON (RFC 8785) of the fields that both can hold.
struct AssessmentRow {
    let traceID: String
    let assessmentID: String
    private let members: [JSON.Member]

    /// The document as both sides are compared.
    /// - Throws: `invalid` for numbers that doubles cannot hold.
    func body() throws(Failure) -> String { String(decoding: try JSON.object(members).canonical(), as: UTF8.self) }

    // MARK: - MLflow's columns

    static func select(_ keys: String) -> String {
        """
        SELECT trace_id, assessment_id, name, assessment_type, value, error, created_timestamp, last_updated_timestamp,
            source_type, source_id, span_id, rationale, overrides, CASE WHEN valid THEN 1 ELSE 0 END,
            assessment_metadata
        FROM assessments WHERE trace_id IN (\(keys))
        """
    }

    static let insertion = """
        assessments (trace_id, assessment_id, name, assessment_type, value, error, created_timestamp,
        last_updated_timestamp, source_type, source_id, span_id, rationale, overrides, valid, assessment_metadata,
        is_numeric_value, experiment_id, trace_timestamp_ms)
        """
    static let width = 18

    /// - Throws: `invalid` when the row cannot be read as an assessment.
    init(mlflow row: any SQLRow) throws(Failure) {
        func text(_ column: Int) throws(Failure) -> String? {
            if row.isNull(column) { return nil }
            guard let text = row.withText(column, { String(validating: $0, as: UTF8.self) }) else {
                throw Failure(.invalid, "column \(column) is no UTF-8")
            }
            return text
        }
        func json(_ column: Int) throws(Failure) -> JSON? {
            guard let text = try text(column) else { return nil }
            return try JSONParser.parse(text)
        }
        traceID = try text(0) ?? ""
        assessmentID = try text(1) ?? ""
        var members = [
            JSON.Member("trace_id", .string(traceID)), .init("assessment_id", .string(assessmentID)),
            .init("assessment_name", .string(try text(2) ?? "")),
            .init("create_time", Self.time(row.integer(6))), .init("last_update_time", Self.time(row.integer(7))),
            .init("valid", .bool(row.integer(13) != 0)),
        ]
        var source = [JSON.Member("source_type", .string(try text(8) ?? ""))]
        if let id = try text(9) { source.append(.init("source_id", .string(id))) }
        members.append(.init("source", .object(source)))
        guard let value = try json(4) else { throw Failure(.invalid, "its value is missing") }
        switch try text(3) {
        case "feedback":
            var feedback = [JSON.Member("value", value)]
            if let error = try json(5) { feedback.append(.init("error", error)) }
            members.append(.init("feedback", .object(feedback)))
        case "expectation": members.append(.init("expectation", Self.expectation(value)))
        case "issue": members.append(.init("issue", value))
        default: throw Failure(.invalid, "it is of no known type")
        }
        for (name, column) in [("span_id", 10), ("rationale", 11), ("overrides", 12)] {
            if let text = try text(column) { members.append(.init(name, .string(text))) }
        }
        if let metadata = try json(14)?.members, !metadata.isEmpty {
            members.append(.init("metadata", .object(metadata.map(Self.asText))))
        }
        self.members = members
    }

    /// Lists and objects go as a text, as in the protocol.
    private static func expectation(_ value: JSON) -> JSON {
        switch value {
        case .array, .object:
            .record([
                "serialized_value": .record([
                    "serialization_format": .string("JSON_FORMAT"), "value": .string(value.pythonText()),
                ])
            ])
        default: .record(["value": value])
        }
    }

    private static func asText(_ member: JSON.Member) -> JSON.Member {
        member.value.text == nil ? .init(member.name, .string(member.value.text())) : member
    }

    private static func time(_ milliseconds: Int64) -> JSON {
        .string(Timestamp(milliseconds: milliseconds).rfc3339)
    }

    /// The row in the order of `insertion`, without its last two columns, which are of the trace.
    var values: [SQLValue] {
        let document = JSON.object(members)
        var type = "feedback"
        var value = document["feedback"]?["value"] ?? .null
        if let expectation = document["expectation"] {
            type = "expectation"
            let serialized = expectation["serialized_value"]?["value"]?.text
            value = serialized.flatMap { try? JSONParser.parse($0) } ?? expectation["value"] ?? .null
        } else if let issue = document["issue"] {
            type = "issue"
            value = issue
        }
        func text(_ name: String) -> SQLValue { .optional(document[name]?.text) }
        func milliseconds(_ name: String) -> SQLValue {
            .integer(document[name]?.text.flatMap(Timestamp.init(rfc3339:))?.milliseconds ?? 0)
        }
        let isNumeric: Bool =
            switch value {
            case .integer, .number, .bool: true
            default: false
            }
        return [
            .text(traceID), .text(assessmentID), .text(document["assessment_name"]?.text ?? ""), .text(type),
            .text(value.text()), .optional(document["feedback"]?["error"]?.text()), milliseconds("create_time"),
            milliseconds("last_update_time"), .text(document["source"]?["source_type"]?.text ?? ""),
            .optional(document["source"]?["source_id"]?.text), text("span_id"), text("rationale"), text("overrides"),
            .flag(document["valid"]?.flag ?? true), .optional(document["metadata"]?.text()), .flag(isNumeric),
        ]
    }

    // MARK: - Steward's document

    private static let names = [
        "assessment_name", "source", "feedback", "expectation", "issue", "span_id", "rationale", "overrides",
        "metadata",
    ]

    /// - Throws: `invalid` when it is no JSON object.
    init(trace traceID: String, id assessmentID: String, document text: String) throws(Failure) {
        self.traceID = traceID
        self.assessmentID = assessmentID
        let document = try JSONParser.parse(text)
        guard let given = document.members else { throw Failure(.invalid, "it is no object") }
        members =
            [
                JSON.Member("trace_id", .string(traceID)), .init("assessment_id", .string(assessmentID)),
                .init("valid", .bool(document["valid"]?.flag ?? true)),
            ]
            + ["create_time", "last_update_time"].map { name in
                JSON.Member(
                    name, Self.time(document[name]?.text.flatMap(Timestamp.init(rfc3339:))?.milliseconds ?? 0))
            } + given.filter { Self.names.contains($0.name) }
    }
}
