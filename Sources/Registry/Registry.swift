package import ArgumentParser
package import Core
package import Platform

/// Registered models: their versions, stages, aliases and tags, their history, and webhooks about them.
package struct Registry: Domain {
    package static let name = "registry"
    package static let migrations = RegistrySchema.migrations

    package static let navigation = [ModelPages.navigation, WebhookPages.navigation]
    package static let subjectPages = RegistryWords.subjectPages
    package static let eventWords: EventWords? = RegistryWords.words

    package static let commands: [any ParsableCommand.Type] = [ModelCommand.self, WebhookCommand.self]

    package struct Settings: Sendable {
        package var sourceCheck = SourceCheck()
        /// Where webhooks may go.
        package var destinations = DestinationPolicy()
        package var deliveries = JobPolicy()
        package var deliveryHistory = DeliveryRetention()

        package init() {}
    }

    let services: Services
    let sources: any ModelSources
    let downloads: (any ArtifactDownloads)?
    let settings: Settings
    package let webhooks: WebhookDeliveries

    /// - Parameters:
    ///   - sources: where registered models come from.
    ///   - downloads: who keeps their files; nil when nobody here does.
    ///   - resolver: how the host names of webhooks are resolved.
    package init(
        _ services: Services, sources: any ModelSources, downloads: (any ArtifactDownloads)? = nil,
        settings: Settings = Settings(),
        resolver: HostResolver = .system
    ) {
        self.services = services
        self.sources = sources
        self.downloads = downloads
        self.settings = settings
        webhooks = WebhookDeliveries(
            database: services.database, world: services.world,
            client: OutboundClient(policy: settings.destinations, world: services.world, resolver: resolver),
            policy: settings.deliveries, retention: settings.deliveryHistory)
    }

    package var endpoints: [Endpoint] {
        [
            ModelCalls(registry: self).endpoints,
            VersionCalls(registry: self).endpoints,
            SearchCalls(registry: self).endpoints,
            WebhookCalls(registry: self).endpoints,
            downloads.map { VersionArtifactCall(registry: self, downloads: $0).endpoints } ?? [],
            ModelEndpoints(registry: self).endpoints,
            HistoryEndpoints(registry: self).endpoints,
            WebhookEndpoints(registry: self).endpoints,
            ModelPages(registry: self).endpoints,
            ModelPage(registry: self).endpoints,
            VersionPage(registry: self).endpoints,
            ModelForms(registry: self).endpoints,
            WebhookPages(registry: self).endpoints,
            WebhookForms(registry: self).endpoints,
        ].flatMap { $0 }
    }

    package var homeParts: [HomePart] { RegistryHome(registry: self).parts }
    package var quickSearches: [QuickSearch] { [RegistryHome(registry: self).search] }

    /// For domains that keep what versions are made of.
    package static var artifactUses: any ArtifactUses { VersionUses() }

    package var reactors: [Reactor] { [webhooks.reactor] }
    package var routines: [Routine] { webhooks.routines }
}

extension Permission {
    package static let modelRead = Permission("model.read", .read, of: .registeredModel)
    package static let modelWrite = Permission("model.write", .edit, of: .registeredModel)
    /// To say which version is live: stages and aliases.
    package static let modelPromote = Permission("model.promote", .approve, of: .registeredModel)
    /// To delete models and versions, and to rename models.
    package static let modelManage = Permission("model.manage", .manage, of: .registeredModel)
    /// Webhooks send what happens to somebody else's server.
    package static let webhookManage = Permission("webhook.manage", .administer)
}

extension Registry {
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (RegistryReader) throws -> Value
    ) async throws(Failure) -> Value {
        try await services.database.read { try body(RegistryReader($0)) }
    }

    func write<Value: Sendable>(
        _ request: Request, _ body: @escaping @Sendable (RegistryWriter) throws -> Value
    ) async throws(Failure) -> Value {
        try await write(by: request.origin, body)
    }

    func write<Value: Sendable>(
        by origin: Origin, _ body: @escaping @Sendable (RegistryWriter) throws -> Value
    ) async throws(Failure) -> Value {
        let (world, grants) = (services.world, services.grants)
        // One after the other: each ends with the head of the event log, which there is only one of, so that nothing is
        // lost, and models are locked in the order of the requests.
        return try await services.database.write(key: Self.name) {
            try body(RegistryWriter($0, origin, now: world.now(), grants: grants))
        }
    }
}
