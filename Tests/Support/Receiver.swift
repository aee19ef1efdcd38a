import Core
import Logging
package import Platform
import Synchronization

/// A server on loopback that keeps what it is sent.
package final class Receiver: Sendable {
    package struct Received: Sendable {
        package let path: String
        package let headers: Headers
        package let body: [UInt8]
    }

    package let port: Int
    private let log: ReceivedLog

    package var requests: [Received] { log.list.withLock { $0 } }
    package var address: String { "http://127.0.0.1:\(port)" }

    private init(port: Int, log: ReceivedLog) {
        self.port = port
        self.log = log
    }

    /// Serves while `body` runs. `/redirect`, `/long`, `/busy` and `/never` do what they say; other paths answer what
    /// they were sent.
    /// - Parameters:
    ///   - hosts: further names it answers to.
    ///   - statuses: of the first answers of other paths; then 200.
    package static func run(
        hosts: Set<String> = [], statuses: [Int] = [], _ body: @escaping @Sendable (Receiver) async throws -> Void
    ) async throws {
        let log = ReceivedLog()
        let responder = Responder(
            routes: try RouteTable([endpoint(log, statuses)]), errorForms: [],
            settings: .init(hosts: hosts.union(["127.0.0.1", "localhost"])), world: .live, observer: NoObserver())
        let server = HTTPServer(
            settings: .init(host: "127.0.0.1", port: 0, graceTime: .zero, obeysSignals: false), responder: responder,
            logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
        let (ports, started) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { started.yield($0) } }
            for await port in ports {
                try await body(Receiver(port: port, log: log))
                break
            }
            group.cancelAll()
        }
    }

    private static func endpoint(_ log: ReceivedLog, _ statuses: [Int]) -> Endpoint {
        Endpoint("POST", "/{what}", .anyone, .writes, "Keeps what it is sent.") { request in
            let body = try await request.body.collect(limit: 1 << 20)
            let received = Received(path: request.rawPath, headers: request.headers, body: body)
            let number = log.list.withLock { list in
                list.append(received)
                return list.count
            }
            switch try request.parameter("what") {
            case "redirect": return Response(status: 302, headers: Headers([("location", "/echo")]))
            case "long": return Response(body: .bytes(Array(repeating: 0x78, count: 200_000)))
            case "busy": return Response(status: 503, headers: Headers([("retry-after", "17")]))
            case "never":
                try await Task.sleep(for: .seconds(60))
                return Response()
            default: return Response(status: number <= statuses.count ? statuses[number - 1] : 200, body: .bytes(body))
            }
        }
    }
}

private final class ReceivedLog: Sendable {
    let list = Mutex<[Receiver.Received]>([])
}

private struct NoObserver: RequestObserver {
    func finished(_ record: RequestRecord) {}
    func failed(_ failure: Failure, requestID: String) {}
}
