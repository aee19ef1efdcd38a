import Core
import Synchronization

/// What is looked at in entries beyond their hashes: that each says its own place in the log, and that a server's list
/// of events tells the same as the log. People read the list; a proof of what nobody reads is worth nothing.
final class EntryChecks: Sendable {
    /// For the list; nil for a log in a folder, which has none.
    private let client: ServerClient?
    private let found = Mutex<[LogFinding]>([])

    init(_ place: LogPlace) {
        if case .server(let client) = place { self.client = client } else { client = nil }
    }

    var findings: [LogFinding] { found.withLock { $0 } }

    /// - Parameters:
    ///   - bytes: the bundle as it was fetched. What is wrong with its form or its hashes the verifier says.
    func look(at bytes: [UInt8], _ path: TilePath) async throws(Failure) {
        guard let entries = try? EntryBundle.entries(in: bytes, count: path.width) else { return }
        let listed = try await list(path.entries)
        for (place, entry) in entries.enumerated() {
            let number = path.entries.lowerBound + Int64(place)
            guard let event = try? EventEntry.parse(entry) else {
                note(path, number, "entry \(number) is not an event")
                continue
            }
            if event.sequence != number {
                note(path, number, "entry \(number) says that it is entry \(event.sequence)")
            }
            guard let listed else { continue }
            // As bytes: names that look alike are not the same.
            if place >= listed.count || listed[place].serialised() != event.json.serialised() {
                note(path, number, "the server lists another event than entry \(number)")
            }
        }
    }

    /// After the whole log: that nothing is listed which is not in it.
    /// - Parameters:
    ///   - size: the number of entries that were verified.
    ///   - checkpoint: fetches the checkpoint of this moment and believes it.
    func lookBeyond(_ size: Int64, checkpoint: () async throws(Failure) -> Checkpoint) async throws(Failure) {
        guard let client else { return }
        let answer = try await client.get("/api/v1/events", query: [("order", "newest"), ("limit", "1")])
        guard let newest = answer["events"]?.elements?.first?["sequence"]?.int, newest >= size else { return }
        // It may have been logged in the meantime.
        guard try await checkpoint().size <= newest else { return }
        let message = "the server lists event \(newest), which is not in the log"
        found.withLock { $0.append(LogFinding(LogDirectory.checkpointName, entry: Int64(newest), message)) }
    }

    private func list(_ range: Range<Int64>) async throws(Failure) -> [JSON]? {
        guard let client else { return nil }
        var query = [(name: "limit", value: String(range.count))]
        if range.lowerBound > 0 { query.append(("after", String(range.lowerBound - 1))) }
        do {
            return try await client.get("/api/v1/events", query: query)["events"]?.elements ?? []
        } catch {
            throw Failure(
                error.code,
                "the server does not list entries \(range.lowerBound) to \(range.upperBound - 1): "
                    + error.message, hint: error.hint, cause: error.cause)
        }
    }

    private func note(_ path: TilePath, _ number: Int64, _ message: String) {
        found.withLock { found in
            if found.count < 100 { found.append(LogFinding(path.text, entry: number, message)) }
        }
    }
}
