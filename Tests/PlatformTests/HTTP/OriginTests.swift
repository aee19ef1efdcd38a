import Core
import Platform
import Testing

/// Which names the server answers to, and whose pages may change something.
@Suite("Host and origin")
struct OriginTests {
    private func status(_ server: TestServer, host: String, origin: String? = nil, method: String = "POST") async throws
        -> Int
    {
        let field = origin.map { "Origin: \($0)\r\n" } ?? ""
        let path = method == "POST" ? "/echo" : "/hello"
        return try await server.request(
            "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\(field)Content-Length: 0\r\n\r\n"
        ).status
    }

    @Test(
        "loopback names are answered, with any port",
        arguments: ["localhost", "LOCALHOST:5000", "127.0.0.1", "127.0.0.1:5000", "[::1]", "[::1]:5000", "localhost."])
    func loopback(_ host: String) async throws {
        try await withServer { server async throws in #expect(try await status(server, host: host) == 200) }
    }

    @Test(
        "other names are not",
        arguments: [
            "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "[::2]",
            "localhost:x", "[::1", "localhost:5000:1", "0.0.0.0",
        ])
    func strangers(_ host: String) async throws {
        try await withServer { server async throws in #expect(try await status(server, host: host) == 403) }
    }

    @Test("over TLS, pages of the same name without TLS are strangers'")
    func schemes() async throws {
        var options = ServerOptions()
        options.settings.proxies = try TrustedProxies(["127.0.0.1"])
        try await withServer(options) { server async throws in
            for (proto, origin, expected) in [
                ("https", "https://localhost", 200), ("https", "http://localhost", 403),
                ("https", "http://localhost:443", 403), ("http", "http://localhost", 200),
                // A proxy may have ended TLS and not say so.
                ("http", "https://localhost", 200),
            ] {
                let answer = try await server.request(
                    "POST /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: \(origin)\r\nX-Forwarded-Proto: \(proto)\r\n"
                        + "X-Forwarded-For: 192.0.2.1\r\nContent-Length: 0\r\n\r\n")
                #expect(answer.status == expected, "\(proto) \(origin)")
            }
        }
    }

    @Test("configured names and origins are")
    func configured() async throws {
        var options = ServerOptions()
        options.settings.hosts.insert("ml.example.com")
        options.settings.origins.insert("https://pages.example.com")
        try await withServer(options) { server async throws in
            #expect(try await status(server, host: "ml.example.com:8443") == 200)
            #expect(try await status(server, host: "localhost", origin: "https://PAGES.example.com") == 200)
            #expect(try await status(server, host: "localhost", origin: "http://pages.example.com") == 403)
        }
    }

    @Test("a page of the server itself may change something")
    func own() async throws {
        try await withServer { server async throws in
            #expect(try await status(server, host: "localhost:5000", origin: "http://localhost:5000") == 200)
            #expect(try await status(server, host: "localhost:80", origin: "http://localhost") == 200)
            #expect(try await status(server, host: "[::1]:5000", origin: "http://[::1]:5000") == 200)
        }
    }

    @Test(
        "a page of another site may not, and is told as MLflow tells it",
        arguments: [
            "http://evil.example", "null", "http://localhost", "http://localhost:5001", "http://127.0.0.1:5000", "",
            "http://localhost:5000.evil.example", "file://", "localhost:5000", "http://localhost:5000/path",
        ])
    func foreign(_ origin: String) async throws {
        try await withServer { server async throws in
            #expect(try await status(server, host: "localhost:5000", origin: origin) == 403)
            let response = try await server.request(
                "POST /foreign/echo HTTP/1.1\r\nHost: localhost:5000\r\nOrigin: \(origin)\r\nContent-Length: 0\r\n\r\n")
            #expect(response.text.hasPrefix("Cross-origin request blocked"))
            #expect(response["content-type"]?.hasPrefix("text/plain") == true)
            // Reading is not stopped here: the browser keeps the answer from the page, as there is no CORS header.
            #expect(try await status(server, host: "localhost:5000", origin: origin, method: "GET") == 200)
        }
    }

    @Test("a browser that hides the origin but says that the request crosses sites")
    func fetchMetadata() async throws {
        try await withServer { server async throws in
            #expect(try await server.post("/echo", "", "Sec-Fetch-Site: cross-site\r\n").status == 403)
            #expect(try await server.post("/echo", "", "Sec-Fetch-Site: same-origin\r\n").status == 200)
        }
    }
}
