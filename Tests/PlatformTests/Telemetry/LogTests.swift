import Core
import Dispatch
import Foundation
import Logging
import Platform
import Synchronization
import Testing

@Suite("Log")
struct LogTests {
    private final class Lines: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        func writer() -> LogWriter { LogWriter { [self] more in add(more) } }
        func add(_ more: [UInt8]) { bytes.withLock { $0 += more } }
        var all: [String] {
            bytes.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").map(String.init)
        }
    }

    private func log(_ lines: Lines, _ format: LogFormat, _ level: Logger.Level = .info) -> Log {
        Log(writer: lines.writer(), format: format, level: level, now: { Timestamp(milliseconds: 1_795_424_703_120) })
    }

    private static let record = RequestRecord(
        id: "0123", method: "GET", route: 1, path: "/a\nb\"c", status: 200, duration: .microseconds(1234),
        bytesReceived: 5, bytesSent: 6, client: "127.0.0.1", isCut: false)

    @Test("a request is one line, whatever its path holds")
    func access() throws {
        let (text, json) = (Lines(), Lines())
        for (lines, format) in [(text, LogFormat.text), (json, .json)] {
            let log = log(lines, format)
            AccessLog(log).finished(Self.record)
            log.writer.flush()
        }
        #expect(
            text.all == [
                #"2026-11-23T09:05:03.120Z info  request method=GET path="/a\nb\"c" status=200 ms=1.234 received=5 "#
                    + "sent=6 client=127.0.0.1 request_id=0123"
            ])
        let object = try JSONParser.parse(try #require(json.all.first))
        #expect(object["path"]?.text == "/a\nb\"c")
        #expect(object["status"]?.int == 200)
        #expect(object["ms"]?.double == 1.234)
        #expect(object["level"]?.text == "info")
    }

    @Test("levels below the one asked for are not written")
    func levels() {
        let lines = Lines()
        let log = log(lines, .text, .warning)
        AccessLog(log).finished(Self.record)
        log.logger("x").info("quiet")
        log.logger("x").error("loud")
        log.writer.flush()
        #expect(lines.all.map { $0.hasSuffix("error loud") } == [true])
    }

    @Test("warnings and errors are out at once, after everything before them")
    func urgent() async throws {
        let lines = Lines()
        let log = log(lines, .text)
        AccessLog(log).finished(Self.record)
        #expect(lines.all.isEmpty)
        AccessLog(log).failed(Failure(.bug, "it broke", cause: "why"), requestID: "7")
        try await until { lines.all.count == 2 }
        #expect(lines.all.last?.contains("it broke code=bug cause=why request_id=7") == true)
    }

    @Test("values under names of secrets are left out; line ends cannot begin a line")
    func secrets() throws {
        let lines = Lines()
        let log = log(lines, .json)
        var logger = log.logger("x")
        logger[metadataKey: "api_token"] = "abc"
        logger.warning(
            "first\nsecond", metadata: ["Authorization": "Bearer abc", "plain": "a\r\nb", "password": "abc"])
        log.writer.flush()
        #expect(lines.all.count == 1)
        #expect(!lines.all[0].contains("abc"))
        let object = try JSONParser.parse(lines.all[0])
        #expect(object["plain"]?.text == "a\r\nb")
        #expect(object["message"]?.text == "first\nsecond")
        let text = Lines()
        let other = self.log(text, .text)
        other.logger("x").warning("first\nsecond", metadata: ["a": "x y=\u{1b}[31m"])
        other.writer.flush()
        #expect(text.all == [#"2026-11-23T09:05:03.120Z warning first second a="x y=\u001b[31m""#])
    }

    /// A log that takes nothing until it is opened.
    private final class BlockedLog: Sendable {
        let lines = Lines()
        private let isOpen = DispatchSemaphore(value: 0)
        private let begun = Mutex(false)

        /// Whether the thread that writes stands before the closed log.
        var hasBegun: Bool { begun.withLock { $0 } }

        func log() -> Log {
            let writer = LogWriter { [self] more in
                begun.withLock { $0 = true }
                isOpen.wait()
                isOpen.signal()
                lines.add(more)
            }
            return Log(writer: writer, format: .text, level: .info, now: { Timestamp(milliseconds: 0) })
        }

        func open() { isOpen.signal() }
    }

    @Test("a log that nobody reads keeps nobody waiting; what did not fit is counted")
    func blocked() async throws {
        let blocked = BlockedLog()
        let log = blocked.log()
        // The first line is taken and stays where it is, so that what follows waits: on a busy machine the thread that
        // writes could otherwise come late and take twice.
        AccessLog(log).finished(Self.record)
        try await until { blocked.hasBegun }
        for _ in 1..<20_000 { AccessLog(log).finished(Self.record) }
        blocked.open()
        // What waited: 1 MiB.
        try await until { blocked.lines.all.count > 5000 }
        log.writer.flush()
        AccessLog(log).finished(Self.record)
        log.writer.flush()
        let all = blocked.lines.all
        let requests = all.count { $0.contains(" request ") }
        let gaps = all.compactMap { line in
            line.contains("lines of the log were dropped")
                ? line.components(separatedBy: " lines=").last.flatMap { Int($0) } : nil
        }
        #expect(requests + gaps.reduce(0, +) == 20_001)
        #expect(gaps.count == 1)
        #expect(all.count == requests + 1)
    }

    @Test("requests are answered while the log is blocked, those that fail, too")
    func blockedServer() async throws {
        let blocked = BlockedLog()
        defer { blocked.open() }
        let log = blocked.log()
        var options = ServerOptions()
        options.observers = [AccessLog(log)]
        try await withServer(options) { server async throws in
            for _ in 0..<20 {
                #expect(try await server.get("/fail").status == 500)
                #expect(try await server.get("/hello").status == 200)
            }
        }
    }

    @Test("an address that is a secret is logged as its endpoint, whatever became of the request")
    func secretAddress() async throws {
        var options = ServerOptions()
        options.endpoints = [
            Endpoint("PUT", "/part/{upload}/{name...}", .anyone, .writes, "Takes a part.") { _ in .text("taken") }
                .hidingPath()
        ]
        try await withServer(options) { server async throws in
            for request in ["PUT /part/hunter2/a", "GET /part/hunter2/a", "PUT /part/hunter2"] {
                _ = try await server.request("\(request) HTTP/1.1\r\nHost: localhost\r\n\r\n")
            }
            _ = try await server.request("PUT /part/hunter2/a HTTP/1.1\r\nHost: elsewhere\r\n\r\n")
            try await until { server.seen.records.count == 4 }
            #expect(server.seen.records.allSatisfy { $0.path == "/part/{upload}/{name...}" })
            #expect(Set(server.seen.records.map(\.status)) == [200, 405, 404, 403])
        }
    }

    @Test("neither query nor headers of a request reach the log")
    func requests() async throws {
        let lines = Lines()
        let access = AccessLog(log(lines, .json))
        try await withServer { server async throws in
            _ = try await server.get("/query?token=hunter2", "Authorization: Bearer hunter2\r\nCookie: a=hunter2\r\n")
            try await until { server.seen.records.count == 1 }
            for record in server.seen.records { access.finished(record) }
        }
        access.log.writer.flush()
        #expect(lines.all.count == 1)
        #expect(!lines.all[0].contains("hunter2"))
    }
}
