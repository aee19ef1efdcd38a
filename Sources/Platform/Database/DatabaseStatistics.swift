import Synchronization

/// Counts for `/metrics`, since the start of the process.
package final class DatabaseStatistics: Sendable {
    private let readCount = Atomic<Int>(0)
    private let writeCount = Atomic<Int>(0)
    private let failedCount = Atomic<Int>(0)
    private let groupCount = Atomic<Int>(0)
    private let retryCount = Atomic<Int>(0)

    func countRead() { readCount.add(1, ordering: .relaxed) }
    func countRetry() { retryCount.add(1, ordering: .relaxed) }

    func countFailed(_ writes: Int) { failedCount.add(writes, ordering: .relaxed) }

    func countTransaction(writes: Int) {
        writeCount.add(writes, ordering: .relaxed)
        groupCount.add(1, ordering: .relaxed)
    }

    package var reads: Int { readCount.load(ordering: .relaxed) }
    /// Writes that were stored.
    package var writes: Int { writeCount.load(ordering: .relaxed) }
    package var failedWrites: Int { failedCount.load(ordering: .relaxed) }
    /// Transactions that were committed; `writes / transactions` is how well writes share a flush.
    package var transactions: Int { groupCount.load(ordering: .relaxed) }
    package var retries: Int { retryCount.load(ordering: .relaxed) }
}
