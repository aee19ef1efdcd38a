import ArgumentParser
package import Core
import Logging

/// Where and how `steward serve` runs, whatever it serves.
package struct ServeOptions: ParsableArguments {
    @Option(
        help: "Address to bind; other than loopback it needs --auth and TLS or --trusted-proxy. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to bind; 0 lets the system choose. (default: 5000)")
    var port: Int?

    @OptionGroup var storage: StorageOptions

    @Option(parsing: .upToNextOption, help: "Further host names the server answers to.")
    var allowedHost: [String] = []

    @Option(parsing: .upToNextOption, help: "Further origins whose pages may send changes.")
    var allowedOrigin: [String] = []

    @Option(help: "PEM file with the server's certificate and those that lead to its root, for HTTPS.")
    var tlsCertificate: String?

    @Option(help: "PEM file with the private key of --tls-certificate. Both are read again on SIGHUP.")
    var tlsKey: String?

    @Flag(help: "Everybody has to sign in. Without it, as soon as there are users.")
    var auth = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Addresses or ranges of proxies whose X-Forwarded-For, -Proto and -Host are believed.",
            valueName: "address"))
    var trustedProxy: [String] = []

    @Option(help: "How log lines on standard error look: text or json. (default: text)")
    var logFormat: LogFormat?

    @Option(help: "The least level that is logged: debug, info, notice, warning, error. (default: info)")
    var logLevel: String?

    package init() {}

    /// The names of these options as settings.
    package static let names =
        ["host", "port"] + StorageOptions.names
        + [
            "allowed_host", "allowed_origin", "tls_certificate", "tls_key", "auth", "trusted_proxy", "log_format",
            "log_level",
        ]

    package func server(_ settings: Settings) throws(Failure) -> ServerSettings {
        var server = ServerSettings()
        if let host = try settings.text("host", flag: host) { server.host = host }
        if let port = try settings.integer("port", flag: port) { server.port = port }
        guard (0...65535).contains(server.port) else {
            throw Failure(.invalid, "\(server.port) is not a port number", hint: "Ports are 0 to 65535.")
        }
        try storage.apply(to: &server, settings)
        server.allowedHosts = try settings.texts("allowed_host", flag: allowedHost)
        server.allowedOrigins = try settings.texts("allowed_origin", flag: allowedOrigin)
        server.requiresSignIn = try settings.isSet("auth", flag: auth)
        server.proxies = try TrustedProxies(try settings.texts("trusted_proxy", flag: trustedProxy))
        switch (
            try settings.text("tls_certificate", flag: tlsCertificate), try settings.text("tls_key", flag: tlsKey)
        ) {
        case (nil, nil): break
        case (let certificate?, let key?): server.tls = TLSFiles(certificate: certificate, key: key)
        default: throw Failure(.invalid, "--tls-certificate and --tls-key belong together")
        }
        return server
    }

    package func log(_ settings: Settings, _ world: World) throws(Failure) -> Log {
        let name = try settings.text("log_level", flag: logLevel) ?? "info"
        guard let level = Logger.Level(rawValue: name) else {
            throw Failure(
                .invalid, "\(name) is not a level of the log", hint: "Levels: debug, info, notice, warning, error.")
        }
        return Log(format: try settings.choice("log_format", flag: logFormat) ?? .text, level: level, now: world.now)
    }
}

extension LogFormat: ExpressibleByArgument {}
