import Core
import MLflow
import Platform

/// A version of a model: what it is, where it came from, what happened to it.
struct VersionPage: Sendable {
    let registry: Registry

    var endpoints: [Endpoint] {
        [
            .page("/models/{name}/versions/{version}", .may(.modelRead), "A version of a registered model.") {
                request, site in try await page(request, site)
            }.aboutModel()
        ]
    }

    private static let eventsShown = 30

    struct Content: Sendable {
        let version: ModelVersion
        let lineage: Lineage
        let events: [RecordedEvent]
        let period: StagePeriod?
        /// Where the files are, as far as it can be resolved.
        let folder: String?
        let drift: VersionDrift?
    }

    /// - Parameter problem: why what was asked for was not done.
    func page(_ request: Request, _ site: Site, problem: FailureText? = nil) async throws -> Page {
        let name = try request.parameter("name")
        let number = try Naming.version(request.parameter("version"))
        let (sources, rights) = (registry.sources, request.principal.rights)
        let content = try await registry.read { reader in try Self.content(name, number, sources, rights, reader) }
        let drift = await content.drift?.summary(registry.downloads)
        let parts = VersionParts(content, request, site, await files(content))
        let version = content.version
        var page = Page(
            "Version \(number)", section: "/models",
            crumbs: [ModelPages.crumb, .init(name, ModelPages.address(name))])
        page.badge = version.stage.badge
        page.lead { parts.lead(&$0) }
        let forms = ModelForms.Offers(request, name)
        page.actions { forms.version(version, &$0) }
        page.body { html in
            if let problem { html.notice(problem) }
            content.drift?.write(drift, &html)
            if let text = version.description, !text.isEmpty { html.prose(text) }
            html.section("Where it comes from", id: "lineage") { parts.lineage(&$0) }
            parts.signature(&html)
            html.section("Files", id: "files") { parts.files(&$0) }
            html.section("Load it", id: "load") { parts.code(&$0) }
            html.section("History", id: "history") { html in
                html.timeline { html in
                    for event in content.events {
                        html.historyEntry(event, site, linksToLog: request.principal.may(.auditRead))
                    }
                }
            }
        }
        page.rail { html in
            parts.facts(&html)
            html.section("Aliases", id: "aliases") { html in
                if version.aliases.isEmpty { html.element("p", ["class": "sub"], text: "None.") }
                html.tags(version.aliases.map { ($0, "") })
                forms.alias(version.aliases.map { Alias(name: $0, version: number) }, newest: number, &html)
            }
            html.section("Tags", id: "tags") { html in
                if version.tags.isEmpty { html.element("p", ["class": "sub"], text: "None.") }
                html.tags(version.tags.map { ($0.key, $0.value) })
                forms.tags(ModelPages.address(name, number), version.tags, &html)
            }
        }
        return page
    }

    private static func content(
        _ name: String, _ number: Int64, _ sources: any ModelSources, _ rights: Rights, _ reader: RegistryReader
    ) throws -> Content {
        let version = try reader.requiredVersion(of: name, number)
        var query = EventQuery()
        query.subject = EventSubject.version(version.modelID, number)
        query.order = .newestFirst
        query.limit = eventsShown
        let events = try EventLog.events(query, reader.sql)
        // When it came into the stage it is in; a version without a move is in none.
        let move = events.first { $0.event.kind == EventKind.stageTransitioned }
        let period = move.map {
            StagePeriod(version: number, stage: version.stage, since: $0.time, by: $0.principal, reason: $0.reason)
        }
        return Content(
            version: version,
            lineage: try sources.lineage(run: version.runID, loggedModel: version.loggedModelID, reader.sql),
            events: events, period: period, folder: try? VersionArtifactCall.folder(of: version, sources, reader),
            drift: try VersionDrift(version, sources, rights, reader.sql))
    }

    /// Files that are listed at most.
    private static let filesShown = 200
    /// Bytes of an MLmodel file that are read.
    private static let descriptionLimit = 1 << 20

    struct Files: Sendable {
        var listing: ArtifactFiles?
        var description: MLmodelFile?
    }

    /// Nothing for files that are kept elsewhere: the server asks nobody for them.
    private func files(_ content: Content) async -> Files {
        var files = Files()
        guard let downloads = registry.downloads, let folder = content.folder else { return files }
        files.listing = try? await downloads.files(below: folder, limit: Self.filesShown)
        guard files.listing?.files.contains(where: { $0.path == "MLmodel" }) ?? false else { return files }
        let bytes = try? await downloads.contents(of: "MLmodel", below: folder, limit: Self.descriptionLimit)
        files.description = bytes.flatMap { $0 }.map { MLmodelFile(String(decoding: $0, as: UTF8.self)) }
        return files
    }
}
