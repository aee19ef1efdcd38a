import Core
import Foundation
import MLflow
import Platform
import Testing

@Suite("Artifacts over HTTP", .everyDatabase)
struct ArtifactTests {
    let server: TestServer
    private let proxy = "/api/2.0/mlflow-artifacts/artifacts"

    init() throws { server = try TestServer() }
    private init(server: TestServer) { self.server = server }

    struct Reply {
        let status: Int
        let headers: Headers
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSON { (try? JSONParser.parse(bytes)) ?? .null }
    }

    /// A request with headers and any body.
    private func send(
        _ method: String, _ path: String, _ body: [UInt8] = [], headers: [(name: String, value: String)] = []
    ) async -> Reply {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard case .found(let endpoint, let parameters) = server.routes.match(method: method, rawPath: String(parts[0]))
        else { return Reply(status: 404, headers: Headers(), bytes: []) }
        let head = RequestHead(method: method, target: path, headers: Headers(headers))
        let request = Request(
            method: method, rawPath: head.rawPath, parameters: parameters, query: Query(head.rawQuery),
            headers: head.headers, body: RequestBody(bytes: body), id: "test", server: head.server)
        let response: Response
        do {
            response = try await endpoint.handle(request)
        } catch {
            let failure = error as? Failure ?? Failure(.bug, "\(error)")
            response = MLflowErrors.write(HTTPFailure(failure, requestID: "test"))
        }
        switch response.body {
        case .bytes(let bytes): return Reply(status: response.status, headers: response.headers, bytes: bytes)
        case .stream(let length, let write):
            let sink = CollectingSink()
            do { try await write(sink) } catch { Issue.record("the answer broke off: \(error)") }
            #expect(length == sink.bytes.count)
            return Reply(status: response.status, headers: response.headers, bytes: sink.bytes)
        }
    }

    private func put(_ name: String, _ text: String) async -> Int {
        await send("PUT", "\(proxy)/\(name)", Array(text.utf8)).status
    }

    private func get(_ name: String, _ headers: [(name: String, value: String)] = []) async -> Reply {
        await send("GET", "\(proxy)/\(name)", headers: headers)
    }

    private func list(_ path: String) async -> String { await send("GET", "\(proxy)?path=\(path)").text }

    @Test("what goes up comes down, with its digest, as an attachment in a sandbox")
    func roundTrip() async throws {
        #expect(await put("0/r/artifacts/a%20b.html", "hello").status200)
        let reply = await get("0/r/artifacts/a%20b.html")
        #expect(reply.status == 200 && reply.text == "hello")
        #expect(reply.headers["content-type"] == "text/html")
        #expect(reply.headers["content-disposition"] == #"attachment; filename="a b.html""#)
        #expect(reply.headers["content-security-policy"]?.contains("sandbox") == true)
        let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        #expect(reply.headers["etag"] == "\"\(digest)\"")
        #expect(reply.headers["repr-digest"] == "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:")
        let known = await get("0/r/artifacts/a%20b.html", [("if-none-match", "\"x\", \"\(digest)\"")])
        #expect(known.status == 304 && known.bytes.isEmpty)
    }

    @Test(
        "ranges",
        arguments: [
            ("bytes=0-4", 206, "01234", "bytes 0-4/10"), ("bytes=6-", 206, "6789", "bytes 6-9/10"),
            ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=10-", 416, "", "bytes */10"),
            ("bytes=0-0,2-3", 200, "0123456789", nil), ("items=0-1", 200, "0123456789", nil),
        ])
    func ranges(_ range: String, _ status: Int, _ text: String, _ contentRange: String?) async {
        #expect(await put("x", "0123456789").status200)
        let reply = await get("x", [("range", range)])
        #expect(reply.status == status && reply.text == text)
        #expect(reply.headers["content-range"] == contentRange)
    }

    @Test("a part of a file that is another meanwhile is not sent")
    func ifRange() async throws {
        #expect(await put("x", "0123456789").status200)
        let tag = try #require(await get("x").headers["etag"])
        #expect(await get("x", [("range", "bytes=1-1"), ("if-range", tag)]).text == "1")
        #expect(await put("x", "abcdefghij").status200)
        #expect(await get("x", [("range", "bytes=1-1"), ("if-range", tag)]).text == "abcdefghij")
    }

    @Test("a large file is sent and received in pieces")
    func large() async throws {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<300_000).flatMap { _ in withUnsafeBytes(of: generator.next()) { Array($0) } }
        #expect(await send("PUT", "\(proxy)/big", bytes).status == 200)
        #expect(await get("big").bytes == bytes)
        let part = await get("big", [("range", "bytes=100-2000000")])
        #expect(part.bytes == Array(bytes[100...2_000_000]))
    }

    @Test("lists: names sorted by bytes, a file's own path and what is missing are empty")
    func lists() async {
        for name in ["0/b.txt", "0/a/1", "0/Z", "0/empty"] {
            #expect(await put(name, name == "0/empty" ? "" : "x").status200)
        }
        #expect(
            await list("0")
                == #"{"files":[{"path":"Z","is_dir":false,"file_size":1},{"path":"a","is_dir":true},"#
                + #"{"path":"b.txt","is_dir":false,"file_size":1},{"path":"empty","is_dir":false}]}"#)
        #expect(await list("0/a/") == #"{"files":[{"path":"1","is_dir":false,"file_size":1}]}"#)
        for path in ["0/b.txt", "nope", "0/nope"] { #expect(await list(path) == "{}", "\(path)") }
        #expect(await list("..").contains("Invalid path"))
    }

    @Test("a folder is no file, and a file no folder")
    func kinds() async {
        #expect(await put("0/dir/x", "x").status200)
        #expect(await get("0/dir").status == 400)
        #expect(await get("0/dir/").status == 400)
        #expect(await put("0/dir", "y") == 400)
        #expect(await put("0/dir/x/y", "y") == 400)
        #expect(await get("0/dir/x").text == "x")
        #expect(await get("0/nope").json["error_code"]?.text == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test(
        "paths that lead out are refused by every method",
        arguments: [
            "../x", "..%2fx", "%2e%2e/x", "%252e%252e%252fx", "a/../../x", "/etc/passwd", "%2fetc", "a%00b", ".",
        ])
    func traversal(_ path: String) async {
        for method in ["GET", "PUT", "DELETE"] {
            #expect(await send(method, "\(proxy)/\(path)", Array("evil".utf8)).status == 400, "\(method)")
        }
        for step in ["create", "complete", "abort"] {
            let body = Array(#"{"path":"x","num_parts":1,"upload_id":"u","parts":[]}"#.utf8)
            let json = [("content-type", "application/json"), ("host", "h")]
            #expect(
                await send("POST", "/api/2.0/mlflow-artifacts/mpu/\(step)/\(path)", body, headers: json).status == 400)
        }
    }

    @Test("deleting takes all that is below, and its records; the root stays")
    func deletion() async throws {
        for name in ["0/a/1", "0/a/2/3", "0/ab"] { #expect(await put(name, "x").status200) }
        #expect(await send("DELETE", "\(proxy)/0/a").status == 200)
        #expect(await send("DELETE", "\(proxy)/0/a").status == 200)
        #expect(await list("0") == #"{"files":[{"path":"ab","is_dir":false,"file_size":1}]}"#)
        #expect(try await records() == ["0/ab"])
        #expect([400, 404].contains(await send("DELETE", "\(proxy)/").status))
        #expect(try await records() == ["0/ab"])
        #expect(server.events.kinds == ["tracking.artifact-deleted"], "of what was there, once")
    }

    private func records() async throws -> [String] {
        try await server.services.database.read { sql in
            try sql.rows("SELECT path FROM tracking_artifact ORDER BY path") { $0.text(0) }
        }
    }

    @Test("a file without a record, as a crash leaves it, is served, and gets its record again")
    func repair() async throws {
        #expect(await put("x", "hello").status200)
        let tag = await get("x").headers["etag"]
        _ = try await server.services.database.write { try $0.sql.execute("DELETE FROM tracking_artifact") }
        let bare = await get("x")
        #expect(bare.text == "hello" && bare.headers["etag"] == nil)
        for _ in 0..<1000 where try await records().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await get("x").headers["etag"] == tag)
    }

    @Test("a record of another file is never shown: it goes before the new file comes")
    func orderOfReplacement() async throws {
        let tests = try ArtifactTests(
            server: TestServer { store in
                InterruptedStore(store: store) { _, _, isThere throws(Failure) in
                    if isThere { throw Failure(.unavailable, "the power is gone") }
                }
            })
        #expect(await tests.put("x", "hello").status200)
        #expect(try await tests.records() == ["x"])
        // The server stops between the two: the file is there, its record is not yet.
        #expect(await tests.put("x", "other, and the end") == 503)
        #expect(try await tests.records().isEmpty)
        let reply = await tests.get("x")
        #expect(reply.text == "other, and the end" && reply.headers["etag"] == nil)
    }

    @Test("the record of a file that another server has replaced meanwhile is not shown, and made again")
    func twoServers() async throws {
        let tests = try ArtifactTests(
            server: TestServer { store in
                InterruptedStore(store: store) { store, path, isThere throws(Failure) in
                    // The other server's file appears after this one's, before its record; not in the same moment.
                    Thread.sleep(forTimeInterval: 0.05)
                    let writer = try store.write(path)
                    try writer.append(Array("bbbbb".utf8))
                    _ = try writer.commit()
                }
            })
        #expect(await tests.put("x", "aaaaa").status200)
        #expect(try await tests.records() == ["x"])
        let digest = try tests.server.services.artifacts.read(ArtifactPath(parsing: "x")).sha256()
        let bare = await tests.get("x")
        #expect(bare.text == "bbbbb" && bare.headers["etag"] == nil)
        var tag: String?
        for _ in 0..<1000 where tag == nil {
            try await Task.sleep(for: .milliseconds(5))
            tag = await tests.get("x").headers["etag"]
        }
        #expect(tag == "\"\(digest)\"")
    }

    @Test("writers of one file do not mix, and the record is that of the file that stays")
    func concurrentWriters() async throws {
        await withTaskGroup { group in
            for letter in "abcdefgh" {
                group.addTask { _ = await put("same", String(repeating: letter, count: 1000)) }
            }
        }
        let reply = await get("same")
        #expect(Set(reply.bytes).count == 1 && reply.bytes.count == 1000)
        let path = try ArtifactPath(parsing: "same")
        let digest = try server.services.artifacts.read(path).sha256()
        #expect(reply.headers["etag"] == "\"\(digest)\"")
    }

    @Test("artifacts of a run and of a logged model")
    func byOwner() async throws {
        let run = await server.run(name: "r")
        #expect(await put("0/\(run)/artifacts/notes/hello.txt", "hello").status200)
        let listed = await server.get("artifacts/list?run_id=\(run)&path=notes/")
        #expect(
            listed.json.text() == #"{"root_uri":"mlflow-artifacts:/0/\#(run)/artifacts","#
                + #""files":[{"path":"notes/hello.txt","is_dir":false,"file_size":5}]}"#)
        #expect(await server.get("artifacts/list?run_id=\(run)&path=../..").status == 400)
        #expect(await send("GET", "/get-artifact?run_uuid=\(run)&path=notes/hello.txt").text == "hello")
        #expect(await send("GET", "/get-artifact?run_uuid=\(run)").status == 400)
        #expect(await send("GET", "/get-artifact?run_id=\(run)&path=%2e%2e/x").status == 400)
        let upload = "/ajax-api/2.0/mlflow/upload-artifact?run_uuid=\(run)"
        #expect(await send("POST", upload + "&path=up/x.txt", Array("up".utf8)).status == 200)
        #expect(await get("0/\(run)/artifacts/up/x.txt").text == "up")
        #expect(await send("POST", upload, Array("up".utf8)).status == 400)
        let model = await server.post("logged-models", #"{"experiment_id":"0"}"#).json["model"]?["info"]
        let id = try #require(model?["model_id"]?.text)
        #expect(await put("0/models/\(id)/artifacts/data/w", "abc").status200)
        let files = "/ajax-api/2.0/mlflow/logged-models/\(id)/artifacts/files?artifact_file_path="
        #expect(await send("GET", files + "data/w").text == "abc")
        let directories = await server.get("logged-models/\(id)/artifacts/directories?artifact_directory_path=data")
        #expect(directories.json["files"]?.text() == #"[{"path":"data/w","is_dir":false,"file_size":3}]"#)
    }

    @Test("an upload in parts")
    func multipart() async throws {
        let root = "/api/2.0/mlflow-artifacts/mpu"
        let json = [(name: "content-type", value: "application/json"), (name: "host", value: "example:5000")]
        func call(_ step: String, _ body: String) async -> Reply {
            await send("POST", "\(root)/\(step)/0/r", Array(body.utf8), headers: json)
        }
        let begun = await call("create", #"{"path":"C:\\models\\big.bin","num_parts":2}"#).json
        let upload = try #require(begun["upload_id"]?.text)
        var parts: [String] = []
        for (number, text) in [(2, "two"), (1, "one")] {
            let url = try #require(begun["credentials"]?.elements?[number - 1]["url"]?.text)
            #expect(url.hasPrefix("http://example:5000/api/2.0/"))
            let reply = await send("PUT", String(url.dropFirst("http://example:5000".count)), Array(text.utf8))
            let tag = try #require(reply.headers["etag"])
            parts.append(#"{"part_number":\#(number),"etag":\#(JSON.string(tag).text())}"#)
        }
        let complete =
            #"{"path":"big.bin","upload_id":"\#(upload)","parts":[\#(parts.reversed().joined(separator: ","))]}"#
        #expect(await call("complete", complete).status == 200)
        let reply = await get("0/r/big.bin")
        #expect(reply.text == "onetwo" && reply.headers["etag"] != nil)
        for bad in [
            #"{"path":"x","num_parts":0}"#, #"{"path":"x","num_parts":10001}"#, #"{"num_parts":1}"#, #"{"path":"a/"}"#,
        ] {
            #expect(await call("create", bad).status == 400, "\(bad)")
        }
        #expect(await call("complete", #"{"path":"x","upload_id":"nobody","parts":[]}"#).status < 500)
        #expect(await send("GET", "/api/2.0/mlflow-artifacts/presigned/0/r/big.bin").status == 501)
    }

    @Test(
        "names in Content-Disposition",
        arguments: [
            ("hello.txt", "attachment; filename=hello.txt"), ("a b", #"attachment; filename="a b""#),
            (#"a"b"#, #"attachment; filename="a\"b""#), ("ü", #"attachment; filename="_"; filename*=UTF-8''%C3%BC"#),
            ("100%.txt", #"attachment; filename="100%.txt"; filename*=UTF-8''100%25.txt"#),
            ("a;b", #"attachment; filename="a;b""#),
        ])
    func disposition(_ name: String, _ expected: String) {
        #expect(ContentDisposition.attachment(name) == expected)
    }

    @Test(
        "content types follow the name",
        arguments: [
            ("a.txt", "text/plain"), ("MLmodel", "text/plain"), ("a.json", "text/plain"), ("a.PNG", "image/png"),
            ("a.svg", "image/svg+xml"), (".png", "application/octet-stream"), ("model.pkl", "application/octet-stream"),
            ("noextension", "application/octet-stream"),
        ])
    func contentTypes(_ name: String, _ expected: String) { #expect(ContentType.of(name) == expected) }
}

extension Int {
    fileprivate var status200: Bool { self == 200 }
}

/// A store where something happens right after a file has appeared.
private struct InterruptedStore: ArtifactStore {
    typealias Interruption = @Sendable (LocalArtifactStore, ArtifactPath, _ isThere: Bool) throws(Failure) -> Void

    let store: LocalArtifactStore
    /// `isThere` when the file has replaced another one.
    let interruption: Interruption

    func write(_ path: ArtifactPath) throws(Failure) -> any ArtifactWriter {
        let isThere = (try? store.info(path)) != nil
        return InterruptedWriter(writer: try store.write(path)) { [store, interruption] () throws(Failure) in
            try interruption(store, path, isThere)
        }
    }

    func read(_ path: ArtifactPath) throws(Failure) -> any ArtifactReader { try store.read(path) }
    func info(_ path: ArtifactPath) throws(Failure) -> ArtifactEntry { try store.info(path) }
    func list(_ folder: ArtifactPath, after: String?, limit: Int) throws(Failure) -> ArtifactListing {
        try store.list(folder, after: after, limit: limit)
    }
    func delete(_ path: ArtifactPath) throws(Failure) { try store.delete(path) }
    func deleteIfEmpty(_ folder: ArtifactPath) throws(Failure) -> Bool { try store.deleteIfEmpty(folder) }
    func usage(of folder: ArtifactPath, limit: Int) throws(Failure) -> ArtifactUsage {
        try store.usage(of: folder, limit: limit)
    }
    func createUpload(_ path: ArtifactPath) throws(Failure) -> String { try store.createUpload(path) }
    func writePart(_ number: Int, of upload: String, for path: ArtifactPath) throws(Failure) -> any ArtifactWriter {
        try store.writePart(number, of: upload, for: path)
    }
    func join(_ upload: String, for path: ArtifactPath, parts: [UploadedPart]) throws(Failure) -> any ArtifactJoin {
        try store.join(upload, for: path, parts: parts)
    }
    func abort(_ upload: String, for path: ArtifactPath) throws(Failure) { try store.abort(upload, for: path) }
    func removeUploads(idleSince time: Timestamp) throws(Failure) -> Int { try store.removeUploads(idleSince: time) }
}

private final class InterruptedWriter: ArtifactWriter {
    private let writer: any ArtifactWriter
    private let interruption: @Sendable () throws(Failure) -> Void

    init(writer: any ArtifactWriter, interruption: @escaping @Sendable () throws(Failure) -> Void) {
        self.writer = writer
        self.interruption = interruption
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) { try writer.append(bytes) }

    func commit() throws(Failure) -> StoredArtifact {
        let stored = try writer.commit()
        try interruption()
        return stored
    }

    func abandon() { writer.abandon() }
}
