package import ArgumentParser
import Core
import Foundation

/// `steward restore`: a data folder made of a backup.
package struct RestoreCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data folder of a backup.",
        discussion: """
            The data folder must be new or empty, a PostgreSQL database empty, too. Every file is compared with its \
            SHA-256, and the audit log is computed again and compared with the root that the backup notes, before the \
            command says that it is done. Only then will a server start on the folder.

            Examples:
              steward restore /backups/2026-07-01 --data /var/lib/steward
              steward restore /backups/2026-07-01 --data new --database postgresql://steward@db/empty
            """)

    @Argument(help: "The folder of a backup.")
    var source: String

    @OptionGroup var storage: StorageOptions

    @Flag(help: "Answer with JSON, for programs.")
    var json = false

    package init() {}

    package func run() throws {
        var settings = ServerSettings()
        try storage.apply(
            to: &settings, Settings(StorageOptions.names, environment: ProcessInfo.processInfo.environment))
        let line = ProgressLine()
        let manifest: BackupManifest
        do {
            manifest = try Restore(settings) { line.update($0, $1) }.read(from: source)
        } catch {
            line.clear()
            throw error
        }
        line.clear()
        if json {
            let json = JSON.record(["data": .string(settings.dataFolder), "manifest": manifest.json])
            return json.show()
        }
        Terminal.write("\(settings.dataFolder): \(manifest.summary)\n  as of \(manifest.created.rfc3339)\n")
    }
}
