import Synchronization

/// Counts of what happens to connections, since the start, for `/metrics`.
package final class ServerFigures: Sendable {
    private let openCount = Atomic<Int>(0)
    private let acceptedCount = Atomic<Int>(0)
    private let refusedCount = Atomic<Int>(0)
    private let displacedCount = Atomic<Int>(0)
    private let timedOutCount = Atomic<Int>(0)
    private let acceptFailureCount = Atomic<Int>(0)
    /// Bodies of requests that are held for handlers.
    let bodies = ByteBudget()
    /// Answers that wait for their clients.
    let answers = ByteBudget()

    package init() {}

    package var open: Int { openCount.load(ordering: .relaxed) }
    package var accepted: Int { acceptedCount.load(ordering: .relaxed) }
    /// Answered 503 and closed, because there were too many.
    package var refused: Int { refusedCount.load(ordering: .relaxed) }
    /// Closed while idle, to make room.
    package var displaced: Int { displacedCount.load(ordering: .relaxed) }
    /// Closed because the client was too slow, or because too much waited for it and others.
    package var timedOut: Int { timedOutCount.load(ordering: .relaxed) }
    /// Times the system could give no new connection, for want of descriptors.
    package var acceptFailures: Int { acceptFailureCount.load(ordering: .relaxed) }
    /// Bytes of request bodies held for handlers.
    package var held: Int { bodies.count }
    /// Bytes of answers that wait for their clients.
    package var waiting: Int { answers.count }

    /// - Returns: how many are open now.
    func countOpened() -> Int {
        acceptedCount.add(1, ordering: .relaxed)
        return openCount.add(1, ordering: .relaxed).newValue
    }

    func countClosed() { openCount.subtract(1, ordering: .relaxed) }
    func countRefused() { refusedCount.add(1, ordering: .relaxed) }
    func countDisplaced() { displacedCount.add(1, ordering: .relaxed) }
    func countTimedOut() { timedOutCount.add(1, ordering: .relaxed) }

    /// - Returns: how many there were before.
    func countAcceptFailure() -> Int { acceptFailureCount.add(1, ordering: .relaxed).oldValue }
}
