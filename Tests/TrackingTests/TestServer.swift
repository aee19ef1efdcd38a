import Core
import Foundation
import MLflow
import Platform
import Synchronization
import Testing
import Tracking

/// The tracking domain over a SQLite file in a folder of its own, called as the HTTP server calls it.
final class TestServer: Sendable {
    struct Answer {
        let status: Int
        let json: JSON
        let bytes: [UInt8]

        var errorCode: String? { json["error_code"]?.text }
        var message: String? { json["message"]?.text }
    }

    let services: Services
    let tracking: Tracking
    let events = EventList()
    private let routes: RouteTable
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tracking-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let driver = SQLiteDriver(path: folder.appending(path: "steward.db").path, readers: 2)
        try Migrations.apply(Tracking.migrations, driver, now: Timestamp(milliseconds: 1_600_000_000_000))
        var world = World.live
        let clock = ClockBox(1_700_000_000_000)
        world.now = { Timestamp(milliseconds: clock.next()) }
        services = Services(
            database: try Database(driver: driver, recorder: events), world: world,
            artifacts: try LocalArtifactStore(root: folder.appending(path: "artifacts").path),
            pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))
        tracking = Tracking(services)
        routes = try RouteTable(tracking.endpoints)
    }

    deinit {
        services.database.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func post(_ path: String, _ body: String) async -> Answer { await send("POST", "/api/2.0/mlflow/" + path, body) }

    func get(_ path: String) async -> Answer { await send("GET", "/api/2.0/mlflow/" + path, nil) }

    /// - Parameter path: the path with its query.
    func send(_ method: String, _ path: String, _ body: String?) async -> Answer {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let response: Response
        switch routes.match(method: method, rawPath: String(parts[0])) {
        case .found(let endpoint, let parameters):
            let request = Request(
                method: method, rawPath: String(parts[0]), parameters: parameters,
                query: Query(parts.count > 1 ? parts[1] : ""),
                headers: Headers(body == nil ? [] : [("content-type", "application/json")]),
                body: body.map { RequestBody(bytes: Array($0.utf8)) } ?? .empty, id: "test")
            do {
                response = try await endpoint.handle(request)
            } catch {
                let failure = error as? Failure ?? Failure(.bug, "\(error)")
                response = MLflowErrors.write(HTTPFailure(failure, requestID: "test"))
            }
        case .none, .wrongMethod:
            response = MLflowErrors.write(
                HTTPFailure(Failure(.notFound, path), requestID: "test", reason: .noSuchRoute))
        }
        guard case .bytes(let bytes) = response.body else {
            Issue.record("a streamed answer to \(path)")
            return Answer(status: response.status, json: .null, bytes: [])
        }
        return Answer(status: response.status, json: (try? JSONParser.parse(bytes)) ?? .null, bytes: bytes)
    }
}

/// What was recorded, instead of an event log.
final class EventList: EventRecorder {
    private let list = Mutex<[PendingEvent]>([])

    func append(_ events: [PendingEvent], _ connection: any SQLConnection) { list.withLock { $0 += events } }
    func committed() {}

    var kinds: [String] { list.withLock { $0.map(\.event.kind) } }
    var subjects: [String] { list.withLock { $0.map(\.event.subject) } }
}

/// Milliseconds since 1970; every look at the clock moves it by one.
private final class ClockBox: Sendable {
    private let time: Mutex<Int64>

    init(_ start: Int64) { time = Mutex(start) }

    func next() -> Int64 {
        time.withLock { time in
            time += 1
            return time
        }
    }
}
