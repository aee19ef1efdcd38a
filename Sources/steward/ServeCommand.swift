import Access
import ArgumentParser
import Core
import Foundation
import MLflow
import Platform
import Registry

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

            Without users, whoever reaches the address is the user "local" and may do everything, so only loopback \
            addresses are taken. With --auth, or once there are users, everybody signs in; the first start shows a link \
            that makes the first administrator. Then the server may listen on other addresses, with TLS or behind a \
            proxy (--trusted-proxy). SIGTERM finishes what is under way and exits with 0.

            Every option can also be set in the environment, --log-format as STEWARD_LOG_FORMAT, and in a YAML file \
            (--config), as log_format: json. Flags win over the environment, the environment over the file.
            """)

    @Option(help: ArgumentHelp("YAML file with settings, or STEWARD_CONFIG.", valueName: "file"))
    var config: String?

    @OptionGroup
    var options: ServeOptions

    @OptionGroup(title: "Model registry")
    var registry: RegistryOptions

    @OptionGroup(title: "Signing in")
    var access: AccessOptions

    @OptionGroup(title: "MLflow's pages")
    var interface: InterfaceOptions

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try Settings(
            ServeOptions.names + RegistryOptions.names + AccessOptions.names + InterfaceOptions.names,
            environment: environment, file: config ?? environment["STEWARD_CONFIG"])
        let server = try options.server(settings)
        let product = Product.Settings(
            registry: try registry.settings(settings),
            access: try access.settings(settings, requiresSignIn: server.requiresSignIn),
            interface: try interface.files(settings, environment: environment))
        try await serve(server, product, log: try options.log(settings, .live))
    }

    private func serve(_ settings: ServerSettings, _ product: Product.Settings, log: Log) async throws {
        let logger = log.logger("steward")
        try settings.checkAddress()
        let folder = try DataFolder(settings)
        let server = try await Server(
            settings, world: .live, logger: logger, migrations: Product.migrations,
            plug: { try Product.domains($0, product) })
        try await server.run(
            .init(version: Version.current, protocolVersion: Product.mlflowVersion), errorForms: Product.errorForms,
            log: log
        ) { port in
            let address = settings.address(port)
            Terminal.message(
                """
                Steward \(Version.current) at \(address)
                  mlflow.set_tracking_uri("\(address)")\(note(product.interface, address))
                  data in \(settings.dataFolder), stop with Ctrl-C
                """)
            do {
                for note in try await server.notes(at: address) { Terminal.message(note) }
            } catch { Terminal.report(Failure(any: error)) }
        }
        _ = consume folder
    }

    private func note(_ pages: InterfaceFiles?, _ address: String) -> String {
        guard let pages else { return "" }
        return "\n  pages of MLflow\(pages.version.map { " \($0)" } ?? "") at \(address)/mlflow/"
    }
}
