import Core
import Platform
import Testing

/// Promise D6: a record cannot be changed, removed, inserted or reordered unnoticed. A log of 1,000 entries is exported
/// and every such change is made.
@Suite("Tampering with a log")
struct LogTamperingTests {
    private static let entries = SampleLog.entries
    private static let log = SampleLog(entries)

    @Test("untouched, it is intact")
    func intact() async throws {
        let report = try await Self.log.verify()
        #expect(report.isIntact, "\(report.findings)")
        #expect(report.entries == 1000)
        // Four bundles, four tiles of their hashes, one tile above, the checkpoint.
        #expect(Self.log.files.count == 10)
    }

    @Test("every single-byte change of every file is found", arguments: log.files.keys.sorted())
    func changedBytes(_ file: String) async throws {
        var random = RepeatableRandom(seed: 5)
        let bytes = Self.log.files[file]!
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= UInt8.random(in: 1...255, using: &random)
            let report = try await Self.log.verify(replacing: [file: changed])
            #expect(!report.isIntact, "byte \(place) of \(file)")
        }
    }

    @Test("every file that is missing, emptied, cut off, prolonged or exchanged for another is found")
    func changedFiles() async throws {
        for (name, bytes) in Self.log.files {
            let wrong: [[UInt8]?] = [nil, [], bytes.dropLast(), bytes + [0], bytes + bytes]
            for other in wrong + Self.log.files.values.filter({ $0 != bytes }) {
                let report = try await Self.log.verify(replacing: [name: other])
                #expect(!report.isIntact, "\(name)")
            }
        }
    }

    /// The change, made by somebody who can write the files but does not have the key: once in the bundles alone, once
    /// with all tiles made anew to fit.
    private func expectFound(_ changed: [[UInt8]], _ what: String) async throws {
        let checkpoint = Self.log.files["checkpoint"]!
        var crude = Self.log
        for name in crude.files.keys where name.hasPrefix("tile/entries/") { crude.files[name] = nil }
        crude.files.merge(SampleLog.bundles(of: changed)) { $1 }
        for forgery in [crude, SampleLog(changed, checkpoint: checkpoint)] {
            let report = try await forgery.verify()
            #expect(!report.isIntact, "\(what)")
        }
    }

    @Test("every removal of an entry is found")
    func removals() async throws {
        for place in Self.entries.indices {
            var changed = Self.entries
            changed.remove(at: place)
            try await expectFound(changed, "entry \(place) removed")
        }
    }

    @Test("every insertion of an entry is found")
    func insertions() async throws {
        for place in 0...Self.entries.count {
            var changed = Self.entries
            changed.insert(place.isMultiple(of: 2) ? Array("{\"n\":-1}".utf8) : Self.entries[place % 1000], at: place)
            try await expectFound(changed, "entry inserted at \(place)")
        }
    }

    @Test("every swap of neighbours, and swaps of others, are found")
    func swaps() async throws {
        var random = RepeatableRandom(seed: 6)
        let pairs =
            (1..<1000).map { ($0 - 1, $0) }
            + (0..<500).map { _ in
                (Int.random(in: 0..<500, using: &random), Int.random(in: 500..<1000, using: &random))
            }
        for (one, two) in pairs {
            var changed = Self.entries
            changed.swapAt(one, two)
            try await expectFound(changed, "entries \(one) and \(two) swapped")
        }
    }

    @Test("whoever has the key and signs a new history is found by an earlier checkpoint, and only there")
    func signedForgery() async throws {
        let pinned = SampleLog.checkpoint(700)
        #expect(try await Self.log.verify(since: pinned).isIntact)
        for place in stride(from: 0, to: 1000, by: 7) {
            var changed = Self.entries
            changed[place] = Array("{\"n\":\"other\"}".utf8)
            let forgery = SampleLog(changed)
            #expect(try await forgery.verify().isIntact)
            #expect(try await forgery.verify(since: pinned).isIntact == (place >= 700), "entry \(place)")
        }
        // A log that forgets its newest entries.
        let shorter = SampleLog(Array(Self.entries.prefix(600)))
        #expect(try await shorter.verify().isIntact)
        #expect(try await !shorter.verify(since: pinned).isIntact)
    }
}
