package import Core
package import Logging

/// Runs the routines and reactors of all domains until it is cancelled.
package struct Runner: Sendable {
    /// A server that dies leaves its routines undone for so long at most; then another takes over.
    static let leadership = Duration.seconds(30)

    package static let migrations = ReactorReading.migrations + Leases.migrations

    let database: Database
    let world: World
    let signal: EventSignal
    let logger: Logger
    let log: RoutineLog

    package init(
        database: Database, world: World, signal: EventSignal, logger: Logger, log: RoutineLog = RoutineLog()
    ) {
        self.database = database
        self.world = world
        self.signal = signal
        self.logger = logger
        self.log = log
    }

    package func run(routines: [Routine], reactors: [Reactor]) async {
        await withTaskGroup(of: Void.self) { group in
            if !routines.isEmpty { group.addTask { await lead(routines) } }
            for reactor in reactors { group.addTask { await reading(reactor).run() } }
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
            let began = world.now()
            log.began(routine.name, at: began)
            var problem: String?
            do { try await routine.run() } catch {
                report("routine", routine.name, error)
                problem = Failure(any: error).message
            }
            log.ended(routine.name, began: began, at: world.now(), problem: problem)
            try? await world.sleep(routine.every)
        }
    }

    /// Hands the next events to a reactor, as `run` does.
    /// - Returns: how many events it is further.
    @discardableResult
    package func step(_ reactor: Reactor) async throws(Failure) -> Int { try await reading(reactor).step() }

    private func reading(_ reactor: Reactor) -> ReactorReading {
        ReactorReading(reactor: reactor, database: database, world: world, signal: signal, logger: logger)
    }

    private func report(_ what: String, _ name: String, _ error: any Error) {
        if error is CancellationError || Task.isCancelled { return }
        let failure = Failure(any: error)
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
