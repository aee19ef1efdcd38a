import Platform
import Synchronization

/// The numbers of the keys of metrics, parameters and tags, for a writer that brings many: asked for together, and
/// remembered once they are known to be there.
final class MigratedKeys: Sendable {
    private let known = Mutex<[ExactText: Int64]>([:])
    /// Names remembered at most; beyond it remembering begins anew.
    private static let limit = 100_000

    /// The numbers of names, in a transaction that may still be taken back.
    func numbers(of names: Set<ExactText>, _ transaction: Transaction) throws -> [ExactText: Int64] {
        var numbers: [ExactText: Int64] = [:]
        known.withLock { known in
            for name in names { numbers[name] = known[name] }
        }
        let missing = names.filter { numbers[$0] == nil }.map(\.text)
        if missing.isEmpty { return numbers }
        // In one order everywhere, so that two writers do not wait for each other.
        let sorted = missing.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try transaction.sql.insert(
            into: "tracking_key (name)", width: 1, suffix: "ON CONFLICT (name) DO NOTHING",
            values: sorted.map { .text($0) })
        var fresh: [ExactText: Int64] = [:]
        try transaction.sql.forEach(in: sorted.map { .text($0) }) { list, arguments in
            try transaction.sql.forEach("SELECT id, name FROM tracking_key WHERE name IN (\(list))", arguments) {
                fresh[ExactText($0.text(1))] = $0.integer(0)
            }
        }
        numbers.merge(fresh) { old, _ in old }
        transaction.afterCommit { [self, fresh] in
            known.withLock { known in
                if known.count + fresh.count > Self.limit { known = [:] }
                known.merge(fresh) { old, _ in old }
            }
        }
        return numbers
    }
}
