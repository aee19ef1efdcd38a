package import Core

/// An outbox: work is stored in the transaction that decides it is needed, and done afterwards, at least once, by
/// whichever server claims it first.
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
    package func enqueue(_ key: String, _ payload: JSON, _ transaction: Transaction, now: Timestamp) throws -> Bool {
        let count = try transaction.sql.execute(
            """
            INSERT INTO platform_job (queue, key, payload, state, attempts, due_at, created_at)
            VALUES (?1, ?2, ?3, 'pending', 0, ?4, ?4) ON CONFLICT (queue, key) DO NOTHING
            """, [.text(name), .text(key), .text(payload.text()), .integer(now.milliseconds)])
        transaction.afterCommit { [signal] in signal.send() }
        return count > 0
    }

    /// Makes a job wait no longer, with all its attempts before it, whatever became of it.
    /// - Returns: false when there is no such job.
    package func retry(_ key: String, _ transaction: Transaction, now: Timestamp) throws -> Bool {
        let count = try transaction.sql.execute(
            """
            UPDATE platform_job SET state = 'pending', attempts = 0, due_at = ?3, claim = NULL, settled_at = NULL
            WHERE queue = ?1 AND key = ?2
            """, [.text(name), .text(key), .integer(now.milliseconds)])
        transaction.afterCommit { [signal] in signal.send() }
        return count > 0
    }

    package func remove(_ key: String, _ transaction: Transaction) throws {
        try transaction.sql.execute(
            "DELETE FROM platform_job WHERE queue = ?1 AND key = ?2", [.text(name), .text(key)])
    }

    /// How many wait, and how many were given up.
    package func counts(_ sql: any SQLConnection) throws -> (pending: Int, dead: Int) {
        func count(_ state: SQLValue) throws -> Int {
            try sql.first("SELECT COUNT(*) FROM platform_job WHERE queue = ?1 AND state = ?2", [.text(name), state]) {
                $0.int(0)
            } ?? 0
        }
        return try (count("pending"), count("dead"))
    }
}

// What a worker does with the queue.
extension JobQueue {
    /// Whether some job's time has come.
    func isDue(_ sql: any SQLConnection, now: Timestamp) throws -> Bool {
        try sql.first(
            "SELECT 1 FROM platform_job WHERE queue = ?1 AND state = 'pending' AND due_at <= ?2 LIMIT 1",
            [.text(name), .integer(now.milliseconds)]
        ) { _ in true } ?? false
    }

    /// Takes jobs whose time has come, for as long as the lease holds.
    /// - Parameter claim: a new identifier.
    func claim(most limit: Int, _ claim: String, _ transaction: Transaction, now: Timestamp) throws -> [Job] {
        let sql = transaction.sql
        let jobs = try sql.rows(
            """
            SELECT id, key, payload, attempts FROM platform_job
            WHERE queue = ?1 AND state = 'pending' AND due_at <= ?2
            ORDER BY due_at, id LIMIT ?3\(sql.dialect.forUpdateSkipLocked)
            """, [.text(name), .integer(now.milliseconds), .int(limit)]
        ) { row in
            Job(
                id: row.integer(0), key: row.text(1), payload: try JSONParser.parse(Array(row.text(2).utf8)),
                attempt: row.int(3) + 1, claim: claim)
        }
        for job in jobs {
            try sql.execute(
                "UPDATE platform_job SET attempts = ?2, due_at = ?3, claim = ?4 WHERE id = ?1",
                [
                    .integer(job.id), .int(job.attempt), .integer(now.milliseconds + policy.lease), .text(claim),
                ])
        }
        return jobs
    }

    /// Writes down what came of an attempt.
    /// - Returns: nil when the claim was lost in the meantime: the job is another server's, or gone.
    func settle(
        _ job: Job, _ outcome: JobOutcome, _ transaction: Transaction, now: Timestamp, random: UInt64
    ) throws -> JobState? {
        let state: JobState
        switch outcome.result {
        case .done: state = .done
        case .failed where job.attempt < policy.attempts:
            let delay = max(policy.delay(after: job.attempt, random: random), outcome.patience)
            state = .waiting(until: now.adding(milliseconds: min(delay, policy.longestDelay)))
        case .failed, .refused: state = .dead
        }
        let (word, due, settled) =
            switch state {
            case .done: ("done", now, Optional(now))
            case .dead: ("dead", now, Optional(now))
            case .waiting(let until): ("pending", until, nil)
            }
        let count = try transaction.sql.execute(
            """
            UPDATE platform_job SET state = ?3, due_at = ?4, problem = ?5, settled_at = ?6, claim = NULL
            WHERE id = ?1 AND claim = ?2
            """,
            [
                .integer(job.id), .text(job.claim), .text(word), .integer(due.milliseconds),
                .optional(outcome.problem), .optional(settled?.milliseconds),
            ])
        return count > 0 ? state : nil
    }
}
