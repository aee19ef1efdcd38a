package import ArgumentParser
import Core
import Platform

/// `steward token`
package struct TokenCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "API tokens: create, list, revoke.",
        discussion: """
            Programs send a token as MLFLOW_TRACKING_TOKEN, or as the password of any user name. It may do at most what \
            its owner may, less if it is made so, and it can be revoked alone.
            """,
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])

    package init() {}
}

struct TokenCreateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token. It is shown once.",
        discussion: """
            Examples:
              steward token create laptop
              steward token create nightly --user ci --level edit --days 365
              steward token create serving --level read --model 'fraud-*'
            """)

    @Argument(help: "What it is for.") var name: String

    @Option(help: ArgumentHelp("The service account it is for. (default: oneself)", valueName: "name"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "read, edit, approve, manage or administer. (default: all the owner may)", valueName: "level"))
    var level: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only for these experiments: identifiers, or names with * for any text.", valueName: "experiment"))
    var experiment: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Only for these models: names, with * for any text.", valueName: "model"))
    var model: [String] = []

    @Option(
        help: ArgumentHelp(
            "Days until it expires, 1 to 3650. (default: 90, or until the token of `steward login` does)",
            valueName: "number"))
    var days: Int?

    @Flag(help: "It holds until it is revoked.")
    var neverExpires = false

    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        var members = [JSON.Member("name", .string(name))]
        if let user { members.append(JSON.Member("user", .string(user))) }
        if let level { members.append(JSON.Member("level", .string(level))) }
        let subjects =
            experiment.map { TargetText.json("experiment", $0) } + model.map { TargetText.json("registered_model", $0) }
        if !subjects.isEmpty { members.append(JSON.Member("subjects", .array(subjects.map { .object($0) }))) }
        if let days { members.append(JSON.Member("expires_in_days", .int(days))) }
        if neverExpires { members.append(JSON.Member("never_expires", .bool(true))) }
        let (body, reason) = (JSON.object(members), why.reason)
        let token = try await server.connect { try await $0.send("POST", "/api/v1/tokens", body, reason: reason) }
        if server.json { return token.show() }
        let expires = token.time("expires_at").map { "expires \(DisplayValue.moment($0))" } ?? "never expires"
        // Only the token on standard output, for scripts.
        Terminal.message("May \(token.shown("level")), \(expires). It is not shown again:")
        Terminal.write("\(token.shown("token"))\n")
    }
}

/// How commands write what grants and tokens are about.
enum TargetText {
    /// A text with `*` is a pattern; a number is an experiment's identifier; everything else a name.
    static func json(_ kind: String, _ text: String) -> [JSON.Member] {
        let isNumber = kind == "experiment" && !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let form = text.contains("*") ? "pattern" : isNumber ? "id" : "name"
        return [JSON.Member("kind", .string(kind)), JSON.Member(form, .string(text))]
    }

    static func line(_ about: JSON?) -> String {
        let kind = about?["kind"]?.text == "experiment" ? "experiment" : "model"
        if let id = about?["id"]?.text { return "\(kind) \(DisplayText.clean(id))" }
        if let pattern = about?["pattern"]?.text { return "\(kind)s \(DisplayText.label(pattern))" }
        return "\(kind) \(DisplayText.label(about?["name"]?.text ?? ""))"
    }
}

struct TokenListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List tokens, the newest first: one's own.")

    @Option(help: ArgumentHelp("Somebody else's, as an admin.", valueName: "name"))
    var user: String?

    @Flag(help: "Everybody's, as an admin.")
    var all = false

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        var query: [(name: String, value: String)] = []
        if let user { query.append(("user", user)) }
        if all { query.append(("all", "true")) }
        let (asked, limit) = (query, list.limit)
        let found = try await server.connect {
            try await $0.list("/api/v1/tokens", "tokens", query: asked, limit: limit)
        }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else {
            return Terminal.message("There are no tokens. This makes one: steward token create NAME")
        }
        let now = World.live.now()
        var table = TextTable(columns: [
            .init(title: "Name", minimum: 12), .init(title: "User"), .init(title: "Begins", dispensable: 2),
            .init(title: "May"), .init(title: "Expires"), .init(title: "Used"), .init(title: "Id"),
        ])
        for token in found.elements {
            let subjects = (token["subjects"]?.elements ?? []).map { TargetText.line($0) }
            let scope = subjects.isEmpty ? "" : " " + subjects.joined(separator: ", ")
            let expires = token.time("expires_at")
            let isExpired = expires.map { $0 <= now } ?? false
            let used = token.time("used_at").map { DisplayValue.age($0, now: now) } ?? "never"
            let expiry: TextTable.Cell = .init(
                expires.map { DisplayValue.moment($0) } ?? "never", isExpired ? .faint : nil)
            table.rows.append([
                .init(token.shown("name")), .init(token.shown("user")), .init(token.shown("beginning")),
                .init(token.shown("level") + scope),
                expiry, .init(used),
                .init(token.shown("id")),
            ])
        }
        table.write()
        list.note(found, "tokens")
    }
}

struct TokenRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Revoke a token, at once and for good.")

    @Argument(help: ArgumentHelp("The identifier of a token, from `steward token list`.", valueName: "id"))
    var id: String

    @OptionGroup var why: ReasonOption
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (path, reason) = ("/api/v1/tokens/" + PercentEncoding.encode(id), why.reason)
        let answer = try await server.connect { try await $0.send("DELETE", path, reason: reason) }
        if server.json { return answer.show() }
        Terminal.write("The token is revoked.\n")
    }
}
