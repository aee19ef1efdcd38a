package import Core

/// What the system page and nobody else gathers: the figures of `/metrics` that people ask for first.
package struct SystemStatus: Sendable {
    let database: Database
    /// Not the routines themselves: pages outlive a server that could not start.
    let routines: [(name: String, every: Duration)]
    let reactors: [String]
    let routineLog: RoutineLog
    let host: String
    /// Whether connections are TLS.
    let isEncrypted: Bool
    let started: Timestamp
    let now: @Sendable () -> Timestamp

    package init(
        database: Database, routines: [Routine], reactors: [String], routineLog: RoutineLog, host: String,
        isEncrypted: Bool, started: Timestamp, now: @escaping @Sendable () -> Timestamp
    ) {
        self.database = database
        self.routines = routines.map { ($0.name, $0.every) }
        self.reactors = reactors
        self.routineLog = routineLog
        self.host = host
        self.isEncrypted = isEncrypted
        self.started = started
        self.now = now
    }

    struct Figures: Sendable {
        let databaseBytes: Int64
        let entries: Int64
        let jobs: [(queue: String, state: String, count: Int)]
        let reactors: [ReactorProgress]

        var deadJobs: Int { jobs.filter { $0.state == "dead" }.reduce(0) { $0 + $1.count } }
        var waitingJobs: Int { jobs.filter { $0.state != "dead" }.reduce(0) { $0 + $1.count } }
        var givenUpEvents: Int64 { reactors.reduce(0) { $0 + $1.givenUp } }
        var mostBehind: Int64 { reactors.map(\.behind).max() ?? 0 }
    }

    func figures() async throws(Failure) -> Figures {
        let reactors = reactors
        return try await database.read { sql in
            Figures(
                databaseBytes: try sql.first(sql.dialect.sizeStatement) { $0.integer(0) } ?? 0,
                entries: try EventLog.size(sql), jobs: try JobQueue.open(sql),
                reactors: try ReactorProgress.all(reactors, sql))
        }
    }

    /// Events behind from which on somebody should look: more than a busy minute makes.
    private static let muchBehind: Int64 = 1000

    /// What needs somebody, in sentences; nothing when all is well.
    func troubles(_ figures: Figures) -> [String] {
        var troubles: [String] = []
        if figures.deadJobs > 0 {
            troubles.append(
                "\(DisplayValue.count(figures.deadJobs, "delivery was", "deliveries were")) given up: nobody was told")
        }
        if figures.givenUpEvents > 0 {
            troubles.append(
                "\(DisplayValue.count(Int(figures.givenUpEvents), "event")) could not be handed on; the log says why")
        }
        if figures.mostBehind > Self.muchBehind {
            troubles.append("\(DisplayValue.grouped(Int(figures.mostBehind))) events are not handed on yet")
        }
        for routine in routines {
            guard let problem = routineLog[routine.name]?.problem else { continue }
            troubles.append("\(routine.name) failed: \(problem)")
        }
        let waiting = database.waiting
        if waiting.writes > Self.muchWaiting || waiting.reads > Self.muchWaiting {
            troubles.append("the database is busy: \(waiting.writes) writes and \(waiting.reads) reads wait for it")
        }
        return troubles
    }

    /// A quarter of what is let wait before requests are turned away.
    private static let muchWaiting = 1024
}
