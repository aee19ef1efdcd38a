import ArgumentParser
import Core
import Platform

struct ExperimentRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a deleted experiment active again, with all its deleted runs.")

    @Argument(help: ExperimentCommand.help) var experiment: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (ExperimentCommand.path(experiment) + "/restore", why.reason)
        let restored = try await server.connect { try await $0.send("POST", path, reason: reason) }
        if server.json { return restored.show() }
        let runs = DisplayValue.count(restored["run_count"]?.int ?? 0, "run")
        Terminal.write("Restored \(DisplayText.label(restored["name"]?.text ?? "")) with \(runs).\n")
    }
}
