import ArgumentParser
import Core
import Platform

struct UserRoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Give a user another role, and sign their browsers out.")

    @Argument(help: UserCommand.help) var name: String
    @Argument(help: "viewer, editor, approver, admin or none.") var role: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, body, reason) = (UserCommand.path(name), JSON.record(["role": .string(role)]), why.reason)
        let user = try await server.connect { try await $0.send("PATCH", path, body, reason: reason) }
        if server.json { return user.show() }
        Terminal.write(
            "\(DisplayText.label(name)) is \(user["role"]?.text.map(UserText.role) ?? "without role") now.\n")
    }
}

struct UserPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Change a password: one's own, or as an admin somebody's.",
        discussion: """
            Asks for it; without a terminal, standard input has the old password (of one's own) and then the new one, a \
            line each. Browsers that were signed in are signed out; tokens stay.
            """)

    @Argument(help: ArgumentHelp("The name of a user; one's own without it.", valueName: "name"))
    var name: String?

    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (name.map { UserCommand.path($0) + "/password" } ?? "/api/v1/me/password", why.reason)
        var members: [JSON.Member] = []
        if name == nil { members.append(JSON.Member("old_password", .string(try Prompt.secret("Old password: ")))) }
        members.append(JSON.Member("password", .string(try Prompt.newPassword("New password: "))))
        let body = JSON.object(members)
        let answer = try await server.connect { try await $0.send("PUT", path, body, reason: reason) }
        if server.json { return answer.show() }
        Terminal.write("The password is changed.\n")
    }
}

struct UserLinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Make a link with which a user chooses a new password.")

    @Argument(help: UserCommand.help) var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (UserCommand.path(name) + "/link", why.reason)
        let answer = try await server.connect { try await $0.send("POST", path, reason: reason) }
        if server.json { return answer.show() }
        Terminal.write("\(answer.shown("link"))\n")
    }
}

struct UserActivateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Let a deactivated user sign in again.")

    @Argument(help: UserCommand.help) var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws { try await UserActivity.set(name, true, why, server) }
}

struct UserDeactivateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deactivate",
        abstract: "Keep a user out at once: password, tokens and signed-in browsers.",
        discussion: "Nothing is deleted; `steward user activate` undoes it.")

    @Argument(help: UserCommand.help) var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws { try await UserActivity.set(name, false, why, server) }
}

private enum UserActivity {
    static func set(_ name: String, _ isActive: Bool, _ why: ReasonOption, _ server: ServerOptions) async throws {
        let (path, body, reason) = (UserCommand.path(name), JSON.record(["active": .bool(isActive)]), why.reason)
        let user = try await server.connect { try await $0.send("PATCH", path, body, reason: reason) }
        if server.json { return user.show() }
        Terminal.write("\(DisplayText.label(name)) \(isActive ? "may sign in again" : "is kept out").\n")
    }
}

struct UserDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a user with tokens, sessions and grants.",
        discussion:
            "What the user did stays in the audit log. To keep somebody out, `steward user deactivate` is enough.")

    @Argument(help: UserCommand.help) var name: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = (UserCommand.path(name), why.reason)
        let answer = try await server.connect { try await $0.send("DELETE", path, reason: reason) }
        if server.json { return answer.show() }
        Terminal.write("\(DisplayText.label(name)) is deleted.\n")
    }
}
