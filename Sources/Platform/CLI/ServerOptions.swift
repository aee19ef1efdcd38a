package import ArgumentParser
import Core
import Foundation

/// How every command that asks a server is told which one, and in what form to answer.
package struct ServerOptions: ParsableArguments {
    /// Where a server is that was started without options.
    package static let defaultAddress = "http://127.0.0.1:5000"

    @Option(
        help: ArgumentHelp(
            "Address of the server. (default: $STEWARD_URL, or http://127.0.0.1:5000)", valueName: "url"))
    package var server: String?

    @Flag(help: "Answer with JSON, for programs.")
    package var json = false

    package init() {}

    /// The flag, the environment, the default; the first that is there.
    package var address: String {
        if let server { return server }
        guard let set = ProcessInfo.processInfo.environment["STEWARD_URL"], !set.isEmpty else {
            return Self.defaultAddress
        }
        return set
    }

    /// Opens a client for that server.
    /// - Parameter timeout: for one request.
    package func connect<Value>(
        timeout: Duration = .seconds(60), _ body: (ServerClient) async throws -> Value
    ) async throws -> Value {
        let address = address
        return try await ServerClient.connect(
            to: address, timeout: timeout, authorization: try StoredCredentials.authorization(for: address), body)
    }
}
