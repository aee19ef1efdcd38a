import Core
import Logging

/// Reads the event log for one reactor, from its stored position on.
///
/// An event that the reactor fails at is tried again, after longer and longer waits, while later events stay behind it.
/// After `attempts` it is given up: written down as a dead letter, and left out. Failures of the database are nobody's
/// fault and are waited out however long they last.
struct ReactorReading: Sendable {
    static let migrations = [
        Migration(
            "platform-002-cursors",
            """
            CREATE TABLE platform_cursor (name {text} PRIMARY KEY, sequence {integer} NOT NULL);
            CREATE TABLE platform_reactor_problem (
                reactor {text} NOT NULL, sequence {integer} NOT NULL, message {text} NOT NULL, at {integer} NOT NULL,
                PRIMARY KEY (reactor, sequence)) {clustered};
            """)
    ]

    /// How many events a reactor is given in one transaction at most.
    static let batch = 256
    /// How many entries are looked through for them: whatever way the database finds them, it is not all there are.
    static let window: Int64 = 4096
    /// A transaction takes no further event after so long: writes of users share it and wait for its end.
    static let batchTime = Duration.milliseconds(20)
    /// A reactor looks this often although nothing woke it: another server may have written.
    static let patience = Duration.seconds(5)
    /// How often an event is tried. With the waits between them that takes two minutes.
    static let attempts = 8
    /// The longest wait between attempts.
    static let longestWait = Duration.seconds(60)

    let reactor: Reactor
    let database: Database
    let world: World
    let signal: EventSignal
    let logger: Logger

    func run() async {
        let wake = WakeUp(signal.stream(), every: Self.patience, sleep: world.sleep)
        var trouble = Trouble()
        while !Task.isCancelled {
            do {
                while try await step(most: trouble.alone > 0 ? 1 : Self.batch) > 0 { trouble.pass() }
                await wake.wait()
            } catch {
                if error.code == .unavailable {
                    report(error)
                    await wake.wait()
                } else {
                    await handle(error, &trouble)
                }
            }
        }
    }

    /// Which event a reactor fails at.
    private struct Trouble {
        /// How many events are to be tried one by one: one of a batch failed, and nobody knows which.
        var alone = 0
        /// The event that failed alone, and how often.
        var sequence: Int64?
        var attempts = 0

        mutating func pass() {
            alone = max(alone - 1, 0)
            (sequence, attempts) = (nil, 0)
        }

        mutating func fail(_ sequence: Int64) {
            attempts = self.sequence == sequence ? attempts + 1 : 1
            self.sequence = sequence
        }

        /// A second at first, then twice as long each time.
        var wait: Duration { min(.seconds(1 << min(max(attempts - 1, 0), 10)), ReactorReading.longestWait) }
    }

    private func handle(_ failure: Failure, _ trouble: inout Trouble) async {
        guard trouble.alone > 0 else {
            trouble.alone = Self.batch
            return
        }
        do {
            // When there is none, another server has digested it meanwhile.
            guard let sequence = try await database.read(next) else { return }
            trouble.fail(sequence)
            if trouble.attempts >= Self.attempts {
                try await giveUp(sequence, failure)
                trouble.pass()
                return
            }
            report(failure, sequence)
        } catch {
            report(error)
        }
        try? await world.sleep(trouble.wait)
    }

    // MARK: Transactions

    /// Hands the next events to the reactor and moves its position, in one transaction.
    /// - Parameter most: events that are handed over.
    /// - Returns: how many events it is further, those it did not want included.
    func step(most limit: Int = Self.batch) async throws(Failure) -> Int {
        let isBehind = try await database.read { try position($0) < EventLog.size($0) }
        guard isBehind else { return 0 }
        // Of its own key: a reactor's work shares a connection with itself, not with whoever comes by.
        return try await database.write(key: "reactor \(reactor.name)") { transaction in
            let sql = transaction.sql
            let start = try lockedPosition(sql)
            // The size first: everything below it can be seen by the query that follows.
            let size = try EventLog.size(sql)
            let query = query(from: start, limit)
            let events = try events(query, sql)
            let begin = ContinuousClock.now
            var end = start
            for event in events {
                try reactor.react(event, transaction)
                end = event.sequence + 1
                if ContinuousClock.now - begin > Self.batchTime { break }
            }
            // Behind the last one that was wanted there is nothing for this reactor.
            let isWhole = end == events.last.map { $0.sequence + 1 } ?? start
            if isWhole, events.count < limit { end = max(end, min(size, query.end ?? size)) }
            try move(to: end, sql)
            return Int(end - start)
        }
    }

    private func events(_ query: EventQuery, _ sql: any SQLConnection) throws -> [RecordedEvent] {
        do {
            return try EventLog.events(query, sql)
        } catch SQLError.corrupt(let cause) {
            // For others the database is damaged, and they wait until it is mended. Here one entry must not hold up
            // all.
            throw Failure(.invalid, "an entry of the event log cannot be read", cause: cause)
        }
    }

    /// What it wants of the next `window` entries.
    private func query(from start: Int64, _ limit: Int) -> EventQuery {
        var query = EventQuery()
        query.kinds = reactor.kinds.sorted()
        query.after = start - 1
        query.end = start + Self.window
        query.limit = limit
        return query
    }

    /// The first event this reactor wants and has not digested. Its entry is not looked at: it may not be readable.
    private func next(_ sql: any SQLConnection) throws -> Int64? {
        try EventLog.sequences(query(from: try position(sql), 1), sql).first
    }

    /// Writes an event down as a dead letter and goes on behind it.
    private func giveUp(_ sequence: Int64, _ failure: Failure) async throws(Failure) {
        try await database.write(key: "reactor \(reactor.name)") { transaction in
            let sql = transaction.sql
            // Another server may have had more luck meanwhile.
            guard try lockedPosition(sql) <= sequence else { return }
            try sql.execute(
                """
                INSERT INTO platform_reactor_problem (reactor, sequence, message, at)
                VALUES (?1, ?2, ?3, \(sql.dialect.now)) ON CONFLICT (reactor, sequence) DO NOTHING
                """, [.text(reactor.name), .integer(sequence), .text(failure.message)])
            try move(to: sequence + 1, sql)
        }
        logger.error(
            "reactor gave up an event; it goes on with the next one",
            metadata: [
                "name": "\(reactor.name)", "sequence": "\(sequence)", "error": "\(failure.message)",
                "cause": "\(failure.cause ?? "")",
            ])
    }

    private func position(_ sql: any SQLConnection, suffix: String = "") throws -> Int64 {
        try sql.first("SELECT sequence FROM platform_cursor WHERE name = ?1\(suffix)", [.text(reactor.name)]) {
            $0.integer(0)
        } ?? 0
    }

    /// Two servers may come here; the row's lock lets one in at a time, and the second finds nothing to do.
    private func lockedPosition(_ sql: any SQLConnection) throws -> Int64 {
        try sql.execute(
            "INSERT INTO platform_cursor (name, sequence) VALUES (?1, 0) ON CONFLICT (name) DO NOTHING",
            [.text(reactor.name)])
        return try position(sql, suffix: sql.dialect.forUpdate)
    }

    private func move(to sequence: Int64, _ sql: any SQLConnection) throws {
        try sql.execute(
            "UPDATE platform_cursor SET sequence = ?2 WHERE name = ?1", [.text(reactor.name), .integer(sequence)])
    }

    private func report(_ failure: Failure, _ sequence: Int64? = nil) {
        if Task.isCancelled { return }
        var metadata: Logger.Metadata = [
            "name": "\(reactor.name)", "error": "\(failure.message)", "cause": "\(failure.cause ?? "")",
        ]
        if let sequence { metadata["sequence"] = "\(sequence)" }
        logger.error("reactor failed; it is tried again", metadata: metadata)
    }
}

/// How far a reactor is.
struct ReactorProgress: Sendable {
    let name: String
    /// Events it has not come to yet.
    let behind: Int64
    /// Events it failed at until it gave up: dead letters.
    let givenUp: Int64

    /// - Parameter names: of the reactors, those that have not begun included.
    static func all(_ names: [String], _ sql: any SQLConnection) throws -> [ReactorProgress] {
        let size = try EventLog.size(sql)
        return try names.map { name in
            let position = try sql.first("SELECT sequence FROM platform_cursor WHERE name = ?1", [.text(name)]) {
                $0.integer(0)
            }
            let givenUp = try sql.first(
                "SELECT COUNT(*) FROM platform_reactor_problem WHERE reactor = ?1", [.text(name)]
            ) { $0.integer(0) }
            return ReactorProgress(name: name, behind: max(size - (position ?? 0), 0), givenUp: givenUp ?? 0)
        }
    }
}
