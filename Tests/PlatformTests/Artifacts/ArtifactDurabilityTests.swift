import Core
import Foundation
import Platform
import Synchronization
import Testing

@Suite("Artifacts: whole or absent")
struct ArtifactDurabilityTests {
    @Test("many writers of one path, and readers: every look finds one whole file", arguments: [false, true])
    func concurrentWriters(_ isStepwise: Bool) throws {
        let store = try TemporaryStore(isStepwise: isStepwise)
        let path = try ArtifactPath(parsing: "shared/model/weights")
        let problems = Mutex<[String]>([])
        @Sendable func expect(_ condition: Bool, _ what: String) {
            if !condition { problems.withLock { $0.append(what) } }
        }
        DispatchQueue.concurrentPerform(iterations: 8) { worker in
            for round in 0..<25 {
                do {
                    if worker < 5 {
                        // A file of one repeated byte, its length given by the byte.
                        let byte = UInt8(worker * 25 + round + 1)
                        let writer = try store.store.write(path)
                        for _ in 0..<4 { try writer.append(Array(repeating: byte, count: Int(byte) * 100)) }
                        if round % 5 == 4 {
                            writer.abandon()
                        } else {
                            expect(try writer.commit().size == Int64(byte) * 400, "size")
                        }
                    } else {
                        let reader = try store.store.read(path)
                        let bytes = try reader.bytes(at: 0, count: Int(reader.size))
                        let byte = bytes.first ?? 0
                        expect(bytes.count == Int(byte) * 400 && bytes.allSatisfy { $0 == byte }, "a torn file")
                    }
                } catch {
                    expect((error as? Failure)?.code == .notFound && worker >= 5, "\(error)")
                }
            }
        }
        #expect(problems.withLock { $0 } == [])
        #expect(store.leftovers == [])
        #expect(try store.names("shared/model") == ["weights"])
    }

    @Test("writers, and somebody who deletes their folder all the time")
    func writersAndDeletion() throws {
        let store = try TemporaryStore()
        let problems = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { worker in
            for round in 0..<60 {
                do {
                    if worker == 0 {
                        try store.store.delete(ArtifactPath(parsing: "run"))
                    } else {
                        try store.put("run/a/b/f\(worker)-\(round)", [UInt8(worker)])
                    }
                } catch {
                    let isExpected = worker == 0 && (error as? Failure)?.code == .notFound
                    if !isExpected { problems.withLock { $0.append("\(error)") } }
                }
            }
        }
        #expect(problems.withLock { $0 } == [])
        try store.put("run/a/b/last", [1])
        #expect(try store.get("run/a/b/last") == [1])
        #expect(store.leftovers == [])
    }

    @Test("a writer that is given up, in any way, leaves nothing")
    func abandoned() throws {
        let store = try TemporaryStore()
        let path = try ArtifactPath(parsing: "f")
        do {
            let writer = try store.store.write(path)
            try writer.append([1, 2, 3])
            #expect(store.leftovers.count == 1)
        }
        #expect(store.leftovers == [])
        let writer = try store.store.write(path)
        try writer.append([1])
        writer.abandon()
        #expect(store.leftovers == [])
        #expect(failureCode { try writer.append([2]) } == .conflict)
        #expect(failureCode { _ = try writer.commit() } == .conflict)
        #expect(failureCode { _ = try store.get("f") } == .notFound)

        let other = try store.store.write(path)
        _ = try other.commit()
        other.abandon()
        #expect(failureCode { _ = try other.commit() } == .conflict)
        #expect(try store.get("f") == [])
    }

    @Test("what a dead process left is removed at the next start; what a living one writes is not")
    func leftovers() throws {
        let store = try TemporaryStore()
        // As after kill -9: a session's folder that nobody locks.
        let dead = store.root + "/.steward/tmp/0123456789abcdef0123456789abcdef"
        try FileManager.default.createDirectory(atPath: dead + "/deleted-1/sub", withIntermediateDirectories: true)
        for name in ["file-1", "file-2", "deleted-1/sub/f"] {
            try AtomicFile.write([1], to: "\(dead)/\(name)")
        }
        let writer = try store.store.write(ArtifactPath(parsing: "f"))
        try writer.append([1, 2])
        let second = try LocalArtifactStore(root: store.root)
        #expect(!FileManager.default.fileExists(atPath: dead))
        #expect(store.leftovers.count == 1)
        #expect(try writer.commit().size == 2)
        #expect(try second.info(ArtifactPath(parsing: "f")).size == 2)
    }

    @Test("a store that is closed cleans up after itself")
    func closing() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try LocalArtifactStore(root: folder.path)
            _ = try store.write(ArtifactPath(parsing: "f")).commit()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/.steward/tmp") == [])
    }

    @Test(
        "a full disk is answered as such, keeps what was there, and works again when there is space",
        .enabled(if: SmallDisk.isPossible, "needs the right to mount a small file system"), arguments: [false, true])
    func fullDisk(_ isStepwise: Bool) throws {
        let disk = try SmallDisk(mebibytes: 4)
        let store = try LocalArtifactStore(root: disk.path + "/root", isStepwise: isStepwise)
        let (old, new) = (try ArtifactPath(parsing: "m/old"), try ArtifactPath(parsing: "m/new"))
        let small = try store.write(old)
        try small.append([1, 2, 3])
        _ = try small.commit()
        for path in [new, old] {
            let writer = try store.write(path)
            let code = failureCode {
                for _ in 0..<8 { try writer.append(Array(repeating: 9, count: 1 << 20)) }
                _ = try writer.commit()
            }
            #expect(code == .unavailable)
        }
        #expect(failureCode { _ = try store.info(new) } == .notFound)
        #expect(try store.read(old).bytes(at: 0, count: 10) == [1, 2, 3])
        let upload = try store.createUpload(new)
        let part = try store.writePart(1, of: upload, for: new)
        #expect(failureCode { for _ in 0..<8 { try part.append(Array(repeating: 9, count: 1 << 20)) } } == .unavailable)
        try store.abort(upload, for: new)
        let again = try store.write(new)
        try again.append(Array(repeating: 9, count: 2 << 20))
        #expect(try again.commit().size == 2 << 20)
    }

    @Test("without descriptors the answer is to try again, and afterwards all is well")
    func descriptors() async {
        // In a process of its own: the limit would hold for all tests.
        await #expect(processExitsWith: .success) {
            let store = try TemporaryStore()
            try store.put("a/f", [1])
            var limit = rlimit(rlim_cur: 40, rlim_max: 40)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            var held: [Int32] = []
            while true {
                let descriptor = open("/dev/null", O_RDONLY)
                if descriptor < 0 { break }
                held.append(descriptor)
            }
            #expect(failureCode { _ = try store.get("a/f") } == .unavailable)
            #expect(failureCode { try store.put("a/g", [1]) } == .unavailable)
            #expect(failureCode { _ = try store.names("a") } == .unavailable)
            #expect(failureCode { try store.store.delete(ArtifactPath(parsing: "a")) } == .unavailable)
            for descriptor in held { close(descriptor) }
            #expect(try store.get("a/f") == [1])
            try store.put("a/g", [2])
            #expect(try store.names("a") == ["f", "g"])
        }
    }
}

/// A file system of a few mebibytes, for filling it.
final class SmallDisk {
    let path: String
    private let folder: TemporaryFolder

    static let isPossible: Bool = (try? SmallDisk(mebibytes: 1)) != nil

    init(mebibytes: Int) throws {
        folder = try TemporaryFolder()
        path = folder.path
        #if canImport(Glibc)
            guard mount("tmpfs", path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
                throw Failure(.unsupported, "no right to mount")
            }
        #else
            throw Failure(.unsupported, "no small file system here")
        #endif
    }

    deinit {
        #if canImport(Glibc)
            umount2(path, Int32(MNT_DETACH))
        #endif
    }
}
