package import Core

/// A piece of work that is kept in the database until it is done.
package struct Job: Sendable {
    package let id: Int64
    /// What it is about; unique within its queue, so that the same work is not stored twice.
    package let key: String
    package let payload: JSON
    /// Which attempt this is, counted from 1. An attempt counts from its start: work that takes the server down with it
    /// does not come back for ever.
    package let attempt: Int
    /// Names this claim of the job. When another server has claimed it since, what this one reports is dropped.
    let claim: String
}

/// What came of an attempt.
package struct JobOutcome: Sendable {
    package enum Result: Sendable, Hashable {
        case done
        /// It may work later.
        case failed
        /// It will never work.
        case refused
    }

    package let result: Result
    /// What went wrong, for people.
    package let problem: String?
    /// Wait at least so long before the next attempt, in milliseconds: what the other side asked for.
    package let patience: Int64
    /// Particulars for whoever keeps the books about this queue.
    package let particulars: JSON

    package init(_ result: Result, problem: String? = nil, patience: Int64 = 0, particulars: JSON = .null) {
        self.result = result
        self.problem = problem
        self.patience = patience
        self.particulars = particulars
    }
}

/// Where a job stands after an attempt.
package enum JobState: Sendable, Equatable {
    case done
    case waiting(until: Timestamp)
    /// Given up: a dead letter. It stays visible and may be sent again by hand.
    case dead
}

/// Does the work of one queue.
package protocol JobHandler: Sendable {
    /// One attempt, outside any transaction. It may be made again although it worked: when the server stops between the
    /// work and its record, nobody knows that it was done.
    func perform(_ job: Job) async -> JobOutcome

    /// Writes down what has become of the job, in the transaction that settles it.
    func record(_ outcome: JobOutcome, of job: Job, state: JobState, _ transaction: Transaction) throws
}

/// How often and how fast attempts follow each other.
package struct JobPolicy: Sendable {
    /// After so many the job is dead.
    package var attempts = 10
    /// The wait after the first failure, in milliseconds; it doubles with each further one.
    package var firstDelay: Int64 = 5_000
    /// The longest wait, in milliseconds.
    package var longestDelay: Int64 = 3_600_000
    /// How long a claim holds, in milliseconds: longer than any attempt takes. After that another server may take over.
    package var lease: Int64 = 90_000

    package init() {}

    /// No job is planned further ahead than this, in milliseconds.
    var reach: Int64 { longestDelay + lease }

    /// The wait after a failed attempt: between half and all of the doubled delay, so that jobs that failed together do
    /// not come back together.
    /// - Parameters:
    ///   - attempt: which attempt failed, counted from 1.
    ///   - random: uniform 64 bits.
    package func delay(after attempt: Int, random: UInt64) -> Int64 {
        let doublings = Int64(min(max(attempt - 1, 0), 40))
        let (product, isTooLarge) = firstDelay.multipliedReportingOverflow(by: 1 << doublings)
        let delay = isTooLarge ? longestDelay : min(product, longestDelay)
        guard delay > 1 else { return max(delay, 0) }
        return delay / 2 + Int64(random % UInt64(delay - delay / 2 + 1))
    }
}
