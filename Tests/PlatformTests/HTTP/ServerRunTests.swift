import Core
import Platform
import Testing

/// The server as a whole, beyond its connections.
@Suite("Server as a whole")
struct ServerRunTests {
    private final class Token: Sendable {}

    /// A domain that is there as long as anything of its server is.
    private struct Watched: Domain {
        static let name = "watched"
        static let migrations: [Migration] = []
        let token: Token

        var endpoints: [Endpoint] { [] }
        var routines: [Routine] {
            [Routine("watched.look", every: .seconds(3600)) { [token] in withExtendedLifetime(token) {} }]
        }
    }

    @Test("when the address cannot be bound, nothing of the server runs on")
    func taken() async throws {
        let folder = try TemporaryFolder()
        weak var left: Token?
        try await withServer { other async throws in
            var settings = ServerSettings()
            settings.port = other.port
            settings.dataFolder = folder.path
            _ = try DataFolder(settings)
            let token = Token()
            left = token
            let server = try await Server(settings, world: .live, logger: .quiet, migrations: []) { _ in
                [Watched(token: token)]
            }
            let log = Log(writer: LogWriter { _ in }, now: { Timestamp(milliseconds: 0) })
            await #expect(throws: Failure.self) {
                try await server.run(.init(version: "1", protocolVersion: "1"), errorForms: [], log: log) { _ in }
            }
        }
        for _ in 0..<6000 where left != nil { try await Task.sleep(for: .milliseconds(5)) }
        let isGone = left == nil
        #expect(isGone)
    }
}
