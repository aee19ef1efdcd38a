import ArgumentParser
import Core
import Platform

/// `steward gc`: removes for good what was deleted some time ago.
struct GarbageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove for good the runs, experiments and logged models that were deleted some time ago.",
        discussion: """
            Deleting keeps everything, so that it can be restored. This removes what was deleted longer ago than \
            --older-than: rows, metric histories and artifacts. It cannot be undone; --dry-run says what would go. \
            The server does it, and goes on working meanwhile; the event log keeps who removed what, and why.

            Runs and logged models that versions of registered models are made of stay, unless --with-versions says \
            otherwise.

            Examples:
              steward gc --dry-run
              steward gc --older-than 90d --reason "retention policy 7"
            """)

    @Option(help: ArgumentHelp("How long ago it was deleted, at least: 30d, 12h, 1d12h, 0s.", valueName: "age"))
    var olderThan = Age(seconds: 30 * 86_400)

    @Flag(help: "Say what would go, and change nothing.")
    var dryRun = false

    @Flag(help: "Remove also what versions of registered models are made of; they stay without their files.")
    var withVersions = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let body = JSON.record([
            "older_than": .integer(olderThan.seconds), "dry_run": .bool(dryRun), "with_versions": .bool(withVersions),
        ])
        let reason = why.reason
        let answer = try await server.connect(timeout: .seconds(3600)) { (client) async throws(Failure) in
            let line = ProgressLine()
            defer { line.clear() }
            line.update("the server is at it", nil)
            return try await client.send("POST", "/api/v1/gc", body, reason: reason)
        }
        if server.json { return answer.show() }
        Terminal.write(Self.text(answer))
    }

    private static func text(_ answer: JSON) -> String {
        let count = { (name: String, one: String) in DisplayValue.count(answer[name]?.int ?? 0, one, nil) }
        let isDryRun = answer["dry_run"]?.flag == true
        let before = answer.time("deleted_before").map { DisplayValue.moment($0) } ?? ""
        var lines = ["\(isDryRun ? "Would remove" : "Removed") for good what was deleted before \(before):"]
        for (name, one) in [
            ("experiments", "experiment"), ("runs", "run"), ("logged_models", "logged model"), ("traces", "trace"),
        ] { lines.append("  " + count(name, one)) }
        if !isDryRun { lines.append("  artifacts in " + count("removed_locations", "place")) }
        let kept = answer["kept"]?.elements ?? []
        if !kept.isEmpty {
            lines.append("Stays, because versions of registered models are made of it:")
            for entry in kept {
                let versions = (entry["versions"]?.elements ?? []).compactMap(\.text).map(DisplayText.clean)
                lines.append(
                    "  \(entry["kind"]?.text ?? "") \(entry["id"]?.text ?? ""): \(versions.joined(separator: ", "))")
            }
        }
        lines += more("further_kept", answer)
        let foreign = answer["foreign_locations"]?.elements ?? []
        if !foreign.isEmpty {
            lines.append("Artifacts that this server does not keep, for their owner to remove:")
            lines += foreign.map { "  " + DisplayText.clean($0.text ?? "") }
        }
        lines += more("further_foreign_locations", answer)
        if let failed = answer["failed_locations"]?.int, failed > 0 {
            lines.append("\(count("failed_locations", "place")) could not be removed yet; the server tries again:")
            lines.append("  " + DisplayText.clean(answer["problem"]?.text ?? ""))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func more(_ name: String, _ answer: JSON) -> [String] {
        answer[name]?.int.flatMap { $0 > 0 ? ["  and \($0) more"] : nil } ?? []
    }
}
