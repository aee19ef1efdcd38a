import Core
import MLflow
import Platform

/// What people and programs say of a trace. An assessment is kept as the JSON the protocol has for it: this server
/// reads
/// who and when, and leaves the judgement to those who made it.
enum AssessmentWire {
    private static let mostBytes = 1 << 20

    /// The assessment with what the server adds.
    /// - Returns: its identifier and its JSON text.
    static func complete(
        _ assessment: JSON, trace traceID: String, now: Timestamp, makeID: () -> String
    ) throws(Failure) -> (id: String, body: String) {
        guard let given = assessment.members else { throw Failure(.invalid, "An assessment is not an object") }
        let message = ProtoMessage(given, field: "assessment")
        let id = try message.text("assessment_id").flatMap { $0.isEmpty ? nil : $0 } ?? "a-" + makeID()
        guard id.utf8.count <= 250 else { throw Failure(.invalid, "'assessment_id' exceeds the maximum length of 250") }
        let time = JSON.string(ProtoTime.text(now))
        var members = try normalised(message, traceID: traceID)
        members.insert(.init("assessment_id", .string(id)), at: 0)
        members.append(.init("create_time", try message.value("create_time") ?? time))
        members.append(.init("last_update_time", try message.value("last_update_time") ?? time))
        members.append(.init("valid", try message.value("valid") ?? .bool(true)))
        return (id, try text(members))
    }

    /// The assessment with the fields of `mask` taken from `change`.
    static func updated(_ body: String, by change: ProtoMessage, mask: [String], now: Timestamp) throws -> String {
        var members = try JSONParser.parse(body).members ?? []
        let new = try normalised(change, traceID: nil) + [.init("valid", try change.value("valid") ?? .bool(true))]
        for field in mask {
            guard ["assessment_name", "expectation", "feedback", "rationale", "metadata", "valid"].contains(field)
            else {
                throw Failure(.invalid, "The field '\(field.prefix(100))' of an assessment cannot be updated")
            }
            members.removeAll { $0.name == field }
            members += new.filter { $0.name == field }
        }
        members.removeAll { $0.name == "last_update_time" }
        members.append(.init("last_update_time", .string(ProtoTime.text(now))))
        return try text(members)
    }

    /// The fields a client may set, under their proto names.
    private static func normalised(_ message: ProtoMessage, traceID: String?) throws(Failure) -> [JSON.Member] {
        var members: [JSON.Member] = []
        if let traceID { members.append(.init("trace_id", .string(traceID))) }
        if let value = try message.text("assessment_name") { members.append(.init("assessment_name", .string(value))) }
        if let value = try message.text("span_id") { members.append(.init("span_id", .string(value))) }
        if let value = try message.value("source") { members.append(.init("source", value)) }
        if let value = try message.value("feedback") { members.append(.init("feedback", value)) }
        if let value = try message.value("expectation") { members.append(.init("expectation", value)) }
        if let value = try message.value("issue") { members.append(.init("issue", value)) }
        if let value = try message.text("rationale") { members.append(.init("rationale", .string(value))) }
        if let value = try message.value("error") { members.append(.init("error", value)) }
        if let value = try message.value("metadata") { members.append(.init("metadata", value)) }
        if let value = try message.text("overrides") { members.append(.init("overrides", .string(value))) }
        return members
    }

    private static func text(_ members: [JSON.Member]) throws(Failure) -> String {
        let text = JSON.object(members).text()
        guard text.utf8.count <= mostBytes else {
            throw Failure(.invalid, "An assessment is larger than \(mostBytes) bytes")
        }
        return text
    }

    static func answer(_ body: String) throws(Failure) -> Response {
        .json(.record(["assessment": try JSONParser.parse(body)]))
    }
}
