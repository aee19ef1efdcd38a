import ArgumentParser
import Core
import Platform

struct ExperimentDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an experiment with its runs; it can be restored until it is purged.")

    @Argument(help: ExperimentCommand.help) var experiment: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (ExperimentCommand.path(experiment), why.reason)
        let (before, after) = try await server.connect { server in
            let before = try await server.get(path)
            // By its identifier: the name may mean another one by now.
            let exact = ExperimentCommand.path(before["id"]?.text ?? "")
            _ = try await server.send("DELETE", exact, reason: reason)
            return (before, try await server.get(exact))
        }
        if server.json { return after.show() }
        let runs = DisplayValue.count(before["run_count"]?.int ?? 0, "run")
        Terminal.write(
            """
            Deleted \(DisplayText.label(before["name"]?.text ?? "")) with \(runs).
            Restore it: steward experiment restore \(before.shown("id"))

            """)
    }
}
