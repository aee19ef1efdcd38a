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

    /// Whether everybody has to sign in from the start, not only once there are users.
    package var requiresSignIn = false
    /// Proxies in front that are believed about who asks.
    package var proxies = TrustedProxies.none
    /// Certificate and key; nil for plain HTTP.
    package var tls: TLSFiles?

    package init() {}

    /// Where clients find the server.
    package func address(_ port: Int) -> String {
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        return "\(tls == nil ? "http" : "https")://\(name):\(port)"
    }

    /// - Throws: `denied` when others would reach the server who should not.
    package func checkAddress() throws(Failure) {
        try ListeningAddress.check(host, hasIdentity: requiresSignIn, isProtected: tls != nil || !proxies.isEmpty)
    }

    /// Names that requests may call the server by.
    var hosts: Set<String> {
        var hosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
        for name in allowedHosts { hosts.insert(name.lowercased()) }
        // Of an address that stands for all of them nobody calls the server.
        if let address = IPAddress(host), address.bytes.contains(where: { $0 != 0 }) {
            hosts.insert(address.bytes.count == 16 ? "[\(host.lowercased())]" : host)
        }
        return hosts
    }

    package var artifacts: String { artifactFolder ?? "\(dataFolder)/artifacts" }
    package var databaseLocation: String { database ?? "\(dataFolder)/steward.db" }
    package var keyFile: String { "\(dataFolder)/keys/audit.key" }
}
