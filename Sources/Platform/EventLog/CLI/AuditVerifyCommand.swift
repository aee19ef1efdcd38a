package import ArgumentParser
import Core
import Foundation

/// `steward audit verify`: computes a log again and compares it with what was seen of it before.
package struct AuditVerifyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify that nothing in the audit log was changed, removed, reordered or added unnoticed.",
        discussion: """
            Reads the whole log from the server, or from a folder that `steward audit export` wrote; hashes every entry; \
            computes the Merkle tree; compares its root with the signed checkpoint; and compares a server's list of \
            events with the log. The checkpoint is then remembered with its key: the next time the log must continue \
            it. So a log that was cut, rewritten or replaced is told of even when it fits together in itself.

            The first time there is nothing to compare with, and the key is the one the log names. To be sure of \
            it, get it from the operator and name it with --key.

            Examples:
              steward audit verify
              steward audit verify https://models.example.com --json
              steward audit verify audit-2026-07 --key steward.example.com/audit+1a2b3c4d+AQ...

            Exit status: 0 it is intact, 1 it is not, 4 it could not be read.
            """)

    @OptionGroup var server: ServerOptions

    @Argument(help: "Address of a server or an exported folder. (default: the server)")
    var log: String?

    @Option(help: "The public key that must have signed the log, or a file that holds it.")
    var key: String?

    @Option(help: ArgumentHelp("A checkpoint that was kept elsewhere: the log must continue it.", valueName: "file"))
    var since: String?

    @Option(
        help: ArgumentHelp(
            "Where checkpoints are remembered. (default: $XDG_STATE_HOME/steward/audit-logs.json)", valueName: "file"))
    var state: String?

    @Flag(help: "Forget what was seen here before, after a backup was restored or the key was replaced on purpose.")
    var startOver = false

    package init() {}

    package func run() async throws {
        let file = try state ?? KnownLogs.defaultFile(ProcessInfo.processInfo.environment)
        var known = try KnownLogs(file: file)
        let outcome = try await withPlace { place in
            if startOver { known.forget(place.name) }
            var audit = LogAudit(place: place, known: known)
            audit.key = try key.map(Self.key)
            if let since { audit.since = try FileContents.read(since, limit: SignedNote.maximumSize) }
            return try await audit.run()
        }
        if outcome.isIntact, let checkpoint = outcome.report.checkpoint {
            // Read again: another verification may have ended in the meantime.
            known = try KnownLogs(file: file)
            known.remember(
                .init(place: outcome.place, key: outcome.key, checkpoint: checkpoint, time: World.live.now()))
            try known.write(to: file)
        }
        Terminal.write(server.json ? outcome.json.text(pretty: true) + "\n" : outcome.text)
        try CommandExit.finish(outcome.isIntact ? .ok : .found)
    }

    private func withPlace<Value>(_ body: (LogPlace) async throws -> Value) async throws -> Value {
        let target = log ?? server.address
        let lower = target.lowercased()
        if log == nil || lower.hasPrefix("http://") || lower.hasPrefix("https://") {
            let authorization = try StoredCredentials.authorization(for: target)
            return try await ServerClient.connect(to: target, authorization: authorization) {
                try await body(.server($0))
            }
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure(
                .notFound, "\(target): there is no such folder",
                hint: "Name a folder that `steward audit export` wrote, or an address that begins with http://.")
        }
        return try await body(.folder(LogDirectory(path: target)))
    }

    /// A key given as itself or as the file it stands in.
    static func key(_ text: String) throws(Failure) -> VerifierKey {
        if text.contains("+"), let key = try? VerifierKey(parsing: text) { return key }
        guard let bytes = try? FileContents.read(text, limit: 4096) else { return try VerifierKey(parsing: text) }
        return try VerifierKey(parsing: String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
