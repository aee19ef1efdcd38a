import ArgumentParser
import Core
import Platform

struct ModelShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a model, or one of its versions.",
        discussion: """
            Examples:
              steward model show credit-risk
              steward model show credit-risk/3
              steward model show credit-risk@champion
            """)

    @Argument(help: ArgumentHelp("A model, MODEL/VERSION or MODEL@ALIAS.", valueName: "model"))
    var name: String

    @OptionGroup var server: ServerOptions

    /// Versions shown with their model.
    private static let versionLimit = 5

    mutating func run() async throws {
        let reference = ModelArgument(name)
        let isJSON = server.json
        let (found, versions) = try await server.connect { server in
            let found = try await server.get(reference.path)
            guard reference.version == nil, !isJSON else { return (found, JSON.null) }
            let path = ModelCommand.path(reference.model) + "/versions"
            return (found, try await server.get(path, query: [("limit", String(Self.versionLimit))]))
        }
        if isJSON { return found.show() }
        let now = World.live.now()
        guard reference.version == nil else { return Self.sheet(version: found, now).write() }
        Self.sheet(model: found, now).write()
        guard let some = versions["versions"]?.elements, !some.isEmpty else { return }
        Terminal.write("\n")
        ModelText.versions(some, now: now).write()
        if versions["next_before"]?.int != nil {
            Terminal.message("There are more: steward model versions \(ShellWord.quoted(reference.model))")
        }
    }

    private static func sheet(model: JSON, _ now: Timestamp) -> FactSheet {
        let latest = (model["latest_versions"]?.members ?? []).compactMap(\.value.int).max()
        let count = latest.map { "latest version \($0)" } ?? "no versions yet"
        var sheet = FactSheet("\(DisplayText.label(model["name"]?.text ?? "")): \(count)")
        let description = model.shown("description")
        if !description.isEmpty { sheet.add(description) }
        sheet.add("Model", times(model, now))
        sheet.add(
            "Aliases", (model["aliases"]?.members ?? []).map { (DisplayText.label($0.name), "v\($0.value.int ?? 0)") })
        sheet.add("Tags", tags(model))
        return sheet
    }

    private static func sheet(version: JSON, _ now: Timestamp) -> FactSheet {
        let stage = version["stage"]?.text ?? "None"
        var headline = "\(DisplayText.label(version["model"]?.text ?? "")) version \(version["version"]?.int ?? 0)"
        headline += stage == "None" ? "" : ": \(DisplayText.clean(stage))"
        let aliases = ModelText.aliases(version)
        if !aliases.isEmpty { headline += ", \(aliases)" }
        var sheet = FactSheet(headline)
        let description = version.shown("description")
        if !description.isEmpty { sheet.add(description) }
        var facts = times(version, now)
        for (title, member) in [
            ("By", "registered_by"), ("Run", "run_id"), ("Logged model", "logged_model_id"), ("Source", "source"),
            ("Link", "run_link"),
        ] where version[member]?.text != nil { facts.append((title, version.shown(member))) }
        sheet.add("Version", facts)
        sheet.add("Tags", tags(version))
        return sheet
    }

    private static func times(_ thing: JSON, _ now: Timestamp) -> [(name: String, value: String)] {
        [("Created", "created_at"), ("Changed", "updated_at")].compactMap { title, member in
            thing.time(member).map { (title, "\(DisplayValue.moment($0)) (\(DisplayValue.age($0, now: now)))") }
        }
    }

    private static func tags(_ thing: JSON) -> [(name: String, value: String)] {
        (thing["tags"]?.members ?? []).map { (DisplayText.label($0.name), DisplayText.clean($0.value.text ?? "")) }
    }
}
