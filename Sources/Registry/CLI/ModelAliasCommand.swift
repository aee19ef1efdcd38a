import ArgumentParser
import Core
import Platform

/// `steward model alias`
struct ModelAliasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Aliases of versions: set, remove.",
        subcommands: [ModelAliasSetCommand.self, ModelAliasRemoveCommand.self])

    static func path(_ model: String, _ alias: String) -> String {
        ModelCommand.path(model) + "/aliases/" + PercentEncoding.encode(alias)
    }
}

struct ModelAliasSetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Point an alias at a version, whichever it pointed at before.",
        discussion: "Example: steward model alias set credit-risk champion 3")

    @Argument(help: ModelCommand.help) var model: String
    @Argument(help: "The alias, such as champion.") var alias: String
    @Argument(help: "The number of the version.") var version: Int64
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (ModelAliasCommand.path(model, alias), why.reason)
        let body = JSON.record(["version": .integer(version)])
        let changed = try await server.connect { try await $0.send("PUT", path, body, reason: reason) }
        if server.json { return changed.show() }
        Terminal.write(
            "\(DisplayText.label(model))@\(DisplayText.clean(alias)) is version \(version). "
                + "Load it: models:/\(DisplayText.clean(model))@\(DisplayText.clean(alias))\n")
    }
}

struct ModelAliasRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take an alias away; its version stays.")

    @Argument(help: ModelCommand.help) var model: String
    @Argument(help: "The alias.") var alias: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (name, path, reason) = (model, ModelAliasCommand.path(model, alias), why.reason)
        let changed = try await server.connect { server in
            // Only what is there is taken away: a mistyped alias must not look like success.
            _ = try await server.get(path)
            _ = try await server.send("DELETE", path, reason: reason)
            return try await server.get(ModelCommand.path(name))
        }
        if server.json { return changed.show() }
        Terminal.write("\(DisplayText.label(model)) has no alias \(DisplayText.clean(alias)) any more.\n")
    }
}
