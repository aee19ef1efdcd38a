package import Core

/// Where and how a server runs.
package struct ServerSettings: Sendable {
    package var host = "127.0.0.1"
    /// 0 lets the system choose.
    package var port = 5000
    /// Everything the server keeps for itself: database, keys, artifacts.
    package var dataFolder = "steward-data"
    /// A file, or `postgresql://...`; nil means `steward.db` in the data folder.
    package var database: String?
    /// nil means `artifacts` in the data folder.
    package var artifactFolder: String?
    /// Names this server answers to, besides the loopback names.
    package var allowedHosts: [String] = []
    /// Origins whose pages may send changes, besides the server's own.
    package var allowedOrigins: [String] = []

    package init() {}

    package var artifacts: String { artifactFolder ?? "\(dataFolder)/artifacts" }
    package var databaseLocation: String { database ?? "\(dataFolder)/steward.db" }
    package var keyFile: String { "\(dataFolder)/keys/audit.key" }
    package var isPostgreSQL: Bool {
        ["postgresql://", "postgres://"].contains { databaseLocation.hasPrefix($0) }
    }

    /// Whoever reaches the address is the user, so only this machine may reach it until somebody has to sign in.
    package func checkBinding() throws(Failure) {
        guard ["127.0.0.1", "::1", "localhost"].contains(host) || host.hasPrefix("127.") else {
            throw Failure(
                .unsupported, "\(host) can be reached from other machines, and this version has no sign-in yet",
                hint: "Bind 127.0.0.1 and put an authenticating proxy in front, or use an SSH tunnel.")
        }
    }
}
