import Core
import Platform
import Testing

@Suite("Client of commands")
struct ServerClientTests {
    private static let endpoints = [
        Endpoint("GET", "/json", .anyone, .reads, "Repeats the query.") { request in
            .json(.record(["items": .array(request.query.items.map { .string("\($0.name)=\($0.value)") })]))
        },
        Endpoint("POST", "/json", .anyone, .writes, "Repeats the body and the reason.") { request in
            let body = try JSONParser.parse(try await request.body.collect(limit: 1000))
            return .json(.record(["body": body, "reason": .optional(request.headers["steward-reason"])]))
        },
        Endpoint("GET", "/missing", .anyone, .reads, "Is not there.") { _ in
            throw Failure(.notFound, "no such thing", hint: "Look elsewhere.")
        },
        Endpoint("GET", "/mlflow", .anyone, .reads, "Refuses as MLflow does.") { _ in
            .json(
                .record(["error_code": .string("RESOURCE_ALREADY_EXISTS"), "message": .string("it is there")]),
                status: 400)
        },
        Endpoint("GET", "/elsewhere", .anyone, .reads, "Redirects.") { _ in
            Response(status: 302, headers: Headers([("location", "http://198.51.100.1/")]), body: .bytes([]))
        },
        Endpoint("GET", "/large", .anyone, .reads, "Is too large.") { _ in
            Response(
                body: .stream(length: nil) { sink in
                    for _ in 0..<66 { try await sink.write([UInt8](repeating: 32, count: 1 << 20)) }
                })
        },
    ]

    private func withClient(_ body: (ServerClient) async throws -> Void) async throws {
        var options = ServerOptions()
        options.endpoints = Self.endpoints
        try await withServer(options) { server in
            try await ServerClient.connect(to: "http://127.0.0.1:\(server.port)/", body)
        }
    }

    private func failure(_ body: () async throws(Failure) -> Void) async -> Failure? {
        do { try await body() } catch { return error }
        return nil
    }

    @Test("JSON goes out and comes in; queries are encoded")
    func json() async throws {
        try await withClient { client in
            let answer = try await client.get("/json", query: [("a b", "c&d=é"), ("a b", "")])
            #expect(answer["items"] == .array([.string("a b=c&d=é"), .string("a b=")]))
            let sent = try await client.send("POST", "/json", .record(["n": .integer(1)]), reason: "test")
            #expect(sent == .record(["body": .record(["n": .integer(1)]), "reason": .string("test")]))
            #expect(try await client.bytes("/hello") == Array("hello".utf8))
            #expect(try await client.bytes("/missing") == nil)
        }
    }

    @Test("what a server says when it refuses is passed on, in its own form and in MLflow's")
    func refusals() async throws {
        try await withClient { client in
            let own = await failure { () throws(Failure) in _ = try await client.get("/missing") }
            #expect(own == Failure(.notFound, "no such thing", hint: "Look elsewhere."))
            let foreign = await failure { () throws(Failure) in _ = try await client.get("/mlflow") }
            #expect(foreign == Failure(.invalid, "it is there"))
            let bug = await failure { () throws(Failure) in _ = try await client.get("/fail") }
            #expect(bug?.code == .bug)
            #expect(bug?.cause?.contains("request ") == true)
            let text = await failure { () throws(Failure) in _ = try await client.get("/hello") }
            #expect(text?.message.contains("not with JSON") == true)
        }
    }

    @Test("redirects are not followed, and answers are bounded")
    func bounds() async throws {
        try await withClient { client in
            let redirected = await failure { () throws(Failure) in _ = try await client.get("/elsewhere") }
            #expect(redirected?.message.hasSuffix("HTTP status 302") == true)
            let large = await failure { () throws(Failure) in _ = try await client.bytes("/large") }
            #expect(large?.code == .exhausted)
        }
    }

    @Test("a server that is not there is named, with what to do")
    func nobody() async throws {
        // A port that was free a moment ago.
        let port = try await withServer { $0.port }
        let address = "http://127.0.0.1:\(port)"
        try await ServerClient.connect(to: address) { client in
            let failure = await failure { () throws(Failure) in _ = try await client.get("/") }
            #expect(failure?.code == .unavailable)
            #expect(failure?.message == "nobody answers at \(address)")
            #expect(failure?.hint?.contains("steward serve") == true)
        }
    }

    @Test("a server that says nothing is given up")
    func silence() async throws {
        try await withServer { server in
            try await ServerClient.connect(to: "http://127.0.0.1:\(server.port)", timeout: .milliseconds(300)) {
                client in
                let failure = await failure { () throws(Failure) in _ = try await client.get("/wait") }
                #expect(failure?.code == .unavailable)
                #expect(failure?.message.contains("has not answered") == true)
            }
        }
    }

    @Test(
        "what is no address is refused",
        arguments: ["", "localhost:5000", "ftp://a", "http://", "http://a/?q", "http://a b", "http://user@a"])
    func addresses(_ text: String) async throws {
        await #expect(throws: Failure.self) { try await ServerClient.connect(to: text) { _ in } }
    }
}
