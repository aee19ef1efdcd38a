import ArgumentParser
import Core
import Foundation
import Logging
import Platform

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the server: experiment tracking, model registry, audit log.",
        discussion: """
            Stock MLflow clients work against it:

              steward serve
              python -c 'import mlflow; mlflow.set_tracking_uri("http://127.0.0.1:5000"); ...'

            Everything is kept in the data folder: steward.db (SQLite), artifacts/, and keys/audit.key, which signs \
            the audit log. With --database postgresql://USER@HOST/NAME several servers share one PostgreSQL; give them the \
            same keys/audit.key and artifact folder.

            Whoever reaches the address is the user "local", so only loopback addresses are taken for now. SIGTERM \
            finishes what is under way and exits with 0.

            Every option can also be set in the environment: --port as STEWARD_PORT, and so on. Flags win.
            """)

    @Option(help: "Address to bind: a loopback address. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to bind; 0 lets the system choose. (default: 5000)")
    var port: Int?

    @Option(help: "Folder for everything the server keeps. (default: ./steward-data)")
    var data: String?

    @Option(help: "SQLite file or postgresql:// address. (default: steward.db in the data folder)")
    var database: String?

    @Option(help: "Folder for artifacts. (default: artifacts in the data folder)")
    var artifacts: String?

    @Option(parsing: .upToNextOption, help: "Further host names the server answers to.")
    var allowedHost: [String] = []

    @Option(parsing: .upToNextOption, help: "Further origins whose pages may send changes.")
    var allowedOrigin: [String] = []

    @Option(help: "PEM file with the server's certificate and those that lead to its root, for HTTPS.")
    var tlsCertificate: String?

    @Option(help: "PEM file with the private key of --tls-certificate. Both are read again on SIGHUP.")
    var tlsKey: String?

    @Option(help: "How log lines on standard error look: text or json. (default: text)")
    var logFormat: LogFormat?

    @Option(help: "The least level that is logged: debug, info, notice, warning, error. (default: info)")
    var logLevel: String?

    func run() async throws {
        let settings = try settings()
        let log = try log()
        let logger = log.logger("steward")
        try ListeningAddress.check(settings.host, hasIdentity: false)
        let folder = try DataFolder(settings)
        let server = try await Server(
            settings, world: .live, logger: logger, migrations: Product.migrations, plugs: Product.plugs)
        try await server.run(
            .init(version: Version.current, protocolVersion: Product.mlflowVersion), errorForms: Product.errorForms,
            log: log
        ) { port in
            Terminal.message(
                """
                Steward \(Version.current) at \(settings.address(port))
                  mlflow.set_tracking_uri("\(settings.address(port))")
                  data in \(settings.dataFolder), stop with Ctrl-C
                """)
        }
        _ = consume folder
    }

    private func settings() throws(Failure) -> ServerSettings {
        let environment = ProcessInfo.processInfo.environment
        var settings = ServerSettings()
        if let host = host ?? environment["STEWARD_HOST"] { settings.host = host }
        if let port = port {
            settings.port = port
        } else if let text = environment["STEWARD_PORT"] {
            guard let port = Int(text) else { throw Failure(.invalid, "STEWARD_PORT: \(text) is not a port number") }
            settings.port = port
        }
        guard (0...65535).contains(settings.port) else {
            throw Failure(.invalid, "\(settings.port) is not a port number", hint: "Ports are 0 to 65535.")
        }
        if let data = data ?? environment["STEWARD_DATA"] { settings.dataFolder = data }
        settings.database = database ?? environment["STEWARD_DATABASE"]
        settings.artifactFolder = artifacts ?? environment["STEWARD_ARTIFACTS"]
        settings.allowedHosts = Self.list(allowedHost, environment["STEWARD_ALLOWED_HOST"])
        settings.allowedOrigins = Self.list(allowedOrigin, environment["STEWARD_ALLOWED_ORIGIN"])
        settings.tls = try tls(environment)
        return settings
    }

    private func tls(_ environment: [String: String]) throws(Failure) -> TLSFiles? {
        let certificate = tlsCertificate ?? environment["STEWARD_TLS_CERTIFICATE"]
        let key = tlsKey ?? environment["STEWARD_TLS_KEY"]
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        default: throw Failure(.invalid, "--tls-certificate and --tls-key belong together")
        }
    }

    private func log() throws(Failure) -> Log {
        let environment = ProcessInfo.processInfo.environment
        guard let format = logFormat ?? LogFormat(rawValue: environment["STEWARD_LOG_FORMAT"] ?? "text") else {
            throw Failure(.invalid, "STEWARD_LOG_FORMAT is not text or json")
        }
        let name = logLevel ?? environment["STEWARD_LOG_LEVEL"] ?? "info"
        guard let level = Logger.Level(rawValue: name) else {
            throw Failure(
                .invalid, "\(name) is not a level of the log", hint: "Levels: debug, info, notice, warning, error.")
        }
        return Log(format: format, level: level, now: World.live.now)
    }

    private static func list(_ flags: [String], _ environment: String?) -> [String] {
        guard flags.isEmpty, let environment else { return flags }
        return environment.split(separator: ",").map(String.init)
    }
}

extension LogFormat: ExpressibleByArgument {}
