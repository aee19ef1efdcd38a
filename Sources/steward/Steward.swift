import Access
import ArgumentParser
import Core
import Foundation
import Migration
import Monitoring
import Platform
import Registry
import Tracking

@main
struct Steward: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "steward",
        abstract: "Keeps machine-learning models accountable.",
        version: Version.current,
        subcommands: [ServeCommand.self] + Tracking.commands + Registry.commands + Access.commands
            + [
                AuditCommand.self, BackupCommand.self, RestoreCommand.self, ImportCommand<Product>.self,
                ExportCommand<Product>.self,
            ] + Monitoring.commands
            + [EngineCommand.self])

    /// Runs the command line and ends the process with the status that `ExitStatus` lists.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.report(failure)
            Foundation.exit(ExitStatus(failure.code).rawValue)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code.isSuccess {
                Terminal.write(message + "\n")
            } else if !message.isEmpty {
                Terminal.message(message)
            }
            Foundation.exit(code == .validationFailure ? ExitStatus.invalid.rawValue : code.rawValue)
        }
    }
}
