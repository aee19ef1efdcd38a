package import ArgumentParser
import Core
import Platform

/// `steward group`
package struct GroupCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "group",
        abstract: "Groups of users that get grants together: create, list, show, add, remove, delete.",
        subcommands: [
            GroupCreateCommand.self, GroupListCommand.self, GroupShowCommand.self, GroupAddCommand.self,
            GroupRemoveCommand.self, GroupDeleteCommand.self,
        ])

    package init() {}

    static func path(_ name: String) -> String { "/api/v1/groups/" + PercentEncoding.encode(name) }

    static func path(_ name: String, member: String) -> String {
        path(name) + "/members/" + PercentEncoding.encode(member)
    }

    static let help = ArgumentHelp("The name of a group.", valueName: "group")
}

struct GroupCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Create a group.")

    @Argument(help: GroupCommand.help) var name: String
    @Option(help: ArgumentHelp("What it is for.", valueName: "text")) var description: String?
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let body = JSON.record(["name": .string(name), "description": .string(description ?? "")])
        let reason = why.reason
        let group = try await server.connect { try await $0.send("POST", "/api/v1/groups", body, reason: reason) }
        if server.json { return group.show() }
        Terminal.write("There is a group \(DisplayText.label(name)) now.\n")
    }
}

struct GroupListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List groups, by name.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let limit = list.limit
        let found = try await server.connect { try await $0.list("/api/v1/groups", "groups", limit: limit) }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message("There are no groups. This makes one: steward group create NAME")
        }
        var table = TextTable(columns: [.init(title: "Name", minimum: 12), .init(title: "Description", minimum: 16)])
        for group in found.elements {
            table.rows.append([.init(DisplayText.label(group["name"]?.text ?? "")), .init(group.shown("description"))])
        }
        table.write()
        list.note(found, "groups")
    }
}

struct GroupShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a group with its members and grants.")

    @Argument(help: GroupCommand.help) var name: String
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let path = GroupCommand.path(name)
        let group = try await server.connect { try await $0.get(path) }
        if server.json { return group.show() }
        GroupText.sheet(group).write()
    }
}

enum GroupText {
    static func sheet(_ group: JSON) -> FactSheet {
        let members = (group["members"]?.elements ?? []).compactMap(\.text).map(DisplayText.label)
        var sheet = FactSheet(
            "\(DisplayText.label(group["name"]?.text ?? "")): \(members.count) member\(members.count == 1 ? "" : "s")")
        if group["description"]?.text?.isEmpty == false { sheet.add(group.shown("description")) }
        if !members.isEmpty { sheet.add("Members", [("Users", members.joined(separator: ", "))]) }
        sheet.add("Grants", (group["grants"]?.elements ?? []).map { GrantText.line($0) })
        return sheet
    }
}

struct GroupAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Make a user a member.")

    @Argument(help: GroupCommand.help) var group: String
    @Argument(help: UserCommand.help) var user: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (GroupCommand.path(group, member: user), why.reason)
        let changed = try await server.connect { try await $0.send("PUT", path, reason: reason) }
        if server.json { return changed.show() }
        GroupText.sheet(changed).write()
    }
}

struct GroupRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Take a member out.")

    @Argument(help: GroupCommand.help) var group: String
    @Argument(help: UserCommand.help) var user: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (GroupCommand.path(group, member: user), why.reason)
        let changed = try await server.connect { try await $0.send("DELETE", path, reason: reason) }
        if server.json { return changed.show() }
        GroupText.sheet(changed).write()
    }
}

struct GroupDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a group with its grants; its members stay users.")

    @Argument(help: GroupCommand.help) var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (GroupCommand.path(name), why.reason)
        let answer = try await server.connect { try await $0.send("DELETE", path, reason: reason) }
        if server.json { return answer.show() }
        Terminal.write("The group \(DisplayText.label(name)) is deleted.\n")
    }
}
