import Core

/// Somebody's server that wants to be told when something happens to models.
struct Webhook: Sendable {
    enum Status: String, Sendable {
        case active = "ACTIVE"
        case disabled = "DISABLED"
    }

    let id: String
    let name: String
    let description: String?
    let url: String
    /// In the order of `WebhookTopic.listed`.
    let topics: [WebhookTopic]
    let status: Status
    /// Whether deliveries are signed. The secret itself is never shown again.
    let hasSecret: Bool
    let created: Timestamp
    let updated: Timestamp
}

/// What a webhook can be told of: something that happens to a kind of thing.
struct WebhookTopic: Sendable, Hashable {
    /// `model_version`
    let entity: String
    /// `created`
    let action: String
    /// Whether MLflow has it; its clients cannot read the names of others.
    let isMLflow: Bool

    /// `model_version.created`
    var name: String { "\(entity).\(action)" }

    private init(_ entity: String, _ action: String, isMLflow: Bool = true) {
        self.entity = entity
        self.action = action
        self.isMLflow = isMLflow
    }

    static let modelCreated = WebhookTopic("registered_model", "created")
    static let versionCreated = WebhookTopic("model_version", "created")
    static let versionTagSet = WebhookTopic("model_version_tag", "set")
    static let versionTagDeleted = WebhookTopic("model_version_tag", "deleted")
    static let aliasCreated = WebhookTopic("model_version_alias", "created")
    static let aliasDeleted = WebhookTopic("model_version_alias", "deleted")
    static let promptCreated = WebhookTopic("prompt", "created")
    static let promptVersionCreated = WebhookTopic("prompt_version", "created")
    static let promptTagSet = WebhookTopic("prompt_tag", "set")
    static let promptTagDeleted = WebhookTopic("prompt_tag", "deleted")
    static let promptVersionTagSet = WebhookTopic("prompt_version_tag", "set")
    static let promptVersionTagDeleted = WebhookTopic("prompt_version_tag", "deleted")
    static let promptAliasCreated = WebhookTopic("prompt_alias", "created")
    static let promptAliasDeleted = WebhookTopic("prompt_alias", "deleted")
    /// MLflow's gateway has budgets; nothing here does, so it never happens.
    static let budgetExceeded = WebhookTopic("budget_policy", "exceeded")
    /// A version was given another stage. MLflow has no such event.
    static let stageTransitioned = WebhookTopic("model_version_stage", "transitioned", isMLflow: false)

    static let all = [
        modelCreated, versionCreated, versionTagSet, versionTagDeleted, aliasCreated, aliasDeleted, promptCreated,
        promptVersionCreated, promptTagSet, promptTagDeleted, promptVersionTagSet, promptVersionTagDeleted,
        promptAliasCreated, promptAliasDeleted, budgetExceeded, stageTransitioned,
    ]

    /// By entity and action, which is how MLflow lists those of a webhook.
    static let listed = all.sorted { ($0.entity, $0.action) < ($1.entity, $1.action) }

    /// Finds a topic by its two words, in any case of letters.
    /// - Throws: `invalid`, saying what there is.
    init(entity: String, action: String) throws(Failure) {
        let (entity, action) = (entity.lowercased(), action.lowercased())
        let actions = WebhookTopic.all.filter { $0.entity == entity }
        guard !actions.isEmpty else {
            var entities: [String] = []
            for topic in WebhookTopic.all where !entities.contains(topic.entity) { entities.append(topic.entity) }
            throw Failure(
                .invalid,
                "Invalid webhook entity '\(entity)'. Valid entities are: \(entities.joined(separator: ", "))")
        }
        guard let topic = actions.first(where: { $0.action == action }) else {
            let valid = actions.map { "'\($0.action)'" }.sorted().joined(separator: ", ")
            throw Failure(
                .invalid, "Invalid action '\(action)' for entity '\(entity)'. Valid actions are: [\(valid)]")
        }
        self = topic
    }

    /// Finds a topic by its name, `model_version.created`.
    init(named name: String) throws(Failure) {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        try self.init(entity: String(parts[0]), action: parts.count > 1 ? String(parts[1]) : "")
    }
}

/// One message to one webhook, and how far it got.
struct Delivery: Sendable {
    enum State: String, Sendable, CaseIterable {
        /// Waits for its next attempt.
        case pending
        case delivered
        /// Given up; a dead letter.
        case failed
    }

    /// Sent along, and the same for each attempt: receivers recognise repetitions by it.
    let id: String
    let webhookID: String
    let topic: String
    /// The event of the log that it tells of.
    let sequence: Int64
    let state: State
    let attempts: Int
    let responseStatus: Int?
    /// The beginning of the last answer's body.
    let responseBody: String?
    let problem: String?
    let created: Timestamp
    let attempted: Timestamp?
    let nextAttempt: Timestamp?
}

/// How much of the deliveries that are over is kept.
package struct DeliveryRetention: Sendable {
    /// In milliseconds.
    package var age: Int64 = 30 * 86_400_000
    package var perWebhook = 1000

    package init() {}
}
