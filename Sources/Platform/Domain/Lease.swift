package import Core
import Synchronization

/// The right to do what only one of several servers over one database does at a time, for a while.
///
/// It keeps servers from doing the same work side by side; it does not make sure that they never do. A server that
/// stood still may believe for a moment in a lease that another has taken over. What is done under a lease must
/// therefore do no harm when it is done twice.
package struct Lease: Sendable, Equatable {
    package let name: String
    package let holder: String
    /// Greater than that of any holder before.
    package let token: Int64
}

/// Takes, keeps and gives up leases on behalf of one server.
///
/// Time is that of the database, one clock for all servers: how far theirs are apart, or jump, does not matter. When
/// that clock is set back a lease of a server that is gone lasts for twice its duration at most: one that would hold
/// for longer was taken before.
package struct Leases: Sendable {
    package static let migrations = [
        Migration(
            "platform-004-leases",
            """
            CREATE TABLE platform_lease (
                name {text} PRIMARY KEY, holder {text} NOT NULL, token {integer} NOT NULL, expires {integer} NOT NULL,
                duration {integer} NOT NULL);
            """)
    ]

    let database: Database
    let world: World
    /// Names this server, since its start.
    package let holder: String

    package init(database: Database, world: World) {
        self.database = database
        self.world = world
        holder = world.makeID()
    }

    /// Takes a lease that is free or has expired, or prolongs the one we have.
    /// - Returns: nil while another server has it.
    package func take(_ name: String, for duration: Duration) async throws(Failure) -> Lease? {
        try await database.write { [holder] transaction in
            let sql = transaction.sql
            let now = sql.dialect.now
            let token = try sql.first(
                """
                INSERT INTO platform_lease (name, holder, token, expires, duration) VALUES (?1, ?2, 1, \(now) + ?3, ?3)
                ON CONFLICT (name) DO UPDATE
                SET holder = excluded.holder, expires = excluded.expires, duration = excluded.duration,
                token = platform_lease.token + CASE WHEN platform_lease.holder = excluded.holder THEN 0 ELSE 1 END
                WHERE platform_lease.holder = excluded.holder OR platform_lease.expires <= \(now)
                OR platform_lease.expires > \(now) + 2 * platform_lease.duration
                RETURNING token
                """, [.text(name), .text(holder), .integer(duration.wholeMilliseconds)]
            ) { $0.integer(0) }
            return token.map { Lease(name: name, holder: holder, token: $0) }
        }
    }

    /// Lets another server take it at once. Does nothing when another has it already.
    package func giveUp(_ lease: Lease) async throws(Failure) {
        try await database.write { transaction in
            _ = try transaction.sql.execute(
                "UPDATE platform_lease SET holder = '', expires = 0 WHERE name = ?1 AND token = ?2 AND holder = ?3",
                [.text(lease.name), .integer(lease.token), .text(lease.holder)])
        }
    }

    /// Runs `body` while this server has the lease, and cancels it when another has taken the lease, or shortly before
    /// it runs out because the database did not prolong it in time. It returns after `body`, and after what the
    /// database was asked last.
    /// - Returns: false when another server has the lease; `body` was not run.
    /// - Throws: what `body` throws; `conflict` when the lease was lost, `unavailable` when it ran out.
    package func hold(
        _ name: String, for duration: Duration, _ body: @escaping @Sendable (Lease) async throws -> Void
    ) async throws -> Bool {
        let end = LeaseEnd(asked: .now, duration)
        guard let lease = try await take(name, for: duration) else { return false }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body(lease) }
                group.addTask { try await keep(lease, for: duration, end) }
                group.addTask { try await watch(lease, end) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch {
            await tryToGiveUp(lease)
            throw error
        }
        await tryToGiveUp(lease)
        return true
    }

    /// Prolongs a lease three times in its duration, until it is lost.
    private func keep(_ lease: Lease, for duration: Duration, _ end: LeaseEnd) async throws {
        var pause = duration / 3
        while true {
            try await world.sleep(pause)
            let asked = ContinuousClock.now
            do {
                guard try await take(lease.name, for: duration) == lease else {
                    throw Failure(.conflict, "another server has taken over \(lease.name)")
                }
                end.move(asked: asked, duration)
                pause = duration / 3
            } catch let failure as Failure where failure.code == .unavailable {
                pause = duration / 12
            }
        }
    }

    /// Ends when the lease does. A task of its own: whoever asks the database may wait for its answer for longer.
    private func watch(_ lease: Lease, _ end: LeaseEnd) async throws {
        while true {
            let left = ContinuousClock.now.duration(to: end.instant)
            guard left > .zero else {
                throw Failure(
                    .unavailable, "the lease of \(lease.name) ran out: the database did not prolong it in time")
            }
            try await world.sleep(left)
        }
    }

    /// When it cannot be given up it expires.
    private func tryToGiveUp(_ lease: Lease) async { try? await giveUp(lease) }
}

/// Until when a server may rely on its lease, by a clock that nobody sets. The database counts from when it carried out
/// what we asked for, which was later than when we asked: we are never behind it.
private final class LeaseEnd: Sendable {
    private let end: Mutex<ContinuousClock.Instant>

    init(asked: ContinuousClock.Instant, _ duration: Duration) {
        end = Mutex(Self.end(asked, duration))
    }

    var instant: ContinuousClock.Instant { end.withLock { $0 } }

    func move(asked: ContinuousClock.Instant, _ duration: Duration) {
        end.withLock { $0 = Self.end(asked, duration) }
    }

    /// A tenth is left for the work to notice.
    private static func end(_ asked: ContinuousClock.Instant, _ duration: Duration) -> ContinuousClock.Instant {
        asked + duration * 9 / 10
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
