package import Core
package import Logging

/// Runs the routines and reactors of all domains until it is cancelled.
package struct Runner: Sendable {
    /// How many events a reactor takes in one transaction.
    static let batch = 256
    /// A reactor looks this often although nothing woke it: another server may have written.
    static let patience = Duration.seconds(5)
    /// A server that dies leaves its routines undone for so long at most; then another takes over.
    static let leadership = Duration.seconds(30)

    package static let migrations =
        [
            Migration(
                "platform-002-cursors",
                "CREATE TABLE platform_cursor (name {text} PRIMARY KEY, sequence {integer} NOT NULL);")
        ] + Leases.migrations

    let database: Database
    let world: World
    let signal: EventSignal
    let logger: Logger

    package init(database: Database, world: World, signal: EventSignal, logger: Logger) {
        self.database = database
        self.world = world
        self.signal = signal
        self.logger = logger
    }

    package func run(routines: [Routine], reactors: [Reactor]) async {
        await withTaskGroup(of: Void.self) { group in
            if !routines.isEmpty { group.addTask { await lead(routines) } }
            for reactor in reactors { group.addTask { await run(reactor) } }
        }
    }

    /// Of several servers over one database one runs the routines.
    private func lead(_ routines: [Routine]) async {
        let leases = Leases(database: database, world: world)
        while !Task.isCancelled {
            do {
                _ = try await leases.hold("routines", for: Self.leadership) { _ in
                    await withTaskGroup(of: Void.self) { group in
                        for routine in routines { group.addTask { await run(routine) } }
                    }
                }
            } catch { report("lease", "routines", error) }
            try? await world.sleep(Self.leadership / 3)
        }
    }

    private func run(_ routine: Routine) async {
        while !Task.isCancelled {
            do { try await routine.run() } catch { report("routine", routine.name, error) }
            try? await world.sleep(routine.every)
        }
    }

    private func run(_ reactor: Reactor) async {
        let wake = WakeUp(signal.stream(), every: Self.patience, sleep: world.sleep)
        while !Task.isCancelled {
            do {
                while try await step(reactor) == Self.batch {}
            } catch { report("reactor", reactor.name, error) }
            await wake.wait()
        }
    }

    /// Handles the next events and moves the cursor in one transaction.
    /// - Returns: how many events were looked at.
    @discardableResult
    package func step(_ reactor: Reactor) async throws(Failure) -> Int {
        let position = try await database.read { try Self.position(reactor, $0) }
        let size = try await database.read { try EventLog.size($0) }
        guard position < size else { return 0 }
        return try await database.write { transaction in
            let sql = transaction.sql
            try sql.execute(
                "INSERT INTO platform_cursor (name, sequence) VALUES (?1, 0) ON CONFLICT (name) DO NOTHING",
                [.text(reactor.name)])
            // Two servers may be here; the row's lock lets one in at a time, and the second finds nothing to do.
            let next =
                try sql.first(
                    "SELECT sequence FROM platform_cursor WHERE name = ?1\(sql.dialect.forUpdate)",
                    [.text(reactor.name)]
                ) { $0.integer(0) } ?? 0
            var query = EventQuery()
            query.after = next - 1
            query.limit = Self.batch
            let events = try EventLog.events(query, sql)
            guard let last = events.last else { return 0 }
            for event in events where reactor.kinds.contains(event.event.kind) { try reactor.react(event, transaction) }
            try sql.execute(
                "UPDATE platform_cursor SET sequence = ?2 WHERE name = ?1",
                [.text(reactor.name), .integer(last.sequence + 1)])
            return events.count
        }
    }

    private static func position(_ reactor: Reactor, _ sql: any SQLConnection) throws -> Int64 {
        try sql.first("SELECT sequence FROM platform_cursor WHERE name = ?1", [.text(reactor.name)]) { $0.integer(0) }
            ?? 0
    }

    private func report(_ what: String, _ name: String, _ error: any Error) {
        if error is CancellationError || Task.isCancelled { return }
        let failure = Database.failure(error)
        logger.error(
            "\(what) failed; it is tried again",
            metadata: [
                "name": "\(name)", "error": "\(failure.message)", "cause": "\(failure.cause ?? "")",
            ])
    }
}

/// Waits for a signal or a timer, whichever comes first.
struct WakeUp: Sendable {
    private let wakes: AsyncStream<Void>

    init(_ signal: AsyncStream<Void>, every: Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wakes = stream
        let signals = Task { for await _ in signal { continuation.yield() } }
        let timer = Task {
            while !Task.isCancelled {
                try? await sleep(every)
                continuation.yield()
            }
        }
        continuation.onTermination = { _ in
            signals.cancel()
            timer.cancel()
        }
    }

    /// Returns at once when there was a signal since the last wait, or the task is cancelled.
    func wait() async {
        for await _ in wakes { return }
    }
}
