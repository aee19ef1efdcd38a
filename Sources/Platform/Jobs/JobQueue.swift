package import Core

/// An outbox: work is stored in the transaction that decides it is needed, and done afterwards, at least once, by
/// whichever server claims it first.
///
/// Time is that of the database, one clock for all servers: how far theirs are apart, or jump, does not matter. A clock
/// of the database that is set back delays a job by the policy's `reach` at most, one that is set forward lets claims
/// run out, and what is at work then is done once more.
package struct JobQueue: Sendable {
    package static let migrations = [
        Migration(
            "platform-004-jobs",
            """
            CREATE TABLE platform_job (
                id {pk}, queue {text} NOT NULL, key {text} NOT NULL, payload {text} NOT NULL, state {text} NOT NULL,
                attempts {integer} NOT NULL, due_at {integer} NOT NULL, claim {text}, problem {text},
                created_at {integer} NOT NULL, settled_at {integer});
            CREATE UNIQUE INDEX platform_job_key ON platform_job (queue, key);
            CREATE INDEX platform_job_due ON platform_job (queue, state, due_at);
            CREATE INDEX platform_job_open ON platform_job (queue, state) WHERE state <> 'done';
            """)
    ]

    /// Names the queue; jobs of another name are never touched.
    package let name: String
    package let policy: JobPolicy
    /// Sent after the commit of a transaction that stored a job.
    package let signal = EventSignal()

    package init(_ name: String, policy: JobPolicy = JobPolicy()) {
        self.name = name
        self.policy = policy
    }

    /// Stores a job.
    /// - Returns: false when there is one of this key already, whatever its state; nothing changes then.
    @discardableResult
    package func enqueue(_ key: String, _ payload: JSON, _ transaction: Transaction) throws -> Bool {
        let now = transaction.dialect.now
        let count = try transaction.sql.execute(
            """
            INSERT INTO platform_job (queue, key, payload, state, attempts, due_at, created_at)
            VALUES (?1, ?2, ?3, 'pending', 0, \(now), \(now)) ON CONFLICT (queue, key) DO NOTHING
            """, [.text(name), .text(key), .text(payload.text())])
        transaction.afterCommit { [signal] in signal.send() }
        return count > 0
    }

    /// Makes a job wait no longer, with all its attempts before it, whatever became of it.
    /// - Returns: false when there is no such job.
    package func retry(_ key: String, _ transaction: Transaction) throws -> Bool {
        let count = try transaction.sql.execute(
            """
            UPDATE platform_job SET state = 'pending', attempts = 0, due_at = \(transaction.dialect.now), claim = NULL,
                settled_at = NULL
            WHERE queue = ?1 AND key = ?2
            """, [.text(name), .text(key)])
        transaction.afterCommit { [signal] in signal.send() }
        return count > 0
    }

    package func remove(_ key: String, _ transaction: Transaction) throws {
        try transaction.sql.execute(
            "DELETE FROM platform_job WHERE queue = ?1 AND key = ?2", [.text(name), .text(key)])
    }

    /// Jobs that are not done, of all queues: those that wait or are at work (`pending`), and those that were given up
    /// (`dead`). Those that were done are history, of which there may be much, and are not looked at.
    package static func open(_ sql: any SQLConnection) throws -> [(queue: String, state: String, count: Int)] {
        try sql.rows(
            """
            SELECT queue, state, COUNT(*) FROM platform_job WHERE state <> 'done'
            GROUP BY queue, state ORDER BY queue, state
            """
        ) { ($0.text(0), $0.text(1), $0.int(2)) }
    }
}

// What a worker does with the queue.
extension JobQueue {
    /// Whether some job's time has come.
    func isDue(_ sql: any SQLConnection) throws -> Bool {
        // As a query of its own the time is taken once, and the index is used.
        let now = "(SELECT \(sql.dialect.now))"
        return try sql.first(
            """
            SELECT 1 WHERE
            EXISTS (SELECT 1 FROM platform_job WHERE queue = ?1 AND state = 'pending' AND due_at <= \(now))
            OR EXISTS (SELECT 1 FROM platform_job WHERE queue = ?1 AND state = 'pending' AND due_at > \(now) + ?2)
            """, [.text(name), .integer(policy.reach)]
        ) { _ in true } ?? false
    }

    /// Takes jobs whose time has come, for as long as the lease holds.
    /// - Parameter claim: a new identifier.
    func claim(most limit: Int, _ claim: String, _ transaction: Transaction) throws -> [Job] {
        let sql = transaction.sql
        let now = "(SELECT \(sql.dialect.now))"
        // No job is ever planned so far ahead: the clock was set back since.
        try sql.execute(
            """
            UPDATE platform_job SET due_at = \(now)
            WHERE queue = ?1 AND state = 'pending' AND due_at > \(now) + ?2
            """, [.text(name), .integer(policy.reach)])
        let jobs = try sql.rows(
            """
            SELECT id, key, payload, attempts FROM platform_job
            WHERE queue = ?1 AND state = 'pending' AND due_at <= \(now)
            ORDER BY due_at, id LIMIT ?2\(sql.dialect.forUpdateSkipLocked)
            """, [.text(name), .int(limit)]
        ) { row in
            Job(
                id: row.integer(0), key: row.text(1), payload: try JSONParser.parse(Array(row.text(2).utf8)),
                attempt: row.int(3) + 1, claim: claim)
        }
        for job in jobs {
            try sql.execute(
                "UPDATE platform_job SET attempts = ?2, due_at = \(now) + ?3, claim = ?4 WHERE id = ?1",
                [.integer(job.id), .int(job.attempt), .integer(policy.lease), .text(claim)])
        }
        return jobs
    }

    /// Writes down what came of an attempt.
    /// - Returns: nil when the claim was lost in the meantime: the job is another server's, or gone.
    func settle(_ job: Job, _ outcome: JobOutcome, _ transaction: Transaction, random: UInt64) throws -> JobState? {
        let (word, delay): (String, Int64) =
            switch outcome.result {
            case .done: ("done", 0)
            case .failed where job.attempt < policy.attempts:
                (
                    "pending",
                    min(max(policy.delay(after: job.attempt, random: random), outcome.patience), policy.longestDelay)
                )
            case .failed, .refused: ("dead", 0)
            }
        let now = transaction.dialect.now
        let due = try transaction.sql.first(
            """
            UPDATE platform_job SET state = ?3, due_at = \(now) + ?4, problem = ?5,
                settled_at = \(word == "pending" ? "NULL" : now), claim = NULL
            WHERE id = ?1 AND claim = ?2 RETURNING due_at
            """,
            [
                .integer(job.id), .text(job.claim), .text(word), .integer(delay), .optional(outcome.problem),
            ]
        ) { Timestamp(milliseconds: $0.integer(0)) }
        return due.map { due in
            switch word {
            case "done": .done
            case "dead": .dead
            default: .waiting(until: due)
            }
        }
    }
}
