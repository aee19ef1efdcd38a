package import Core
import Crypto

/// How an event is written into the log: canonical JSON (RFC 8785), so that anybody can compute its hash again.
///
/// `{"actor":{"method","name"},"details","kind","reason"?,"request_id"?,"seq","subject","time","v":1}`
package enum EventEntry {
    /// Details beyond this are replaced by their SHA-256: an entry must fit a tile's bundle (65,535 bytes).
    static let detailsLimit = 48 * 1024
    /// Longer reasons are cut: bytes.
    static let reasonLimit = 4096
    static let subjectLimit = 1024

    static func text(_ pending: PendingEvent, sequence: Int64, time: Timestamp) throws(Failure) -> [UInt8] {
        let origin = pending.origin
        var members = [
            JSON.Member(
                "actor",
                .record([
                    "method": .string(origin.principal.method.rawValue), "name": .string(origin.principal.name),
                ])),
            JSON.Member("details", try details(pending.event.details)),
            JSON.Member("kind", .string(pending.event.kind)),
            JSON.Member("seq", .integer(sequence)),
            JSON.Member("subject", .string(subject(pending.event.subject))),
            JSON.Member("time", .string(time.rfc3339)),
            JSON.Member("v", .integer(1)),
        ]
        if let reason = origin.reason { members.append(JSON.Member("reason", .string(cut(reason, reasonLimit)))) }
        if let id = origin.requestID { members.append(JSON.Member("request_id", .string(id))) }
        return try JSON.object(members).canonical()
    }

    /// A subject as it is stored and looked for. Longer ones than an index of PostgreSQL takes (2,704 bytes) are cut,
    /// and told apart by their SHA-256.
    static func subject(_ subject: String) -> String {
        guard subject.utf8.count > subjectLimit else { return subject }
        return cut(subject, subjectLimit) + Hexadecimal.text(of: SHA256.hash(data: Array(subject.utf8)))
    }

    private static func details(_ details: JSON) throws(Failure) -> JSON {
        let text = try details.canonical()
        guard text.count > detailsLimit else { return details }
        return .record(["bytes": .int(text.count), "sha256": .string(Hexadecimal.text(of: SHA256.hash(data: text)))])
    }

    /// The beginning of a text, at most `limit` bytes of whole characters, and a sign that something is missing.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + "…"
    }

    /// Reads an entry back.
    /// - Throws: `unsupported` when it is an entry of another version, `invalid` when it is none.
    package static func parse(_ text: [UInt8]) throws(Failure) -> RecordedEvent {
        let json = try JSONParser.parse(text)
        if let version = json["v"]?.int, version != 1 {
            throw Failure(
                .unsupported, "an entry of the event log has an unknown form",
                hint: "A newer server may have written it.")
        }
        guard case .integer(let sequence)? = json["seq"], let kind = json["kind"]?.text,
            let subject = json["subject"]?.text, let actor = json["actor"]?["name"]?.text,
            let time = json["time"]?.text.flatMap(Timestamp.init(rfc3339:))
        else { throw Failure(.invalid, "this is no entry of the event log") }
        return RecordedEvent(
            sequence: sequence, time: time,
            event: Event(kind: kind, subject: subject, details: json["details"] ?? .object([])), principal: actor,
            requestID: json["request_id"]?.text, reason: json["reason"]?.text)
    }
}
