package import Core
import Synchronization

/// Does the jobs of a queue until it is cancelled. Several workers, in several servers, may share a queue.
package struct JobWorker: Sendable {
    /// A worker looks this often although nothing woke it: jobs wait for their time, and other servers store some.
    static let patience = Duration.seconds(1)

    let queue: JobQueue
    let handler: any JobHandler
    let database: Database
    let world: World
    /// Jobs at work at the same time.
    let concurrency: Int

    package init(
        _ queue: JobQueue, _ handler: any JobHandler, database: Database, world: World, concurrency: Int = 16
    ) {
        self.queue = queue
        self.handler = handler
        self.database = database
        self.world = world
        self.concurrency = concurrency
    }

    /// Works until the task is cancelled. An attempt that is cut off by that is made again when its lease has run out.
    /// - Throws: when the database does not answer; calling again is safe.
    package func run() async throws {
        let wake = WakeUp(queue.signal.stream(), every: Self.patience, sleep: world.sleep)
        let active = ActiveJobs()
        try await withThrowingDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let jobs = try await claim(most: concurrency - active.count)
                active.add(jobs.count)
                for job in jobs {
                    group.addTask {
                        await attempt(job)
                        active.add(-1)
                        // There is room for another one.
                        queue.signal.send()
                    }
                }
                if jobs.isEmpty { await wake.wait() }
            }
        }
    }

    /// Does what is due now, one after the other.
    /// - Returns: how many attempts were made.
    @discardableResult
    package func runDue() async throws -> Int {
        var count = 0
        while let job = try await claim(most: 1).first {
            await attempt(job)
            count += 1
        }
        return count
    }

    private func claim(most limit: Int) async throws -> [Job] {
        guard limit > 0 else { return [] }
        // Looking costs no write.
        guard try await database.read(queue.isDue) else { return [] }
        let claim = world.makeID()
        return try await database.write { try queue.claim(most: limit, claim, $0) }
    }

    private func attempt(_ job: Job) async {
        let outcome =
            job.attempt <= queue.policy.attempts
            ? await handler.perform(job)
            : JobOutcome(.refused, problem: "the server stopped during the last attempt")
        if Task.isCancelled, outcome.result != .done { return }
        let random = world.random()
        // When this fails the lease runs out, and the work is done once more.
        try? await database.write { transaction in
            guard let state = try queue.settle(job, outcome, transaction, random: random) else { return }
            try handler.record(outcome, of: job, state: state, transaction)
        }
    }
}

private final class ActiveJobs: Sendable {
    private let number = Atomic<Int>(0)

    var count: Int { number.load(ordering: .acquiring) }

    func add(_ more: Int) { number.add(more, ordering: .acquiringAndReleasing) }
}
