import Core
import Platform
import Testing

@Suite("Proxies in front")
struct TrustedProxyTests {
    private func origin(
        _ proxies: [String], from peer: String?, _ headers: [(name: String, value: String)], isSecure: Bool = false
    ) throws -> (address: String?, isSecure: Bool, host: String?) {
        let (client, host) = try TrustedProxies(proxies).origin(
            of: Headers(headers), RequestHead.Client(peer, isSecure: isSecure))
        return (client.address, client.isSecure, host)
    }

    private let forwarded = [
        (name: "x-forwarded-for", value: "203.0.113.9"), (name: "x-forwarded-proto", value: "https"),
        (name: "x-forwarded-host", value: "models.example.org"),
    ]

    @Test("the word of a proxy that is trusted counts, nobody else's")
    func trust() throws {
        for (proxies, peer) in [([], "10.0.0.1"), (["10.0.0.2"], "10.0.0.1"), (["10.0.0.0/30"], "10.0.0.4")] {
            #expect(try origin(proxies, from: peer, forwarded) == (peer, false, nil))
        }
        #expect(try origin(["10.0.0.1"], from: nil, forwarded) == (nil, false, nil))
        for (proxies, peer) in [
            (["10.0.0.1"], "10.0.0.1"), (["192.0.2.1", "10.0.0.0/8"], "10.1.2.3"), (["10.0.0.0/8"], "::ffff:10.0.0.1"),
            (["2001:db8::/32"], "2001:db8::5"),
        ] {
            #expect(try origin(proxies, from: peer, forwarded) == ("203.0.113.9", true, "models.example.org"))
        }
    }

    @Test(
        "the client is the last that is no proxy of ours; what stands before it may be invented",
        arguments: [
            ("203.0.113.9", "203.0.113.9"), ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, 10.0.0.7", "203.0.113.9"), ("10.0.0.7", "10.0.0.7"), ("", "10.0.0.1"),
            ("203.0.113.9, unknown", "10.0.0.1"), ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::9]:4711", "2001:db8::9"), ("::ffff:203.0.113.9", "203.0.113.9"),
        ])
    func chains(_ header: String, _ expected: String) throws {
        let found = try origin(["10.0.0.0/8"], from: "10.0.0.1", [("x-forwarded-for", header)])
        #expect(found.address == expected)
    }

    @Test("several headers are one list; the last scheme and host are the nearest proxy's")
    func lists() throws {
        let found = try origin(
            ["10.0.0.0/8"], from: "10.0.0.1",
            [
                ("x-forwarded-for", "1.1.1.1"), ("X-Forwarded-For", "203.0.113.9"),
                ("x-forwarded-proto", "https, http"), ("x-forwarded-host", "evil.example, own.example"),
            ], isSecure: true)
        #expect(found == ("203.0.113.9", false, "own.example"))
        #expect(try origin(["10.0.0.1"], from: "10.0.0.1", [], isSecure: true) == ("10.0.0.1", true, nil))
    }

    @Test("what is no address or range is refused")
    func parsing() {
        for place in ["", "proxy", "10.0.0.0/33", "10.0.0", "*"] {
            #expect(throws: Failure.self) { try TrustedProxies([place]) }
        }
    }
}
