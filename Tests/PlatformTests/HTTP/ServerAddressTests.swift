import Platform
import Testing

@Suite("How a client calls the server")
struct ServerAddressTests {
    @Test(
        "the scheme is that of the connection, or of the proxy that ends TLS",
        arguments: [
            ("/a", false, nil, "http://one:5000"), ("/a", true, nil, "https://one:5000"),
            ("/a", false, "https", "https://one:5000"), ("/a", false, "HTTPS", "https://one:5000"),
            ("/a", true, "http", "https://one:5000"), ("http://two:80/a", false, nil, "http://two:80"),
            ("http://two/a", true, nil, "https://two"),
        ])
    func scheme(_ target: String, _ isSecure: Bool, _ forwarded: String?, _ expected: String) {
        var headers = Headers([("host", "one:5000")])
        headers["x-forwarded-proto"] = forwarded
        let head = RequestHead(method: "GET", target: target, headers: headers, isSecure: isSecure)
        #expect(head.server == expected)
    }

    @Test("nobody is called when no name is given")
    func nameless() {
        #expect(RequestHead(method: "GET", target: "/a").server == nil)
    }
}
