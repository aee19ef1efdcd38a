import Core
import Foundation
import Platform
import Testing

@Suite("Verifying a log")
struct LogVerifierTests {
    private func export(_ size: Int, to directory: LogDirectory) async throws {
        let entries = SampleLog.entries
        try await directory.write(checkpoint: SampleLog.checkpoint(size), size: Int64(size)) { bundle in
            Array(entries[Int(bundle.entries.lowerBound)..<Int(bundle.entries.upperBound)])
        }
    }

    @Test(
        "logs of every shape are intact, and continue each other",
        arguments: [0, 1, 2, 255, 256, 257, 511, 512, 513, 1000])
    func sizes(_ size: Int) async throws {
        let log = SampleLog(Array(SampleLog.entries.prefix(size)))
        for earlier in [nil, 0, 1, 256, 300, size] where (earlier ?? 0) <= size {
            let report = try await log.verify(since: earlier.map { SampleLog.checkpoint($0) })
            #expect(report.isIntact, "\(report.findings)")
            #expect(report.entries == Int64(size))
            #expect(report.checkpoint?.checkpoint.size == Int64(size))
        }
    }

    @Test("findings name the file and the entry")
    func findings() async throws {
        let log = SampleLog(SampleLog.entries)
        var entries = SampleLog.entries
        entries[600] = Array("{\"n\":!!!}".utf8)
        let bundle = "tile/entries/002"
        let changed = try await log.verify(
            replacing: [bundle: EntryBundle.bytes(of: entries[512..<768])], findingLimit: 100)
        #expect(changed.findings.map(\.entry) == [600, nil, nil])
        #expect(changed.findings[0].file == bundle)
        #expect(changed.findings.dropFirst().map(\.file) == ["tile/1/000.p/3", "checkpoint"])
        #expect(changed.isComplete)
        #expect(changed.entries == 1000)

        let missing = try await log.verify(replacing: [bundle: nil], findingLimit: 100)
        #expect(missing.findings.map(\.message) == ["is missing"])
        #expect(!missing.isIntact)
        let both = try await log.verify(replacing: [bundle: nil, "tile/0/002": nil], findingLimit: 100)
        #expect(both.findings.count == 2)
        #expect(!both.isComplete)

        // A limit of findings ends the work.
        entries[601] = []
        entries[602] = []
        let limited = try await log.verify(
            replacing: [bundle: EntryBundle.bytes(of: entries[512..<768])], findingLimit: 2)
        #expect(limited.findings.map(\.entry) == [600, 601])
        #expect(!limited.isComplete)
    }

    @Test("a full tile serves where the partial one was deleted, as the format allows")
    func fullForPartial() async throws {
        let older = SampleLog.checkpoint(700)
        var log = SampleLog(SampleLog.entries)
        log.files["checkpoint"] = older
        let level1 = SampleLog(Array(SampleLog.entries.prefix(700))).files["tile/1/000.p/2"]!
        log.files["tile/1/000.p/2"] = level1
        let report = try await log.verify(findingLimit: 100)
        #expect(report.isIntact, "\(report.findings)")
        #expect(report.entries == 700)
    }

    @Test("an exported directory is verified, again after it has grown, and strays in it are found")
    func directory() async throws {
        let folder = try TemporaryFolder()
        let directory = LogDirectory(path: folder.path + "/export")
        let verifier = LogVerifier(trust: SampleLog.trust)
        try await export(700, to: directory)
        #expect(try await verifier.verify(directory).isIntact)
        let pinned = try #require(try directory.read("checkpoint"))
        try await export(1000, to: directory)
        let grown = try await verifier.verify(
            directory, [.init(pinned, SampleLog.trust, name: "the earlier checkpoint")])
        #expect(grown.isIntact, "\(grown.findings)")
        #expect(try directory.read("tile/entries/002.p/188") != nil)

        func check(_ name: String, _ bytes: [UInt8]?, _ isIntact: Bool = false) async throws {
            let file = "\(directory.path)/\(name)"
            let before = try directory.read(name)
            try bytes.map { try AtomicFile.write($0, to: file) } ?? FileManager.default.removeItem(atPath: file)
            let report = try await verifier.verify(
                directory, [.init(pinned, SampleLog.trust, name: "the earlier checkpoint")])
            #expect(report.isIntact == isIntact, "\(name)")
            try before.map { try AtomicFile.write($0, to: file) } ?? FileManager.default.removeItem(atPath: file)
        }
        try await check("notes.txt", [1])
        try await check("tile/0/004", Array(repeating: 0, count: 8192))
        try await check("tile/entries/003", [1])
        try await check("tile/entries/0000", [1])
        // Files of the smaller log may go, but not change.
        let old = "tile/0/002.p/188"
        let bytes = try #require(try directory.read(old))
        try await check(old, nil, true)
        try await check(old, Array(bytes.dropLast(32)))
        var changed = bytes
        changed[77] ^= 1
        try await check(old, changed)
        let bundle = try #require(try directory.read("tile/entries/002.p/188"))
        try await check("tile/entries/002.p/188", Array(bundle.dropLast(1)))
        #expect(try await verifier.verify(directory).isIntact)

        // Every file of the log, at a few places.
        for name in SampleLog(SampleLog.entries).files.keys {
            var bytes = try #require(try directory.read(name))
            bytes[bytes.count / 2] ^= 4
            try await check(name, bytes)
            try await check(name, nil)
        }
    }

    @Test("a wrong export is refused, and no checkpoint is written for it")
    func exporting() async throws {
        let folder = try TemporaryFolder()
        let directory = LogDirectory(path: folder.path)
        await #expect(throws: Failure.self) {
            try await directory.write(checkpoint: SampleLog.checkpoint(3), size: 3) { _ in
                SampleLog.entries.prefix(2).map(\.self)
            }
        }
        await #expect(throws: Failure(.unavailable, "gone")) {
            try await directory.write(checkpoint: SampleLog.checkpoint(3), size: 3) { _ throws(Failure) in
                throw Failure(.unavailable, "gone")
            }
        }
        #expect(try directory.read("checkpoint") == nil)
    }

    @Test("a checkpoint to compare with must itself be believed; what fetching throws is passed on")
    func failures() async throws {
        let stranger = try SigningKey(name: "stranger.example")
        let foreign = try stranger.sign(
            Checkpoint(origin: "stranger.example", size: 0, root: MerkleTree.emptyRoot).text)
        let log = SampleLog(Array(SampleLog.entries.prefix(3)))
        await #expect(throws: Failure.self) { _ = try await log.verify(since: foreign.bytes) }
        await #expect(throws: Failure(.unavailable, "offline")) {
            _ = try await LogVerifier(trust: SampleLog.trust).verify { _ throws(Failure) in
                throw Failure(.unavailable, "offline")
            }
        }
        #expect(throws: Failure.self) { _ = try LogTrust(keys: []) }
        #expect(throws: Failure.self) { _ = try LogTrust(keys: [VerifierKey(parsing: MerkleVectors.witnessKey)]) }
        #expect(throws: Failure.self) { _ = try LogTrust(keys: [stranger.verifier], witnesses: [stranger.verifier]) }
        #expect(throws: Failure.self) { _ = try MerkleVectors.trust(quorum: 2) }
    }

    @Test("a log that was cut, and one that was changed and signed again, are told apart")
    func kinds() async throws {
        let verifier = LogVerifier(trust: SampleLog.trust)
        let whole = SampleLog(Array(SampleLog.entries.prefix(300)))
        let pin = try LogVerifier.Pin(SampleLog.checkpoint(300), SampleLog.trust, name: "yesterday's")
        func verify(_ log: SampleLog, _ pin: LogVerifier.Pin) async throws -> LogReport {
            try await verifier.verify([pin]) { name throws(Failure) in log.files[name] }
        }
        #expect(try await verify(whole, pin).isIntact)
        let cut = try await verify(SampleLog(Array(SampleLog.entries.prefix(299))), pin)
        #expect(cut.findings.map(\.kind) == [.rolledBack])
        var entries = Array(SampleLog.entries.prefix(400))
        entries[17] = Array("another".utf8)
        let forged = try await verify(SampleLog(entries), pin)
        #expect(forged.findings.map(\.kind) == [.rewritten])
        #expect(forged.findings.first?.message.contains("yesterday's") == true)
        // A copy may be older than what was seen elsewhere, but no other.
        let newer = try LogVerifier.Pin(
            SampleLog.checkpoint(300), SampleLog.trust, name: "the server", mayBeNewer: true)
        #expect(try await verify(SampleLog(Array(SampleLog.entries.prefix(299))), newer).isIntact)
        #expect(try await verify(SampleLog(entries), newer).findings.map(\.kind) == [.rewritten])
    }

    @Test("the key beside an exported log is exactly a key and a newline")
    func key() async throws {
        let folder = try TemporaryFolder()
        let directory = LogDirectory(path: folder.path)
        try await export(5, to: directory)
        #expect(try directory.key() == nil)
        try directory.write(SampleLog.key.verifier)
        #expect(try directory.key() == SampleLog.key.verifier)
        #expect(try await LogVerifier(trust: SampleLog.trust).verify(directory).isIntact)
        let text = SampleLog.key.verifier.text
        for wrong in ["", text, "\(text) \n", "\(text)\n\n", " \(text)\n", text.dropFirst() + "\n"] {
            try AtomicFile.write(Array(wrong.utf8), to: "\(folder.path)/key")
            #expect(throws: Failure.self, "\(wrong)") { _ = try directory.key() }
        }
    }
}

@Suite("Log proofs")
struct LogProofTests {
    private let size = 1000

    private func proof(of index: Int64, extra: [UInt8]? = nil) throws -> LogProof {
        let leaves = SampleLog.entries.map(MerkleTree.leafHash)
        var frontier = MerkleFrontier()
        var nodes: [MerklePosition: MerkleHash] = [:]
        for leaf in leaves { for node in frontier.append(leaf) { nodes[node.position] = node.hash } }
        let hashes = try MerkleProofPlan.inclusion(of: index, in: Int64(size)).hashes { nodes[$0]! }
        return LogProof(index: index, hashes: hashes, checkpoint: SampleLog.sign(frontier), extra: extra)
    }

    @Test("a proof is written, read and verified offline", arguments: [0, 1, 511, 512, 998, 999])
    func roundTrip(_ index: Int64) throws {
        for extra in [nil, [], Array("who and when".utf8)] {
            let bytes = try proof(of: index, extra: extra).bytes
            let read = try LogProof(parsing: bytes)
            #expect(read.bytes == bytes)
            #expect(read.extra == extra)
            let leaf = MerkleTree.leafHash(SampleLog.entries[Int(index)])
            #expect(try read.verify(leaf, SampleLog.trust).checkpoint.size == 1000)
            let other = MerkleTree.leafHash(SampleLog.entries[Int(index + 1) % 1000])
            #expect(throws: Failure.self) { _ = try read.verify(other, SampleLog.trust) }
        }
        let text = String(decoding: try proof(of: index).bytes, as: UTF8.self)
        #expect(text.hasPrefix("c2sp.org/tlog-proof@v1\nindex \(index)\n"))
        #expect(text.contains("\n\nlog.example/test\n1000\n"))
    }

    @Test("one byte changed anywhere in a proof is found: eight bits of each byte")
    func changedBytes() throws {
        let bytes = try proof(of: 321).bytes
        let leaf = MerkleTree.leafHash(SampleLog.entries[321])
        for place in bytes.indices {
            for bit in 0..<8 as Range<UInt8> {
                var changed = bytes
                changed[place] ^= 1 << bit
                #expect(throws: Failure.self, "byte \(place)") {
                    _ = try LogProof(parsing: changed).verify(leaf, SampleLog.trust)
                }
            }
            #expect(throws: Failure.self) { _ = try LogProof(parsing: Array(bytes[..<place])) }
        }
    }

    @Test("no bytes crash the parser, and what it reads it writes back")
    func fuzz() throws {
        var random = RepeatableRandom(seed: 7)
        let seeds = [try proof(of: 0, extra: [1, 2]).bytes, try proof(of: 999).bytes]
        for _ in 0..<20_000 {
            let input = seeds.randomElement(using: &random)!.mutated(&random)
            if let proof = try? LogProof(parsing: input) { #expect(proof.bytes == input) }
        }
    }
}
