package import ArgumentParser
import Core

/// `steward audit list`: events of a server's log, the newest first.
package struct AuditListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List events: when, what, to what, by whom, why.",
        discussion: """
            Subjects are paths: `model/17` is the model of that number, `model/17/version/3` one of its versions. \
            All filters that are given must hold.

            Examples:
              steward audit list
              steward audit list --under model/17 --limit 20
              steward audit list --kind registry.stage-transitioned --kind registry.alias-set --json
            """)

    @OptionGroup var server: ServerOptions

    @Option(help: "Only events of this subject.")
    var subject: String?

    @Option(help: "Only events of this subject and everything below it.")
    var under: String?

    @Option(help: "Only events of this kind; may be given several times.")
    var kind: [String] = []

    @Option(help: "Only events of this person or program.")
    var actor: String?

    @Option(help: ArgumentHelp("Only events from this time on: 2026-11-23T09:00:00Z.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only events before this time.", valueName: "time"))
    var until: String?

    @Option(help: "At most so many events.")
    var limit = 50

    package init() {}

    package func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
    }

    package func run() async throws {
        let events: [JSON] = try await server.connect { client in try await self.events(client) }
        if server.json {
            return JSON.record(["events": .array(events)]).show()
        }
        guard !events.isEmpty else { return Terminal.message("No such events.") }
        var table = TextTable(columns: [
            .init(title: "#", alignsRight: true), .init(title: "Time", dispensable: 1), .init(title: "Event"),
            .init(title: "Subject"), .init(title: "By", dispensable: 2, minimum: 8),
            .init(title: "Why", dispensable: 3, minimum: 12), .init(title: "Details", dispensable: 4, minimum: 16),
        ])
        table.rows = events.map { event in
            let details = event["details"] ?? .null
            return [
                event["sequence"]?.int.map(String.init) ?? "", event["time"]?.text ?? "", event["kind"]?.text ?? "",
                event["subject"]?.text ?? "", event["actor"]?.text ?? "", event["reason"]?.text ?? "",
                details.members?.isEmpty == false ? details.text() : "",
            ].map { TextTable.Cell(DisplayText.clean($0)) }
        }
        table.write()
    }

    /// Page by page, as many as are asked for.
    private func events(_ client: ServerClient) async throws(Failure) -> [JSON] {
        var query = [(name: "order", value: "newest")]
        if let subject { query.append(("subject", subject)) }
        if let under { query.append(("under", under)) }
        if let actor { query.append(("actor", actor)) }
        if let since { query.append(("since", since)) }
        if let until { query.append(("until", until)) }
        query += kind.map { ("kind", $0) }
        var events: [JSON] = []
        while events.count < limit {
            let size = min(limit - events.count, 1000)
            var page = query + [("limit", String(size))]
            if let last = events.last?["sequence"]?.int { page.append(("after", String(last))) }
            let more = try await client.get("/api/v1/events", query: page)["events"]?.elements ?? []
            events += more
            if more.count < size { break }
        }
        return events
    }
}
