import ArgumentParser
import Core
import Platform

struct ExperimentCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create an experiment.",
        discussion: "Example: steward experiment create 'credit risk' --tag team=risk")

    @Argument(help: "Its name.") var name: String

    @Option(name: .customLong("tag"), help: ArgumentHelp("A tag; may be repeated.", valueName: "key=value"))
    var tags: [String] = []

    @Option(
        help: ArgumentHelp("Where its artifacts are kept, if not on this server: s3://bucket/path.", valueName: "uri"))
    var artifactLocation: String?

    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let pairs = try tags.map { tag in
            let parts = tag.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--tag \(tag): write key=value.") }
            return JSON.Member(String(parts[0]), .string(String(parts[1])))
        }
        let (body, reason) = (
            JSON.record([
                "name": .string(name), "artifact_location": .optional(artifactLocation), "tags": .object(pairs),
            ]), why.reason
        )
        let made = try await server.connect { try await $0.send("POST", "/api/v1/experiments", body, reason: reason) }
        if server.json { return made.show() }
        Terminal.write(
            """
            Created \(DisplayText.label(name)), identifier \(made.shown("id")).
            Log to it: mlflow.set_experiment(\(JSON.string(name).text()))

            """)
    }
}
