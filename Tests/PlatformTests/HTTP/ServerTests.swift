import Core
import Foundation
import Platform
import Testing

/// HTTP as clients speak it, over real sockets.
@Suite("Server")
struct ServerTests {
    @Test("a request is answered, with the headers every answer has")
    func answer() async throws {
        try await withServer { server async throws in
            let response = try await server.get("/hello")
            #expect(response.status == 200)
            #expect(response.text == "hello")
            #expect(response["content-type"] == "text/plain; charset=utf-8")
            #expect(response["x-content-type-options"] == "nosniff")
            #expect(response["cache-control"] == "no-store")
            #expect(response["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
            #expect(response["steward-request-id"]?.count == 32)
            #expect(response["date"]?.hasSuffix(" GMT") == true)
            #expect(response["access-control-allow-origin"] == nil)
            #expect(response["server"] == nil)
        }
    }

    @Test("many requests on one connection, one after the other and all at once")
    func keepAlive() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            var ids: Set<String> = []
            for _ in 0..<5 {
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let response = try await client.readResponse()
                #expect(response.text == "hello")
                ids.insert(response["steward-request-id"] ?? "")
            }
            let bodies = (0..<20).map { "number \($0)" }
            let requests = bodies.map {
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: \($0.utf8.count)\r\n\r\n\($0)"
            }
            try await client.send(requests.joined())
            for body in bodies { #expect(try await client.readResponse().text == body) }
            #expect(ids.count == 5)
            #expect(server.figures.accepted == 1)
        }
    }

    @Test("a request that comes byte by byte")
    func splitPackets() async throws {
        // Each byte waits for its turn on a machine that runs a thousand tests.
        try await withServer(LimitTests.limits { $0.headTime = .seconds(120) }) { server async throws in
            let client = try await server.connect()
            let text =
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"
            for byte in text.utf8 { try await client.send([byte]) }
            #expect(try await client.readResponse().text == "abcd")
            try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.readResponse().text == "hello")
        }
    }

    @Test("HTTP/1.0 ends with its answer unless it asks for more")
    func oldVersion() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            try await client.send("GET /hello HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.readResponse()["connection"] == "keep-alive")
            try await client.send("GET /chunks/100000 HTTP/1.0\r\nHost: localhost\r\n\r\n")
            let response = try await client.readResponse()
            #expect(response.body.count == 100_000)
            #expect(response["transfer-encoding"] == nil)
            #expect(try await client.waitForClose())
        }
    }

    @Test("HEAD answers like GET, without the body")
    func head() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            for path in ["/hello", "/bytes/70000", "/chunks/70000", "/nothing"] {
                try await client.send("HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let response = try await client.readResponse(isHead: true)
                #expect(response.status == (path == "/nothing" ? 404 : 200))
                if path == "/bytes/70000" { #expect(response["content-length"] == "70000") }
            }
            try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await client.readResponse().text == "hello")
        }
    }

    @Test("what no endpoint answers, in the form that the path has")
    func noEndpoint() async throws {
        try await withServer { server async throws in
            let missing = try await server.get("/nothing/here")
            #expect(missing.status == 404)
            let error = try #require(try JSONParser.parse(missing.body)["error"])
            #expect(error["code"]?.text == "notFound")
            #expect(error["request_id"]?.text == missing["steward-request-id"])
            let wrong = try await server.request("DELETE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(wrong.status == 405)
            #expect(wrong["allow"] == "GET, HEAD")
            #expect(try await server.get("/foreign/x").text.hasPrefix("404 NOSUCHROUTE"))
        }
    }

    @Test("a refusal does not end the connection")
    func refusalKeeps() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            for (request, status) in [
                ("GET /nothing", 404), ("DELETE /hello", 405), ("GET /fail", 500), ("GET /hello", 200),
            ] {
                try await client.send("\(request) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.readResponse().status == status)
            }
        }
    }

    @Test("parameters and queries are decoded once")
    func decoding() async throws {
        try await withServer { server async throws in
            #expect(try await server.get("/say/a%2Fb/%252e").text == "a/b|%2e")
            #expect(try await server.get("/query?a=1&b=x+y%26&a=%E2%82%AC&c").text == "a=1;b=x y&;a=€;c=")
            #expect(try await server.get("/say/a%00b/c").status == 404)
            #expect(try await server.get("/say/%ff/c").status == 404)
        }
    }

    @Test("a target that names the server, too")
    func absoluteTarget() async throws {
        try await withServer { server async throws in
            #expect(try await server.get("http://localhost:\(server.port)/query?a=b").text == "a=b")
            #expect(try await server.get("http://evil.example/hello").status == 403)
            #expect(try await server.get("*").status == 400)
        }
    }

    @Test("a client that asks first is told to go on, or why not")
    func expectContinue() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            try await client.send(
                "PUT /upload/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await client.readResponse().status == 100)
            try await client.send("12345")
            #expect(try await client.readResponse().text == "a 5")
            let refused = try await server.request(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
            #expect(refused.status == 413)
            #expect(refused["connection"] == "close")
            let unknown = try await server.request(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: tea\r\n\r\n")
            #expect(unknown.status == 417)
        }
    }

    @Test("handlers cannot end a header field early or set what is the server's")
    func headers() async throws {
        try await withServer { server async throws in
            let response = try await server.get("/header")
            #expect(response["x-fine"] == "yes")
            #expect(response["x-bad"] == nil)
            #expect(response["set-cookie"] == nil)
            #expect(response["bad name"] == nil)
            #expect(response["content-length"] == "4")
            #expect(response.headers.filter { $0.name.lowercased() == "cache-control" }.map(\.value) == ["max-age=60"])
        }
    }

    @Test("the cause of a failure goes to the log and not to the client")
    func causes() async throws {
        try await withServer { server async throws in
            let response = try await server.get("/fail")
            #expect(response.status == 500)
            #expect(!response.text.contains("SELECT"))
            #expect(server.seen.failures.map(\.cause) == ["SELECT secret FROM table"])
        }
    }

    @Test("every request is recorded once, with its route and sizes")
    func records() async throws {
        try await withServer { server async throws in
            _ = try await server.post("/echo", "12345")
            _ = try await server.get("/nothing")
            try await until { server.seen.records.count == 2 }
            let echo = server.seen.records[0]
            #expect(echo.route.map { server.responder.routes.endpoints[$0].path } == "/echo")
            #expect((echo.status, echo.bytesReceived, echo.bytesSent) == (200, 5, 5))
            #expect(echo.client == "127.0.0.1")
            #expect(server.seen.records[1].route == nil)
        }
    }

    @Test("a client that sends its requests and then closes its side still gets all answers")
    func halfClose() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            try await client.send(String(repeating: "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 3))
            client.finishSending()
            let all = try await client.readToEnd()
            #expect(all.components(separatedBy: "HTTP/1.1 200 OK").count == 4)
        }
    }

    @Test("an upgrade that is not taken does not leave the connection deaf")
    func upgrade() async throws {
        try await withServer { server async throws in
            let response = try await server.get("/hello", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n")
            #expect(response.status == 200)
            #expect(response["connection"] == "close")
        }
    }
}
