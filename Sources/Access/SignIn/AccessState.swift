import Core
import Platform
import Synchronization

/// Whether people have to sign in, and the version of the tables that decide what they may do. This server's own
/// changes are known at once; what another server over the same database changes, within a second.
final class AccessState: Sendable {
    struct Snapshot: Sendable {
        /// Goes up with every change.
        var version: Int64
        var hasUsers: Bool
    }

    /// How old what is known may be, in milliseconds.
    static let interval: Int64 = 1000

    private struct State {
        var snapshot: Snapshot?
        var readAt: Int64 = 0
        var isReading = false
    }

    private let state = Mutex(State())
    private let database: Database
    private let now: @Sendable () -> Timestamp

    init(database: Database, now: @escaping @Sendable () -> Timestamp) {
        self.database = database
        self.now = now
    }

    /// The first that asks after a second reads again; those that come meanwhile take what is known, unless that is so
    /// old that the reading must have got stuck.
    func current() async throws(Failure) -> Snapshot {
        let time = now().milliseconds
        let known = state.withLock { state -> Snapshot? in
            guard let snapshot = state.snapshot else { return nil }
            let age = time - state.readAt
            if age >= 0, age < Self.interval { return snapshot }
            if state.isReading, age >= 0, age < 5 * Self.interval { return snapshot }
            state.isReading = true
            return nil
        }
        if let known { return known }
        let read: Snapshot
        do {
            read = try await database.read { sql in
                let reader = AccessReader(sql)
                return Snapshot(version: try reader.version(), hasUsers: try reader.hasUsers())
            }
        } catch {
            state.withLock { $0.isReading = false }
            throw error
        }
        return state.withLock { state in
            // A change of this server may have been committed after the reading began.
            let version = max(read.version, state.snapshot?.version ?? 0)
            let snapshot = Snapshot(version: version, hasUsers: read.hasUsers || state.snapshot?.hasUsers ?? false)
            state = State(snapshot: snapshot, readAt: time)
            return snapshot
        }
    }

    /// Called when a change of this server is durable, before anybody is answered.
    func note(version: Int64, hasUsers: Bool) {
        state.withLock { state in
            guard let snapshot = state.snapshot else { return }
            state.snapshot = Snapshot(
                version: max(snapshot.version, version), hasUsers: snapshot.hasUsers || hasUsers)
        }
    }
}
