package import Core
import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds the addresses of a host name.
package struct HostResolver: Sendable {
    /// - Throws: `unavailable` when the name cannot be resolved now.
    let addresses: @Sendable (String) async throws(Failure) -> [IPAddress]

    /// For tests: answers from a table; a name that is not in it cannot be resolved.
    package init(_ table: [String: [IPAddress]]) {
        addresses = { host throws(Failure) in
            guard let addresses = table[host] else { throw Self.unknown(host) }
            return addresses
        }
    }

    private init(_ addresses: @escaping @Sendable (String) async throws(Failure) -> [IPAddress]) {
        self.addresses = addresses
    }

    private static func unknown(_ host: String, cause: String? = nil) -> Failure {
        Failure(.unavailable, "the host name '\(host)' could not be resolved", cause: cause)
    }

    /// The system's, in the system's order of preference.
    package static let system = HostResolver(blocking: lookUp)

    /// Looks names up with a call that blocks its thread and cannot be called off. Who is cancelled does not wait for
    /// its end, and no more than `limit` are under way at a time: those that nobody waits for any more, too.
    package init(limit: Int = 32, blocking lookUp: @escaping @Sendable (String) -> Result<[IPAddress], Failure>) {
        let queue = DispatchQueue(label: "host-resolver", attributes: .concurrent)
        let counter = LookUpCounter(limit: limit)
        addresses = { host throws(Failure) in
            guard counter.enter() else {
                throw Self.unknown(host, cause: "\(limit) look-ups are under way")
            }
            let answer = LookUpAnswer()
            queue.async {
                answer.give(lookUp(host))
                counter.leave()
            }
            let result = await withTaskCancellationHandler {
                await answer.value()
            } onCancel: {
                answer.give(.failure(Self.unknown(host, cause: "nobody waited for it")))
            }
            return try result.get()
        }
    }

    private static func lookUp(_ host: String) -> Result<[IPAddress], Failure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_flags = AI_ADDRCONFIG
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            return .failure(unknown(host, cause: String(cString: gai_strerror(code))))
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            if let address = address(entry.pointee), !addresses.contains(address) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return .success(addresses)
    }

    private static func address(_ entry: addrinfo) -> IPAddress? {
        guard let pointer = UnsafeRawPointer(entry.ai_addr) else { return nil }
        switch entry.ai_family {
        case AF_INET:
            let address = pointer.loadUnaligned(as: sockaddr_in.self).sin_addr
            return withUnsafeBytes(of: address) { IPAddress(bytes: Array($0)) }
        case AF_INET6:
            let address = pointer.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return withUnsafeBytes(of: address) { IPAddress(bytes: Array($0)) }
        default: return nil
        }
    }
}

/// How many look-ups are under way.
private final class LookUpCounter: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) { self.limit = limit }

    func enter() -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}

/// The first answer that is given, for the one who waits for it.
private final class LookUpAnswer: Sendable {
    private typealias Answer = Result<[IPAddress], Failure>

    private enum State {
        case open
        case waiting(CheckedContinuation<Answer, Never>)
        case given(Answer)
    }

    private let state = Mutex(State.open)

    func give(_ answer: Result<[IPAddress], Failure>) {
        let waiting = state.withLock { state -> CheckedContinuation<Answer, Never>? in
            switch state {
            case .open:
                state = .given(answer)
                return nil
            case .waiting(let continuation):
                state = .given(answer)
                return continuation
            case .given: return nil
            }
        }
        waiting?.resume(returning: answer)
    }

    func value() async -> Result<[IPAddress], Failure> {
        await withCheckedContinuation { continuation in
            let given = state.withLock { state -> Answer? in
                if case .given(let answer) = state { return answer }
                state = .waiting(continuation)
                return nil
            }
            if let given { continuation.resume(returning: given) }
        }
    }
}
