import Core
import Synchronization

/// Slows down whoever tries passwords: token buckets of failures, for each pair of a user and an address and for each
/// address. There is none for a user alone: with that, a stranger could keep somebody out.
///
/// Only failures count, so whoever has the right password is not slowed down, except beside somebody who guesses at the
/// same user from the same address.
final class AttemptLimits: Sendable {
    struct Rate: Sendable {
        /// Failures at once.
        let burst: Double
        /// Failures regained in a minute.
        let perMinute: Double
    }

    static let perUser = Rate(burst: 10, perMinute: 10)
    /// Many people may stand behind one address.
    static let perAddress = Rate(burst: 60, perMinute: 60)
    /// Buckets kept at most; full ones are forgotten first.
    static let capacity = 20_000

    private struct Bucket {
        var left: Double
        var at: Int64
        /// Whether it has been told that nothing is left, since the bucket was full.
        var isTold = false
    }

    private let buckets = Mutex<[String: Bucket]>([:])
    private let capacity: Int

    init(capacity: Int = AttemptLimits.capacity) { self.capacity = capacity }

    var count: Int { buckets.withLock { $0.count } }

    enum Answer: Sendable, Equatable {
        /// Seconds to wait.
        case wait(Int)
        case go
    }

    static func refusal(_ seconds: Int) -> Failure {
        Failure(
            .exhausted, "too many failed sign-ins", hint: "Try again in \(seconds) seconds.", retryAfter: seconds)
    }

    /// Takes an attempt: one that is under way counts, so that many at once are no more than many after each other.
    /// - Parameter name: nil where no user is named: tokens.
    func begin(_ name: String?, _ address: String?, now: Timestamp) -> Answer {
        buckets.withLock { buckets in
            var wait: Double = 0
            let keys = Self.keys(name, address)
            for (key, rate) in keys {
                let left = buckets[key].map { Self.left($0, rate, now) } ?? rate.burst
                if left < 1 { wait = max(wait, (1 - left) * 60 / rate.perMinute) }
            }
            guard wait == 0 else { return .wait(Int(wait.rounded(.up))) }
            for (key, rate) in keys {
                if buckets[key] == nil, buckets.count >= capacity { Self.makeRoom(&buckets, capacity) }
                let left = buckets[key].map { Self.left($0, rate, now) } ?? rate.burst
                let isTold = left < rate.burst && buckets[key]?.isTold == true
                buckets[key] = Bucket(left: left - 1, at: now.milliseconds, isTold: isTold)
            }
            return .go
        }
    }

    /// Whether no attempt is left for now, and this is the first to hear of it since all were left.
    func isNews(_ name: String?, _ address: String?, now: Timestamp) -> Bool {
        buckets.withLock { buckets in
            var isNews = false
            for (key, rate) in Self.keys(name, address) {
                guard let bucket = buckets[key], !bucket.isTold, Self.left(bucket, rate, now) < 1 else { continue }
                buckets[key]?.isTold = true
                isNews = true
            }
            return isNews
        }
    }

    /// Gives an attempt back: it was right, or could not be made.
    func giveBack(_ name: String?, _ address: String?, now: Timestamp) {
        buckets.withLock { buckets in
            for (key, rate) in Self.keys(name, address) {
                guard let bucket = buckets[key] else { continue }
                let left = Self.left(bucket, rate, now) + 1
                buckets[key] =
                    left < rate.burst ? Bucket(left: left, at: now.milliseconds, isTold: bucket.isTold) : nil
            }
        }
    }

    private static func left(_ bucket: Bucket, _ rate: Rate, _ now: Timestamp) -> Double {
        // A clock that was set back gives nothing.
        let passed = Double(max(0, now.milliseconds - bucket.at))
        return min(rate.burst, bucket.left + passed * rate.perMinute / 60_000)
    }

    private static func keys(_ name: String?, _ address: String?) -> [(key: String, rate: Rate)] {
        let place = self.place(address)
        // A name is cut: what an attacker sends must not take room.
        let pair = name.map { [("u \(place) \(AccountNames.folded(String($0.prefix(100))))", perUser)] } ?? []
        return pair + [("a \(place)", perAddress)]
    }

    /// Whoever has one address of version 6 has the 2^64 beside it.
    static func place(_ address: String?) -> String {
        guard let address else { return "" }
        let parts = address.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 2, !address.contains(".") else { return address }
        // Before `::` stands what is kept, as far as it goes.
        let written = address.split(separator: "::", omittingEmptySubsequences: false)[0]
        return written.split(separator: ":").prefix(4).joined(separator: ":") + "::/64"
    }

    /// Forgets a quarter of the buckets: those that were touched the longest ago are the fullest.
    private static func makeRoom(_ buckets: inout [String: Bucket], _ capacity: Int) {
        let times = buckets.values.map(\.at).sorted()
        let limit = times[min(times.count - 1, capacity / 4)]
        var spare = max(1, capacity / 4)
        buckets = buckets.filter { _, bucket in
            guard bucket.at <= limit, spare > 0 else { return true }
            spare -= 1
            return false
        }
    }
}
