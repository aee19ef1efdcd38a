package import Core
import Synchronization

/// The state of the server: reads on threads of their own, writes in groups that share one transaction and one flush to
/// the disk, each answered after its own commit; events recorded in the same transaction as the change.
///
/// One type for every database; `DatabaseDriver` is where they differ.
package final class Database: Sendable {
    package struct Limits: Sendable {
        /// Writes that may wait; one more is refused with "busy".
        package var waitingWrites = 4096
        package var waitingReads = 4096
        /// Writes that share a transaction at most.
        package var group = 256
        /// How often a transaction that lost against another writer is run again.
        package var attempts = 8

        package init() {}
    }

    package let dialect: SQLDialect
    package let statistics = DatabaseStatistics()
    private let driver: any DatabaseDriver
    private let limits: Limits
    private let recorder: any EventRecorder
    private let writes: WorkQueue<any WriteJob>
    private let reads: WorkQueue<any ReadJob>
    private let threads = Mutex<[WorkerThread]>([])

    /// Starts the threads. The schema must be there already (`Migrations.apply`).
    package init(driver: any DatabaseDriver, recorder: any EventRecorder, limits: Limits = Limits()) throws(Failure) {
        self.driver = driver
        dialect = driver.dialect
        self.limits = limits
        self.recorder = recorder
        writes = WorkQueue(lanes: driver.writers, limit: limits.waitingWrites)
        reads = WorkQueue(lanes: driver.readers, limit: limits.waitingReads)
        do {
            // All connections first: when one cannot be made, no thread is left behind.
            let writers = try (0..<driver.writers).map { _ in LentWorker(try driver.connect(.writing)) }
            let readers = try (0..<driver.readers).map { _ in LentWorker(try driver.connect(.reading)) }
            for (lane, worker) in writers.enumerated() { startWriter(lane, worker) }
            for (lane, worker) in readers.enumerated() { startReader(lane, worker) }
        } catch {
            throw Failure(any: error)
        }
    }

    /// Runs `body` on a consistent view of what is committed. It may be run more than once.
    /// - Throws: what `body` throws; `unavailable` when too many reads wait.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Value
    ) async throws(Failure) -> Value {
        try await answer { continuation in
            if !reads.add(Read(body: body, continuation: continuation)) { continuation.resume(throwing: Self.busy) }
        }
    }

    /// Runs `body` in a transaction and answers when it is on stable storage. When `body` throws, nothing of it stays.
    /// Inside a request with an `Idempotency-Key` that was carried out before, nothing is done and the result of that
    /// time is given back.
    /// - Parameters:
    ///   - key: what the write changes, where several may change the same thing at once: a run's identifier. Writes
    ///   with the same key go over the same connection and never wait for each other; with several servers their
    ///     transactions follow each other. A write locks no rows but those of its key, and rows that nobody else
    ///     changes; the others it reads, or locks against deletion at most.
    ///   - file: of the caller; with `function` it tells the writes of a repeatable request apart.
    ///   - function: of the caller.
    /// - Throws: what `body` throws; `unavailable` when too many writes wait or the disk is full.
    package func write<Value: Sendable>(
        key: String? = nil, file: String = #fileID, function: String = #function,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws(Failure) -> Value {
        guard let repeatable = RepeatableWrites.current else { return try await perform(key, body) }
        return try await repeatable.write(at: "\(file) \(function)", body) { (recorded) async throws(Failure) in
            try await perform(key, recorded)
        }
    }

    /// As `write`, for a write that may be made any number of times and is left out when a cache knows its result. It
    /// takes no part in `Idempotency-Key`: keeping its result would be a waste.
    package func writeUnrecorded<Value: Sendable>(
        key: String? = nil, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws(Failure) -> Value {
        try await perform(key, body)
    }

    private func perform<Value: Sendable>(
        _ key: String?, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws(Failure) -> Value {
        let key = key.map(Self.hash)
        let lane = key.map { Int($0 % UInt64(writes.lanes)) }
        return try await answer { continuation in
            let write = Write(key: key.map(Int64.init(bitPattern:)), body: body, continuation: continuation)
            let isTaken = writes.add(write, lane: lane)
            if !isTaken { continuation.resume(throwing: Self.busy) }
        }
    }

    /// FNV-1a over the bytes.
    private static func hash(_ key: String) -> UInt64 {
        key.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Finishes what waits, then closes the connections. Further work is refused.
    package func close() {
        writes.close()
        reads.close()
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    /// How much waits: writes, reads.
    package var waiting: (writes: Int, reads: Int) { (writes.count, reads.count) }

    private static let busy = Failure(
        .unavailable, "the server is busy: too many requests wait for the database", hint: "Try again in a second.")

    private func answer<Value: Sendable>(
        _ start: (UnsafeContinuation<Value, any Error>) -> Void
    ) async throws(Failure) -> Value {
        do {
            return try await withUnsafeThrowingContinuation(start)
        } catch {
            throw Failure(any: error)
        }
    }
}

// MARK: - Threads

extension Database {
    private func startReader(_ lane: Int, _ worker: LentWorker) {
        let thread = WorkerThread(name: "db-read-\(lane)") { [reads, statistics, limits] in
            while let job = reads.take(lane, most: 1).first {
                statistics.countRead()
                job.run(worker.value, attempts: limits.attempts)
            }
        }
        threads.withLock { $0.append(thread) }
    }

    private func startWriter(_ lane: Int, _ worker: LentWorker) {
        let group = GroupCommit(recorder: recorder, attempts: limits.attempts, statistics: statistics)
        let thread = WorkerThread(name: "db-write-\(lane)") { [writes, limits] in
            while true {
                let jobs = writes.take(lane, most: limits.group)
                if jobs.isEmpty { return }
                group.run(jobs, worker.value)
            }
        }
        threads.withLock { $0.append(thread) }
    }
}

/// A connection is made on one thread and then belongs to another.
private struct LentWorker: @unchecked Sendable {
    let value: any DatabaseWorker

    init(_ value: any DatabaseWorker) { self.value = value }
}

private protocol ReadJob: Sendable {
    func run(_ worker: any DatabaseWorker, attempts: Int)
}

private struct Read<Value: Sendable>: ReadJob {
    let body: @Sendable (any SQLConnection) throws -> Value
    let continuation: UnsafeContinuation<Value, any Error>

    /// A read changes nothing, so one whose connection was lost is simply run again on a new one.
    func run(_ worker: any DatabaseWorker, attempts: Int) {
        for attempt in 1...attempts {
            do {
                continuation.resume(returning: try worker.withConnection(value))
                return
            } catch SQLError.lost where attempt < attempts {
                continue
            } catch SQLError.conflict where attempt < attempts {
                continue
            } catch {
                continuation.resume(throwing: error)
                return
            }
        }
    }

    private func value(_ connection: any SQLConnection) throws -> Value {
        try connection.begin(.reading)
        do {
            let value = try body(connection)
            try connection.commit()
            return value
        } catch {
            try? connection.rollback()
            throw error
        }
    }
}

private struct Write<Value: Sendable>: WriteJob {
    let key: Int64?
    let body: @Sendable (Transaction) throws -> Value
    let continuation: UnsafeContinuation<Value, any Error>

    func run(_ transaction: Transaction) throws -> @Sendable () -> Void {
        let value = try body(transaction)
        return { continuation.resume(returning: value) }
    }

    func fail(_ error: any Error) { continuation.resume(throwing: error) }
}
