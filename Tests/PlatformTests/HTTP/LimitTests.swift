import Core
import Platform
import Testing

/// What one client may take, and that the others do not notice.
@Suite("Limits")
struct LimitTests {
    static func limits(_ change: (inout ConnectionLimits) -> Void) -> ServerOptions {
        var options = ServerOptions()
        change(&options.limits)
        return options
    }

    @Test("heads that are too large")
    func heads() async throws {
        try await withServer { server async throws in
            let long = String(repeating: "x", count: 17 << 10)
            #expect(try await server.get("/hello", "X-Long: \(long)\r\n").status == 431)
            let many = (0..<200).map { "X-\($0): y\r\n" }.joined()
            #expect(try await server.get("/hello", many).status == 431)
            let wide = (0..<60).map { "X-\($0): \(long.prefix(2000))\r\n" }.joined()
            #expect(try await server.get("/hello", wide).status == 431)
            #expect([414, 431].contains(try await server.get("/hello?\(long)").status))
            #expect(try await server.get("/query?a=\(long.prefix(8000))").status == 200)
        }
    }

    @Test("a body that is too large is refused in the path's form, declared or not")
    func bodies() async throws {
        try await withServer { server async throws in
            let limit = SampleEndpoints.bodyLimit
            #expect(try await server.post("/echo", String(repeating: "x", count: limit)).body.count == limit)
            let declared = try await server.post("/foreign/echo", String(repeating: "x", count: limit + 1))
            #expect(declared.status == 413)
            #expect(declared.text.hasPrefix("413 BODYTOOLARGE"))
            let chunk = String(repeating: "x", count: 0x8000)
            let chunked = try await server.request(
                "POST /foreign/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "8000\r\n\(chunk)\r\n", count: 3) + "0\r\n\r\n")
            #expect(chunked.status == 413)
            #expect(chunked["connection"] == "close")
        }
    }

    @Test("a stream that is larger than its handler takes is 413, too")
    func streams() async throws {
        var options = ServerOptions()
        options.endpoints = [
            Endpoint(
                "PUT", "/foreign/small", .anyone, .writes, "Takes little.", bodyLimit: 1 << 20, streams: true
            ) { request in
                do {
                    return Response(body: .bytes(try await request.body.collect(limit: 10)))
                } catch {
                    // As a handler may do that knows nothing of HTTP.
                    throw Failure(.bug, "no body")
                }
            }
        ]
        try await withServer(options) { server async throws in
            let response = try await server.request(
                "PUT /foreign/small HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "20\r\n\(String(repeating: "x", count: 32))\r\n0\r\n\r\n")
            #expect(response.status == 413)
        }
    }

    @Test("a head that does not come in time")
    func slowHead() async throws {
        try await withServer(Self.limits { $0.headTime = .milliseconds(600) }) { server in
            let client = try await server.connect()
            try await client.send("GET /hello HTTP/1.1\r\n")
            let dripping = Task {
                for _ in 0..<1000 {
                    try await Task.sleep(for: .milliseconds(50))
                    try await server.figures.timedOut == 0 ? client.send("X-A: b\r\n") : ()
                }
            }
            try await until { server.figures.timedOut == 1 }
            dripping.cancel()
            let response = try await client.readResponse()
            #expect(response.status == 408)
            #expect(try await client.waitForClose())
        }
    }

    @Test("a body that does not come in time", arguments: ["POST /echo", "PUT /upload/x"])
    func slowBody(_ request: String) async throws {
        try await withServer(Self.limits { $0.paceTime = .milliseconds(600) }) { server in
            let client = try await server.connect()
            try await client.send("\(request) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc")
            #expect(try await client.readResponse().status == 408)
            #expect(try await client.waitForClose())
            try await until { server.responder.active == 0 }
        }
    }

    @Test("a body that nobody wants must come in time, too")
    func unwantedBody() async throws {
        try await withServer(Self.limits { $0.paceTime = .milliseconds(600) }) { server in
            let client = try await server.connect()
            try await client.send("POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc")
            #expect(try await client.readResponse().status == 404)
            #expect(try await client.waitForClose())
        }
    }

    @Test("idle connections are closed")
    func idle() async throws {
        try await withServer(Self.limits { $0.idleTime = .seconds(8) }) { server in
            let fresh = try await server.connect()
            let used = try await server.connect()
            try await used.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try await used.readResponse()
            #expect(try await fresh.waitForClose())
            #expect(try await used.waitForClose())
        }
    }

    @Test("a client that does not take its answer is cut")
    func slowReader() async throws {
        try await withServer(Self.limits { $0.paceTime = .milliseconds(600) }) { server in
            let client = try await server.connect(receiveBuffer: 4096)
            try await client.send("GET /bytes/50000000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await until { server.figures.timedOut == 1 && server.figures.open == 0 }
            #expect(server.seen.records.contains { $0.isCut })
        }
    }

    @Test("a thousand idle and slow connections do not stop others")
    func manyConnections() async throws {
        // None may be cut because the machine is slow.
        let patient = Self.limits { limits in
            (limits.headTime, limits.paceTime) = (.seconds(300), .seconds(300))
        }
        try await withServer(patient) { server async throws in
            var clients: [RawClient] = []
            for index in 0..<1000 {
                let client = try await server.connect()
                if index % 2 == 0 { try await client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Le") }
                if index % 4 == 1 {
                    try await client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc")
                }
                clients.append(client)
            }
            for _ in 0..<10 { #expect(try await server.get("/hello").text == "hello") }
            #expect(server.figures.open > 1000)
            for client in clients { client.close() }
            try await until { server.figures.open == 0 }
            #expect(server.figures.held == 0)
        }
    }

    @Test("when there are too many, the one that is idle longest goes; when all are at work, 503")
    func tooManyConnections() async throws {
        let gate = Gate()
        var options = Self.limits { $0.connections = 4 }
        options.gate = gate
        try await withServer(options) { server async throws in
            // Connections are spread over event loops, and each loop makes room among its own.
            var idle: [RawClient] = []
            for _ in 0..<4 { idle.append(try await server.connect()) }
            try await until { server.figures.open == 4 }
            for _ in 0..<4 { #expect(try await server.get("/hello").status == 200) }
            #expect(server.figures.displaced >= 1)
            for client in idle { client.close() }
            try await until { server.figures.open == 0 }
            var busy: [RawClient] = []
            for _ in 0..<4 {
                let client = try await server.connect()
                try await client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
                busy.append(client)
            }
            try await gate.waitFor(4)
            let refused = try await server.get("/hello")
            #expect(refused.status == 503)
            #expect(refused["retry-after"] == "1")
            gate.open()
            for client in busy { #expect(try await client.readResponse().text == "waited") }
        }
    }

    @Test("over capacity every request is answered at once: 200, or 503 with Retry-After")
    func overload() async throws {
        let gate = Gate()
        var options = ServerOptions()
        options.gate = gate
        options.settings.concurrent = 3
        try await withServer(options) { server async throws in
            var waiting: [RawClient] = []
            for _ in 0..<3 {
                let client = try await server.connect()
                try await client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
                waiting.append(client)
            }
            try await gate.waitFor(3)
            let statuses = try await withThrowingTaskGroup(of: RawResponse.self) { group in
                for _ in 0..<50 { group.addTask { try await server.get("/hello") } }
                return try await group.reduce(into: [RawResponse]()) { $0.append($1) }
            }
            #expect(statuses.count == 50)
            #expect(statuses.allSatisfy { $0.status == 503 && $0["retry-after"] == "1" })
            gate.open()
            for client in waiting { #expect(try await client.readResponse().status == 200) }
            #expect(try await server.get("/hello").status == 200)
        }
    }

    @Test("bodies held for handlers are bounded over all connections")
    func held() async throws {
        try await withServer(Self.limits { $0.heldBytes = 100_000 }) { server in
            var clients: [RawClient] = []
            let body = String(repeating: "x", count: 40_000)
            for _ in 0..<2 {
                let client = try await server.connect()
                try await client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40001\r\n\r\n\(body)")
                clients.append(client)
            }
            try await until { server.figures.held == 80_000 }
            #expect(try await server.post("/echo", body).status == 503)
            for client in clients {
                try await client.send("x")
                #expect(try await client.readResponse().status == 200)
            }
            #expect(try await server.post("/echo", body).status == 200)
            try await until { server.figures.held == 0 }
        }
    }

    @Test("a body counts as long as its handler has it, also when the client is gone")
    func heldByHandlers() async throws {
        let gate = Gate()
        var options = Self.limits { $0.heldBytes = 100_000 }
        options.gate = gate
        options.endpoints = [
            Endpoint("POST", "/stuck", .anyone, .writes, "Does not notice that the client goes.") { _ in
                await gate.passUncancelled()
                return .text("done")
            }
        ]
        try await withServer(options) { server async throws in
            let body = String(repeating: "x", count: 10_000)
            for number in 1...10 {
                let client = try await server.connect()
                try await client.send("POST /stuck HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000\r\n\r\n\(body)")
                try await gate.waitFor(number)
                client.reset()
            }
            try await until { server.seen.records.count { $0.isCut } == 10 }
            #expect(server.figures.held == gate.count * 10_000)
            try await gate.waitFor(10)
            #expect(server.figures.held == 100_000)
            #expect(try await server.post("/echo", "x").status == 503)
            gate.open()
            try await until { server.figures.held == 0 }
            #expect(try await server.post("/echo", "x").status == 200)
        }
    }

    @Test("a body that is taken while it arrives counts with what may wait of it")
    func heldByStreams() async throws {
        try await withServer(Self.limits { $0.heldBytes = 300_000 }) { server in
            let client = try await server.connect()
            try await client.send("PUT /upload/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc")
            try await until { server.figures.held == 256 << 10 }
            let refused = try await server.request(
                "PUT /upload/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
            #expect(refused.status == 503)
            let small = try await server.request(
                "PUT /upload/c HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc")
            #expect(small.text == "c 3")
            client.reset()
            try await until { server.figures.held == 0 }
        }
    }

    private static let large = Endpoint("GET", "/large/{mebibytes}", .anyone, .reads, "A large answer.") { request in
        let count = Int(try request.parameter("mebibytes")) ?? 0
        return Response(body: .bytes([UInt8](repeating: 120, count: count << 20)))
    }

    @Test("an answer must be taken within its time, however large it is")
    func takeTime() async throws {
        var options = Self.limits {
            $0.takeTime = .milliseconds(600)
            $0.paceTime = .seconds(1000)
        }
        options.endpoints = [Self.large]
        try await withServer(options) { server async throws in
            let client = try await server.connect(receiveBuffer: 4096)
            try await client.send("GET /large/20 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await until { server.figures.timedOut == 1 && server.figures.open == 0 }
            #expect(server.figures.waiting == 0)
        }
    }

    @Test("when too much waits for slow clients, those that have been behind longest are cut, and others are served")
    func waitingAnswers() async throws {
        var options = Self.limits { $0.waitingBytes = 20 << 20 }
        options.endpoints = [Self.large]
        try await withServer(options) { server async throws in
            var slow: [RawClient] = []
            for _ in 0..<8 {
                let client = try await server.connect(receiveBuffer: 4096)
                try await client.send("GET /large/16 HTTP/1.1\r\nHost: localhost\r\n\r\n")
                slow.append(client)
            }
            try await until { server.seen.records.count == 8 && server.figures.waiting <= 20 << 20 }
            #expect(server.figures.timedOut >= 5)
            #expect(try await server.get("/hello").text == "hello")
            for client in slow { client.close() }
            try await until { server.figures.open == 0 }
            #expect(server.figures.waiting == 0)
        }
    }

    @Test("answers do not pile up for a client that sends ahead and does not read")
    func pipelinedAnswers() async throws {
        var options = ServerOptions()
        options.endpoints = [Self.large]
        try await withServer(options) { server async throws in
            let client = try await server.connect(receiveBuffer: 4096)
            let request = "GET /large/1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try await client.send(String(repeating: request, count: 100))
            try await until { server.seen.records.count > 0 }
            var before = 0
            while before != server.seen.records.count {
                before = server.seen.records.count
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(server.figures.waiting <= 2 << 20)
            #expect(before < 50)
            // They are answered when the client reads, which its small buffer makes slow.
            for _ in 0..<3 { #expect(try await client.readResponse().body.count == 1 << 20) }
        }
    }

    @Test("beyond the limit some are told so, and the others cost nothing")
    func refusals() async throws {
        let gate = Gate()
        var options = Self.limits {
            $0.connections = 4
            $0.refusals = 2
        }
        options.gate = gate
        try await withServer(options) { server async throws in
            var busy: [RawClient] = []
            for _ in 0..<4 {
                let client = try await server.connect()
                try await client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
                busy.append(client)
            }
            try await gate.waitFor(4)
            var more: [RawClient] = []
            for _ in 0..<60 { more.append(try await server.connect()) }
            try await until { server.figures.refused == 60 }
            var texts: [String] = []
            for client in more { texts.append(try await client.readToEnd()) }
            #expect(texts.contains { $0.hasPrefix("HTTP/1.1 503") })
            #expect(texts.contains(""))
            gate.open()
            for client in busy { #expect(try await client.readResponse().text == "waited") }
        }
    }

    @Test("what a client sends ahead waits in its socket, not in memory")
    func pipelinedFlood() async throws {
        let gate = Gate()
        var options = ServerOptions()
        options.gate = gate
        try await withServer(options) { server async throws in
            let client = try await server.connect()
            try await client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await gate.waitFor(1)
            let sent = Gate.Counter()
            let requests = String(repeating: "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 1000)
            let flood = Task {
                while true {
                    try await client.send(requests)
                    sent.add(1000)
                }
            }
            var before = -1
            while before != sent.value {
                before = sent.value
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(sent.value < 500_000)
            client.close()
            _ = await flood.result
        }
    }
}
