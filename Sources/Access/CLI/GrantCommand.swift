package import ArgumentParser
import Core
import Platform

/// `steward grant`
package struct GrantCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "What users and groups may do with single experiments and models: add, list, remove.",
        discussion: """
            A grant adds to what a role allows. `none` refuses everything, whatever else is granted, except to \
            administrators. Whoever may manage a thing may grant rights over it.
            """,
        subcommands: [GrantAddCommand.self, GrantListCommand.self, GrantRemoveCommand.self])

    package init() {}
}

/// How grants are shown.
enum GrantText {
    static func line(_ grant: JSON) -> (name: String, value: String) {
        let from = grant["group"]?.text.map { ", by group \(DisplayText.label($0))" } ?? ""
        return (TargetText.line(grant["about"]), grant.shown("level") + from)
    }
}

struct GrantAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Grant rights, or change what is granted.",
        discussion: """
            Examples:
              steward grant add edit --user ada --experiment 7
              steward grant add manage --group fraud --model 'fraud-*'
              steward grant add none --user bob --model payroll
            """)

    @Argument(help: "read, edit, approve, manage or none.") var level: String
    @Option(help: ArgumentHelp("Who gets it.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("Who gets it, together.", valueName: "name")) var group: String?
    @OptionGroup var about: GrantSubjectOptions
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func validate() throws {
        if (user == nil) == (group == nil) { throw ValidationError("Give one of --user and --group.") }
        if about.members == nil { throw ValidationError("Give one of --experiment and --model.") }
    }

    mutating func run() async throws {
        var members = [JSON.Member("level", .string(level))] + (about.members ?? [])
        if let user { members.append(JSON.Member("user", .string(user))) }
        if let group { members.append(JSON.Member("group", .string(group))) }
        let (body, reason) = (JSON.object(members), why.reason)
        let grant = try await server.connect { try await $0.send("PUT", "/api/v1/grants", body, reason: reason) }
        if server.json { return grant.show() }
        let holder = grant["group"]?.text.map { "group \(DisplayText.label($0))" } ?? DisplayText.label(user ?? "")
        Terminal.write("\(holder): \(grant.shown("level")) for \(TargetText.line(grant["about"])).\n")
    }
}

/// What a grant is about.
struct GrantSubjectOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An experiment: its identifier, its name, or names with * for any text.", valueName: "experiment"))
    var experiment: String?

    @Option(help: ArgumentHelp("A registered model: its name, or names with * for any text.", valueName: "model"))
    var model: String?

    /// Nil unless it is exactly one.
    var members: [JSON.Member]? {
        switch (experiment, model) {
        case (let experiment?, nil): TargetText.json("experiment", experiment)
        case (nil, let model?): TargetText.json("registered_model", model)
        default: nil
        }
    }
}

struct GrantListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List grants: of a user, of a group, over a thing, or all.")

    @Option(help: ArgumentHelp("Of this user.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("Of this group.", valueName: "name")) var group: String?
    @OptionGroup var about: GrantSubjectOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        var query = (about.members ?? []).map { (name: $0.name, value: $0.value.text ?? "") }
        if let user { query.append(("user", user)) }
        if let group { query.append(("group", group)) }
        let (asked, limit) = (query, list.limit)
        let found = try await server.connect {
            try await $0.list("/api/v1/grants", "grants", query: asked, limit: limit)
        }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else { return Terminal.message("There are no such grants.") }
        var table = TextTable(columns: [
            .init(title: "Id", alignsRight: true), .init(title: "Holder", minimum: 12), .init(title: "May"),
            .init(title: "About", minimum: 16),
        ])
        for grant in found.elements {
            let holder = grant["group"]?.text.map { "group \(DisplayText.label($0))" }
            table.rows.append([
                .init(grant["id"]?.int.map(String.init) ?? ""),
                .init(holder ?? DisplayText.label(grant["user"]?.text ?? "")), .init(grant.shown("level")),
                .init(TargetText.line(grant["about"])),
            ])
        }
        table.write()
        list.note(found, "grants")
    }
}

struct GrantRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take a grant away; what the role allows stays.")

    @Argument(help: ArgumentHelp("The number of a grant, from `steward grant list`.", valueName: "id"))
    var id: Int64

    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = ("/api/v1/grants/\(id)", why.reason)
        let answer = try await server.connect { try await $0.send("DELETE", path, reason: reason) }
        if server.json { return answer.show() }
        Terminal.write("The grant is taken away.\n")
    }
}
