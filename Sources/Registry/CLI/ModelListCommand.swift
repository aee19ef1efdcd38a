import ArgumentParser
import Core
import Platform

struct ModelListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List registered models, by name.",
        discussion: """
            Examples:
              steward model list
              steward model list --filter "name LIKE 'credit%'" --order-by "last_updated_timestamp DESC"
            """)

    @Option(help: ArgumentHelp("Only those that meet a condition, in MLflow's search grammar.", valueName: "condition"))
    var filter: String?

    @Option(help: ArgumentHelp("name, last_updated_timestamp DESC, ...; may be repeated.", valueName: "key"))
    var orderBy: [String] = []

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        var query = orderBy.map { ("order_by", $0) }
        if let filter { query.append(("filter", filter)) }
        let (asked, limit) = (query, list.limit)
        let found = try await server.connect {
            try await $0.list("/api/v1/models", "models", query: asked, limit: limit)
        }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message(filter == nil ? nothing : "No model is like that.")
        }
        let now = World.live.now()
        var table = TextTable(columns: [
            .init(title: "Name", minimum: 12), .init(title: "Latest", alignsRight: true), .init(title: "Production"),
            .init(title: "Staging", dispensable: 1), .init(title: "Aliases", minimum: 12), .init(title: "Changed"),
            .init(title: "Description", dispensable: 2, minimum: 16),
        ])
        for model in found.elements {
            let stages = model["latest_versions"]
            func version(_ stage: String) -> String { stages?[stage]?.int.map { "v\($0)" } ?? "" }
            let latest = (stages?.members ?? []).compactMap(\.value.int).max()
            let aliases = (model["aliases"]?.members ?? []).map {
                "\(DisplayText.clean($0.name)) v\($0.value.int ?? 0)"
            }
            table.rows.append([
                .init(DisplayText.label(model["name"]?.text ?? "")), .init(latest.map { "v\($0)" } ?? "-"),
                .init(version("Production"), .good), .init(version("Staging")),
                .init(aliases.joined(separator: ", ")),
                .init(model.time("updated_at").map { DisplayValue.age($0, now: now) } ?? ""),
                .init(model.shown("description")),
            ])
        }
        table.write()
        list.note(found, "models")
    }

    private var nothing: String {
        """
        There are no models yet. This registers one, from a run that logged it:
          mlflow.register_model("runs:/RUN_ID/model", "my-model")
        """
    }
}
