package import ArgumentParser
import Core
import Foundation
package import MLflow
import Platform

/// `steward export`: hands out what a data folder keeps in another program's form.
package struct ExportCommand<Target: MigrationTarget>: ParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "export", abstract: "Write what Steward keeps in another tracking server's form.",
            subcommands: [ExportMLflowCommand<Target>.self])
    }

    package init() {}
}

/// `steward export mlflow`
package struct ExportMLflowCommand<Target: MigrationTarget>: ParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "mlflow", abstract: "Write a database that the server of MLflow 3.18 opens.",
            discussion: """
                TARGET is a new SQLite file, or a PostgreSQL database without tables:

                  steward export mlflow mlflow.db --data /var/lib/steward --artifacts-to mlartifacts
                  mlflow server --backend-store-uri sqlite:///mlflow.db --artifacts-destination mlartifacts

                The server may go on meanwhile: one moment of its database is written. An export that was cut off is \
                run again into the same target. In the end both sides are compared; the status is 0 only when they \
                are the same.

                The audit log, users, digests of artifacts and deliveries of webhooks have no place in MLflow.
                """)
    }

    @Argument(help: "SQLite file or postgresql:// address.")
    var target: String

    @OptionGroup(title: "Where from")
    var storage: StorageOptions

    @Option(help: ArgumentHelp("Copy the artifacts into this folder.", valueName: "folder"))
    var artifactsTo: String?

    @Flag(help: "Answer with JSON, for programs.")
    var json = false

    package init() {}

    package func run() throws {
        var server = ServerSettings()
        try storage.apply(
            to: &server, Platform.Settings(StorageOptions.names, environment: ProcessInfo.processInfo.environment))
        let line = ProgressLine()
        let report: TransferReport
        do {
            var settings = MLflowExport<Target>.Settings(server: server, target: target)
            settings.files = artifactsTo
            report = try MLflowExport<Target>(settings) { line.update($0, $1) }.run()
        } catch {
            line.clear()
            throw error
        }
        line.clear()
        if json { report.json.show() } else { report.write() }
        try CommandExit.finish(report.status)
    }
}
