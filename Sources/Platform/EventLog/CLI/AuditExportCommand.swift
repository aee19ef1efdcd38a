package import ArgumentParser
import Core
import Foundation

/// `steward audit export`: the whole log as files that anybody can verify without the server.
package struct AuditExportCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the audit log of a server into a folder, to be kept or verified elsewhere.",
        discussion: """
            The folder gets the signed checkpoint, the entries and the hashes as C2SP tlog-tiles lays them out, and the \
            public key in the file `key`. What was written is verified before the command ends.

            Example:
              steward audit export audit-2026-07
              steward audit verify audit-2026-07
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: "A folder that does not exist yet, or is empty.")
    var folder: String

    package init() {}

    package func run() async throws {
        let directory = LogDirectory(path: folder)
        if let files = try? FileManager.default.contentsOfDirectory(atPath: folder), !files.isEmpty {
            throw Failure(.conflict, "\(folder): is not empty", hint: "Name a new folder for each export.")
        }
        let report = try await server.connect { try await export($0, to: directory) }
        guard report.isIntact, let checkpoint = report.checkpoint?.checkpoint else {
            throw Failure(
                .conflict, "the log is not intact: \(report.findings.first?.message ?? "it could not be read")",
                hint: "`steward audit verify` tells everything that is wrong with it.")
        }
        if server.json {
            let json = JSON.record([
                "folder": .string(folder), "log": .string(checkpoint.origin), "size": .integer(checkpoint.size),
                "root": .string(checkpoint.root.hexadecimal),
            ])
            return json.show()
        }
        Terminal.write("\(folder): \(LogAudit.Outcome.entries(checkpoint.size)), root \(checkpoint.root.hexadecimal)\n")
    }

    private func export(_ client: ServerClient, to directory: LogDirectory) async throws(Failure) -> LogReport {
        let place = LogPlace.server(client)
        guard let key = try await place.key(), let note = try await place.fetch(LogDirectory.checkpointName) else {
            throw Failure(.notFound, "\(client.address) has no audit log")
        }
        let trust = try LogTrust(keys: [key])
        let size = try trust.checkpoint(note).checkpoint.size
        let progress = AuditProgress()
        defer { progress.clear() }
        progress.saw(LogDirectory.checkpointName, note)
        try await directory.write(checkpoint: note, size: size) { bundle throws(Failure) in
            guard let bytes = try await place.fetch(bundle.text) else {
                throw Failure(.unavailable, "\(client.address): \(bundle) of the log is missing")
            }
            progress.saw(bundle.text, bytes)
            return try EntryBundle.entries(in: bytes, count: bundle.width)
        }
        try directory.write(key)
        return try await LogVerifier(trust: trust).verify(directory)
    }
}
