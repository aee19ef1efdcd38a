import Synchronization

/// Bytes that are held for somebody, of all connections together.
final class ByteBudget: Sendable {
    private let bytes = Atomic<Int>(0)

    var count: Int { bytes.load(ordering: .relaxed) }

    /// - Returns: false when it would be more than `limit`; nothing is counted then.
    func take(_ more: Int, limit: Int) -> Bool {
        if bytes.add(more, ordering: .relaxed).newValue <= limit { return true }
        giveBack(more)
        return false
    }

    /// For what cannot be refused. A negative number gives back.
    func add(_ more: Int) { bytes.add(more, ordering: .relaxed) }

    func giveBack(_ less: Int) { bytes.subtract(less, ordering: .relaxed) }
}
