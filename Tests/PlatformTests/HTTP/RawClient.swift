import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A TCP connection that sends exactly the bytes it is told to: half a head, three requests at once, garbage. Its calls
/// block on a thread of its own and never one of the pool that the server's handlers need.
final class RawClient: @unchecked Sendable {
    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "raw client")
    /// Received and not yet taken; used on `queue`.
    private var received: [UInt8] = []
    private let isOpen = Mutex(true)

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    /// - Parameter receiveBuffer: bytes the system may hold for this client; small for one that does not read.
    static func connect(_ port: Int, receiveBuffer: Int? = nil) async throws -> RawClient {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try open(port, receiveBuffer) }) }
        }
    }

    private static func open(_ port: Int, _ receiveBuffer: Int?) throws -> RawClient {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw Problem(description: "no socket: \(errno)") }
        if var size = receiveBuffer.map(Int32.init) {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        // A test waits for an answer at most so long; no test measures how long it took.
        var wait = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                systemConnect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            let error = errno
            systemClose(descriptor)
            throw Problem(description: "connection refused: \(error)")
        }
        return RawClient(descriptor)
    }

    func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        guard wasOpen else { return }
        // Wakes up a call that waits in the system.
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
        queue.async { [descriptor] in systemClose(descriptor) }
    }

    /// Ends the connection as a crash would: the server is told at once that nobody is there any more.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { queue.async { [descriptor] in systemClose(descriptor) } }
    }

    /// Says that nothing more will be sent.
    func finishSending() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    private func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await perform { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { systemSend(descriptor, $0.baseAddress!, $0.count) }
                guard count > 0 else { throw Problem(description: "cannot send: \(errno)") }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Waits until something comes.
    /// - Returns: false at the end of the connection, also when it was reset.
    private func receiveMore() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress!, $0.count, 0) }
        if count > 0 { received.append(contentsOf: buffer[..<count]) }
        if count < 0, errno == EAGAIN { throw Problem(description: "nothing came for a minute") }
        return count > 0
    }

    /// Everything until the server closes.
    func readToEnd() async throws -> String {
        try await perform { [self] in
            while try receiveMore() {}
            defer { received = [] }
            return String(decoding: received, as: UTF8.self)
        }
    }

    /// The next answer, taken apart.
    /// - Parameter isHead: whether it answers a HEAD request and so has no body.
    func readResponse(isHead: Bool = false) async throws -> RawResponse {
        try await perform { [self] in
            while true {
                if let (response, count) = try RawResponse.parse(received, isHead: isHead, isEnded: false) {
                    received.removeFirst(count)
                    return response
                }
                guard try receiveMore() else { break }
            }
            guard let (response, count) = try RawResponse.parse(received, isHead: isHead, isEnded: true) else {
                throw Problem(
                    description: "the connection ended in the middle of an answer: "
                        + String(decoding: received.prefix(200), as: UTF8.self))
            }
            received.removeFirst(count)
            return response
        }
    }

    /// Whether the server has closed, once it has.
    func waitForClose() async throws -> Bool {
        try await perform { [self] in
            while try receiveMore() {}
            return received.isEmpty
        }
    }
}

struct RawResponse: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    /// - Returns: the first answer in `bytes` and its length; nil when it is not whole.
    static func parse(_ bytes: [UInt8], isHead: Bool, isEnded: Bool) throws -> (RawResponse, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw RawClient.Problem(description: "no status line: \(lines[0])")
        }
        let headers = lines.dropFirst().map { line -> (name: String, value: String) in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (String(line[..<colon]), line[colon...].dropFirst().trimmingCharacters(in: .whitespaces))
        }
        let rest = bytes[end.upperBound...]
        let head = RawResponse(status: status, headers: headers, body: [])
        if isHead || status < 200 || status == 204 || status == 304 { return (head, end.upperBound) }
        if let length = head["content-length"].flatMap({ Int($0) }) {
            guard rest.count >= length else { return nil }
            return (
                RawResponse(status: status, headers: headers, body: Array(rest.prefix(length))), end.upperBound + length
            )
        }
        if head["transfer-encoding"] == "chunked" {
            guard let (body, after) = chunks(bytes, from: end.upperBound) else { return nil }
            return (RawResponse(status: status, headers: headers, body: body), after)
        }
        return isEnded ? (RawResponse(status: status, headers: headers, body: Array(rest)), bytes.count) : nil
    }

    private static func chunks(_ bytes: [UInt8], from start: Int) -> (body: [UInt8], end: Int)? {
        var body: [UInt8] = []
        var position = start
        while let line = bytes[position...].firstRange(of: Array("\r\n".utf8)) {
            guard let size = Int(String(decoding: bytes[position..<line.lowerBound], as: UTF8.self), radix: 16),
                bytes.count >= line.upperBound + size + 2
            else { return nil }
            body += bytes[line.upperBound..<line.upperBound + size]
            position = line.upperBound + size + 2
            if size == 0 { return (body, position) }
        }
        return nil
    }
}

private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    #if canImport(Glibc)
        Glibc.connect(descriptor, address, length)
    #else
        Darwin.connect(descriptor, address, length)
    #endif
}

private func systemSend(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.send(descriptor, start, count, Int32(MSG_NOSIGNAL))
    #else
        Darwin.send(descriptor, start, count, 0)
    #endif
}

@discardableResult
private func systemClose(_ descriptor: Int32) -> Int32 {
    #if canImport(Glibc)
        Glibc.close(descriptor)
    #else
        Darwin.close(descriptor)
    #endif
}
