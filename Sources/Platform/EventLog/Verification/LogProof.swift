package import Core

/// A proof, complete in itself, that an entry stands in a log: C2SP tlog-proof v1, files `*.tlog-proof`.
package struct LogProof: Sendable {
    /// Position of the entry, counted from 0.
    package let index: Int64
    /// From the leaf's sibling up to the root's child.
    package let hashes: [MerkleHash]
    /// The signed checkpoint, verbatim.
    package let checkpoint: [UInt8]
    /// Opaque and not authenticated.
    package let extra: [UInt8]?

    /// Larger proofs are refused: the checkpoint's limit, and as much again for the extra data.
    package static let maximumSize = 2 * SignedNote.maximumSize
    /// The height of the tallest tree whose size fits into `Int64`.
    package static let maximumHashes = 63

    private static let header = "c2sp.org/tlog-proof@v1"

    package init(index: Int64, hashes: [MerkleHash], checkpoint: [UInt8], extra: [UInt8]? = nil) {
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
        self.extra = extra
    }

    /// - Throws: `invalid` for anything that is not exactly such a proof. Nothing is verified yet.
    package init(parsing bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= Self.maximumSize else {
            throw Failure(.invalid, "log proof: is larger than \(Self.maximumSize) bytes")
        }
        var lines = Lines(rest: bytes[...])
        guard lines.next()?.elementsEqual(Self.header.utf8) == true else {
            throw Failure(.invalid, "log proof: does not begin with \(Self.header)")
        }
        var line = lines.next()
        var extra: [UInt8]?
        if let text = line?.after("extra ") {
            guard let data = Base64.bytes(of: text) else {
                throw Failure(.invalid, "log proof: the extra data are not base 64")
            }
            extra = data
            line = lines.next()
        }
        guard let digits = line?.after("index "), let index = CanonicalDecimal.value(of: digits) else {
            throw Failure(.invalid, "log proof: has no line 'index <number>'")
        }
        var hashes: [MerkleHash] = []
        while let line = lines.next(), !line.isEmpty {
            guard hashes.count < Self.maximumHashes, let hash = MerkleHash(base64: line) else {
                throw Failure(.invalid, "log proof: line \(lines.number) is not a hash of 32 bytes in base 64")
            }
            hashes.append(hash)
        }
        guard !lines.rest.isEmpty else { throw Failure(.invalid, "log proof: has no checkpoint after an empty line") }
        let checkpoint = Array(lines.rest)
        _ = try SignedNote(parsing: checkpoint)
        self.init(index: index, hashes: hashes, checkpoint: checkpoint, extra: extra)
    }

    package var bytes: [UInt8] {
        var text = Self.header + "\n"
        if let extra { text += "extra \(Base64.text(of: extra))\n" }
        text += "index \(index)\n"
        for hash in hashes { text += hash.base64 + "\n" }
        return Array(text.utf8) + [UInt8(ascii: "\n")] + checkpoint
    }

    /// That the entry with this leaf hash stands at `index` in the log of the checkpoint.
    /// - Throws: `invalid` when the proof does not show it.
    package func verify(_ leaf: MerkleHash, _ trust: LogTrust) throws(Failure) -> TrustedCheckpoint {
        let trusted = try trust.checkpoint(checkpoint)
        try MerkleTree.verifyInclusion(
            of: leaf, at: index, in: trusted.checkpoint.size, root: trusted.checkpoint.root, proof: hashes)
        return trusted
    }
}

/// Lines that end in a newline, one after another.
private struct Lines {
    var rest: ArraySlice<UInt8>
    var number = 0

    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { rest = rest[(end + 1)...] }
        number += 1
        return rest[..<end]
    }
}

extension ArraySlice<UInt8> {
    /// What follows `prefix`; nil if the line does not begin so.
    fileprivate func after(_ prefix: String) -> ArraySlice<UInt8>? {
        starts(with: prefix.utf8) ? dropFirst(prefix.utf8.count) : nil
    }
}
