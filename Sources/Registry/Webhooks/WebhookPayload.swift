import Core
import Platform

/// What webhooks are told of an event of the log, in the words of MLflow 3.18.
struct WebhookPayload: Sendable {
    let topic: WebhookTopic
    let data: JSON

    /// `{"entity","action","timestamp","data"}`
    func body(at time: Timestamp) -> String {
        JSON.record([
            "entity": .string(topic.entity), "action": .string(topic.action),
            // As Python writes it: its older versions cannot read a Z.
            "timestamp": .string(time.rfc3339.dropLast() + "+00:00"), "data": data,
        ]).text()
    }

    /// The kinds of events that webhooks can be told of.
    static let kinds: Set<String> = [
        EventKind.modelCreated, EventKind.modelTagSet, EventKind.modelTagDeleted, EventKind.versionRegistered,
        EventKind.versionTagSet, EventKind.versionTagDeleted, EventKind.aliasSet, EventKind.aliasDeleted,
        EventKind.stageTransitioned,
    ]

    /// - Returns: nil for an event that MLflow's webhooks say nothing about, such as the tags of a model.
    init?(_ recorded: RecordedEvent) {
        let details = Details(recorded.event.details)
        switch recorded.event.kind {
        case EventKind.modelCreated:
            topic = details.isPrompt ? .promptCreated : .modelCreated
            data = .record([
                "name": details["name"], "tags": details.tags(without: details.isPrompt ? Prompts.internalTags : []),
                "description": details["description"],
            ])
        case EventKind.versionRegistered:
            (topic, data) = Self.versionRegistered(details)
        case EventKind.modelTagSet where details.isPrompt:
            topic = .promptTagSet
            data = .record(["name": details["name"], "key": details["key"], "value": details["new"]])
        case EventKind.modelTagDeleted where details.isPrompt:
            topic = .promptTagDeleted
            data = .record(["name": details["name"], "key": details["key"]])
        case EventKind.versionTagSet:
            topic = details.isPrompt ? .promptVersionTagSet : .versionTagSet
            data = .record([
                "name": details["name"], "version": details.version, "key": details["key"], "value": details["new"],
            ])
        case EventKind.versionTagDeleted:
            topic = details.isPrompt ? .promptVersionTagDeleted : .versionTagDeleted
            data = .record(["name": details["name"], "version": details.version, "key": details["key"]])
        case EventKind.aliasSet:
            topic = details.isPrompt ? .promptAliasCreated : .aliasCreated
            data = .record(["name": details["name"], "alias": details["alias"], "version": details.version])
        case EventKind.aliasDeleted:
            topic = details.isPrompt ? .promptAliasDeleted : .aliasDeleted
            data = .record(["name": details["name"], "alias": details["alias"]])
        case EventKind.stageTransitioned:
            topic = .stageTransitioned
            data = .record([
                "name": details["name"], "version": details.version, "from_stage": details["from"],
                "to_stage": details["to"], "archived_for": details.text(of: "archived_for"),
                "user": .string(recorded.principal), "reason": .optional(recorded.reason),
            ])
        default: return nil
        }
    }

    private static func versionRegistered(_ details: Details) -> (WebhookTopic, JSON) {
        let tags = details.isPrompt ? Prompts.internalTags.union([Prompts.textTag]) : []
        var members: [JSON.Member] = [
            JSON.Member("name", details["name"]), JSON.Member("version", details.version),
        ]
        if details.isPrompt {
            members.append(JSON.Member("template", details["tags"][Prompts.textTag] ?? .null))
        } else {
            members += [
                JSON.Member("source", details["source"]), JSON.Member("run_id", details.unlessEmpty("run_id")),
            ]
        }
        members += [
            JSON.Member("tags", details.tags(without: tags)),
            JSON.Member("description", details.unlessEmpty("description")),
        ]
        return (details.isPrompt ? .promptVersionCreated : .versionCreated, .object(members))
    }

    /// An example, for trying a webhook.
    init(exampleOf topic: WebhookTopic) {
        self.topic = topic
        let name = topic.entity.hasPrefix("prompt") ? "example_prompt" : "example_model"
        var values: [String: JSON] = [
            "name": .string(name), "tags": .record(["example_key": .string("example_value")]), "archived_for": .null,
            "reason": .null,
        ]
        for (field, text) in Self.exampleTexts { values[field] = .string(text) }
        data = .object(Self.fields(of: topic).map { JSON.Member($0, values[$0] ?? .null) })
    }

    private static let exampleTexts: [String: String] = [
        "description": "An example", "version": "1", "source": "models:/123", "run_id": "abcd1234abcd5678",
        "template": "Hello {{name}}!", "key": "example_key", "value": "example_value", "alias": "example_alias",
        "from_stage": "Staging", "to_stage": "Production", "user": "example_user",
    ]

    private static func fields(of topic: WebhookTopic) -> [String] {
        switch topic {
        case .modelCreated, .promptCreated: ["name", "tags", "description"]
        case .versionCreated: ["name", "version", "source", "run_id", "tags", "description"]
        case .promptVersionCreated: ["name", "version", "template", "tags", "description"]
        case .promptTagSet: ["name", "key", "value"]
        case .promptTagDeleted: ["name", "key"]
        case .versionTagSet, .promptVersionTagSet: ["name", "version", "key", "value"]
        case .versionTagDeleted, .promptVersionTagDeleted: ["name", "version", "key"]
        case .aliasCreated, .promptAliasCreated: ["name", "alias", "version"]
        case .aliasDeleted, .promptAliasDeleted: ["name", "alias"]
        case .stageTransitioned: ["name", "version", "from_stage", "to_stage", "archived_for", "user", "reason"]
        default: []
        }
    }
}

/// The details of an event, read without ado: the registry wrote them.
private struct Details {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    subscript(_ name: String) -> JSON { json[name] ?? .null }

    var isPrompt: Bool { json["is_prompt"]?.flag ?? false }
    var version: JSON { text(of: "version") }

    /// A number as MLflow writes versions.
    func text(of name: String) -> JSON { json[name]?.int.map { .string(String($0)) } ?? .null }

    func unlessEmpty(_ name: String) -> JSON { json[name]?.text.flatMap { $0.isEmpty ? nil : .string($0) } ?? .null }

    func tags(without hidden: Set<String>) -> JSON {
        .object((json["tags"]?.members ?? []).filter { !hidden.contains($0.name) && $0.name != EventText.mark })
    }
}
