import Core
import Platform
import Testing

@Suite("Destinations")
struct DestinationTests {
    @Test(
        "addresses that are not public are refused",
        arguments: [
            "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
            "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
            "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
            "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
            "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2001::1", "2002:7f00:1::", "3fff::1",
            "100::1", "4000::1",
        ])
    func privateAddresses(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!DestinationPolicy().permits(address))
    }

    @Test(
        "public addresses are let through",
        arguments: [
            "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1",
            "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ])
    func publicAddresses(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(DestinationPolicy().permits(address))
    }

    @Test(
        "only canonical spellings are addresses",
        arguments: [
            "127.1", "0177.0.0.1", "0x7f.0.0.1", "2130706433", "1.2.3", "1.2.3.4.5", "fe80::1%eth0", "", "[::1]",
        ])
    func spellings(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test("ranges end where they end")
    func ranges() throws {
        let range = try #require(AddressRange("172.16.0.0/12"))
        #expect(range.contains(try #require(IPAddress("172.31.255.255"))))
        #expect(!range.contains(try #require(IPAddress("172.32.0.0"))))
        #expect(try #require(AddressRange("10.1.2.3")).contains(try #require(IPAddress("10.1.2.3"))))
        #expect(!(try #require(AddressRange("0.0.0.0/0")).contains(try #require(IPAddress("::1")))))
        for wrong in ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "host/8", "/8"] {
            #expect(AddressRange(wrong) == nil, "\(wrong)")
        }
    }

    @Test("an allow-list lets through what it names and nothing else")
    func allowList() throws {
        var policy = DestinationPolicy()
        policy.allow(["10.2.0.0/16", "Hooks.Internal"])
        #expect(policy.permits(try #require(IPAddress("10.2.3.4"))))
        #expect(!policy.permits(try #require(IPAddress("10.3.3.4"))))
        #expect(throws: Never.self) { try Destination("https://hooks.internal/x", policy) }
        #expect(throws: Failure.self) { try Destination("https://localhost/x", policy) }
    }

    @Test(
        "URLs that lead nowhere good",
        arguments: [
            "", "x", "//host/x", "http://example.com/", "ftp://example.com/", "javascript:alert(1)", "https://",
            "https:///x",
            "https:example.com", "https://user:secret@example.com/", "https://example.com@127.0.0.1/",
            "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/latest",
            "https://localhost/", "https://sub.localhost:8443/", "https://127.1/", "https://0x7f000001/",
            "https://2130706433/", "https://0177.0.0.1/", "https://127.0.0.1./", "https://example.com:0/",
            "https://example.com:99999/", "https://example.com:8a/", "https://exam ple.com/",
            "https://example.com\\@host/",
            "https://[::1/", "https://[example.com]/", "https://[::1]x/", "https://exämple.com/",
            "https://example.com/\u{0}", "https://example.com/" + String(repeating: "x", count: 2048),
        ])
    func badURLs(_ url: String) {
        let failure = #expect(throws: Failure.self) { try Destination(url, DestinationPolicy()) }
        #expect(failure?.code == .invalid)
    }

    @Test(
        "URLs that are fine",
        arguments: [
            ("https://example.com", "example.com"), ("https://Example.COM:8443/a/b?c=d#e", "example.com"),
            ("HTTPS://1.1.1.1/x", "1.1.1.1"), ("https://[2606:4700::1111]:443/", "2606:4700::1111"),
        ])
    func goodURLs(_ url: String, _ host: String) throws {
        #expect(try Destination(url, DestinationPolicy()).host == host)
    }
}
