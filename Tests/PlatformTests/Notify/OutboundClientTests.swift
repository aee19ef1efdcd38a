import Core
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
}
