import Core
import Foundation
import Platform
import TestSupport
import Testing

@Suite("Metrics")
struct MetricsTests {
    /// A server whose metrics show themselves.
    private func withMetrics(_ body: (TestServer, Metrics, RequestMetrics) async throws -> Void) async throws {
        let metrics = Metrics()
        var options = ServerOptions()
        options.endpoints = [
            Endpoint("GET", "/metrics", .anyone, .reads, "Figures.") { _ in
                Response(
                    headers: Headers([("content-type", "text/plain; version=0.0.4")]),
                    body: .bytes(await metrics.text()))
            }
        ]
        try await withServer(options) { server async throws in
            let requests = RequestMetrics(server.responder.routes)
            metrics.add { requests.families() }
            metrics.addServer(server.figures, server.responder)
            metrics.addProcess(version: "1.2.3 \"quoted\"\n", started: Timestamp(milliseconds: 1_700_000_000_500))
            metrics.addGauge("steward_jobs_waiting", "Jobs.") { 3 }
            metrics.addGauge("steward_absent", "Nothing.") { nil }
            try await body(server, metrics, requests)
        }
    }

    private func record(_ requests: RequestMetrics, _ server: TestServer) {
        for record in server.seen.records { requests.finished(record) }
    }

    @Test("requests are counted by route, method and status; what has no endpoint is `other`")
    func counts() async throws {
        try await withMetrics { server, metrics, requests async throws in
            _ = try await server.get("/hello")
            _ = try await server.get("/hello")
            _ = try await server.get("/say/a/b")
            _ = try await server.get("/say/c/d")
            for index in 0..<50 { _ = try await server.get("/nothing/\(index)") }
            try await until { server.seen.records.count == 54 }
            record(requests, server)
            let lines = String(decoding: await metrics.text(), as: UTF8.self).components(separatedBy: "\n")
            let counts = lines.filter { $0.hasPrefix("steward_http_requests_total{") }
            #expect(
                counts == [
                    #"steward_http_requests_total{route="/hello",method="GET",status="200"} 2"#,
                    #"steward_http_requests_total{route="/say/{word}/{other}",method="GET",status="200"} 2"#,
                    #"steward_http_requests_total{route="other",method="other",status="404"} 50"#,
                ])
            let buckets = lines.filter {
                $0.hasPrefix(#"steward_http_request_duration_seconds_bucket{route="/hello",method="GET""#)
            }
            #expect(buckets.count == RequestMetrics.latencyBounds.count + 1)
            #expect(buckets.last?.hasSuffix(#"le="+Inf"} 2"#) == true)
            #expect(lines.contains("steward_jobs_waiting 3"))
            #expect(!lines.contains { $0.contains("steward_absent") })
            #expect(lines.contains(#"steward_build_info{version="1.2.3 \"quoted\"\n"} 1"#))
            #expect(lines.contains("process_start_time_seconds 1700000000.5"))
        }
    }

    @Test(
        "promtool finds nothing to complain about",
        .enabled(if: ChildProcess.find("promtool") != nil, "promtool is absent")
    )
    func promtool() async throws {
        try await withMetrics { server, metrics, requests async throws in
            _ = try await server.get("/hello")
            _ = try await server.get("/fail")
            _ = try await server.get("/nothing")
            try await until { server.seen.records.count == 3 }
            record(requests, server)
            let result = try await ChildProcess.runAside("promtool", ["check", "metrics"], input: await metrics.text())
            #expect(result.status == 0, "\(result.output)")
            #expect(result.output.isEmpty, "\(result.output)")
        }
    }

    @Test("a real Prometheus reads them", .enabled(if: ChildProcess.find("prometheus") != nil, "prometheus is absent"))
    func prometheus() async throws {
        try await withMetrics { server, _, _ async throws in
            let folder = FileManager.default.temporaryDirectory.appending(path: "steward-prom-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let configuration = """
                global: {scrape_interval: 1s}
                scrape_configs:
                  - job_name: steward
                    static_configs: [{targets: ["localhost:\(server.port)"]}]
                """
            try configuration.write(to: folder.appending(path: "p.yml"), atomically: true, encoding: .utf8)
            let process = try ChildProcess(
                "prometheus",
                [
                    "--config.file=\(folder.path)/p.yml", "--storage.tsdb.path=\(folder.path)/data",
                    "--web.listen-address=127.0.0.1:0", "--log.level=error",
                ])
            defer { process.send(SIGTERM) }
            try await until { server.seen.records.filter { $0.path == "/metrics" && $0.status == 200 }.count >= 2 }
        }
    }
}
