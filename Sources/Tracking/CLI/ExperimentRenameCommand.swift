import ArgumentParser
import Core
import Platform

struct ExperimentRenameCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rename", abstract: "Give an experiment another name.")

    @Argument(help: ExperimentCommand.help) var experiment: String
    @Argument(help: "The new name.") var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, body, reason) = (
            ExperimentCommand.path(experiment), JSON.record(["name": .string(name)]), why.reason
        )
        let changed = try await server.connect { try await $0.send("PATCH", path, body, reason: reason) }
        if server.json { return changed.show() }
        let (old, new) = (DisplayText.label(experiment), DisplayText.label(name))
        Terminal.write("Renamed \(old) to \(new), identifier \(changed.shown("id")).\n")
    }
}
