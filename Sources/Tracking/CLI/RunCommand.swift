package import ArgumentParser
import Core
import Platform

/// `steward run`
package struct RunCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs: list, show, compare, metrics, artifacts, download, delete, restore.",
        discussion: "A run is named by its identifier, or by a beginning of it that no other run has.",
        subcommands: [
            RunListCommand.self, RunShowCommand.self, RunCompareCommand.self, RunMetricsCommand.self,
            RunArtifactsCommand.self, RunDownloadCommand.self, RunDeleteCommand.self, RunRestoreCommand.self,
        ])

    package init() {}

    /// Where the API has a run.
    static func path(_ run: String) -> String { "/api/v1/runs/" + PercentEncoding.encode(run) }

    static let help = ArgumentHelp("Its identifier, or the beginning of it.", valueName: "run")
}

extension ServerClient {
    /// A run, by its identifier or a beginning of it.
    func run(_ text: String) async throws(Failure) -> RunView {
        // An empty segment would be another path.
        guard !text.isEmpty else { throw Failure(.invalid, "the identifier of a run is empty") }
        return RunView(try await get(RunCommand.path(text)))
    }
}
