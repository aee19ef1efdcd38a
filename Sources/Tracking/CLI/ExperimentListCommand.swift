import ArgumentParser
import Core
import Platform

struct ExperimentListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List experiments, the newest first.",
        discussion: """
            Examples:
              steward experiment list
              steward experiment list --filter "name LIKE 'credit%' AND tags.team = 'risk'" --order-by name
            """)

    @Option(help: ArgumentHelp("Only those that meet a condition, in MLflow's search grammar.", valueName: "condition"))
    var filter: String?

    @Option(help: ArgumentHelp("name, creation_time DESC, ...; may be repeated.", valueName: "key"))
    var orderBy: [String] = []

    @Option(help: "Which: \(LifecycleChoice.allValueStrings.joined(separator: ", ")).")
    var state = LifecycleChoice.active

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        var query = [("run_counts", "true"), ("state", state.rawValue)] + orderBy.map { ("order_by", $0) }
        if let filter { query.append(("filter", filter)) }
        let (asked, limit) = (query, list.limit)
        let found = try await server.connect {
            try await $0.list("/api/v1/experiments", "experiments", query: asked, limit: limit)
        }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            let isNarrow = filter != nil || state != .active
            return Terminal.message(
                isNarrow
                    ? "No experiment is like that."
                    : "There are no experiments. `steward experiment create NAME` makes one.")
        }
        let now = World.live.now()
        var table = TextTable(columns: [
            .init(title: "Name", minimum: 12), .init(title: "Runs", alignsRight: true), .init(title: "Last run"),
            .init(title: "Created", dispensable: 1), .init(title: "Id", alignsRight: true),
        ])
        for experiment in found.elements {
            let isDeleted = experiment["state"]?.text == "deleted"
            table.rows.append([
                .init(DisplayText.label(experiment["name"]?.text ?? "") + (isDeleted ? " (deleted)" : "")),
                .init(String(experiment["run_count"]?.int ?? 0)),
                .init(experiment.time("last_run_at").map { DisplayValue.age($0, now: now) } ?? "-"),
                .init(experiment.time("created_at").map { DisplayValue.age($0, now: now) } ?? ""),
                .init(experiment.shown("id")),
            ])
        }
        table.write()
        list.note(found, "experiments")
    }
}
