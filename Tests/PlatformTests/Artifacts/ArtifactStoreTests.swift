import Core
import Crypto
import Foundation
import Platform
import Testing

/// A store in a folder of its own. Each test runs with the kernel's path resolution and with ours.
struct TemporaryStore {
    let folder: TemporaryFolder
    let store: LocalArtifactStore

    init(isStepwise: Bool = false) throws {
        folder = try TemporaryFolder()
        store = try LocalArtifactStore(root: folder.path + "/root", isStepwise: isStepwise)
    }

    var root: String { folder.path + "/root" }

    /// What is in the store's own folder, sessions and all.
    var leftovers: [String] {
        (FileManager.default.subpaths(atPath: root + "/.steward") ?? []).filter {
            $0.contains("file-") || $0.contains("note-")
        }
    }

    @discardableResult
    func put(_ text: String, _ bytes: [UInt8]) throws -> StoredArtifact {
        let writer = try store.write(ArtifactPath(parsing: text))
        try writer.append(bytes)
        return try writer.commit()
    }

    func get(_ text: String) throws -> [UInt8] {
        let reader = try store.read(ArtifactPath(parsing: text))
        return try reader.bytes(at: 0, count: Int(reader.size))
    }

    func names(_ text: String = "") throws -> [String] {
        try store.list(ArtifactPath(parsing: text, allowsRoot: true), after: nil, limit: 1000).entries.map(\.name)
    }
}

func sha256(_ bytes: [UInt8]) -> String { Hexadecimal.text(of: SHA256.hash(data: bytes)) }

/// The code of the failure that `body` ends with.
func failureCode(_ body: () throws -> Void) -> Failure.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? Failure)?.code
    }
}

@Suite("Artifact store")
struct ArtifactStoreTests {
    @Test("what is written is read, with its size and digest", arguments: [false, true])
    func roundTrip(_ isStepwise: Bool) throws {
        let store = try TemporaryStore(isStepwise: isStepwise)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
        let writer = try store.store.write(ArtifactPath(parsing: "1/run/artifacts/model/MLmodel"))
        for start in stride(from: 0, to: bytes.count, by: 70_001) {
            try writer.append(Array(bytes[start..<min(bytes.count, start + 70_001)]))
            #expect(try store.names() == [])
        }
        let stored = try writer.commit()
        #expect(stored.size == 300_000)
        #expect(stored.sha256 == sha256(bytes))
        #expect(try store.get("1/run/artifacts/model/MLmodel") == bytes)
        let info = try store.store.info(stored.path)
        #expect(info.name == "MLmodel" && info.size == 300_000 && !info.isFolder)
        #expect(abs(info.modified.milliseconds - Int64(Date().timeIntervalSince1970 * 1000)) < 600_000)
        #expect(try store.store.info(ArtifactPath(parsing: "1/run")).isFolder)
        #expect(try store.store.info(.root).isFolder)

        // An empty file is a file, and a file can be replaced.
        #expect(try store.put("empty", []).sha256 == sha256([]))
        #expect(try store.get("empty") == [])
        try store.put("empty", [1, 2, 3])
        #expect(try store.get("empty") == [1, 2, 3])
        #expect(store.leftovers == [])
    }

    @Test("ranges are read where they are asked for", arguments: [false, true])
    func ranges(_ isStepwise: Bool) throws {
        let store = try TemporaryStore(isStepwise: isStepwise)
        let bytes = Array("hello world".utf8)
        try store.put("f", bytes)
        let reader = try store.store.read(ArtifactPath(parsing: "f"))
        for start in 0...12 {
            for count in 0...12 {
                let expected = Array(bytes.dropFirst(start).prefix(count))
                #expect(try reader.bytes(at: Int64(start), count: count) == expected)
            }
        }
        for offset in [-1, 12, .max, .min] as [Int64] { #expect(try reader.bytes(at: offset, count: 5) == []) }
        // The reader holds the file it opened.
        try store.put("f", [9])
        #expect(try reader.bytes(at: 0, count: 100) == bytes)
        try store.store.delete(ArtifactPath(parsing: "f"))
        #expect(try reader.bytes(at: 6, count: 100) == Array("world".utf8))
    }

    @Test("what does not fit is refused and changes nothing", arguments: [false, true])
    func conflicts(_ isStepwise: Bool) throws {
        let store = try TemporaryStore(isStepwise: isStepwise)
        try store.put("a/file", [1])
        #expect(failureCode { try store.put("a", [2]) } == .conflict)
        #expect(failureCode { try store.put("a/file/below", [2]) } == .conflict)
        #expect(failureCode { _ = try store.get("a") } == .invalid)
        #expect(failureCode { _ = try store.get("a/file/below") } == .notFound)
        #expect(failureCode { _ = try store.get("missing") } == .notFound)
        #expect(failureCode { _ = try store.get("missing/too") } == .notFound)
        #expect(failureCode { _ = try store.names("missing") } == .notFound)
        #expect(failureCode { _ = try store.names("a/file") } == .notFound)
        #expect(failureCode { try store.store.delete(ArtifactPath(parsing: "missing")) } == .notFound)
        #expect(failureCode { try store.store.delete(.root) } == .invalid)
        #expect(failureCode { _ = try store.store.write(.root) } == .invalid)
        // A folder that appears while a file of its name is written.
        let writer = try store.store.write(ArtifactPath(parsing: "b"))
        try store.put("b/inside", [3])
        try writer.append([4])
        #expect(failureCode { _ = try writer.commit() } == .conflict)
        #expect(try store.get("b/inside") == [3])
        #expect(store.leftovers == [])
        // Nothing of the machine is told.
        do {
            _ = try store.get("missing")
        } catch {
            #expect(!"\(error)".contains(store.folder.path))
        }
    }

    @Test("links inside the root are never followed", arguments: [false, true])
    func links(_ isStepwise: Bool) throws {
        let store = try TemporaryStore(isStepwise: isStepwise)
        try store.put("inside/secret", Array("own".utf8))
        let outside = store.folder.path + "/outside"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        try Data("theirs".utf8).write(to: URL(filePath: outside + "/secret"))
        let links = [
            ("out", outside), ("up", ".."), ("own", "inside"), ("file", outside + "/secret"),
            ("proc", "/proc/self/root"),
            ("loop", "loop"),
        ]
        for (name, target) in links {
            try FileManager.default.createSymbolicLink(atPath: "\(store.root)/\(name)", withDestinationPath: target)
        }
        for path in ["out/secret", "up/outside/secret", "own/secret", "file", "proc/etc/passwd", "loop", "loop/x"] {
            #expect(failureCode { _ = try store.get(path) } == .invalid, "\(path)")
        }
        for path in ["out/new", "up/new", "own/new", "proc/tmp/new", "out/sub/new"] {
            #expect(failureCode { try store.put(path, [1]) } == .invalid, "\(path)")
        }
        for path in ["out", "own", "up", "proc"] {
            #expect(failureCode { _ = try store.names(path) } == .invalid, "\(path)")
            #expect(failureCode { _ = try store.store.info(ArtifactPath(parsing: path)) } == .invalid, "\(path)")
        }
        #expect(failureCode { try store.store.delete(ArtifactPath(parsing: "out/secret")) } == .invalid)
        // They are not listed, not counted, and deleting one or replacing one touches only the link.
        #expect(try store.names() == ["inside"])
        #expect(try store.store.usage(of: .root, limit: 1000) == ArtifactUsage(files: 1, bytes: 3))
        try store.store.delete(ArtifactPath(parsing: "out"))
        try store.put("file", Array("new".utf8))
        #expect(try store.get("file") == Array("new".utf8))
        try FileManager.default.createSymbolicLink(atPath: store.root + "/inside/out", withDestinationPath: outside)
        try store.store.delete(ArtifactPath(parsing: "inside"))
        #expect(try String(contentsOfFile: outside + "/secret", encoding: .utf8) == "theirs")
        #expect(FileManager.default.fileExists(atPath: store.root + "/inside") == false)
    }

    @Test("pipes and other special files do not hold a reader up", arguments: [false, true])
    func specialFiles(_ isStepwise: Bool) throws {
        let store = try TemporaryStore(isStepwise: isStepwise)
        #expect(mkfifo(store.root + "/pipe", 0o600) == 0)
        #expect(failureCode { _ = try store.get("pipe") } == .invalid)
        #expect(try store.names() == [])
    }

    @Test("odd names keep their bytes", arguments: [false, true])
    func oddNames(_ isStepwise: Bool) throws {
        let store = try TemporaryStore(isStepwise: isStepwise)
        let names = [
            "\u{FC}", "u\u{308}", "a b", "100%", "%25", "a%20b", "..a", "...", "-rf", "~", "\u{1F600}", "a\"b", "'",
            "$HOME",
            "\u{202E}txt", String(repeating: "x", count: 255), " ", "a;b", "*",
        ]
        for (number, name) in names.enumerated() { try store.put("odd/\(name)", [UInt8(number)]) }
        for (number, name) in names.enumerated() { #expect(try store.get("odd/\(name)") == [UInt8(number)], "\(name)") }
        let listed = try store.names("odd").map { Array($0.utf8) }
        #expect(listed == names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) })
        // A name that is not UTF-8, made by somebody else, is not shown and harms nothing.
        let descriptor = open(store.root + "/odd/\u{FC}", O_RDONLY)
        close(descriptor)
        var raw = Array("\(store.root)/odd/".utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
        #expect(link("\(store.root)/odd/*", &raw) == 0)
        #expect(try store.names("odd").count == names.count)
        try store.store.delete(ArtifactPath(parsing: "odd"))
        #expect(try store.names() == [])
    }

    @Test("lists are sorted by bytes and come in pages")
    func listing() throws {
        let store = try TemporaryStore()
        let names = (0..<2500).map { "f\($0)" }
        for name in names { try Data([1, 2]).write(to: URL(filePath: "\(store.root)/\(name)")) }
        try store.put("dir/x", [1])
        let expected = (names + ["dir"]).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for limit in [1, 7, 999, 2501, 10_000] {
            var (seen, after) = ([String](), String?.none)
            var pages = 0
            repeat {
                let page = try store.store.list(.root, after: after, limit: limit)
                #expect(page.entries.count <= limit)
                #expect(page.entries.allSatisfy { $0.isFolder ? $0.name == "dir" && $0.size == 0 : $0.size == 2 })
                seen += page.entries.map(\.name)
                after = page.next
                pages += 1
            } while after != nil && (limit > 1 || pages < 50)
            #expect(seen == Array(expected.prefix(seen.count)))
            #expect(limit == 1 || seen.count == expected.count)
        }
    }

    @Test("usage counts what is there, up to a limit")
    func usage() throws {
        let store = try TemporaryStore()
        for number in 0..<20 { try store.put("d\(number % 4)/f\(number)", Array(repeating: 0, count: number)) }
        #expect(try store.store.usage(of: .root, limit: 1000) == ArtifactUsage(files: 20, bytes: 190))
        #expect(try store.store.usage(of: ArtifactPath(parsing: "d1"), limit: 1000).files == 5)
        #expect(try !store.store.usage(of: .root, limit: 10).isComplete)
        #expect(failureCode { _ = try store.store.usage(of: ArtifactPath(parsing: "no"), limit: 10) } == .notFound)
    }

    @Test("a folder of many files and levels is deleted at once")
    func deletion() throws {
        let store = try TemporaryStore()
        for number in 0..<300 { try store.put("t/\(number % 7)/\(number % 5)/f\(number)", [1]) }
        let deep = "t/" + Array(repeating: "d", count: 60).joined(separator: "/") + "/f"
        try store.put(deep, [1])
        try store.put("keep", [1])
        try store.store.delete(ArtifactPath(parsing: "t"))
        #expect(try store.names() == ["keep"])
        #expect(store.leftovers == [])
        // What was deleted can be written again.
        try store.put(deep, [2])
        #expect(try store.get(deep) == [2])
    }

    @Test("a sparse file of 64 GiB is read in pieces, at its beginning and its end")
    func large() throws {
        let store = try TemporaryStore()
        let size: Int64 = 64 << 30
        let descriptor = open(store.root + "/large", O_WRONLY | O_CREAT, 0o600)
        #expect(descriptor >= 0 && ftruncate(descriptor, off_t(size)) == 0)
        let tail = Array("the end".utf8)
        #expect(pwrite(descriptor, tail, tail.count, off_t(size) - off_t(tail.count)) == tail.count)
        close(descriptor)
        let reader = try store.store.read(ArtifactPath(parsing: "large"))
        #expect(reader.size == size)
        #expect(try reader.bytes(at: 0, count: 4) == [0, 0, 0, 0])
        #expect(try reader.bytes(at: size - 7, count: 1 << 20) == tail)
        // A gibibyte goes through one buffer of 256 KiB.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        let before = residentBytes()
        var offset: Int64 = 0
        while offset < 1 << 30 { offset += Int64(try reader.read(at: offset, into: buffer)) }
        #expect(residentBytes() - before < 128 << 20)
        #expect(ByteRange("bytes=-7", size: reader.size) == .part((size - 7)..<size))
    }

    @Test("a file is written through with bounded memory")
    func writingLarge() throws {
        let store = try TemporaryStore()
        let piece = [UInt8](repeating: 7, count: 1 << 20)
        let writer = try store.store.write(ArtifactPath(parsing: "large"))
        let before = residentBytes()
        for _ in 0..<200 { try writer.append(piece) }
        #expect(residentBytes() - before < 128 << 20)
        #expect(try writer.commit().size == 200 << 20)
    }

    @Test("a file that is cut off behind the store's back is an error, not a short answer")
    func truncated() throws {
        let store = try TemporaryStore()
        try store.put("f", Array(repeating: 1, count: 1000))
        let reader = try store.store.read(ArtifactPath(parsing: "f"))
        #expect(truncate(store.root + "/f", 10) == 0)
        #expect(failureCode { _ = try reader.bytes(at: 0, count: 1000) } == .unavailable)
    }

    @Test("a root that cannot be one is refused")
    func badRoots() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write([], to: folder.path + "/file")
        for root in ["", folder.path + "/no/such", folder.path + "/file", "a\0b"] {
            #expect(throws: Failure.self, "\(root)") { _ = try LocalArtifactStore(root: root) }
        }
        // A link in the place of the store's own folder leads nowhere.
        try FileManager.default.createDirectory(atPath: folder.path + "/r", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/r/.steward", withDestinationPath: "/tmp")
        #expect(throws: Failure.self) { _ = try LocalArtifactStore(root: folder.path + "/r") }
    }
}

/// Bytes of memory this process holds; 0 where the system does not tell.
private func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    return (Int(text.split(separator: " ")[1]) ?? 0) * Int(getpagesize())
}
