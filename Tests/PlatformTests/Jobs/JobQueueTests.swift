import Core
import Platform
import Synchronization
import TestSupport
import Testing

@Suite("Jobs")
struct JobQueueTests {
    /// A policy with waits so long that the time which really passes does not matter.
    private static var patient: JobPolicy {
        var policy = JobPolicy()
        policy.attempts = 4
        policy.firstDelay = 10_000_000
        policy.longestDelay = 30_000_000
        policy.lease = 10_000_000
        return policy
    }

    @Test("a job is done once, and its outcome is written down with it", arguments: Backend.available)
    func doneOnce(_ backend: Backend) async throws {
        let (queue, handler, store) = (JobQueue("test"), Recorder(), try JobStore(backend))
        #expect(try await store.enqueue(queue, "a"))
        #expect(try await store.enqueue(queue, "b"))
        #expect(try await store.worker(queue, handler).runDue() == 2)
        #expect(try await store.worker(queue, handler).runDue() == 0)
        #expect(handler.performed == ["a", "b"])
        #expect(handler.states == [.done, .done])
    }

    @Test("the same key is stored once, whatever became of the job", arguments: Backend.available)
    func deduplication(_ backend: Backend) async throws {
        let (queue, handler, store) = (JobQueue("test"), Recorder(), try JobStore(backend))
        #expect(try await store.enqueue(queue, "a"))
        #expect(try await !store.enqueue(queue, "a"))
        try await store.worker(queue, handler).runDue()
        #expect(try await !store.enqueue(queue, "a"))
        #expect(try await store.worker(queue, handler).runDue() == 0)
        #expect(try await store.enqueue(JobQueue("other"), "a"), "another queue has keys of its own")
        #expect(try await store.worker(queue, handler).runDue() == 0)
    }

    @Test("a job of a transaction that fails is never stored", arguments: Backend.available)
    func rolledBack(_ backend: Backend) async throws {
        let (queue, store) = (JobQueue("test"), try JobStore(backend))
        await #expect(throws: Failure.self) {
            try await store.database.write { transaction in
                try queue.enqueue("a", .null, transaction)
                throw Failure(.invalid, "no")
            }
        }
        #expect(try await store.worker(queue, Recorder()).runDue() == 0)
    }

    @Test(
        "failures wait twice as long each time, and end as a dead letter that can be sent again",
        arguments: Backend.available)
    func backOffAndDeadLetter(_ backend: Backend) async throws {
        let queue = JobQueue("test", policy: Self.patient)
        let (handler, store) = (Recorder(.failed), try JobStore(backend))
        #expect(try await store.enqueue(queue, "a"))
        for longest: Int64 in [10_000_000, 20_000_000, 30_000_000] {
            let before = try await store.now()
            #expect(try await store.worker(queue, handler).runDue() == 1)
            let after = try await store.now()
            guard case .waiting(let until) = handler.states.last else {
                Issue.record("no further attempt is planned")
                return
            }
            #expect((before + longest / 2...after + longest).contains(until.milliseconds))
            // It really takes less than an hour until the next line is there.
            try await store.pass(until.milliseconds - after - 3_600_000)
            #expect(try await store.worker(queue, handler).runDue() == 0, "not before its time")
            try await store.pass(3_600_000)
        }
        #expect(try await store.worker(queue, handler).runDue() == 1)
        #expect(handler.states.last == .dead)
        try await store.pass(100_000_000)
        #expect(try await store.worker(queue, handler).runDue() == 0)
        let open = try await store.open()
        #expect(open == ["test dead 1"])
        #expect(try await store.database.write { try queue.retry("a", $0) })
        handler.result = .done
        #expect(try await store.worker(queue, handler).runDue() == 1)
        #expect(handler.states.last == .done)
        #expect(try await store.open().isEmpty, "what is done is history")
    }

    @Test("what is refused is not tried again", arguments: Backend.available)
    func refused(_ backend: Backend) async throws {
        let (queue, handler, store) = (JobQueue("test"), Recorder(.refused), try JobStore(backend))
        #expect(try await store.enqueue(queue, "a"))
        #expect(try await store.worker(queue, handler).runDue() == 1)
        #expect(handler.states == [.dead])
    }

    @Test(
        "a server that stops between the work and its record leaves the job to another one",
        arguments: Backend.available)
    func lostLease(_ backend: Backend) async throws {
        let (queue, store) = (JobQueue("test", policy: Self.patient), try JobStore(backend))
        #expect(try await store.enqueue(queue, "a"))
        // The first server does the work, and stops: the attempt is cancelled, so nothing is written down.
        let stopped = Recorder(.done)
        let task = Task { try await store.worker(queue, Stopping(stopped)).runDue() }
        _ = try? await task.value
        #expect(stopped.performed == ["a"])
        #expect(stopped.states.isEmpty)

        let second = Recorder()
        #expect(try await store.worker(queue, second).runDue() == 0, "the lease still holds")
        try await store.pass(queue.policy.lease)
        #expect(try await store.worker(queue, second).runDue() == 1)
        #expect(second.performed == ["a"], "done twice: at least once")
        #expect(second.attempts == [2], "the attempt that was cut off counts")
        #expect(second.states == [.done])
    }

    @Test("who lost the lease does not overwrite what the other one wrote", arguments: Backend.available)
    func lateReport(_ backend: Backend) async throws {
        let (queue, store) = (JobQueue("test", policy: Self.patient), try JobStore(backend))
        #expect(try await store.enqueue(queue, "a"))
        let (second, slow) = (Recorder(), Recorder(.failed))
        slow.during = {
            // Meanwhile the lease runs out and another server does the job.
            try? await store.pass(queue.policy.lease)
            _ = try? await store.worker(queue, second).runDue()
        }
        #expect(try await store.worker(queue, slow).runDue() == 1)
        #expect(second.states == [.done])
        #expect(slow.states.isEmpty, "the report of the first is dropped")
        #expect(try await store.open().isEmpty)
    }

    @Test("work that takes the server down with it ends as a dead letter", arguments: Backend.available)
    func poison(_ backend: Backend) async throws {
        let (queue, store) = (JobQueue("test", policy: Self.patient), try JobStore(backend))
        #expect(try await store.enqueue(queue, "a"))
        for _ in 0..<4 {
            let task = Task { try await store.worker(queue, Stopping(Recorder())).runDue() }
            _ = try? await task.value
            try await store.pass(queue.policy.lease)
        }
        let handler = Recorder()
        #expect(try await store.worker(queue, handler).runDue() == 1)
        #expect(handler.performed.isEmpty, "there is no fifth attempt")
        #expect(handler.states == [.dead])
    }

    @Test("how far the clocks of servers are apart does not matter", arguments: Backend.available)
    func clocksApart(_ backend: Backend) async throws {
        let queue = JobQueue("test", policy: Self.patient)
        let (handler, store) = (Recorder(.failed), try JobStore(backend))
        func world(hours: Int64) -> World {
            var world = World.live
            world.now = { World.live.now().adding(milliseconds: hours * 3_600_000) }
            return world
        }
        let (early, late) = (world(hours: -1), world(hours: 1))
        #expect(try await store.enqueue(queue, "a"))
        #expect(try await store.worker(queue, handler, late).runDue() == 1)
        #expect(try await store.worker(queue, handler, late).runDue() == 0, "it waits for its time")
        try await store.pass(queue.policy.firstDelay)
        #expect(try await store.worker(queue, handler, early).runDue() == 1, "whoever asks")
        // An attempt that was cut off by a server an hour ahead.
        try await store.pass(2 * queue.policy.firstDelay)
        let task = Task { try await store.worker(queue, Stopping(Recorder()), late).runDue() }
        _ = try? await task.value
        #expect(try await store.worker(queue, handler, early).runDue() == 0)
        try await store.pass(queue.policy.lease)
        #expect(try await store.worker(queue, handler, early).runDue() == 1)
        #expect(handler.attempts == [1, 2, 4])
    }

    @Test("a clock of the database that is set back by a day delays no job", arguments: Backend.available)
    func clockSetBack(_ backend: Backend) async throws {
        let queue = JobQueue("test", policy: Self.patient)
        let (handler, store) = (Recorder(.failed), try JobStore(backend))
        #expect(try await store.enqueue(queue, "waits"))
        #expect(try await store.worker(queue, handler).runDue() == 1)
        #expect(try await store.enqueue(queue, "cut off"))
        let task = Task { try await store.worker(queue, Stopping(Recorder())).runDue() }
        _ = try? await task.value
        #expect(try await store.worker(queue, handler).runDue() == 0)
        try await store.pass(-86_400_000)
        #expect(try await store.worker(queue, handler).runDue() == 2)
        #expect(try await store.worker(queue, handler).runDue() == 0, "and waits again after that")
        #expect(Set(handler.performed) == ["waits", "cut off"])
    }

    @Test(
        "a running worker is woken by the commit, and several share a queue without doing a job twice",
        arguments: Backend.available)
    func sharedQueue(_ backend: Backend) async throws {
        let (queue, handler, store) = (JobQueue("test"), Recorder(), try JobStore(backend))
        let workers = (0..<3).map { _ in store.worker(queue, handler) }
        let tasks = workers.map { worker in Task { try await worker.run() } }
        for index in 0..<40 {
            _ = try await store.database.write { try queue.enqueue("job-\(index)", .null, $0) }
        }
        while handler.states.count < 40 { try await Task.sleep(for: .milliseconds(5)) }
        for task in tasks { task.cancel() }
        for task in tasks { _ = try? await task.value }
        #expect(Set(handler.performed).count == 40)
        #expect(handler.performed.count == 40)
        try await until { queue.signal.listeners == 0 }
    }

    @Test("streams of a signal are forgotten with their last reference")
    func signals() async throws {
        let signal = EventSignal()
        for _ in 0..<10 {
            let stream = signal.stream()
            signal.send()
            for await _ in stream { break }
        }
        #expect(signal.listeners == 0)
        let kept = signal.stream()
        #expect(signal.listeners == 1)
        withExtendedLifetime(kept) {}
    }

    @Test("what is not done is counted by an index of its own, not by looking through history")
    func openIndex() throws {
        let storage = try TestDatabase(.sqlite)
        try Migrations.apply(JobQueue.migrations, storage.driver, now: Timestamp(milliseconds: 0))
        try storage.driver.connect(.writing).withConnection { connection in
            let plan = try connection.rows(
                "EXPLAIN QUERY PLAN SELECT queue, state, COUNT(*) FROM platform_job WHERE state <> 'done' "
                    + "GROUP BY queue, state ORDER BY queue, state"
            ) { $0.text(3) }
            #expect(plan.contains { $0.contains("platform_job_open") }, "\(plan)")
        }
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

    func enqueue(_ queue: JobQueue, _ key: String) async throws -> Bool {
        try await database.write { try queue.enqueue(key, .record(["key": .string(key)]), $0) }
    }

    func worker(_ queue: JobQueue, _ handler: any JobHandler, _ world: World = .live) -> JobWorker {
        JobWorker(queue, handler, database: database, world: world)
    }

    /// By the clock that counts: the database's, in milliseconds since 1970.
    func now() async throws -> Int64 {
        try await database.read { sql in try sql.first("SELECT \(sql.dialect.now)") { $0.integer(0) } ?? 0 }
    }

    /// As if so many milliseconds had passed since all jobs were written; less than 0: as if the clock were set back.
    func pass(_ milliseconds: Int64) async throws { try await database.write { try $0.letJobsWait(milliseconds) } }

    /// What is not done: `queue state count`.
    func open() async throws -> [String] {
        try await database.read { try JobQueue.open($0).map { "\($0.queue) \($0.state) \($0.count)" } }
    }
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
