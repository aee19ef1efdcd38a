package import ArgumentParser
import Core
import Foundation

/// `steward backup`: a copy of everything a server keeps, while it runs.
package struct BackupCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Back up database, artifacts and key of a server, while it runs.",
        discussion: """
            Copies one moment of the database, then the artifacts, then the key that signs the audit log; everything is \
            on the disk before the manifest, the last file, appears. The server goes on working. Run it on the machine \
            that has the data folder, with the options or the environment that the server has.

            PostgreSQL is copied with its own pg_dump.

            Examples:
              steward backup /backups/2026-07-01 --data /var/lib/steward
              steward backup /backups/2026-07-01 --data /var/lib/steward --database postgresql://steward@db/steward

            Whoever has the backup has the key and all secrets of webhooks: keep it as safe as the server.
            """)

    @Argument(help: "A folder that does not exist yet, or is empty.")
    var target: String

    @OptionGroup var storage: StorageOptions

    @Flag(help: "Answer with JSON, for programs.")
    var json = false

    package init() {}

    package func run() throws {
        var settings = ServerSettings()
        try storage.apply(
            to: &settings, Settings(StorageOptions.names, environment: ProcessInfo.processInfo.environment))
        let line = ProgressLine()
        let outcome: Backup.Outcome
        do {
            outcome = try Backup(settings, now: World.live.now) { line.update($0, $1) }.write(to: target)
        } catch {
            line.clear()
            throw error
        }
        line.clear()
        if !outcome.leftOut.isEmpty {
            Terminal.message(
                "Left out \(outcome.leftOut.count) files that no server has put into the artifact folder, such as "
                    + DisplayText.clean(outcome.leftOut[0]))
        }
        let manifest = outcome.manifest
        if json {
            let json = JSON.record([
                "folder": .string(target), "manifest": manifest.json,
                "left_out": .array(outcome.leftOut.map { .string($0) }),
            ])
            return json.show()
        }
        Terminal.write("\(target): \(manifest.summary)\n")
    }
}

extension BackupManifest {
    /// Two lines for people.
    var summary: String {
        """
        database \(DisplayValue.bytes(database.bytes)), \(DisplayValue.count(artifacts.files, "artifact")) \
        with \(DisplayValue.bytes(artifacts.bytes))
          audit log of \(logSize) entries, root \(logRoot.hexadecimal)
        """
    }
}
