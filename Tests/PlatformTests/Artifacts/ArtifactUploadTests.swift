import Core
import Foundation
import Platform
import Synchronization
import Testing

@Suite("Artifacts in parts")
struct ArtifactUploadTests {
    private func send(
        _ bytes: [UInt8], _ number: Int, _ upload: String, _ path: ArtifactPath, _ store: LocalArtifactStore
    )
        throws -> UploadedPart
    {
        let writer = try store.writePart(number, of: upload, for: path)
        try writer.append(bytes)
        return UploadedPart(number: number, entityTag: "\"\(try writer.commit().sha256)\"")
    }

    private func piece(_ number: Int, _ count: Int = 100_000) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* number) }
    }

    @Test("parts sent in any order and at the same time become one file", arguments: [false, true])
    func joined(_ isStepwise: Bool) throws {
        let temporary = try TemporaryStore(isStepwise: isStepwise)
        let (store, path) = (temporary.store, try ArtifactPath(parsing: "1/run/artifacts/big.bin"))
        let upload = try store.createUpload(path)
        #expect(upload.count == 32)
        let sent = Mutex<[UploadedPart]>([])
        DispatchQueue.concurrentPerform(iterations: 12) { index in
            if let part = try? send(piece(12 - index), 12 - index, upload, path, store) {
                sent.withLock { $0.append(part) }
            }
        }
        let parts = sent.withLock { $0.sorted { $0.number < $1.number } }
        #expect(parts.map(\.number) == Array(1...12))
        #expect(failureCode { _ = try store.info(path) } == .notFound)
        let whole = (1...12).flatMap { piece($0) }
        let stored = try store.complete(upload, for: path, parts: parts)
        #expect(stored.path == path && stored.size == 1_200_000 && stored.sha256 == sha256(whole))
        #expect(try store.info(path).modified == stored.modified)
        #expect(try temporary.get("1/run/artifacts/big.bin") == whole)
        // The client missed the answer and asks again; the parts are gone.
        #expect(try store.complete(upload, for: path, parts: parts) == stored)
        #expect(failureCode { _ = try store.complete(upload, for: path, parts: Array(parts.dropLast())) } == .conflict)
        let left = FileManager.default.subpaths(atPath: temporary.root + "/.steward/uploads") ?? []
        #expect(left.filter { $0.contains("part-") } == [])
        #expect(temporary.leftovers == [])
    }

    @Test("a part that is sent again: the one that is named counts")
    func resent() throws {
        let temporary = try TemporaryStore()
        let (store, path) = (temporary.store, try ArtifactPath(parsing: "f"))
        let upload = try store.createUpload(path)
        let first = try send([1, 1], 1, upload, path, store)
        let second = try send([2, 2], 1, upload, path, store)
        #expect(try send([1, 1], 1, upload, path, store) == first)
        let last = try send([3], 2, upload, path, store)
        _ = second
        #expect(try store.complete(upload, for: path, parts: [first, last]).size == 3)
        #expect(try temporary.get("f") == [1, 1, 3])
    }

    @Test("what was never sent, or sent for something else, completes nothing", arguments: [false, true])
    func refused(_ isStepwise: Bool) throws {
        let temporary = try TemporaryStore(isStepwise: isStepwise)
        let (store, path) = (temporary.store, try ArtifactPath(parsing: "a/f"))
        let other = try ArtifactPath(parsing: "a/g")
        let upload = try store.createUpload(path)
        let one = try send([1], 1, upload, path, store)
        let two = try send([2], 2, upload, path, store)
        let absent = UploadedPart(number: 3, entityTag: one.entityTag)
        let wrong: [[UploadedPart]] = [
            [], [two, one], [one, one], [one, absent], [UploadedPart(number: 0, entityTag: one.entityTag)],
            [UploadedPart(number: 2, entityTag: one.entityTag)], [UploadedPart(number: 1, entityTag: "")],
            [UploadedPart(number: 1, entityTag: "../../../etc/passwd")],
            [UploadedPart(number: 1, entityTag: String(repeating: "/", count: 64))],
            [UploadedPart(number: 10_001, entityTag: one.entityTag)],
        ]
        for parts in wrong {
            #expect(failureCode { _ = try store.complete(upload, for: path, parts: parts) } == .invalid, "\(parts)")
        }
        for id in [
            "", "..", "../" + upload, upload + "0", String(repeating: "0", count: 32),
            String(repeating: "/", count: 32),
        ] {
            #expect(failureCode { _ = try store.complete(id, for: path, parts: [one]) } == .notFound, "\(id)")
            #expect(failureCode { _ = try store.writePart(1, of: id, for: path) } == .notFound)
            #expect(failureCode { try store.abort(id, for: path) } == .notFound)
        }
        // Another path's upload is nobody's business.
        #expect(failureCode { _ = try store.complete(upload, for: other, parts: [one]) } == .notFound)
        #expect(failureCode { _ = try store.writePart(1, of: upload, for: other) } == .notFound)
        #expect(failureCode { try store.abort(upload, for: other) } == .notFound)
        for number in [0, -1, 10_001] {
            #expect(failureCode { _ = try store.writePart(number, of: upload, for: path) } == .invalid)
        }
        #expect(failureCode { _ = try store.info(path) } == .notFound)
        #expect(temporary.leftovers == [])
        // It can still be completed, and then a folder cannot take its place.
        #expect(try store.complete(upload, for: path, parts: [one, two]).size == 2)
        #expect(failureCode { _ = try store.createUpload(ArtifactPath(parsing: "a")) } == .conflict)
    }

    @Test("an upload is not idle while a part of it arrives, however long that takes")
    func slowPart() throws {
        let temporary = try TemporaryStore()
        let (store, path) = (temporary.store, try ArtifactPath(parsing: "f"))
        let upload = try store.createUpload(path)
        let later = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 600_000)
        do {
            let writer = try store.writePart(1, of: upload, for: path)
            try writer.append([1, 2])
            #expect(try store.removeUploads(idleSince: later) == 0)
            let part = UploadedPart(number: 1, entityTag: try writer.commit().sha256)
            // Another part that does not end stands in nobody's way.
            let endless = try store.writePart(2, of: upload, for: path)
            #expect(try store.complete(upload, for: path, parts: [part]).size == 2)
            endless.abandon()
        }
        #expect(try store.removeUploads(idleSince: later) == 1)
    }

    @Test("parts are joined a piece at a time; nobody removes or joins them meanwhile, and the file appears at the end")
    func pieces() throws {
        let temporary = try TemporaryStore()
        let (store, path) = (temporary.store, try ArtifactPath(parsing: "f"))
        let upload = try store.createUpload(path)
        let later = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 600_000)
        let bytes = (1...3).map { piece($0, 9 << 20) }
        let parts = try bytes.enumerated().map { try send($1, $0 + 1, upload, path, store) }
        do {
            let join = try store.join(upload, for: path, parts: parts)
            var steps = 1
            while try join.joinMore() {
                steps += 1
                #expect(try store.removeUploads(idleSince: later) == 0)
                #expect(failureCode { _ = try store.complete(upload, for: path, parts: parts) } == .unavailable)
                #expect(failureCode { try store.abort(upload, for: path) } == .unavailable)
                #expect(failureCode { _ = try store.info(path) } == .notFound)
            }
            #expect(steps >= 3)
        }
        // Given up before its end, it can be begun again.
        #expect(failureCode { _ = try store.info(path) } == .notFound)
        #expect(temporary.leftovers == [])
        let early = try store.join(upload, for: path, parts: parts)
        #expect(failureCode { _ = try early.commit() } == .bug)
        while try early.joinMore() {}
        #expect(try early.commit().sha256 == sha256(bytes.flatMap { $0 }))
    }

    @Test("an upload that is given up is gone with its parts, and one that lies idle is forgotten")
    func forgotten() throws {
        let temporary = try TemporaryStore()
        let (store, path) = (temporary.store, try ArtifactPath(parsing: "f"))
        let aborted = try store.createUpload(path)
        let part = try send([1], 1, aborted, path, store)
        let writer = try store.writePart(2, of: aborted, for: path)
        try writer.append([2])
        try store.abort(aborted, for: path)
        #expect(failureCode { _ = try store.complete(aborted, for: path, parts: [part]) } == .notFound)
        #expect(failureCode { try store.abort(aborted, for: path) } == .notFound)
        writer.abandon()

        let idle = try store.createUpload(path)
        let kept = try send([1], 1, idle, path, store)
        let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        #expect(try store.removeUploads(idleSince: now.adding(milliseconds: -600_000)) == 0)
        // An upload outlives the process that began it.
        let second = try LocalArtifactStore(root: temporary.root)
        #expect(try second.complete(idle, for: path, parts: [kept]).size == 1)
        let stale = try second.createUpload(path)
        #expect(try second.removeUploads(idleSince: now.adding(milliseconds: 600_000)) == 2)
        #expect(failureCode { _ = try second.writePart(1, of: stale, for: path) } == .notFound)
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.root + "/.steward/uploads") == [])
        #expect(try temporary.get("f") == [1])
    }
}
