import ArgumentParser
import Core
import Platform

struct ExperimentShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show an experiment.")

    @Argument(help: ExperimentCommand.help) var experiment: String
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let path = ExperimentCommand.path(experiment)
        let found = try await server.connect { try await $0.get(path) }
        if server.json { return found.show() }
        let now = World.live.now()
        let name = DisplayText.label(found["name"]?.text ?? "")
        let runs = DisplayValue.count(found["run_count"]?.int ?? 0, "run")
        let isDeleted = found["state"]?.text == "deleted"
        var sheet = FactSheet("\(name): \(runs)\(isDeleted ? ", deleted" : "")")
        var facts = [("Identifier", found.shown("id"))]
        for (title, member) in [("Last run", "last_run_at"), ("Created", "created_at"), ("Changed", "updated_at")] {
            guard let time = found.time(member) else { continue }
            facts.append((title, "\(DisplayValue.moment(time)) (\(DisplayValue.age(time, now: now)))"))
        }
        facts.append(("Artifacts", found.shown("artifact_location")))
        sheet.add("Experiment", facts)
        sheet.add(
            "Tags",
            (found["tags"]?.members ?? []).map { (DisplayText.label($0.name), DisplayText.clean($0.value.text ?? "")) })
        sheet.add("")
        sheet.add(
            isDeleted
                ? "Restore it: steward experiment restore \(ShellWord.quoted(name))"
                : "Its runs: steward run list --experiment \(ShellWord.quoted(name))")
        sheet.write()
    }
}
