import ArgumentParser
import Core
import Platform

struct RunDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a run; it can be restored until it is purged.")

    @Argument(help: RunCommand.help) var identifier: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (text, reason) = (identifier, why.reason)
        let deleted = try await server.connect { server in
            let run = try await server.run(text)
            _ = try await server.send("DELETE", RunCommand.path(run.id), reason: reason)
            return try await server.run(run.id)
        }
        if server.json { return deleted.json.show() }
        Terminal.write(
            "Deleted \(DisplayText.label(deleted.name)). Restore it: steward run restore \(deleted.id)\n")
    }
}
