import ArgumentParser
import Core
import Platform

struct ModelStageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stage",
        abstract: "Give a version a stage.",
        discussion: """
            Example:
              steward model stage credit-risk/3 Production --archive-others --reason "passed the review of 12 May"
            """)

    @Argument(help: ArgumentHelp("MODEL/VERSION or MODEL@ALIAS.", valueName: "version"))
    var version: String

    @Argument(help: "None, Staging, Production or Archived.") var stage: String
    @Flag(help: "Archive the other versions that are in that stage.") var archiveOthers = false
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let reference = ModelArgument(version)
        guard reference.version != nil else {
            throw Failure(
                .invalid, "'\(DisplayText.clean(version))' names a model, not a version",
                hint: "Write \(ShellWord.quoted(version + "/VERSION")).")
        }
        let body = JSON.record(["stage": .string(stage), "archive_others": .bool(archiveOthers)])
        let reason = why.reason
        let (before, after) = try await server.connect { server in
            let before = try await server.get(reference.path)
            let path = ModelCommand.path(reference.model) + "/versions/\(before["version"]?.int ?? 0)/stage"
            return (before, try await server.send("POST", path, body, reason: reason))
        }
        if server.json { return after.show() }
        let name = "\(DisplayText.label(after["model"]?.text ?? "")) version \(after["version"]?.int ?? 0)"
        Terminal.write("\(name): \(before.shown("stage")) to \(after.shown("stage")).\n")
    }
}
