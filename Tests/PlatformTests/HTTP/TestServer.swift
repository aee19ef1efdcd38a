import Core
import Logging
import Platform
import Synchronization

/// A real server on a port of the system's choice, with endpoints that show what a server does.
struct TestServer: Sendable {
    let running: RunningServer
    let responder: Responder
    let figures: ServerFigures
    let seen: SeenRequests

    var port: Int { running.port }

    func connect(receiveBuffer: Int? = nil) async throws -> RawClient {
        try await .connect(port, receiveBuffer: receiveBuffer)
    }

    /// One request on a connection of its own.
    func request(_ text: String) async throws -> RawResponse {
        let client = try await connect()
        defer { client.close() }
        try await client.send(text)
        return try await client.readResponse(isHead: text.hasPrefix("HEAD"))
    }

    func get(_ path: String, _ headers: String = "") async throws -> RawResponse {
        try await request("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n")
    }

    func post(_ path: String, _ body: String, _ headers: String = "") async throws -> RawResponse {
        try await request(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
    }
}

/// Requests as the observer saw them.
final class SeenRequests: RequestObserver {
    private let state = Mutex<(records: [RequestRecord], failures: [Failure])>(([], []))

    var records: [RequestRecord] { state.withLock { $0.records } }
    var failures: [Failure] { state.withLock { $0.failures } }

    func finished(_ record: RequestRecord) { state.withLock { $0.records.append(record) } }
    func failed(_ failure: Failure, requestID: String) { state.withLock { $0.failures.append(failure) } }
}

/// Lets waiting handlers go on when it is opened.
final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    private let waiting = Atomic<Int>(0)

    var count: Int { waiting.load(ordering: .acquiring) }

    func open() { isOpen.store(true, ordering: .releasing) }

    func pass() async throws {
        waiting.add(1, ordering: .acquiringAndReleasing)
        while !isOpen.load(ordering: .acquiring) { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// For a handler that goes on although its client is gone.
    func passUncancelled() async {
        waiting.add(1, ordering: .acquiringAndReleasing)
        while !isOpen.load(ordering: .acquiring) {
            await Task.detached { try? await Task.sleep(for: .milliseconds(2)) }.value
        }
    }

    /// Until `number` handlers have come.
    func waitFor(_ number: Int) async throws {
        while count < number { try await Task.sleep(for: .milliseconds(2)) }
    }
}

extension Gate {
    /// Counts across tasks.
    final class Counter: Sendable {
        private let count = Atomic<Int>(0)

        var value: Int { count.load(ordering: .acquiring) }

        func add(_ more: Int) { count.add(more, ordering: .acquiringAndReleasing) }
    }
}

/// Waits for something that will happen. What has not happened after minutes never will.
func until(_ condition: @Sendable () -> Bool) async throws {
    for _ in 0..<60_000 {
        if condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    throw RawClient.Problem(description: "waited in vain")
}

struct ServerOptions: Sendable {
    var limits = ConnectionLimits()
    var settings = Responder.Settings()
    var tls: TLSFiles?
    var authorizer: any Authorizer = LocalAuthorizer()
    var endpoints: [Endpoint] = []
    var observers: [any RequestObserver] = []
    var gate = Gate()
}

func withServer<Value>(
    _ options: ServerOptions = ServerOptions(), _ body: (TestServer) async throws -> Value
) async throws -> Value {
    let seen = SeenRequests()
    let responder = Responder(
        routes: try RouteTable(SampleEndpoints.all(options.gate) + options.endpoints), errorForms: [shoutingForm],
        settings: options.settings, world: .live, authorizer: options.authorizer,
        observer: RequestObservers([seen] + options.observers))
    let figures = ServerFigures()
    let server = HTTPServer(
        settings: .init(host: "127.0.0.1", port: 0, tls: options.tls, limits: options.limits, obeysSignals: false),
        responder: responder, figures: figures, logger: .quiet)
    let running = try await server.start()
    do {
        let value = try await body(TestServer(running: running, responder: responder, figures: figures, seen: seen))
        options.gate.open()
        _ = await running.drain(.zero)
        return value
    } catch {
        options.gate.open()
        _ = await running.drain(.zero)
        throw error
    }
}

extension Logger {
    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
}

/// A foreign protocol's form of errors.
let shoutingForm = ErrorForm(prefix: "/foreign/") { failure in
    .text("\(failure.status) \(failure.reason) \(failure.failure.message)".uppercased(), status: failure.status)
}

enum SampleEndpoints {
    static let bodyLimit = 64 << 10
    static let streamLimit = 64 << 20

    static func all(_ gate: Gate) -> [Endpoint] {
        [
            Endpoint("GET", "/hello", .anyone, .reads, "Greets.") { _ in .text("hello") },
            Endpoint("GET", "/server", .anyone, .reads, "Says how it was called.") { .text($0.server ?? "") },
            Endpoint("GET", "/say/{word}/{other}", .anyone, .reads, "Repeats.") { request in
                .text(try request.parameter("word") + "|" + (try request.parameter("other")))
            },
            Endpoint("GET", "/query", .anyone, .reads, "Repeats the query.") { request in
                .text(request.query.items.map { "\($0.name)=\($0.value)" }.joined(separator: ";"))
            },
            Endpoint("POST", "/echo", .anyone, .writes, "Repeats the body.", bodyLimit: bodyLimit) { request in
                Response(body: .bytes(try await request.body.collect(limit: bodyLimit)))
            },
            Endpoint("POST", "/foreign/echo", .anyone, .writes, "The same.", bodyLimit: bodyLimit) { request in
                Response(body: .bytes(try await request.body.collect(limit: bodyLimit)))
            },
            Endpoint(
                "PUT", "/upload/{name...}", .anyone, .writes, "Counts bytes.", bodyLimit: streamLimit, streams: true
            ) { request in
                let total = Atomic<Int>(0)
                try await request.body.forEachPiece(limit: streamLimit) {
                    total.add($0.count, ordering: .relaxed)
                }
                return .text("\(try request.parameter("name")) \(total.load(ordering: .relaxed))")
            },
            Endpoint(
                "PUT", "/ignore", .anyone, .writes, "Does not read its body.", bodyLimit: streamLimit, streams: true
            ) { _ in .text("done") },
            Endpoint("GET", "/wait", .anyone, .reads, "Answers when the gate is open.") { _ in
                try await gate.pass()
                return .text("waited")
            },
            Endpoint("GET", "/bytes/{count}", .anyone, .reads, "Streams.") { request in
                let count = Int(try request.parameter("count")) ?? 0
                return Response(body: .stream(length: count) { try await stream(count, $0) })
            },
            Endpoint("GET", "/chunks/{count}", .anyone, .reads, "Streams without a length.") { request in
                let count = Int(try request.parameter("count")) ?? 0
                return Response(body: .stream(length: nil) { try await stream(count, $0) })
            },
            Endpoint("GET", "/broken/{written}", .anyone, .reads, "Fails while it streams.") { request in
                let written = Int(try request.parameter("written")) ?? 0
                return Response(
                    body: .stream(length: 1000) { sink in
                        try await stream(written, sink)
                        throw Failure(.unavailable, "the disk is gone")
                    })
            },
            Endpoint("GET", "/fail", .anyone, .reads, "Fails.") { _ in
                throw Failure(.bug, "it broke", cause: "SELECT secret FROM table")
            },
            Endpoint("GET", "/header", .anyone, .reads, "Sets headers.") { _ in
                Response(
                    headers: Headers([
                        ("x-fine", "yes"), ("x-bad", "a\r\nset-cookie: b"), ("bad name", "c"), ("content-length", "99"),
                        ("Cache-Control", "max-age=60"),
                    ]), body: .bytes(Array("body".utf8)))
            },
        ]
    }

    /// `count` bytes in pieces of 64 KiB.
    private static func stream(_ count: Int, _ sink: any ResponseSink) async throws {
        var left = count
        while left > 0 {
            let piece = min(left, 64 << 10)
            try await sink.write([UInt8](repeating: UInt8(ascii: "x"), count: piece))
            left -= piece
        }
    }
}
