package import Core
import Foundation

/// What commands say to a server about who they are: from the environment, or from what `steward login` has stored.
package struct StoredCredentials: Sendable {
    /// What is stored for one server.
    package struct Entry: Sendable {
        package let user: String
        package let token: String
        /// The token's identifier, to revoke it by.
        package let tokenID: String

        package init(user: String, token: String, tokenID: String) {
            self.user = user
            self.token = token
            self.tokenID = tokenID
        }
    }

    /// The header `Authorization` for a server: `STEWARD_TOKEN`, what MLflow's clients take (`MLFLOW_TRACKING_TOKEN`,
    /// or `MLFLOW_TRACKING_USERNAME` with `MLFLOW_TRACKING_PASSWORD`), the stored token; the first that is there.
    /// - Parameter address: as it was given; only a stored token belongs to an address.
    package static func authorization(
        for address: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(Failure) -> String? {
        func set(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let token = set("STEWARD_TOKEN") ?? set("MLFLOW_TRACKING_TOKEN") { return try bearer(token) }
        if let name = set("MLFLOW_TRACKING_USERNAME"), let password = set("MLFLOW_TRACKING_PASSWORD") {
            return basic(name, password)
        }
        guard let path = path(environment) else { return nil }
        return try StoredCredentials(path: path).entry(for: address).map { entry throws(Failure) in
            try bearer(entry.token)
        }
    }

    package static func basic(_ name: String, _ password: String) -> String {
        "Basic " + Base64.text(of: Array("\(name):\(password)".utf8))
    }

    /// - Throws: `invalid` for a text that would end the header.
    package static func bearer(_ token: String) throws(Failure) -> String {
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Failure(.invalid, "the token holds a space or a character that no token has")
        }
        return "Bearer " + token
    }

    // MARK: The file

    /// `${XDG_CONFIG_HOME:-~/.config}/steward/credentials`; nil when neither variable leads anywhere.
    package static func path(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return "\(folder)/steward/credentials" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.config/steward/credentials"
    }

    private let path: String

    package init(path: String) { self.path = path }

    package func entry(for address: String) throws(Failure) -> Entry? {
        guard let entry = try read().first(where: { $0.name.utf8.elementsEqual(Self.key(address).utf8) })?.value,
            let user = entry["user"]?.text, let token = entry["token"]?.text, let id = entry["token_id"]?.text
        else { return nil }
        return Entry(user: user, token: token, tokenID: id)
    }

    /// Stores what is for one server, or removes it. The file is the user's own: mode 0600.
    package func set(_ entry: Entry?, for address: String) throws(Failure) {
        let key = Self.key(address)
        var members = try read().filter { !$0.name.utf8.elementsEqual(key.utf8) }
        if let entry {
            members.append(
                JSON.Member(
                    key,
                    .record([
                        "user": .string(entry.user), "token": .string(entry.token), "token_id": .string(entry.tokenID),
                    ])))
        }
        let folder = FolderEntries.folder(of: path)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(.unavailable, "\(folder): the folder cannot be made", cause: "\(error)")
        }
        try AtomicFile.write(JSON.object(members).serialised(pretty: true), to: path, mode: 0o600)
    }

    private func read() throws(Failure) -> [JSON.Member] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard try FileContents.permissions(of: path) & 0o077 == 0 else {
            throw Failure(
                .denied, "\(path): others may read it, and it holds tokens", hint: "chmod 600 \(ShellWord.quoted(path))"
            )
        }
        let json = try JSONParser.parse(FileContents.read(path, limit: 1 << 20))
        guard let members = json.members else { throw Failure(.invalid, "\(path): it is no JSON object") }
        return members
    }

    private static func key(_ address: String) -> String {
        var text = address[...]
        while text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
        return String(text)
    }
}
