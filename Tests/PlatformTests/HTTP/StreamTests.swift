import Core
import Platform
import Testing

/// Bodies that are too large to be held.
@Suite("Streams")
struct StreamTests {
    @Test("an upload is counted piece by piece, with and without a declared length")
    func upload() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            let bytes = [UInt8](repeating: 7, count: 3_000_000)
            try await client.send(
                "PUT /upload/x/y HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(bytes.count)\r\n\r\n")
            try await client.send(bytes)
            #expect(try await client.readResponse().text == "x/y 3000000")
            try await client.send("PUT /upload/z HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<30 {
                try await client.send("186a0\r\n")
                try await client.send([UInt8](repeating: 7, count: 100_000))
                try await client.send("\r\n")
            }
            try await client.send("0\r\n\r\n")
            #expect(try await client.readResponse().text == "z 3000000")
        }
    }

    @Test("an answer of many pieces arrives whole, with and without a declared length", arguments: ["bytes", "chunks"])
    func download(_ kind: String) async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            for count in [0, 1, 65_536, 5_000_000] {
                try await client.send("GET /\(kind)/\(count) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.readResponse().body.count == count)
            }
        }
    }

    @Test("what a client does not take is not held: the handler waits")
    func backPressureOut() async throws {
        let written = Gate.Counter()
        var options = ServerOptions()
        options.endpoints = [
            Endpoint("GET", "/endless", .anyone, .reads, "Streams until nobody listens.") { _ in
                Response(
                    body: .stream(length: nil) { sink in
                        while true {
                            try await sink.write([UInt8](repeating: 1, count: 64 << 10))
                            written.add(64 << 10)
                        }
                    })
            }
        ]
        try await withServer(options) { server async throws in
            let client = try await server.connect(receiveBuffer: 16 << 10)
            try await client.send("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try await until { written.value > 0 }
            // The handler stands still once the buffers of both sides are full: some megabytes.
            var before = -1
            while before != written.value {
                before = written.value
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(written.value < 32 << 20)
            client.close()
            try await until { server.seen.records.contains { $0.isCut } }
            try await until { server.figures.open == 0 }
        }
    }

    @Test("what a handler does not take is not held: the client waits")
    func backPressureIn() async throws {
        let gate = Gate()
        var options = ServerOptions()
        options.gate = gate
        options.endpoints = [
            Endpoint(
                "PUT", "/slow", .anyone, .writes, "Reads when the gate is open.", bodyLimit: 256 << 20, streams: true
            ) { request in
                try await gate.pass()
                let total = Gate.Counter()
                try await request.body.forEachPiece(limit: 256 << 20) { total.add($0.count) }
                return .text("\(total.value)")
            }
        ]
        try await withServer(options) { server async throws in
            let client = try await server.connect()
            let sent = Gate.Counter()
            let count = 64 << 20
            try await client.send("PUT /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(count)\r\n\r\n")
            let sending = Task {
                for _ in 0..<(count >> 16) {
                    try await client.send([UInt8](repeating: 1, count: 1 << 16))
                    sent.add(1 << 16)
                }
            }
            try await gate.waitFor(1)
            var before = -1
            while before != sent.value {
                before = sent.value
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(sent.value < 32 << 20)
            gate.open()
            try await sending.value
            #expect(try await client.readResponse().text == "\(count)")
        }
    }

    @Test("a handler that fails before its first byte has a proper answer; later, the connection ends early")
    func failing() async throws {
        try await withServer { server async throws in
            let early = try await server.get("/broken/0")
            #expect(early.status == 503)
            #expect(early["retry-after"] == "1")
            let client = try await server.connect()
            try await client.send("GET /broken/500 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let all = try await client.readToEnd()
            #expect(all.hasPrefix("HTTP/1.1 200 OK"))
            #expect(all.contains("content-length: 1000"))
            #expect(all.filter { $0 == "x" }.count < 600)
        }
    }

    @Test("a body nobody wants: little is skipped, much ends the connection after the answer")
    func unwanted() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            try await client.send("PUT /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
            #expect(try await client.readResponse()["connection"] == nil)
            try await client.send([UInt8](repeating: 1, count: 1000))
            try await client.send("PUT /ignore HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n")
            let response = try await client.readResponse()
            #expect(response.text == "done")
            #expect(response["connection"] == "close")
        }
    }

    @Test("an answer while a stream is full: the rest is skipped, and the connection goes on")
    func earlyAnswer() async throws {
        // How much has arrived cannot be seen from here: after a longer wait it is enough for the connection to be
        // kept.
        for wait in [50, 200, 1000, 5000, 20_000] {
            let gate = Gate()
            var options = ServerOptions()
            options.gate = gate
            // The longest wait is none of the client's.
            options.limits.paceTime = .seconds(600)
            options.endpoints = [
                Endpoint(
                    "PUT", "/early", .anyone, .writes, "Fails without reading.", bodyLimit: 1 << 20, streams: true
                ) { _ in
                    try await gate.pass()
                    throw Failure(.invalid, "no")
                }
            ]
            let isKept = try await withServer(options) { server async throws in
                let client = try await server.connect()
                let body = [UInt8](repeating: 1, count: 300 << 10)
                try await client.send("PUT /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\r\n")
                try await client.send(body)
                try await gate.waitFor(1)
                try await Task.sleep(for: .milliseconds(wait))
                gate.open()
                let early = try await client.readResponse()
                #expect(early.status == 400)
                if early["connection"] == "close" { return false }
                try await client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await client.readResponse().text == "hello")
                return true
            }
            if isKept { return }
        }
        Issue.record("the connection was never kept")
    }

    @Test("a client that goes away in the middle of an upload")
    func gone() async throws {
        try await withServer { server async throws in
            let client = try await server.connect()
            try await client.send("PUT /upload/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc")
            try await until { server.responder.active == 1 }
            client.close()
            try await until { server.responder.active == 0 && server.figures.open == 0 }
            #expect(server.seen.records.allSatisfy { $0.isCut })
        }
    }
}
