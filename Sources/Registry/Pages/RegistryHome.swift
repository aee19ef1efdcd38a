import Core
import MLflow
import Platform

/// What the home page and the search box show of models.
struct RegistryHome: Sendable {
    let registry: Registry

    var parts: [HomePart] {
        [
            HomePart("Messages that were given up", order: 2, .webhookManage) { try await failures($0, $1) },
            HomePart("Models", order: 20, .modelRead) { try await news($0, $1) },
        ]
    }

    var search: QuickSearch {
        QuickSearch("Models", order: 20, .modelRead) { words, request in
            let filter = [SearchComparison(SearchField(.attribute, "name"), .ilike, .text("%\(words)%"))]
            let order = SearchOrder(keys: try RegistrySearch.modelKeys([]), position: nil)
            let rights = request.principal.rights
            let found = try await registry.read { reader in
                try RegistrySearch(sql: reader.sql, rights: rights).models(filter, order, limit: QuickSearch.limit)
            }
            return found.elements.map { overview in
                let live = overview.latest.first { $0.stage == .production }
                return QuickSearch.Hit(
                    overview.model.name, ModelPages.address(overview.model.name),
                    detail: live.map { "version \($0.number) in Production" } ?? "")
            }
        }
    }

    /// What needs somebody: receivers that were not reached.
    private func failures(_ request: Request, _ site: Site) async throws -> Markup? {
        let failing = try await registry.read { reader in
            try DeliveryStore(sql: reader.sql).failing(limit: Self.shown)
        }
        guard !failing.isEmpty else { return nil }
        return Markup { html in
            html.rowsList { html in
                for (webhook, figures) in failing {
                    html.rowsListItem(Badge(.bad, "given up"), figures.attempted, now: site.now()) { html in
                        html.link(webhook.name, to: WebhookPages.address(webhook.id), width: 48)
                        html.text(" was not told of \(DisplayValue.count(figures.failed, "event"))")
                    }
                }
            }
        }
    }

    private static let shown = 5
    /// Events that are looked at for those that may be shown.
    private static let looked = 60

    private func news(_ request: Request, _ site: Site) async throws -> Markup? {
        let rights = request.principal.rights
        let events = try await registry.read { reader in
            var query = EventQuery()
            query.kinds = [EventKind.versionRegistered, EventKind.stageTransitioned, EventKind.aliasSet]
            query.order = .newestFirst
            query.limit = Self.looked
            return try EventLog.events(query, reader.sql)
        }
        // By the name of the time: it may be another by now, but then the old one told nothing new either.
        let visible = events.filter { recorded in
            recorded.event.details["name"]?.text.map { rights.allow(.read, over: .registeredModel($0)) } ?? false
        }.prefix(Self.shown)
        guard !visible.isEmpty else { return nil }
        return Markup { html in
            html.timeline { html in
                for event in visible {
                    html.historyEntry(
                        event, site, linksToLog: request.principal.may(.auditRead), linksToSubject: true)
                }
            }
            html.element("p") { $0.element("a", ["href": "/models"], text: "All models") }
        }
    }
}
