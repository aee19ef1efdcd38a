package import Core

/// The right to do what only one of several servers over one database may do at a time, for a while.
///
/// A server that is slow may believe in a lease that another has taken over. What must not happen twice is therefore
/// done in a transaction that begins with `confirm`; what leaves the database carries `token`, which a receiver can
/// compare (a fencing token).
package struct Lease: Sendable, Equatable {
    package let name: String
    package let holder: String
    /// Greater than that of any holder before.
    package let token: Int64

    /// Holds on to the lease until the end of the transaction: nobody takes it over before.
    /// - Throws: `conflict` when somebody has.
    package func confirm(_ transaction: Transaction) throws {
        let sql = transaction.sql
        let current = try sql.first(
            "SELECT token FROM platform_lease WHERE name = ?1\(sql.dialect.forUpdate)", [.text(name)]
        ) { $0.integer(0) }
        guard current == token else {
            throw Failure(.conflict, "another server has taken over \(name)", hint: "It does the work now.")
        }
    }
}

/// Takes, keeps and gives up leases on behalf of one server.
///
/// Time is that of the database, one clock for all servers: how far theirs are apart, or jump, does not matter.
package struct Leases: Sendable {
    package static let migrations = [
        Migration(
            "platform-004-leases",
            """
            CREATE TABLE platform_lease (
                name {text} PRIMARY KEY, holder {text} NOT NULL, token {integer} NOT NULL, expires {integer} NOT NULL);
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
                INSERT INTO platform_lease (name, holder, token, expires) VALUES (?1, ?2, 1, \(now) + ?3)
                ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires,
                token = platform_lease.token + CASE WHEN platform_lease.holder = excluded.holder THEN 0 ELSE 1 END
                WHERE platform_lease.holder = excluded.holder OR platform_lease.expires <= \(now)
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

    /// Runs `body` while this server has the lease, and cancels it when another has taken the lease or the database
    /// could not be asked until it ran out.
    /// - Returns: false when another server has the lease; `body` was not run.
    /// - Throws: what `body` throws; `conflict` when the lease was lost.
    package func hold(
        _ name: String, for duration: Duration, _ body: @escaping @Sendable (Lease) async throws -> Void
    ) async throws -> Bool {
        guard let lease = try await take(name, for: duration) else { return false }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await body(lease) }
                group.addTask { try await keep(lease, for: duration) }
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
    private func keep(_ lease: Lease, for duration: Duration) async throws {
        var missed = 0
        while true {
            try await world.sleep(duration / 3)
            do {
                guard try await take(lease.name, for: duration) == lease else {
                    throw Failure(.conflict, "another server has taken over \(lease.name)")
                }
                missed = 0
            } catch let failure as Failure where failure.code == .unavailable {
                missed += 1
                if missed == 3 { throw failure }
            }
        }
    }

    /// When it cannot be given up it expires.
    private func tryToGiveUp(_ lease: Lease) async { try? await giveUp(lease) }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
