import ArgumentParser
import Core
import Platform

struct RunRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a deleted run active again.")

    @Argument(help: RunCommand.help) var identifier: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (text, reason) = (identifier, why.reason)
        let restored = try await server.connect { server in
            let run = try await server.run(text)
            return RunView(try await server.send("POST", RunCommand.path(run.id) + "/restore", reason: reason))
        }
        if server.json { return restored.json.show() }
        Terminal.write("Restored \(DisplayText.label(restored.name)), in \(DisplayText.label(restored.experiment)).\n")
    }
}
