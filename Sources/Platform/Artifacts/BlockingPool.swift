import Core

/// Threads for calls that wait for a disk, such as those of an `ArtifactStore`. Tasks run on as many threads as there
/// are cores, and one that waits there holds up all others.
package final class BlockingPool: Sendable {
    private let queue: WorkQueue<any BlockingJob>
    private let threads: [WorkerThread]
    private let refusal: String

    /// - Parameters:
    ///   - threads: calls that wait at the same time.
    ///   - waiting: calls that may wait for a thread; one more is refused with "busy".
    ///   - refusal: why it is, as the client is told.
    package init(
        threads: Int = 8, waiting: Int = 4096, refusal: String = "too many requests wait for the disk"
    ) {
        self.refusal = refusal
        let queue = WorkQueue<any BlockingJob>(lanes: threads, limit: waiting)
        self.queue = queue
        self.threads = (0..<threads).map { index in
            WorkerThread(name: "blocking-\(index)") {
                while let job = queue.take(index, most: 1).first { job.run() }
            }
        }
    }

    /// Runs `body` on one of the threads.
    /// - Throws: what `body` throws; `unavailable` when too many calls wait.
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            if !queue.add(BlockingCall(body: body, continuation: continuation)) {
                continuation.resume(
                    throwing: Failure(
                        .unavailable, "the server is busy: \(refusal)", hint: "Try again in a second."))
            }
        }
    }

    /// Finishes what waits; further calls are refused.
    package func close() {
        queue.close()
        for thread in threads { thread.join() }
    }

    deinit { queue.close() }
}

private protocol BlockingJob: Sendable {
    func run()
}

private struct BlockingCall<Value: Sendable>: BlockingJob {
    let body: @Sendable () throws -> Value
    let continuation: UnsafeContinuation<Value, any Error>

    func run() { continuation.resume(with: Result { try body() }) }
}
