import Core
import Dispatch
import Foundation
import Platform
import TestSupport
import Testing

@Suite("Outbound requests")
struct OutboundClientTests {
    private func client(
        allowing allowed: [String] = ["127.0.0.1"], resolver: HostResolver = .system, timeout: Duration = .seconds(30)
    ) -> OutboundClient {
        var policy = DestinationPolicy()
        policy.schemes = ["http", "https"]
        policy.allow(allowed)
        return OutboundClient(policy: policy, world: .live, resolver: resolver, timeout: timeout)
    }

    @Test("a request arrives as it was made, and the answer comes back")
    func exchange() async throws {
        try await Receiver.run { receiver in
            let response = try await client().send(
                OutboundRequest(
                    "POST", "\(receiver.address)/echo?x=1", headers: [("x-test", "yes")], body: Array("hello".utf8)))
            #expect(response.status == 200)
            #expect(response.body == Array("hello".utf8))
            let request = try #require(receiver.requests.first)
            #expect(request.path == "/echo")
            #expect(request.headers["x-test"] == "yes")
        }
    }

    @Test("redirects are not followed, long answers are cut, the wish to wait is told")
    func answers() async throws {
        try await Receiver.run { receiver in
            let redirect = try await client().send(OutboundRequest("POST", "\(receiver.address)/redirect"))
            #expect(redirect.status == 302)
            #expect(receiver.requests.map(\.path) == ["/redirect"])
            let long = try await client().send(OutboundRequest("POST", "\(receiver.address)/long"))
            #expect(long.body.count == OutboundClient.bodyLimit)
            let busy = try await client().send(OutboundRequest("POST", "\(receiver.address)/busy"))
            #expect(busy.status == 503)
            #expect(busy.retryAfter == 17)
        }
    }

    @Test("a name that resolves to an address that is not public is refused, one bad address of several is enough")
    func resolved() async throws {
        let inside = try #require(IPAddress("127.0.0.1"))
        let outside = try #require(IPAddress("1.1.1.1"))
        try await Receiver.run { receiver in
            let table = ["inside.example": [inside], "mixed.example": [outside, inside], "empty.example": []]
            let client = client(allowing: [], resolver: HostResolver(table))
            for host in ["inside.example", "mixed.example"] {
                let failure = await #expect(throws: Failure.self) {
                    try await client.send(OutboundRequest("POST", "http://\(host):\(receiver.port)/echo"))
                }
                #expect(failure?.code == .invalid)
            }
            for host in ["empty.example", "unknown.example"] {
                let failure = await #expect(throws: Failure.self) {
                    try await client.send(OutboundRequest("POST", "http://\(host):\(receiver.port)/echo"))
                }
                #expect(failure?.code == .unavailable)
            }
            #expect(receiver.requests.isEmpty)
        }
    }

    @Test("the connection goes to the address that was checked, under the name that was given")
    func checkedAddress() async throws {
        let inside = try #require(IPAddress("127.0.0.1"))
        try await Receiver.run(hosts: ["hooks.example"]) { receiver in
            // The system knows no such name: only the table can have led there.
            let client = client(resolver: HostResolver(["hooks.example": [inside]]))
            let response = try await client.send(
                OutboundRequest("POST", "http://HOOKS.example:\(receiver.port)/echo", body: [0x78]))
            #expect(response.status == 200)
        }
    }

    @Test("an address that is allowed as a range only is checked on the open connection, too")
    func peer() async throws {
        let inside = try #require(IPAddress("127.0.0.2"))
        try await Receiver.run(hosts: ["hooks.example"]) { receiver in
            let client = client(allowing: ["127.0.0.1"], resolver: HostResolver(["hooks.example": [inside]]))
            await #expect(throws: Failure.self) {
                try await client.send(OutboundRequest("POST", "http://hooks.example:\(receiver.port)/echo"))
            }
        }
    }

    @Test("nobody there, and somebody who never answers")
    func silence() async throws {
        let refused = await #expect(throws: Failure.self) {
            try await client().send(OutboundRequest("POST", "http://127.0.0.1:9/"))
        }
        #expect(refused?.code == .unavailable)
        try await Receiver.run { receiver in
            let late = await #expect(throws: Failure.self) {
                try await client(timeout: .milliseconds(100)).send(
                    OutboundRequest("POST", "\(receiver.address)/never"))
            }
            #expect(late?.code == .unavailable)
        }
    }

    @Test("the next address of a name is tried when nobody listens at the first one")
    func nextAddress() async throws {
        // The receiver listens at 127.0.0.1 alone.
        let addresses = try ["127.0.0.2", "127.0.0.1"].map { try #require(IPAddress($0)) }
        try await Receiver.run(hosts: ["hooks.example"]) { receiver in
            let client = client(allowing: ["hooks.example"], resolver: HostResolver(["hooks.example": addresses]))
            let response = try await client.send(
                OutboundRequest("POST", "http://hooks.example:\(receiver.port)/echo", body: [0x78]))
            #expect(response.status == 200)
        }
    }

    @Test("a request that was sent is not sent again to the next address")
    func sentOnce() async throws {
        let addresses = try ["127.0.0.1", "127.0.0.2"].map { try #require(IPAddress($0)) }
        let server = try ResettingServer()
        let client = client(allowing: ["hooks.example"], resolver: HostResolver(["hooks.example": addresses]))
        let failure = await #expect(throws: Failure.self) {
            try await client.send(OutboundRequest("POST", "http://hooks.example:\(server.port)/", body: [0x78]))
        }
        #expect(failure?.code == .unavailable)
        #expect(server.requests == 1)
    }

    @Test("a look-up that hangs is not waited for, and few hang at a time", .timeLimit(.minutes(5)))
    func hangingLookUp() async throws {
        let end = DispatchSemaphore(value: 0)
        let started = Counter()
        let resolver = HostResolver(limit: 2) { _ in
            started.next()
            end.wait()
            return .success([])
        }
        for _ in 0..<2 {
            let late = await #expect(throws: Failure.self) {
                try await client(resolver: resolver, timeout: .milliseconds(20)).send(
                    OutboundRequest("POST", "http://hooks.example/"))
            }
            #expect(late?.message.contains("no answer within") == true)
        }
        let refused = await #expect(throws: Failure.self) {
            try await client(resolver: resolver).send(OutboundRequest("POST", "http://hooks.example/"))
        }
        #expect(refused?.code == .unavailable)
        #expect(refused?.cause == "2 look-ups are under way")
        for _ in 0..<2 { end.signal() }
        #expect(started.value <= 2)
    }
}

/// Listens at all addresses of this machine, and resets each connection as soon as a request begins.
private final class ResettingServer: Sendable {
    let port: Int
    private let count = Counter()
    private let listener: Int32

    /// Connections on which something was sent.
    var requests: Int { count.value }

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw Failure(.unavailable, "no port to listen at: errno \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [count] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var byte: UInt8 = 0
                if recv(connection, &byte, 1, 0) == 1 { count.next() }
                // What has come and was not read makes the system reset the connection.
                var now = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
