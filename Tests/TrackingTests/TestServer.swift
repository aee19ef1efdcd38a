import Core
import Foundation
import MLflow
import Platform
import Synchronization
import TestSupport
import Testing
import Tracking

/// The tracking domain over a database and a folder of its own, called as the HTTP server calls it.
final class TestServer: Sendable {
    struct Answer {
        let status: Int
        let json: JSON
        let bytes: [UInt8]

        var errorCode: String? { json["error_code"]?.text ?? json["error"]?["code"]?.text }
        var message: String? { json["message"]?.text ?? json["error"]?["message"]?.text }
        var hint: String? { json["error"]?["hint"]?.text }
    }

    let services: Services
    let tracking: Tracking
    let events = EventList()
    let routes: RouteTable
    private let folder: URL
    private let storage: TestDatabase

    /// - Parameter wrapping: makes the artifact store from one in a folder of this server.
    init(
        _ backend: Backend = EveryDatabase.current, uses: any ArtifactUses = NoArtifactUses(),
        bounds: SearchBounds = SearchBounds(),
        wrapping: (LocalArtifactStore) -> any ArtifactStore = { $0 }
    ) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tracking-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        storage = try TestDatabase(backend)
        let driver = storage.driver
        try Migrations.apply(
            Server.migrations + Tracking.migrations, driver, now: Timestamp(milliseconds: 1_600_000_000_000))
        var world = World.live
        let clock = ClockBox(1_700_000_000_000)
        world.now = { Timestamp(milliseconds: clock.next()) }
        services = Services(
            database: try Database(driver: driver, recorder: events), world: world,
            artifacts: wrapping(try LocalArtifactStore(root: folder.appending(path: "artifacts").path)),
            pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))
        tracking = Tracking(services, uses: uses, bounds: bounds)
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
                let failure = HTTPFailure(error as? Failure ?? Failure(.bug, "\(error)"), requestID: "test")
                response = path.hasPrefix("/api/v1/") ? ErrorForm.native.write(failure) : MLflowErrors.write(failure)
            }
        case .none, .wrongMethod:
            response = MLflowErrors.write(
                HTTPFailure(Failure(.notFound, path), requestID: "test", reason: .noSuchRoute))
        }
        let bytes: [UInt8]
        switch response.body {
        case .bytes(let whole): bytes = whole
        case .stream(_, let write):
            let sink = CollectingSink()
            do { try await write(sink) } catch { Issue.record("the answer to \(path) broke off: \(error)") }
            bytes = sink.bytes
        }
        return Answer(status: response.status, json: (try? JSONParser.parse(bytes)) ?? .null, bytes: bytes)
    }
}

/// What was recorded, instead of an event log.
final class EventList: EventRecorder {
    private let list = Mutex<[PendingEvent]>([])

    func check(_ event: PendingEvent) {}
    func append(_ events: [PendingEvent], _ connection: any SQLConnection) { list.withLock { $0 += events } }
    func committed() {}

    var events: [Event] { list.withLock { $0.map(\.event) } }
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

final class CollectingSink: ResponseSink {
    private let collected = Mutex<[UInt8]>([])

    var bytes: [UInt8] { collected.withLock { $0 } }

    func write(_ bytes: [UInt8]) { collected.withLock { $0 += bytes } }
}

extension TestServer {
    /// A call of Steward's own API.
    func native(_ method: String, _ path: String, _ body: String? = nil) async -> Answer {
        await send(method, "/api/v1/" + path, body)
    }

    /// - Returns: the identifier.
    func experiment(_ name: String) async -> String {
        await post("experiments/create", #"{"name":"\#(name)"}"#).json["experiment_id"]?.text ?? ""
    }

    /// - Returns: the identifier.
    func run(_ experiment: String = "0", name: String = "r", start: Int = 1000) async -> String {
        let answer = await post(
            "runs/create", #"{"experiment_id":"\#(experiment)","run_name":"\#(name)","start_time":\#(start)}"#)
        return answer.json["run"]?["info"]?["run_id"]?.text ?? ""
    }

    /// The names of the runs found, and the token of the next page.
    func search(_ body: String) async -> (names: [String], token: String?) {
        let answer = await post("runs/search", body)
        if answer.status != 200 { Issue.record("\(body): \(answer.message ?? "")") }
        let runs = answer.json["runs"]?.elements ?? []
        return (
            runs.compactMap { $0["info"]?["run_name"]?.text }, answer.json["next_page_token"]?.text
        )
    }
}

/// Checks an answer against the JSON it should be, whatever the order of members.
func expectJSON(
    _ answer: TestServer.Answer, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let expected = try JSONParser.parse(Array(expected.utf8))
    #expect(answer.status == 200, "\(answer.message ?? "")", sourceLocation: sourceLocation)
    #expect(
        try answer.json.canonical() == expected.canonical(), "\(answer.json.text())", sourceLocation: sourceLocation)
}

func expectError(
    _ answer: TestServer.Answer, _ status: Int, _ code: String, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, sourceLocation: sourceLocation)
    #expect(answer.errorCode == code, sourceLocation: sourceLocation)
    let full = message.replacing("§", with: "See the API docs for more information about request parameters.")
    #expect(answer.message?.hasPrefix(full) == true, "\(answer.message ?? "")", sourceLocation: sourceLocation)
}
