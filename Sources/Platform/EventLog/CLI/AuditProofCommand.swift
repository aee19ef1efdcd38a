package import ArgumentParser
import Core

/// `steward audit proof`: checks a proof of one entry, without any server.
package struct AuditProofCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "proof",
        abstract: "Check a proof that an entry is in the log, offline.",
        discussion: """
            A proof is a file of its own: the entry, the hashes between it and the root of the log's Merkle tree, and \
            the root, signed. A server gives it at /audit/proof/NUMBER. Name the key that must have signed it: get it \
            from the operator, not from where the proof came from.

            Examples:
              curl -s http://127.0.0.1:5000/audit/proof/41 > 41.tlog-proof
              steward audit proof 41.tlog-proof --key steward.example.com/audit+1a2b3c4d+AQ...

            Exit status: 0 the entry is in the log, 1 the proof does not show it, 2 the file is no such proof.
            """)

    @Argument(help: "The proof.")
    var file: String

    @Option(help: "The public key that must have signed the log, or a file that holds it.")
    var key: String

    @Flag(help: "Write JSON.")
    var json = false

    package init() {}

    package func run() throws {
        let trust = try LogTrust(keys: [AuditVerifyCommand.key(key)])
        let proof = try LogProof(parsing: FileContents.read(file, limit: LogProof.maximumSize))
        guard let entry = proof.extra else {
            throw Failure(
                .invalid, "\(file): the proof does not hold the entry it is about",
                hint: "Get it from /audit/proof of a Steward server.")
        }
        let trusted: TrustedCheckpoint
        do {
            trusted = try proof.verify(MerkleTree.leafHash(entry), trust)
        } catch {
            Terminal.write(
                json
                    ? JSON.record(["proved": .bool(false), "problem": .string(error.message)]).text(pretty: true) + "\n"
                    : "NOT PROVED  \(error.message)\n")
            return try CommandExit.finish(.found)
        }
        let checkpoint = trusted.checkpoint
        let text = (try? JSONParser.parse(entry)) ?? .null
        if json {
            let answer = JSON.record([
                "proved": .bool(true), "index": .integer(proof.index), "size": .integer(checkpoint.size),
                "root": .string(checkpoint.root.base64), "log": .string(checkpoint.origin), "entry": text,
            ])
            return Terminal.write(answer.text(pretty: true) + "\n")
        }
        Terminal.write(
            """
            proved  entry \(proof.index) is in \(DisplayText.clean(checkpoint.origin)) of \(checkpoint.size) entries
            root    \(checkpoint.root.base64)

            \(DisplayText.clean(text.text(pretty: true)))

            """)
    }
}
