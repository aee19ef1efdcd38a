import ArgumentParser
import Core
import Platform

struct WebhookDeliveriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliveries",
        abstract: "List the deliveries of a webhook, the newest first.",
        discussion: "Example: steward webhook deliveries ID --state failed")

    @Argument(help: WebhookCommand.help) var webhook: String

    @Option(help: "Only those that are \(Delivery.State.allValueStrings.joined(separator: ", ")).")
    var state: Delivery.State?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, limit) = (WebhookCommand.path(webhook) + "/deliveries", list.limit)
        let query = state.map { [("state", $0.rawValue)] } ?? []
        let found = try await server.connect { try await $0.list(path, "deliveries", query: query, limit: limit) }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message(state == nil ? "Nothing was sent to it yet." : "No delivery is like that.")
        }
        let now = World.live.now()
        var table = TextTable(columns: [
            .init(title: "Event", minimum: 16), .init(title: "State"), .init(title: "Attempts", alignsRight: true),
            .init(title: "Answer", minimum: 12), .init(title: "Made"), .init(title: "Next (UTC)", dispensable: 1),
            .init(title: "Id"),
        ])
        for delivery in found.elements {
            let state = delivery["state"]?.text ?? ""
            let status = delivery["response_status"]?.int.map(String.init)
            let problem = delivery["problem"]?.text.map(DisplayText.clean)
            table.rows.append([
                .init(delivery.shown("event")),
                .init(DisplayText.clean(state), state == "failed" ? .bad : state == "pending" ? .unknown : nil),
                .init(String(delivery["attempts"]?.int ?? 0)),
                .init([status, problem].compactMap { $0 }.joined(separator: " ")),
                .init(delivery.time("created_at").map { DisplayValue.age($0, now: now) } ?? ""),
                .init(delivery.time("next_attempt_at").map { DisplayValue.moment($0, zone: false) } ?? ""),
                .init(delivery.shown("id")),
            ])
        }
        table.write()
        list.note(found, "deliveries")
    }
}

struct WebhookRedeliverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "redeliver", abstract: "Send a delivery again.")

    @Argument(help: WebhookCommand.help) var webhook: String
    @Argument(help: ArgumentHelp("The identifier of a delivery.", valueName: "delivery")) var delivery: String
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let path = "\(WebhookCommand.path(webhook))/deliveries/\(PercentEncoding.encode(delivery))/redeliver"
        let sent = try await server.connect { try await $0.send("POST", path) }
        if server.json { return sent.show() }
        Terminal.write("It is sent again. steward webhook deliveries \(webhook) tells what became of it.\n")
    }
}

extension Delivery.State: ExpressibleByArgument {}
