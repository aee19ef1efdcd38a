import Core
import Platform

/// Finds what an event has no room for: the whole text of tags whose event holds only their beginning, such as the text
/// of a long prompt, as long as the tag still has that value; and the tags that are only counted, as they are now.
struct ClippedValues {
    private let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    func restored(_ recorded: RecordedEvent) throws -> RecordedEvent {
        let event = recorded.event
        guard case .object(let members) = event.details, members.contains(where: Self.isClipped) else {
            return recorded
        }
        let restored = try members.map { member in
            switch (member.name, member.value) {
            case ("tags", .object(let tags)):
                JSON.Member("tags", .object(try complete(tags, event.subject)))
            case ("new", let value):
                JSON.Member("new", try whole(value, event.details["key"]?.text ?? "", event.subject))
            default: member
            }
        }
        return RecordedEvent(
            sequence: recorded.sequence, time: recorded.time,
            event: Event(kind: event.kind, subject: event.subject, details: .object(restored)),
            principal: recorded.principal, requestID: recorded.requestID, reason: recorded.reason)
    }

    private static func isClipped(_ member: JSON.Member) -> Bool {
        switch member.value {
        case .string(let text): EventText.isClipped(text)
        case .object(let members): members.contains { $0.name == EventText.mark || isClipped($0) }
        default: false
        }
    }

    private func complete(_ tags: [JSON.Member], _ subject: String) throws -> [JSON.Member] {
        var complete = try tags.map { JSON.Member($0.name, try whole($0.value, $0.name, subject)) }
        guard complete.last?.name == EventText.mark, let model = EventSubject.model(in: subject) else {
            return complete
        }
        complete.removeLast()
        let (table, condition, arguments): (String, String, [SQLValue]) =
            if let number = EventSubject.number(in: subject) {
                ("registry_version_tag", "model_id = ?1 AND number = ?2", [.integer(model), .integer(number)])
            } else {
                ("registry_model_tag", "model_id = ?1", [.integer(model)])
            }
        try sql.forEach("SELECT key, value FROM \(table) WHERE \(condition) ORDER BY key", arguments) { row in
            let key = row.text(0)
            if complete.contains(where: { $0.name.utf8.elementsEqual(key.utf8) }) { return }
            complete.append(JSON.Member(key, .string(row.text(1))))
        }
        return complete
    }

    private func whole(_ value: JSON, _ key: String, _ subject: String) throws -> JSON {
        guard case .string(let text) = value, EventText.isClipped(text), let model = EventSubject.model(in: subject)
        else { return value }
        let current: String? =
            if let number = EventSubject.number(in: subject) {
                try sql.first(
                    "SELECT value FROM registry_version_tag WHERE model_id = ?1 AND number = ?2 AND key = ?3",
                    [.integer(model), .integer(number), .text(key)]
                ) { $0.text(0) }
            } else {
                try sql.first(
                    "SELECT value FROM registry_model_tag WHERE model_id = ?1 AND key = ?2",
                    [.integer(model), .text(key)]
                ) { $0.text(0) }
            }
        let beginning = text.utf8.dropLast(EventText.mark.utf8.count)
        guard let current, current.utf8.starts(with: beginning) else { return value }
        return .string(current)
    }
}
