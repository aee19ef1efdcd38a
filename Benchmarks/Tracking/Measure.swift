import ArgumentParser
import Core
import Foundation
import Platform
import Tracking

struct Measure: AsyncParsableCommand {
    @OptionGroup var database: DatabaseOptions

    @Option(help: "Only operations whose name contains this.")
    var only: String?

    @Option(help: "Seconds for each operation.")
    var seconds = 2.0

    func run() async throws {
        let began = ContinuousClock.now
        let (services, tracking) = try database.open()
        let client = try Client(tracking.endpoints)
        _ = try await client.send("GET", "experiments/get?experiment_id=0")
        print("open and first answer: \(ContinuousClock.now - began)")
        let run = try await newRun(client)
        let operations = Operation.writes(run) + Operation.reads(run) + Operation.searches + Operation.pages(run)
        for operation in operations where only.map({ operation.name.contains($0) }) ?? true {
            try await measure(operation, client)
        }
        services.database.close()
    }

    private func newRun(_ client: Client) async throws -> String {
        let bytes = try await client.send("POST", "runs/create", #"{"experiment_id":"0","run_name":"bench"}"#)
        let id = try JSONParser.parse(bytes)["run"]?["info"]?["run_id"]?.text ?? ""
        let metrics = (0..<10).map { #"{"key":"m\#($0)","value":0.5,"timestamp":1}"# }.joined(separator: ",")
        _ = try await client.send("POST", "runs/log-batch", #"{"run_id":"\#(id)","metrics":[\#(metrics)]}"#)
        return id
    }

    private func measure(_ operation: Operation, _ client: Client) async throws {
        var size = 0
        for index in 0..<3 {
            let body = operation.body(index)
            size = try await client.send(operation.method, operation.path, body).count
        }
        var count = 0
        let cpu = Self.cpuSeconds()
        let began = ContinuousClock.now
        while ContinuousClock.now - began < .seconds(seconds) {
            _ = try await client.send(operation.method, operation.path, operation.body(count + 3))
            count += 1
        }
        let spent = (Self.cpuSeconds() - cpu) / Double(count) * 1000
        let wall = (ContinuousClock.now - began) / count
        print(
            "\(operation.name.padding(toLength: 30, withPad: " ", startingAt: 0)) "
                + "\(String(format: "%9.3f", spent)) ms CPU   \(wall)   \(size) bytes   \(count) times")
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A request that is sent again and again.
struct Operation {
    let name: String
    let method: String
    let path: String
    /// The body of the n-th request; nil for a GET.
    let body: (Int) -> String?

    init(_ name: String, _ path: String, _ body: @escaping (Int) -> String) {
        self.name = name
        method = "POST"
        self.path = path
        self.body = body
    }

    init(_ name: String, get path: String) {
        self.name = name
        method = "GET"
        self.path = path
        body = { _ in nil }
    }

    static func writes(_ run: String) -> [Operation] {
        let points = (0..<1000).map {
            #"{"key":"b\#($0 % 10)","value":0.\#($0)1,"step":\#($0),"timestamp":"#
        }
        return [
            Operation("log-metric", "runs/log-metric") {
                #"{"run_id":"\#(run)","key":"m","value":0.\#($0)1,"timestamp":\#($0),"step":\#($0)}"#
            },
            Operation("log-batch 1000", "runs/log-batch") {
                #"{"run_id":"\#(run)","metrics":[\#(points.joined(separator: "\($0 + 1)},"))\#($0 + 1)}]}"#
            },
            Operation("create_run", "runs/create") {
                #"{"experiment_id":"0","run_name":"r\#($0)","start_time":\#($0)}"#
            },
        ]
    }

    static func reads(_ run: String) -> [Operation] {
        let long = String(repeating: "f", count: 32)
        return [
            Operation("get_run", get: "runs/get?run_id=\(run)"),
            Operation("history of all points", get: "metrics/get-history?run_id=\(long)&metric_key=loss"),
            Operation(
                "history interval 320",
                get: "metrics/get-history-bulk-interval?run_ids=\(long)&metric_key=loss&max_results=320"),
        ]
    }

    static var searches: [Operation] {
        [
            search("search 1000", "", [], limit: 1000),
            search("search 100", "", []),
            search("filter, order by metric", "metrics.m0 > 0.5 and metrics.m1 < 0.5", ["metrics.m2 DESC"]),
            search("filter metric and param", "metrics.m3 > 0.9 and params.p1 = 'v7'", []),
            search("the same, order by metric", "metrics.m3 > 0.9 and params.p1 = 'v7'", ["metrics.m2 DESC"]),
            search("order by param", "", ["params.p2 DESC"]),
            search("filter tag LIKE", "tags.team LIKE '%-7'", []),
            search("order by user", "", ["user_id"]),
        ]
    }

    /// Pages for people, as a browser asks for them; without what a browser fetches once and keeps.
    static func pages(_ run: String) -> [Operation] {
        let long = String(repeating: "f", count: 32)
        let pages: [(String, String)] = [
            ("experiments", "experiments"), ("runs", "experiments/0"),
            ("runs by metric", "experiments/0?order=metrics.m0%20DESC"),
            ("runs, filter, by metric", "experiments/0?filter=metrics.m0%20%3E%200.5&order=metrics.m1%20ASC"),
            ("runs, filter on a param", "experiments/0?filter=params.p1%20%3D%20%27v7%27"),
            ("completion", "experiments/0/filter-keys"), ("run", "runs/\(run)"), ("metrics", "runs/\(run)/metrics"),
            ("chart of 100,000 points", "runs/\(long)/metrics/loss"),
        ]
        return pages.map { Operation("page: \($0.0)", get: "/" + $0.1) }
    }

    private static func search(_ name: String, _ filter: String, _ order: [String], limit: Int = 100) -> Operation {
        let body = JSON.record([
            "experiment_ids": .array([.string("0")]), "filter": .string(filter),
            "order_by": .array(order.map(JSON.string)), "max_results": .int(limit),
        ]).text()
        return Operation(name, "runs/search") { _ in body }
    }
}

/// Calls endpoints as the HTTP server does.
struct Client {
    private let routes: RouteTable

    init(_ endpoints: [Endpoint]) throws { routes = try RouteTable(endpoints) }

    func send(_ method: String, _ path: String, _ body: String? = nil) async throws -> [UInt8] {
        let whole = path.hasPrefix("/") ? path : "/api/2.0/mlflow/" + path
        let parts = whole.split(separator: "?", maxSplits: 1)
        guard case .found(let endpoint, let parameters) = routes.match(method: method, rawPath: String(parts[0])) else {
            throw Failure(.bug, "no endpoint \(path)")
        }
        let request = Request(
            method: method, rawPath: String(parts[0]), parameters: parameters,
            query: Query(parts.count > 1 ? parts[1] : ""), headers: Headers([("content-type", "application/json")]),
            body: body.map { RequestBody(bytes: Array($0.utf8)) } ?? .empty, id: "benchmark")
        switch try await endpoint.handle(request).body {
        case .bytes(let bytes): return bytes
        case .stream(_, let write):
            let sink = Counter()
            try await write(sink)
            return Array(repeating: 0, count: sink.count)
        }
    }
}

private final class Counter: ResponseSink, @unchecked Sendable {
    private(set) var count = 0

    func write(_ bytes: [UInt8]) { count += bytes.count }
}
