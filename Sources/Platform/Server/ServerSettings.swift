import Core

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

    /// Certificate and key; nil for plain HTTP.
    package var tls: TLSFiles?

    package init() {}

    /// Where clients find the server.
    package func address(_ port: Int) -> String {
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(tls == nil ? "http" : "https")://\(name):\(port)"
    }

    package var artifacts: String { artifactFolder ?? "\(dataFolder)/artifacts" }
    package var databaseLocation: String { database ?? "\(dataFolder)/steward.db" }
    package var keyFile: String { "\(dataFolder)/keys/audit.key" }
    package var isPostgreSQL: Bool {
        ["postgresql://", "postgres://"].contains { databaseLocation.hasPrefix($0) }
    }
}
