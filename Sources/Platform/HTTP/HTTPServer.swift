import Core
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore

/// Binds an address and serves the endpoints until the task is cancelled or the process is told to stop.
package struct HTTPServer: Sendable {
    package struct Settings: Sendable {
        package var host: String
        /// 0 lets the system choose.
        package var port: Int
        /// Open connections; more wait in the system's queue.
        package var connections: Int
        /// A connection on which nothing happens is closed after this time.
        package var idleSeconds: Int

        package init(host: String, port: Int, connections: Int = 8192, idleSeconds: Int = 120) {
            self.host = host
            self.port = port
            self.connections = connections
            self.idleSeconds = idleSeconds
        }
    }

    let settings: Settings
    let responder: Responder
    let logger: Logger

    package init(settings: Settings, responder: Responder, logger: Logger) {
        self.settings = settings
        self.responder = responder
        self.logger = logger
    }

    /// - Parameter started: called with the bound port once connections are accepted.
    package func run(started: @escaping @Sendable (Int) async -> Void) async throws {
        let application = Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(Int64(settings.idleSeconds)))),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: nil, backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(settings.connections)),
            onServerRunning: { await started($0.localAddress?.port ?? 0) },
            logger: logger)
        try await application.runService()
    }
}
