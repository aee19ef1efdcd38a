import Core
import Foundation

/// Where a log is read from.
enum LogPlace: Sendable {
    case server(ServerClient)
    case folder(LogDirectory)

    /// How it is remembered: the same place has the same name whatever folder the command runs in.
    var name: String {
        switch self {
        case .server(let client): client.address
        case .folder(let directory): URL(filePath: directory.path).standardizedFileURL.resolvingSymlinksInPath().path
        }
    }

    /// The key it says it is signed with; nil when it does not say.
    func key() async throws(Failure) -> VerifierKey? {
        switch self {
        case .folder(let directory): return try directory.key()
        case .server(let client):
            guard let bytes = try await client.bytes("/audit/key") else {
                throw Failure(
                    .notFound, "\(client.address) answers, but has no audit log",
                    hint: "Is that the address of a steward server?")
            }
            return try VerifierKey(parsing: String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        }
    }

    /// A file of the log, by its name in C2SP tlog-tiles.
    func fetch(_ name: String) async throws(Failure) -> [UInt8]? {
        switch self {
        case .server(let client): try await client.bytes("/audit/\(name)")
        case .folder(let directory): try directory.read(name)
        }
    }
}
