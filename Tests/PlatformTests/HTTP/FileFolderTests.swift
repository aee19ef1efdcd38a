import Core
import Foundation
import Platform
import Synchronization
import Testing

@Suite("Folders of files")
struct FileFolderTests {
    private let outside: TemporaryFolder
    private let folder: TemporaryFolder

    init() throws {
        outside = try TemporaryFolder()
        folder = try TemporaryFolder()
        try Data("secret".utf8).write(to: URL(filePath: "\(outside.path)/secret.txt"))
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/static/js", withIntermediateDirectories: true)
        try Data("run()".utf8).write(to: URL(filePath: "\(folder.path)/static/js/main.js"))
        try Data("<p>".utf8).write(to: URL(filePath: "\(folder.path)/index.html"))
        try Data().write(to: URL(filePath: "\(folder.path)/empty.css"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/link.txt", withDestinationPath: "\(outside.path)/secret.txt")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/away", withDestinationPath: outside.path)
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/inner.html", withDestinationPath: "index.html")
    }

    private final class Collector: ResponseSink {
        private let pieces = Mutex<[[UInt8]]>([])

        var bytes: [UInt8] { pieces.withLock { $0.flatMap { $0 } } }
        func write(_ bytes: [UInt8]) async throws { pieces.withLock { $0.append(bytes) } }
    }

    @Test(
        "files have the types that browsers want",
        arguments: [
            ("static/js/main.js", "text/javascript; charset=utf-8", "run()"),
            ("static%2Fjs/main%2Ejs", "text/javascript; charset=utf-8", "run()"),
            ("index.html", "text/html; charset=utf-8", "<p>"), ("empty.css", "text/css; charset=utf-8", ""),
        ])
    func files(_ path: String, _ type: String, _ contents: String) async throws {
        let response = try await FileFolder(folder.path).answer(path, Headers([("cache-control", "no-cache")]))
        #expect(response.status == 200)
        #expect(response.headers["content-type"] == type)
        #expect(response.headers["x-content-type-options"] == "nosniff")
        #expect(response.headers["cache-control"] == "no-cache")
        guard case .bytes(let bytes) = response.body else {
            Issue.record("a small file is sent whole")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self) == contents)
    }

    @Test(
        "nothing outside, no link and no folder",
        arguments: [
            "link.txt", "away/secret.txt", "inner.html", "../secret.txt", "%2e%2e/secret.txt",
            "static/../../secret.txt",
            "static", "static/js", "", ".", "nothing.js", "index.html/x", "/etc/passwd", "%2Fetc%2Fpasswd", "a%00b",
            "%zz", "static\\js\\main.js",
        ])
    func absent(_ path: String) async throws {
        let files = try FileFolder(folder.path)
        await #expect {
            _ = try await files.answer(path)
        } throws: {
            ($0 as? Failure)?.code == .notFound
        }
    }

    @Test("a large file comes in pieces")
    func large() async throws {
        let contents = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        try Data(contents).write(to: URL(filePath: "\(folder.path)/large.woff2"))
        let response = try await FileFolder(folder.path).answer("large.woff2")
        guard case .stream(let length, let write) = response.body else {
            Issue.record("a large file is not sent whole")
            return
        }
        #expect(length == contents.count)
        let collector = Collector()
        try await write(collector)
        #expect(collector.bytes == contents)
    }

    @Test("a folder that is none is refused; files are known by name")
    func roots() throws {
        #expect(throws: Failure.self) { try FileFolder("\(folder.path)/nothing") }
        #expect(throws: Failure.self) { try FileFolder("\(folder.path)/index.html") }
        let files = try FileFolder(folder.path)
        #expect(files.holds("index.html") && files.holds("static/js/main.js"))
        #expect(!files.holds("link.txt") && !files.holds("static") && !files.holds("../x"))
    }
}
