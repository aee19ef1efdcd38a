import Core
import Platform
import Testing

/// Stopping: what is under way is finished, nothing new begins.
@Suite("Stopping")
struct DrainTests {
    @Test("requests under way are answered, then their connections end; idle ones end; new ones are refused")
    func drain() async throws {
        let gate = Gate()
        var options = ServerOptions()
        options.gate = gate
        try await withServer(options) { server async throws in
            let idle = try await server.connect()
            var busy: [RawClient] = []
            for _ in 0..<5 {
                let client = try await server.connect()
                try await client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
                busy.append(client)
            }
            let uploading = try await server.connect()
            try await uploading.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc")
            try await gate.waitFor(5)
            try await until { server.figures.held == 3 }
            let draining = Task { await server.running.drain(.seconds(60)) }
            #expect(try await idle.waitForClose())
            await #expect(throws: RawClient.Problem.self) { _ = try await server.connect() }
            try await uploading.send("def")
            let uploaded = try await uploading.readResponse()
            #expect(uploaded.text == "abcdef")
            #expect(uploaded["connection"] == "close")
            gate.open()
            for client in busy {
                let response = try await client.readResponse()
                #expect(response.text == "waited")
                #expect(response["connection"] == "close")
                client.close()
            }
            uploading.close()
            #expect(await draining.value == 0)
        }
    }

    @Test("after the grace period what is left is cut")
    func grace() async throws {
        let gate = Gate()
        var options = ServerOptions()
        options.gate = gate
        try await withServer(options) { server async throws in
            let client = try await server.connect()
            try await client.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await gate.waitFor(1)
            #expect(await server.running.drain(.milliseconds(50)) == 1)
            #expect(try await client.waitForClose())
        }
    }

    @Test("a client that sends all the time loses no request it has sent")
    func busyClients() async throws {
        try await withServer { server async throws in
            let counts = try await withThrowingTaskGroup(of: (sent: Int, answered: Int).self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let client = try await server.connect()
                        var (sent, answered) = (0, 0)
                        while true {
                            try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            sent += 1
                            let response = try await client.readResponse()
                            answered += 1
                            if response["connection"] == "close" { return (sent, answered) }
                        }
                    }
                }
                try await until { server.seen.records.count > 200 }
                #expect(await server.running.drain(.seconds(60)) == 0)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.count == 8)
            #expect(counts.allSatisfy { $0.sent == $0.answered })
        }
    }

    @Test("a task that is cancelled stops the server, and the port is free again")
    func cancelled() async throws {
        let responder = Responder(
            routes: try RouteTable(SampleEndpoints.all(Gate())), errorForms: [], settings: .init(), world: .live,
            observer: SeenRequests())
        let server = HTTPServer(
            settings: .init(host: "127.0.0.1", port: 0, obeysSignals: false), responder: responder, logger: .quiet)
        let port = Gate.Counter()
        let running = Task { try await server.run { port.add($0) } }
        try await until { port.value > 0 }
        let client = try await RawClient.connect(port.value)
        try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try await client.readResponse().status == 200)
        running.cancel()
        try await running.value
        await #expect(throws: RawClient.Problem.self) { _ = try await RawClient.connect(port.value) }
    }

    @Test("a port that is taken, and an address that is not ours, are named")
    func bindFailures() async throws {
        try await withServer { server async throws in
            let taken = HTTPServer(
                settings: .init(host: "127.0.0.1", port: server.port, obeysSignals: false), responder: server.responder,
                logger: .quiet)
            let failure = await #expect(throws: Failure.self) { _ = try await taken.start() }
            #expect(failure?.message == "127.0.0.1:\(server.port) is in use by another program")
            let foreign = HTTPServer(
                settings: .init(host: "192.0.2.1", port: 0, obeysSignals: false), responder: server.responder,
                logger: .quiet)
            let other = await #expect(throws: Failure.self) { _ = try await foreign.start() }
            #expect(other?.message == "cannot listen on 192.0.2.1:0")
        }
    }
}
