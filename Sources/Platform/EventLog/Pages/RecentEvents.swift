import Core

/// What changed lately, for the home page: the newest entries of the log.
struct RecentEvents: Sendable {
    let database: Database

    private static let shown = 8

    var part: HomePart {
        HomePart("What changed", order: HomePart.afterthoughts, .auditRead) { _, site in
            var query = EventQuery()
            query.order = .newestFirst
            query.limit = Self.shown
            let asked = query
            let events = try await database.read { try EventLog.events(asked, $0) }
            guard !events.isEmpty else { return nil }
            return Markup { html in
                html.timeline { html in
                    for event in events { html.historyEntry(event, site, linksToLog: true) }
                }
            }
        }
    }
}
