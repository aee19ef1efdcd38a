import Core
import Platform

/// The registry's events as people tell them.
enum RegistryWords {
    static let words = EventWords(kinds: kinds) { phrase($0) }

    static let subjectPages = [
        SubjectPage("model/{}") { parts, event in
            .init(event.details["name"]?.text ?? "model \(parts[0])", Address("/model", parts[0]))
        },
        SubjectPage("model/{}/version/{}") { parts, event in
            .init(
                "\(event.details["name"]?.text ?? "model \(parts[0])") version \(parts[1])",
                Address("/model", parts[0], "versions", parts[1]))
        },
        SubjectPage("webhook/{}") { parts, event in
            .init(
                (event.details["name"] ?? event.details["webhook"])?.text ?? "webhook", WebhookPages.address(parts[0]))
        },
    ]

    private static let kinds = [
        EventKind.modelCreated, EventKind.modelRenamed, EventKind.modelUpdated, EventKind.modelDeleted,
        EventKind.modelTagSet, EventKind.modelTagDeleted, EventKind.versionRegistered, EventKind.versionUpdated,
        EventKind.versionDeleted, EventKind.versionTagSet, EventKind.versionTagDeleted, EventKind.stageTransitioned,
        EventKind.aliasSet, EventKind.aliasLost, EventKind.aliasDeleted, EventKind.webhookCreated,
        EventKind.webhookUpdated, EventKind.webhookDeleted,
    ]

    private static func phrase(_ event: Event) -> EventPhrase? {
        let details = event.details
        func text(_ name: String) -> String { short(details[name]?.text ?? "") }
        let name = text("name")
        let version = details["version"]?.int.map { "version \($0) of \(name)" } ?? name
        switch event.kind {
        case EventKind.modelCreated: return EventPhrase("created the model \(name)")
        case EventKind.modelRenamed: return EventPhrase("renamed the model \(name) to \(text("new_name"))")
        case EventKind.modelUpdated: return EventPhrase("changed the description of \(name)")
        case EventKind.modelDeleted: return EventPhrase("deleted the model \(name) with its versions", .bad)
        case EventKind.modelTagSet, EventKind.versionTagSet: return tagSet(version, details)
        case EventKind.modelTagDeleted, EventKind.versionTagDeleted:
            return EventPhrase("took the tag \(text("key")) from \(version)")
        case EventKind.versionRegistered: return EventPhrase("registered \(version)")
        case EventKind.versionUpdated: return EventPhrase("changed the description of \(version)")
        case EventKind.versionDeleted: return EventPhrase("deleted \(version)", .bad)
        case EventKind.stageTransitioned: return moved(version, details)
        case EventKind.aliasSet: return aliasSet(version, details)
        case EventKind.aliasLost:
            return EventPhrase(
                "moved the alias \(text("alias")) from \(version) to version \(number(details["moved_to"]))")
        case EventKind.aliasDeleted: return EventPhrase("took the alias \(text("alias")) from \(version)")
        case EventKind.webhookCreated: return EventPhrase("created the webhook \(name)")
        case EventKind.webhookUpdated: return EventPhrase("changed the webhook \(text("webhook"))")
        case EventKind.webhookDeleted: return EventPhrase("deleted the webhook \(name)", .bad)
        default: return nil
        }
    }

    private static func moved(_ version: String, _ details: JSON) -> EventPhrase {
        let stage = Stage(rawValue: details["to"]?.text ?? "") ?? .none
        let from = details["from"]?.text ?? "None"
        let cause = details["archived_for"]?.int.map { ", in favour of version \($0)" } ?? ""
        return EventPhrase("moved \(version) from \(short(from)) to \(stage.rawValue)\(cause)", stage.tone)
    }

    private static func aliasSet(_ version: String, _ details: JSON) -> EventPhrase {
        let before = details["old"]?.int.map { ", before at version \($0)" } ?? ""
        return EventPhrase("pointed the alias \(short(details["alias"]?.text ?? "")) at \(version)\(before)")
    }

    private static func tagSet(_ version: String, _ details: JSON) -> EventPhrase {
        let (key, value) = (short(details["key"]?.text ?? ""), short(details["new"]?.text ?? ""))
        let before = details["old"]?.text.map { ", before \(short($0))" } ?? ""
        return EventPhrase("set the tag \(key) of \(version) to \(value.isEmpty ? "nothing" : value)\(before)")
    }

    private static func number(_ value: JSON?) -> String { value?.int.map(String.init) ?? "?" }
    private static func short(_ text: String) -> String { DisplayText.shorten(DisplayText.clean(text), to: 80) }
}

extension Stage {
    /// Production is where a version counts; what waits there is on its way.
    var tone: Tone {
        switch self {
        case .production: .good
        case .staging: .warning
        case .none, .archived: .neutral
        }
    }

    var badge: Badge { Badge(tone, self == .none ? "no stage" : rawValue) }
}
