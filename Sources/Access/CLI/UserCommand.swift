package import ArgumentParser
import Core
import Platform

/// `steward user`
package struct UserCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Users: create, list, show, role, password, link, activate, deactivate, delete.",
        discussion: """
            Roles are ordered: a viewer reads; an editor also makes experiments, runs and models; an approver also puts \
            models live (stages and aliases); an admin does everything. Grants (steward grant) give or refuse rights \
            over single things.
            """,
        subcommands: [
            UserCreateCommand.self, UserListCommand.self, UserShowCommand.self, UserRoleCommand.self,
            UserPasswordCommand.self, UserLinkCommand.self, UserActivateCommand.self, UserDeactivateCommand.self,
            UserDeleteCommand.self,
        ])

    package init() {}

    static func path(_ name: String) -> String { "/api/v1/users/" + PercentEncoding.encode(name) }

    static let help = ArgumentHelp("The name of a user.", valueName: "name")
}

struct UserCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a user, or an account for a program.",
        discussion: """
            Without --password the answer is a link with which the user chooses one.

            Examples:
              steward user create ada --role editor --display-name "Ada Lovelace"
              steward user create nightly --service --role editor
            """)

    @Argument(help: UserCommand.help) var name: String

    @Option(help: ArgumentHelp("viewer, editor, approver or admin. (default: none)", valueName: "role"))
    var role: String?

    @Option(help: ArgumentHelp("As people read it.", valueName: "text"))
    var displayName: String?

    @Flag(help: "Ask for the password, or read it from standard input.")
    var password = false

    @Flag(help: "An account for a program: it has tokens and no password.")
    var service = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func validate() throws {
        if service, password { throw ValidationError("A service account has no password.") }
    }

    mutating func run() async throws {
        var members = [JSON.Member("name", .string(name))]
        if let role { members.append(JSON.Member("role", .string(role))) }
        if let displayName { members.append(JSON.Member("display_name", .string(displayName))) }
        if password {
            members.append(JSON.Member("password", .string(try Prompt.newPassword("Password of \(name): "))))
        }
        let (body, path) = (JSON.object(members), service ? "/api/v1/service-accounts" : "/api/v1/users")
        let reason = why.reason
        let user = try await server.connect { try await $0.send("POST", path, body, reason: reason) }
        if server.json { return user.show() }
        Terminal.write(
            "\(DisplayText.label(name)) is \(user["role"]?.text.map(UserText.role) ?? "a user without role").\n")
        if let link = user["link"]?.text {
            Terminal.write(
                "Send this to choose a password; it works once, for three days:\n  \(DisplayText.clean(link))\n")
        } else if service {
            Terminal.write("Make it a token: steward token create NAME --user \(ShellWord.quoted(name))\n")
        }
    }
}

/// How users are shown.
enum UserText {
    static func role(_ role: String) -> String {
        ["a", "e", "i", "o", "u"].contains(role.prefix(1)) ? "an \(role)" : "a \(DisplayText.clean(role))"
    }

    static func state(_ user: JSON) -> String {
        if user["active"]?.flag == false { return "deactivated" }
        if user["kind"]?.text == "service" { return "service" }
        return user["has_password"]?.flag == true ? "active" : "no password yet"
    }
}

struct UserListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List users, by name.")

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let limit = list.limit
        let found = try await server.connect { try await $0.list("/api/v1/users", "users", limit: limit) }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message(
                "There are no users. The first is an admin: steward user create NAME --role admin --password")
        }
        let now = World.live.now()
        var table = TextTable(columns: [
            .init(title: "Name", minimum: 12), .init(title: "Role"), .init(title: "State"),
            .init(title: "Signed in"), .init(title: "Created", dispensable: 1),
            .init(title: "Display name", dispensable: 2, minimum: 12),
        ])
        for user in found.elements {
            let state = UserText.state(user)
            table.rows.append([
                .init(DisplayText.label(user["name"]?.text ?? "")), .init(user.shown("role")),
                state == "active" ? .init(state) : .init(state, .faint),
                .init(user.time("signed_in_at").map { DisplayValue.age($0, now: now) } ?? "never"),
                .init(user.time("created_at").map { DisplayValue.age($0, now: now) } ?? ""),
                .init(user.shown("display_name")),
            ])
        }
        table.write()
        list.note(found, "users")
    }
}

struct UserShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a user with groups and grants.")

    @Argument(help: UserCommand.help) var name: String
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let path = UserCommand.path(name)
        let user = try await server.connect { try await $0.get(path) }
        if server.json { return user.show() }
        let now = World.live.now()
        let role = user["role"]?.text.map(UserText.role) ?? "without role"
        var sheet = FactSheet("\(DisplayText.label(name)): \(role), \(UserText.state(user))")
        var facts: [(name: String, value: String)] = []
        if user["display_name"]?.text?.isEmpty == false { facts.append(("Name", user.shown("display_name"))) }
        for (title, member) in [("Created", "created_at"), ("Changed", "updated_at"), ("Signed in", "signed_in_at")] {
            if let time = user.time(member) {
                facts.append((title, "\(DisplayValue.moment(time)) (\(DisplayValue.age(time, now: now)))"))
            }
        }
        let groups = (user["groups"]?.elements ?? []).compactMap(\.text).map(DisplayText.label)
        if !groups.isEmpty { facts.append(("Groups", groups.joined(separator: ", "))) }
        sheet.add("Account", facts)
        sheet.add("Grants", (user["grants"]?.elements ?? []).map { GrantText.line($0) })
        sheet.write()
    }
}
