package import Core
import Crypto

/// The Merkle tree of RFC 9162 section 2.1 (the same as RFC 6962's) over SHA-256: how leaves and nodes are hashed, and
/// how proofs are checked.
///
/// Sizes and positions of entries are `Int64`, counted from 0, as they stand in the database.
package enum MerkleTree {
    /// The hash of the tree without entries: SHA-256 of nothing.
    package static let emptyRoot = MerkleHash(SHA256().finalize())

    /// SHA-256(0x00 || entry).
    package static func leafHash(_ entry: [UInt8]) -> MerkleHash {
        entry.withUnsafeBytes { entry in
            var hash = SHA256()
            withUnsafeBytes(of: 0 as UInt8) { hash.update(bufferPointer: $0) }
            hash.update(bufferPointer: entry)
            return MerkleHash(hash.finalize())
        }
    }

    /// SHA-256(0x01 || left || right).
    package static func nodeHash(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * MerkleHash.byteCount, alignment: 8) { buffer in
            buffer[0] = 1
            left.withUnsafeBytes { (buffer.baseAddress! + 1).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            right.withUnsafeBytes { (buffer.baseAddress! + 33).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return MerkleHash(hash.finalize())
        }
    }

    /// The root over the hashes of all leaves, in order.
    package static func root(of leaves: some Sequence<MerkleHash>) -> MerkleHash {
        var frontier = MerkleFrontier()
        for leaf in leaves { _ = frontier.append(leaf) }
        return frontier.root
    }
}

extension MerkleTree {
    /// RFC 9162 section 2.1.3.2: that the leaf stands at `index` in the tree of `size` entries with that root.
    /// - Throws: `invalid` when the proof does not show it, whatever the reason.
    package static func verifyInclusion(
        of leaf: MerkleHash, at index: Int64, in size: Int64, root: MerkleHash, proof: [MerkleHash]
    ) throws(Failure) {
        guard index >= 0, index < size else {
            throw Failure(.invalid, "inclusion proof: entry \(index) is not in a tree of \(size) entries")
        }
        var (node, last) = (index, size - 1)
        var hash = leaf
        for sibling in proof {
            guard last > 0 else { throw Failure(.invalid, "inclusion proof: has more hashes than the tree has levels") }
            if node & 1 == 1 || node == last {
                hash = nodeHash(sibling, hash)
                climb(&node, &last)
            } else {
                hash = nodeHash(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw Failure(.invalid, "inclusion proof: has too few hashes") }
        guard hash == root else {
            throw Failure(.invalid, "inclusion proof: does not lead from entry \(index) to the root of the tree")
        }
    }

    /// RFC 9162 section 2.1.4.2: that the tree of `newSize` entries begins with the tree of `oldSize` entries.
    ///
    /// Trees of the same size are consistent when their roots are equal; every tree continues the empty one. Both need
    /// no hashes, so a proof with hashes is refused there.
    /// - Throws: `invalid` when the proof does not show it, whatever the reason.
    package static func verifyConsistency(
        from oldSize: Int64, root oldRoot: MerkleHash, to newSize: Int64, root newRoot: MerkleHash, proof: [MerkleHash]
    ) throws(Failure) {
        guard oldSize >= 0, oldSize <= newSize else {
            throw Failure(.invalid, "consistency proof: a tree of \(newSize) entries cannot continue one of \(oldSize)")
        }
        if oldSize == newSize || oldSize == 0 {
            guard proof.isEmpty else { throw Failure(.invalid, "consistency proof: needs no hashes but has some") }
            guard oldRoot == (oldSize == newSize ? newRoot : emptyRoot), newSize > 0 || newRoot == emptyRoot else {
                throw Failure(.invalid, "consistency proof: two different roots for a tree of \(oldSize) entries")
            }
            return
        }
        var path = proof[...]
        // When the old tree is one complete subtree, its root is the first hash and is left out of the proof.
        if oldSize & (oldSize - 1) == 0 { path = [oldRoot] + path }
        guard let start = path.popFirst() else { throw Failure(.invalid, "consistency proof: has too few hashes") }
        var (node, last) = (oldSize - 1, newSize - 1)
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var (old, new) = (start, start)
        for hash in path {
            guard last > 0 else {
                throw Failure(.invalid, "consistency proof: has more hashes than the tree has levels")
            }
            if node & 1 == 1 || node == last {
                old = nodeHash(hash, old)
                new = nodeHash(hash, new)
                climb(&node, &last)
            } else {
                new = nodeHash(new, hash)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw Failure(.invalid, "consistency proof: has too few hashes") }
        guard old == oldRoot, new == newRoot else {
            throw Failure(.invalid, "consistency proof: does not lead to the roots of both trees")
        }
    }

    /// Skips the levels at which a node on the right edge has no sibling.
    private static func climb(_ node: inout Int64, _ last: inout Int64) {
        while node & 1 == 0, node != 0 {
            node >>= 1
            last >>= 1
        }
    }
}
