package import ArgumentParser
import Core
import Foundation
import Platform

/// `steward login`
package struct LoginCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in to a server, for the commands of this user on this machine.",
        discussion: """
            Asks for the password, exchanges it for a token that expires after 30 days, and keeps that token in \
            $XDG_CONFIG_HOME/steward/credentials (~/.config without that variable), which only its owner can read. The \
            password itself is kept nowhere.

            Commands use the first of these that is there: STEWARD_TOKEN, MLFLOW_TRACKING_TOKEN, \
            MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, the token of `steward login`.

            Examples:
              steward login ada --server https://models.example.org
              pass show steward | steward login ada
            """)

    @Argument(help: ArgumentHelp("The user name; asked for without it.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Days until the token expires.", valueName: "number"))
    var days: Int = 30

    @OptionGroup var server: ServerOptions

    package init() {}

    mutating package func run() async throws {
        let address = server.address
        guard let path = StoredCredentials.path() else {
            throw Failure(
                .invalid, "there is no place to keep a token: neither XDG_CONFIG_HOME nor HOME is set",
                hint: "Set one of them, or set STEWARD_TOKEN instead of signing in.")
        }
        let store = StoredCredentials(path: path)
        let former = try store.entry(for: address)
        let host = address.dropFirst(address.hasPrefix("https") ? 8 : 7).prefix { $0 != "/" && $0 != ":" }
        if !address.lowercased().hasPrefix("https://"), !ListeningAddress.isLoopback(String(host)) {
            Terminal.message("\(address) is not https: the password can be read on the way.")
        }
        let user = try name ?? Prompt.line("User name: ")
        let password = try Prompt.secret("Password: ")
        let label = "steward login, \(ProcessInfo.processInfo.hostName), \(World.live.now().rfc3339)"
        let body = JSON.record(["name": .string(label), "expires_in_days": .int(days)])
        let answer = try await ServerClient.connect(
            to: address, authorization: StoredCredentials.basic(user, password)
        ) { try await $0.send("POST", "/api/v1/tokens", body) }
        guard let token = answer["token"]?.text, let id = answer["id"]?.text else {
            throw Failure(.unavailable, "\(address) gave no token")
        }
        try store.set(.init(user: user, token: token, tokenID: id), for: address)
        if let former { await Self.revoke(former, at: address) }
        if server.json { return JSON.record(["user": .string(user), "token_id": .string(id)]).show() }
        let expires = answer.time("expires_at").map { " until \(DisplayValue.moment($0))" } ?? ""
        Terminal.write("Signed in to \(DisplayText.clean(address)) as \(DisplayText.label(user))\(expires).\n")
    }

    /// The token of the last time is of no use any more. Whether it still held does not matter.
    static func revoke(_ entry: StoredCredentials.Entry, at address: String) async {
        guard let authorization = try? StoredCredentials.bearer(entry.token) else { return }
        _ = try? await ServerClient.connect(to: address, authorization: authorization) {
            try await $0.send("DELETE", "/api/v1/tokens/\(PercentEncoding.encode(entry.tokenID))")
        }
    }
}

/// `steward logout`
package struct LogoutCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Forget the token that `steward login` got, and revoke it.")

    @OptionGroup var server: ServerOptions

    package init() {}

    mutating package func run() async throws {
        let address = server.address
        guard let path = StoredCredentials.path(), let entry = try StoredCredentials(path: path).entry(for: address)
        else {
            throw Failure(.notFound, "nobody is signed in to \(DisplayText.clean(address)) here")
        }
        await LoginCommand.revoke(entry, at: address)
        try StoredCredentials(path: path).set(nil, for: address)
        if server.json { return JSON.record(["user": .string(entry.user)]).show() }
        Terminal.write("Signed out of \(DisplayText.clean(address)).\n")
    }
}

/// `steward whoami`
package struct WhoAmICommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Say who the server takes you for, and what that allows.")

    @OptionGroup var server: ServerOptions

    package init() {}

    mutating package func run() async throws {
        let me = try await server.connect { try await $0.get("/api/v1/me") }
        if server.json { return me.show() }
        let level = me["level"]?.text.map { "may \($0) everything" } ?? "may do what grants allow"
        var sheet = FactSheet("\(DisplayText.label(me["name"]?.text ?? "")): \(level)")
        var facts: [(name: String, value: String)] = [("Signed in by", me.shown("method"))]
        if let role = me["user"]?["role"]?.text { facts.append(("Role", DisplayText.clean(role))) }
        if let token = me["token"], token != .null {
            facts.append(("Token", token.shown("name")))
            facts.append(("Its level", token.shown("level")))
            if let time = token.time("expires_at") { facts.append(("It expires", DisplayValue.moment(time))) }
        }
        let groups = (me["groups"]?.elements ?? []).compactMap(\.text).map(DisplayText.label)
        if !groups.isEmpty { facts.append(("Groups", groups.joined(separator: ", "))) }
        sheet.add("Account", facts)
        sheet.add("Grants", (me["grants"]?.elements ?? []).map { GrantText.line($0) })
        sheet.write()
    }
}
