import Core
import Platform
import Synchronization
import TestSupport
import Testing

@Suite("Jobs")
struct JobQueueTests {
    private let store: JobStore
    private let clock = StillClock()

    init() throws { store = try JobStore(.sqlite) }

    private func enqueue(_ queue: JobQueue, _ key: String) async throws -> Bool {
        let now = clock.now
        return try await store.database.write {
            try queue.enqueue(key, .record(["key": .string(key)]), $0, now: now)
        }
    }

    private func worker(_ queue: JobQueue, _ handler: any JobHandler, world: World? = nil) -> JobWorker {
        JobWorker(queue, handler, database: store.database, world: world ?? clock.world)
    }

    @Test("a job is done once, and its outcome is written down with it")
    func doneOnce() async throws {
        let (queue, handler) = (JobQueue("test"), Recorder())
        #expect(try await enqueue(queue, "a"))
        #expect(try await enqueue(queue, "b"))
        #expect(try await worker(queue, handler).runDue() == 2)
        #expect(try await worker(queue, handler).runDue() == 0)
        #expect(handler.performed == ["a", "b"])
        #expect(handler.states == [.done, .done])
    }

    @Test("the same key is stored once, whatever became of the job")
    func deduplication() async throws {
        let (queue, handler) = (JobQueue("test"), Recorder())
        #expect(try await enqueue(queue, "a"))
        #expect(try await !enqueue(queue, "a"))
        try await worker(queue, handler).runDue()
        #expect(try await !enqueue(queue, "a"))
        #expect(try await worker(queue, handler).runDue() == 0)
        #expect(try await enqueue(JobQueue("other"), "a"), "another queue has keys of its own")
        #expect(try await worker(queue, handler).runDue() == 0)
    }

    @Test("a job of a transaction that fails is never stored")
    func rolledBack() async throws {
        let (queue, now) = (JobQueue("test"), clock.now)
        await #expect(throws: Failure.self) {
            try await store.database.write { transaction in
                try queue.enqueue("a", .null, transaction, now: now)
                throw Failure(.invalid, "no")
            }
        }
        #expect(try await worker(queue, Recorder()).runDue() == 0)
    }

    @Test("failures wait twice as long each time, and end as a dead letter that can be sent again")
    func backOffAndDeadLetter() async throws {
        var policy = JobPolicy()
        policy.attempts = 4
        policy.firstDelay = 1000
        policy.longestDelay = 3000
        let (queue, handler) = (JobQueue("test", policy: policy), Recorder(.failed))
        #expect(try await enqueue(queue, "a"))
        for longest: Int64 in [1000, 2000, 3000] {
            #expect(try await worker(queue, handler).runDue() == 1)
            guard case .waiting(let until) = handler.states.last else {
                Issue.record("no further attempt is planned")
                return
            }
            let delay = until.milliseconds - clock.now.milliseconds
            #expect((longest / 2...longest).contains(delay))
            clock.advance(milliseconds: delay - 1)
            #expect(try await worker(queue, handler).runDue() == 0, "not before its time")
            clock.advance(milliseconds: 1)
        }
        #expect(try await worker(queue, handler).runDue() == 1)
        #expect(handler.states.last == .dead)
        clock.advance(milliseconds: 1_000_000)
        #expect(try await worker(queue, handler).runDue() == 0)
        let counts = try await store.database.read { try queue.counts($0) }
        #expect(counts == (pending: 0, dead: 1))
        let now = clock.now
        #expect(try await store.database.write { try queue.retry("a", $0, now: now) })
        handler.result = .done
        #expect(try await worker(queue, handler).runDue() == 1)
        #expect(handler.states.last == .done)
    }

    @Test("what is refused is not tried again")
    func refused() async throws {
        let (queue, handler) = (JobQueue("test"), Recorder(.refused))
        #expect(try await enqueue(queue, "a"))
        #expect(try await worker(queue, handler).runDue() == 1)
        #expect(handler.states == [.dead])
    }

    @Test("a server that stops between the work and its record leaves the job to another one")
    func lostLease() async throws {
        let queue = JobQueue("test")
        #expect(try await enqueue(queue, "a"))
        // The first server does the work, and stops: the attempt is cancelled, so nothing is written down.
        let stopped = Recorder(.done)
        let task = Task {
            try await worker(queue, Stopping(stopped)).runDue()
        }
        _ = try? await task.value
        #expect(stopped.performed == ["a"])
        #expect(stopped.states.isEmpty)

        let second = Recorder()
        #expect(try await worker(queue, second).runDue() == 0, "the lease still holds")
        clock.advance(milliseconds: queue.policy.lease + 1)
        #expect(try await worker(queue, second).runDue() == 1)
        #expect(second.performed == ["a"], "done twice: at least once")
        #expect(second.attempts == [2], "the attempt that was cut off counts")
        #expect(second.states == [.done])
    }

    @Test("who lost the lease does not overwrite what the other one wrote")
    func lateReport() async throws {
        let (queue, clock, store) = (JobQueue("test"), clock, store)
        #expect(try await enqueue(queue, "a"))
        let second = Recorder()
        let slow = Recorder(.failed)
        slow.during = {
            // Meanwhile the lease runs out and another server does the job.
            clock.advance(milliseconds: queue.policy.lease + 1)
            let worker = JobWorker(queue, second, database: store.database, world: clock.world)
            _ = try? await worker.runDue()
        }
        #expect(try await worker(queue, slow).runDue() == 1)
        #expect(second.states == [.done])
        #expect(slow.states.isEmpty, "the report of the first is dropped")
        #expect(try await store.database.read { try queue.counts($0) } == (pending: 0, dead: 0))
    }

    @Test("work that takes the server down with it ends as a dead letter")
    func poison() async throws {
        var policy = JobPolicy()
        policy.attempts = 3
        let queue = JobQueue("test", policy: policy)
        #expect(try await enqueue(queue, "a"))
        for _ in 0..<3 {
            let task = Task { try await worker(queue, Stopping(Recorder())).runDue() }
            _ = try? await task.value
            clock.advance(milliseconds: policy.lease + 1)
        }
        let handler = Recorder()
        #expect(try await worker(queue, handler).runDue() == 1)
        #expect(handler.performed.isEmpty, "there is no fourth attempt")
        #expect(handler.states == [.dead])
    }

    @Test(
        "a running worker is woken by the commit, and several share a queue without doing a job twice",
        arguments: Backend.available)
    func sharedQueue(_ backend: Backend) async throws {
        let (queue, handler, store) = (JobQueue("test"), Recorder(), try JobStore(backend))
        let workers = (0..<3).map { _ in JobWorker(queue, handler, database: store.database, world: .live) }
        let tasks = workers.map { worker in Task { try await worker.run() } }
        for index in 0..<40 {
            let now = World.live.now()
            _ = try await store.database.write { try queue.enqueue("job-\(index)", .null, $0, now: now) }
        }
        while handler.states.count < 40 { try await Task.sleep(for: .milliseconds(5)) }
        for task in tasks { task.cancel() }
        for task in tasks { _ = try? await task.value }
        #expect(Set(handler.performed).count == 40)
        #expect(handler.performed.count == 40)
    }

    @Test("delays stay within their bounds for every attempt and every chance")
    func delays() {
        let policy = JobPolicy()
        for attempt in 1...200 {
            for random in [0, 1, UInt64.max / 2, UInt64.max] {
                let delay = policy.delay(after: attempt, random: random)
                #expect(delay >= policy.firstDelay / 2 && delay <= policy.longestDelay)
            }
        }
    }
}

/// A database with nothing but queues in it.
private final class JobStore: Sendable {
    let database: Database
    private let storage: TestDatabase

    init(_ backend: Backend) throws {
        storage = try TestDatabase(backend)
        try Migrations.apply(JobQueue.migrations, storage.driver, now: Timestamp(milliseconds: 0))
        database = try Database(driver: storage.driver, recorder: EventList())
    }

    deinit { database.close() }
}

/// Does nothing, and remembers it.
private final class Recorder: JobHandler {
    private struct Log {
        var performed: [Job] = []
        var states: [JobState] = []
        var result: JobOutcome.Result
        var during: (@Sendable () async -> Void)?
    }

    private let log: Mutex<Log>

    init(_ result: JobOutcome.Result = .done) { log = Mutex(Log(result: result)) }

    var performed: [String] { log.withLock { $0.performed.map(\.key) } }
    var attempts: [Int] { log.withLock { $0.performed.map(\.attempt) } }
    var states: [JobState] { log.withLock { $0.states } }

    var result: JobOutcome.Result {
        get { log.withLock { $0.result } }
        set { log.withLock { $0.result = newValue } }
    }

    var during: (@Sendable () async -> Void)? {
        get { log.withLock { $0.during } }
        set { log.withLock { $0.during = newValue } }
    }

    func perform(_ job: Job) async -> JobOutcome {
        log.withLock { $0.performed.append(job) }
        await during?()
        return JobOutcome(result)
    }

    func record(_ outcome: JobOutcome, of job: Job, state: JobState, _ transaction: Transaction) {
        log.withLock { $0.states.append(state) }
    }
}

/// Does the work and then is stopped, before it can write anything down.
private struct Stopping: JobHandler {
    let inner: Recorder

    init(_ inner: Recorder) { self.inner = inner }

    func perform(_ job: Job) async -> JobOutcome {
        _ = await inner.perform(job)
        withUnsafeCurrentTask { $0?.cancel() }
        return JobOutcome(.failed, problem: "stopped")
    }

    func record(_ outcome: JobOutcome, of job: Job, state: JobState, _ transaction: Transaction) {
        inner.record(outcome, of: job, state: state, transaction)
    }
}
