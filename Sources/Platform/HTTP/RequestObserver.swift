package import Core
import Synchronization

/// What is known of a request when it has been answered.
package struct RequestRecord: Sendable {
    package let id: String
    package let method: String
    /// The endpoint's path; nil when no endpoint was found.
    package let route: String?
    package let path: String
    package let status: Int
    package let duration: Duration
}

/// Sees every request at its end: access log and metrics.
package protocol RequestObserver: Sendable {
    func finished(_ record: RequestRecord)
    /// A failure whose cause the client is not shown.
    func failed(_ failure: Failure, requestID: String)
}

/// Counts the requests at work.
final class RequestGate: Sendable {
    private let limit: Int
    private let active = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// - Returns: false when `limit` requests are at work already.
    func enter() -> Bool {
        if active.add(1, ordering: .relaxed).newValue <= limit { return true }
        active.subtract(1, ordering: .relaxed)
        return false
    }

    func leave() { active.subtract(1, ordering: .relaxed) }
}
