package import Core
import Synchronization

/// What is known of a request when it has been answered.
package struct RequestRecord: Sendable {
    package let id: String
    package let method: String
    /// The endpoint's place in the route table; nil when no endpoint was found.
    package let route: Int?
    /// As sent, without the query: queries may hold secrets. Where the path is a secret, that of the endpoint.
    package let path: String
    package let status: Int
    package let duration: Duration
    package let bytesReceived: Int
    /// Of the body of the answer.
    package let bytesSent: Int
    /// The client's address.
    package let client: String?
    /// Whether the client was gone, or too slow, before it had the whole answer.
    package let isCut: Bool

    package init(
        id: String, method: String, route: Int?, path: String, status: Int, duration: Duration, bytesReceived: Int,
        bytesSent: Int, client: String?, isCut: Bool
    ) {
        self.id = id
        self.method = method
        self.route = route
        self.path = path
        self.status = status
        self.duration = duration
        self.bytesReceived = bytesReceived
        self.bytesSent = bytesSent
        self.client = client
        self.isCut = isCut
    }
}

/// Sees every request at its end: access log and metrics.
package protocol RequestObserver: Sendable {
    func finished(_ record: RequestRecord)
    /// A failure whose cause the client is not shown.
    func failed(_ failure: Failure, requestID: String)
}

/// Hands everything to several observers.
package struct RequestObservers: RequestObserver {
    let all: [any RequestObserver]

    package init(_ all: [any RequestObserver]) { self.all = all }

    package func finished(_ record: RequestRecord) { for one in all { one.finished(record) } }

    package func failed(_ failure: Failure, requestID: String) {
        for one in all { one.failed(failure, requestID: requestID) }
    }
}

/// Counts the requests at work.
final class RequestGate: Sendable {
    private let limit: Int
    private let active = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    var count: Int { active.load(ordering: .relaxed) }

    /// - Returns: false when `limit` requests are at work already.
    func enter() -> Bool {
        if active.add(1, ordering: .relaxed).newValue <= limit { return true }
        active.subtract(1, ordering: .relaxed)
        return false
    }

    func leave() { active.subtract(1, ordering: .relaxed) }
}

/// Names requests: 16 digits drawn at the start of the process, then a count. Unique without asking the system for
/// random numbers each time, and in the order requests came in.
final class RequestIDs: Sendable {
    private let prefix: String
    private let next = Atomic<UInt64>(0)

    init(random: UInt64) { prefix = Hexadecimal.text(of: random) }

    func make() -> String { prefix + Hexadecimal.text(of: next.add(1, ordering: .relaxed).newValue) }
}
