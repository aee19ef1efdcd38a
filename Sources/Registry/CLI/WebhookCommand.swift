package import ArgumentParser
import Core
import Platform

/// `steward webhook`
package struct WebhookCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Webhooks: list, deliveries, redeliver.",
        subcommands: [WebhookListCommand.self, WebhookDeliveriesCommand.self, WebhookRedeliverCommand.self])

    package init() {}

    static func path(_ id: String) -> String { "/api/v1/webhooks/" + PercentEncoding.encode(id) }

    static let help = ArgumentHelp("The identifier of a webhook.", valueName: "webhook")
}

struct WebhookListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List webhooks, the newest first.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let limit = list.limit
        let found = try await server.connect { try await $0.list("/api/v1/webhooks", "webhooks", limit: limit) }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message("There are no webhooks. POST /api/v1/webhooks makes one (/openapi.json).")
        }
        var table = TextTable(columns: [
            .init(title: "Name", minimum: 12), .init(title: "State"),
            .init(title: "Events", dispensable: 1, minimum: 16),
            .init(title: "Goes to", minimum: 20), .init(title: "Id"),
        ])
        for webhook in found.elements {
            let events = (webhook["events"]?.elements ?? []).compactMap(\.text).map(DisplayText.clean)
            table.rows.append([
                .init(DisplayText.label(webhook["name"]?.text ?? "")),
                webhook["enabled"]?.flag == true ? .init("enabled") : .init("disabled", .faint),
                .init(events.joined(separator: ", ")), .init(webhook.shown("url")), .init(webhook.shown("id")),
            ])
        }
        table.write()
        list.note(found, "webhooks")
    }
}
