package import ArgumentParser
import Core
import Foundation
package import MLflow
import Platform

/// `steward import`: brings what another program keeps into a data folder.
package struct ImportCommand<Target: MigrationTarget>: ParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "import", abstract: "Bring what another tracking server keeps into Steward.",
            subcommands: [ImportMLflowCommand<Target>.self])
    }

    package init() {}
}

/// `steward import mlflow`
package struct ImportMLflowCommand<Target: MigrationTarget>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "mlflow", abstract: "Import experiments, runs and models of MLflow.",
            discussion: """
                SOURCE is the database of an MLflow server of version 2.22 to 3.18, or the address of one that runs:

                  steward import mlflow sqlite:////var/lib/mlflow/mlflow.db --artifacts-root /var/lib/mlflow/artifacts
                  steward import mlflow postgresql://mlflow@db/mlflow --artifacts-root /var/lib/mlflow/artifacts
                  steward import mlflow http://mlflow.example.com:5000

                Look first: --dry-run says what would come, what would not and why, and writes nothing.

                Users of MLflow's basic-auth app come with --users basic_auth.db and keep their passwords.

                Everything keeps its identifier, its times and its versions' numbers. What stands in the way (an \
                experiment of the same name with another number, a model that differs) is listed before anything is \
                written. An import that was cut off is simply run again: what is there, files too, is compared and left \
                alone. In the end both sides are compared row by row; the status is 0 only when they are the same.

                The server whose data folder it is must not run meanwhile. Of MLflow's database nothing is changed.

                A server is asked with MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.
                """)
    }

    @Argument(help: "Database or address of MLflow.")
    var source: String

    @OptionGroup(title: "Where to")
    var storage: StorageOptions

    @Option(
        name: .customLong("artifacts-root"),
        help: ArgumentHelp(
            "Folder of MLflow's artifacts, to copy them from: its --artifacts-destination, or mlruns.",
            valueName: "folder"))
    var artifactsRoot: String?

    @Option(
        help: ArgumentHelp(
            "What MLflow has in folder OLD is in NEW here, below --artifacts-root. May be repeated.",
            valueName: "OLD=NEW"))
    var artifactsMoved: [MovedFolder] = []

    @Option(
        help: ArgumentHelp(
            "copy them (from --artifacts-root, or from the server), reference them where they are, or skip them.",
            valueName: "what"))
    var artifactFiles: FileImportMode?

    @Option(
        help: ArgumentHelp(
            "Bring the users of this basic_auth.db along, with passwords and permissions.", valueName: "database"))
    var users: String?

    @Option(
        help: ArgumentHelp(
            "The role of users who are no administrators: viewer, editor, approver, or none.", valueName: "role"))
    var userRole = "viewer"

    @Option(help: "What to do when Steward has something with other content: stop, or skip it.")
    var onConflict = ConflictChoice.stop

    @Option(help: "The workspace of MLflow 3 that is meant.")
    var workspace = "default"

    @Flag(help: "Say what would come, and write nothing.")
    var dryRun = false

    @Flag(help: "Answer with JSON, for programs.")
    var json = false

    package init() {}

    package func run() async throws {
        var server = ServerSettings()
        try storage.apply(
            to: &server, Platform.Settings(StorageOptions.names, environment: ProcessInfo.processInfo.environment))
        var settings = MLflowImport<Target>.Settings(source: source, server: server)
        settings.workspace = workspace
        settings.files = artifactFiles
        settings.filesRoot = artifactsRoot
        settings.movedFolders = artifactsMoved
        settings.users = users
        settings.userRole = userRole == "none" ? nil : userRole
        settings.skipsConflicts = onConflict == .skip
        settings.isDryRun = dryRun
        let line = ProgressLine()
        let report: TransferReport
        do {
            report = try await MLflowImport<Target>(settings) { line.update($0, $1) }.run()
        } catch {
            line.clear()
            throw error
        }
        line.clear()
        if json { report.json.show() } else { report.write() }
        try CommandExit.finish(report.status)
    }
}

enum ConflictChoice: String, ExpressibleByArgument, Sendable, CaseIterable {
    case stop, skip
}

extension FileImportMode: ExpressibleByArgument {}
extension MovedFolder: ExpressibleByArgument {}
