import ArgumentParser
import Monitoring

@main
struct Steward: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steward",
        abstract: "Keeps machine-learning models accountable.",
        version: Version.current,
        subcommands: Monitoring.commands + [EngineCommand.self])
}
