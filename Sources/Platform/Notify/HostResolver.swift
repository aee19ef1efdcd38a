import Core
import Dispatch

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

    /// The system's, in the system's order of preference. Its call blocks, so it has a queue of its own.
    package static let system = HostResolver { host throws(Failure) in
        let result = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<[IPAddress], Failure>, Never>) in
            queue.async { continuation.resume(returning: lookUp(host)) }
        }
        return try result.get()
    }

    private static let queue = DispatchQueue(label: "host-resolver", attributes: .concurrent)

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
