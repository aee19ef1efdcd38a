package import ArgumentParser
import Core
import Platform

/// `steward experiment`
package struct ExperimentCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Experiments: list, show, create, rename, delete, restore.",
        subcommands: [
            ExperimentListCommand.self, ExperimentShowCommand.self, ExperimentCreateCommand.self,
            ExperimentRenameCommand.self, ExperimentDeleteCommand.self, ExperimentRestoreCommand.self,
        ])

    package init() {}

    /// Where the API has an experiment.
    static func path(_ experiment: String) -> String {
        "/api/v1/experiments/" + PercentEncoding.encode(experiment)
    }

    static let help = ArgumentHelp("Its name, or its identifier.", valueName: "experiment")
}

extension LifecycleChoice: ExpressibleByArgument {}
