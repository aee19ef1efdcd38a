import Core

/// The kinds of events the registry records. The log keeps them: a kind is never renamed.
enum EventKind {
    static let modelCreated = "registry.model-created"
    static let modelRenamed = "registry.model-renamed"
    static let modelUpdated = "registry.model-updated"
    static let modelDeleted = "registry.model-deleted"
    static let modelTagSet = "registry.model-tag-set"
    static let modelTagDeleted = "registry.model-tag-deleted"
    static let versionRegistered = "registry.version-registered"
    static let versionUpdated = "registry.version-updated"
    static let versionDeleted = "registry.version-deleted"
    static let versionTagSet = "registry.version-tag-set"
    static let versionTagDeleted = "registry.version-tag-deleted"
    static let stageTransitioned = "registry.stage-transitioned"
    static let aliasSet = "registry.alias-set"
    /// An alias was pointed at another version: told of the version that had it.
    static let aliasLost = "registry.alias-lost"
    static let aliasDeleted = "registry.alias-deleted"
    static let webhookCreated = "registry.webhook-created"
    static let webhookUpdated = "registry.webhook-updated"
    static let webhookDeleted = "registry.webhook-deleted"
    // What a migration has brought, as it was there.
    static let modelImported = "registry.model-imported"
    static let versionImported = "registry.version-imported"
    static let webhookImported = "registry.webhook-imported"
}

/// Names what events happen to. Models are named by their number, which outlives their name: the history of a model is
/// one subject through all renames, and a later model of the same name does not inherit it. The name of the time is in
/// the details.
enum EventSubject {
    static func model(_ id: Int64) -> String { Event.subject("model", String(id)) }

    static func version(_ model: Int64, _ number: Int64) -> String {
        Event.subject("model", String(model), "version", String(number))
    }

    static func webhook(_ id: String) -> String { Event.subject("webhook", id) }

    /// The model's number in a subject, if it is a model's or one of its versions'.
    static func model(in subject: String) -> Int64? {
        let parts = subject.split(separator: "/")
        return parts.count >= 2 && parts[0] == "model" ? Int64(parts[1]) : nil
    }

    /// The version's number in a subject, if it is a version's.
    static func number(in subject: String) -> Int64? {
        let parts = subject.split(separator: "/")
        return parts.count == 4 && parts[0] == "model" && parts[2] == "version" ? Int64(parts[3]) : nil
    }
}

extension JSON {
    /// All tags of an event, in bytes as `EventText` counts them.
    private static let tagsLimit = 24_576

    /// Tags as an event keeps them: all together in `tagsLimit` bytes. Those for which no room is left are counted
    /// under the name `…`, which no tag can have.
    static func eventTags(_ tags: [Tag]) -> JSON {
        var room = tagsLimit
        var members: [Member] = []
        for tag in tags {
            let left = room - EventText.size(tag.key)
            guard left > EventText.leastClip else { break }
            let text = EventText.clipped(tag.value, limit: min(EventText.limit, left))
            room = left - EventText.size(text)
            members.append(Member(tag.key, .string(text)))
        }
        if members.count < tags.count { members.append(Member(EventText.mark, .int(tags.count - members.count))) }
        return .object(members)
    }
}
