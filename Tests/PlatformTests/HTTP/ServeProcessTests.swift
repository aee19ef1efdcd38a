import Core
import Foundation
import Platform
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `steward serve` as a process of its own: signals and scarce descriptors belong to a whole process.
@Suite("Serving process", .enabled(if: ServeProcess.isBuilt, "steward is not built"))
struct ServeProcessTests {
    @Test("SIGTERM: no answer is cut, and the process ends with 0", arguments: [SIGTERM, SIGINT])
    func stop(_ signal: Int32) async throws {
        let server = try await ServeProcess.start()
        let ready = Gate.Counter()
        let counts = try await withThrowingTaskGroup(of: (sent: Int, answered: Int).self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let client = try await RawClient.connect(server.port)
                    var (sent, answered) = (0, 0)
                    while true {
                        try await client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        sent += 1
                        let response = try await client.readResponse()
                        if response.status == 200 { answered += 1 }
                        if response["connection"] == "close" { return (sent, answered) }
                        if sent == 20 { ready.add(1) }
                    }
                }
            }
            // Once: the second signal would end the process at once.
            try await until { ready.value == 8 }
            server.send(signal)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.count == 8)
        #expect(counts.allSatisfy { $0.sent == $0.answered })
        #expect(await server.waitForExit() == .exit(0))
    }

    @Test("with few descriptors and many connections others are served, and nothing ends")
    func descriptors() async throws {
        let server = try await ServeProcess.start(descriptors: 96)
        var clients: [RawClient] = []
        for index in 0..<300 {
            // What does not fit is refused or displaced: that is the point.
            guard let client = try? await RawClient.connect(server.port) else { continue }
            if index.isMultiple(of: 3) { try? await client.send("POST /api/2.0/x HTTP/1.1\r\nHost: loc") }
            clients.append(client)
        }
        var statuses: [Int] = []
        for _ in 0..<20 {
            let client = try await RawClient.connect(server.port)
            try? await client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
            statuses.append((try? await client.readResponse().status) ?? 0)
            client.close()
        }
        // 503 while those that have begun a head hold all places; never silence.
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 }, "\(statuses)")
        for client in clients { client.close() }
        try await server.untilReady()
        server.send(SIGTERM)
        #expect(await server.waitForExit() == .exit(0))
    }

    @Test("an address that others can reach is refused")
    func binding() throws {
        let result = try ChildProcess.run(
            ServeProcess.program, ["serve", "--host", "0.0.0.0", "--port", "0", "--data", "unused"])
        #expect(result.status != 0)
        #expect(result.output.contains("refusing to listen on 0.0.0.0"))
    }
}

/// A server in a process of its own, in a folder of its own.
final class ServeProcess: @unchecked Sendable {
    static let program: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: ".build/release/steward").path
    }()

    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let process: ChildProcess
    private let folder: URL
    let port: Int

    private init(_ process: ChildProcess, _ folder: URL, _ port: Int) {
        self.process = process
        self.folder = folder
        self.port = port
    }

    deinit {
        process.send(SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// - Parameter descriptors: files and connections the process may have open.
    static func start(descriptors: Int = 1024) async throws -> ServeProcess {
        let folder = FileManager.default.temporaryDirectory.appending(path: "steward-serve-\(UUID().uuidString)")
        let process = try ChildProcess(
            "/bin/sh",
            [
                "-c", "ulimit -n \(descriptors); exec \"$0\" serve --port 0 --log-level error --data \"$1\"", program,
                folder.path,
            ], error: .collected)
        while !process.errorText.contains("stop with Ctrl-C") {
            guard process.isRunning else {
                throw RawClient.Problem(description: "no server: \(process.errorText)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let digits = process.errorText.split(separator: "127.0.0.1:").dropFirst().first?.prefix { $0.isNumber } ?? ""
        return ServeProcess(process, folder, Int(digits) ?? 0)
    }

    func send(_ signal: Int32) { process.send(signal) }

    func untilReady() async throws {
        while true {
            if let client = try? await RawClient.connect(port) {
                try? await client.send("GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if let response = try? await client.readResponse(), response.status == 200 { return }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func waitForExit() async -> ChildProcess.Ending { await process.waitAside() }
}
