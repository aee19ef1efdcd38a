import Core

/// What this server says of its own log right now, and how much of that it has checked to say so.
struct LogState: Sendable {
    enum Check: Sendable {
        /// The checkpoint is signed by the key the database has known from the first start; the newest entry, hashed
        /// again, leads to the signed root by so many hashes.
        case holds(hashes: Int)
        /// There is nothing in the log yet; the checkpoint is signed.
        case empty
        /// They do not belong together: what does not, in words.
        case broken(String)
    }

    let size: Int64
    let root: MerkleHash
    let key: VerifierKey
    let check: Check

    /// Reads the newest entry and as many hashes as the tree is high: the same work at any size of the log.
    init(_ key: SigningKey, _ sql: any SQLConnection) throws {
        let tree = try EventLogTree(sql)
        size = tree.size
        root = tree.frontier.root
        self.key = key.verifier
        do {
            check = try Self.check(tree, key, sql)
        } catch let failure as Failure {
            check = .broken(failure.message)
        } catch let error as SQLError {
            check = .broken(Failure(any: error).message)
        }
    }

    private static func check(_ tree: EventLogTree, _ key: SigningKey, _ sql: any SQLConnection) throws -> Check {
        guard let known = try AuditKey.recorded(sql), known.utf8.elementsEqual(key.verifier.text.utf8) else {
            return .broken("the key that signs is not the one this database knows")
        }
        guard tree.size > 0 else {
            _ = try LogTrust(keys: [key.verifier]).checkpoint(tree.checkpoint(key).bytes)
            return .empty
        }
        return .holds(hashes: try EntryProof(of: tree.size - 1, tree, key).hashes)
    }
}

/// That one entry is in the log, found out for the page that shows it.
struct EntryProof: Sendable {
    /// The size of the log it was proved for.
    let size: Int64
    /// Hashes between the entry and the root.
    let hashes: Int
    let leaf: MerkleHash
    let entry: [UInt8]

    /// - Throws: `notFound` when the log has no such entry; `invalid` when the proof does not hold.
    init(of sequence: Int64, _ tree: EventLogTree, _ key: SigningKey) throws {
        guard sequence >= 0, sequence < tree.size, let entry = try tree.entries(sequence..<sequence + 1).first else {
            throw Failure(
                .notFound, "the log has no entry \(sequence)",
                hint: tree.size == 0 ? "It is empty." : "It has the entries 0 to \(tree.size - 1).")
        }
        let hashes = try tree.inclusionProof(of: sequence, in: tree.size)
        let proof = LogProof(index: sequence, hashes: hashes, checkpoint: try tree.checkpoint(key).bytes)
        leaf = MerkleTree.leafHash(entry)
        _ = try proof.verify(leaf, LogTrust(keys: [key.verifier]))
        self.entry = entry
        self.hashes = hashes.count
        size = tree.size
    }
}
