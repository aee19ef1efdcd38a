package import Core

/// Which stored nodes a proof is made of.
///
/// A plan is arithmetic on positions alone, so the nodes may come from anywhere: one query for `positions`, a closure
/// over tiles, an array. At most 63 hashes from at most 63 + 63 nodes.
package struct MerkleProofPlan: Sendable, Equatable {
    /// For each hash of the proof, the adjacent complete subtrees it is folded from.
    let parts: [[MerklePosition]]

    /// All nodes that are needed, in the order in which `hashes(from:)` asks for them.
    package var positions: [MerklePosition] { parts.flatMap(\.self) }

    /// RFC 9162 section 2.1.3.1: PATH(index, D[size]), from the leaf's sibling up.
    /// - Throws: `invalid` unless `0 <= index < size`.
    package static func inclusion(of index: Int64, in size: Int64) throws(Failure) -> MerkleProofPlan {
        guard index >= 0, index < size else {
            throw Failure(
                .invalid, "entry \(index) is not in a tree of \(max(size, 0)) entries",
                hint: "Entries are counted from 0.")
        }
        var parts: [[MerklePosition]] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = split(range)
            let goesLeft = index < middle
            let sibling = goesLeft ? middle..<range.upperBound : range.lowerBound..<middle
            parts.append(MerklePosition.subtrees(of: sibling))
            range = goesLeft ? range.lowerBound..<middle : middle..<range.upperBound
        }
        return MerkleProofPlan(parts: parts.reversed())
    }

    /// RFC 9162 section 2.1.4.1: PROOF(old, D[new]). Empty when both sizes are equal or the old tree is empty.
    /// - Throws: `invalid` unless `0 <= old <= new`.
    package static func consistency(from old: Int64, to new: Int64) throws(Failure) -> MerkleProofPlan {
        guard old >= 0, old <= new else {
            throw Failure(
                .invalid, "a tree of \(new) entries cannot continue one of \(old)",
                hint: "The old size comes first and is not the larger one.")
        }
        guard old > 0, old < new else { return MerkleProofPlan(parts: []) }
        var parts: [[MerklePosition]] = []
        var range = 0..<new
        // Down to the subtree that ends where the old tree ends; what is passed by on the way proves the rest.
        while range.upperBound != old {
            let middle = split(range)
            let goesLeft = old <= middle
            let sibling = goesLeft ? middle..<range.upperBound : range.lowerBound..<middle
            parts.append(MerklePosition.subtrees(of: sibling))
            range = goesLeft ? range.lowerBound..<middle : middle..<range.upperBound
        }
        // The verifier knows that subtree's hash when it is the whole old tree.
        if range.lowerBound != 0 { parts.append(MerklePosition.subtrees(of: range)) }
        return MerkleProofPlan(parts: parts.reversed())
    }

    /// The proof itself.
    /// - Parameter node: the hash of a complete subtree. What it throws is passed on.
    package func hashes<Problem: Error>(
        from node: (MerklePosition) throws(Problem) -> MerkleHash
    ) throws(Problem) -> [MerkleHash] {
        var proof: [MerkleHash] = []
        for part in parts {
            var hashes: [MerkleHash] = []
            for position in part { hashes.append(try node(position)) }
            if let hash = MerkleFrontier.fold(hashes) { proof.append(hash) }
        }
        return proof
    }

    /// Where RFC 9162 divides a tree: after the largest power of two that is smaller than its size.
    private static func split(_ range: Range<Int64>) -> Int64 {
        let length = range.upperBound - range.lowerBound
        return range.lowerBound + 1 << Int64(63 - (length - 1).leadingZeroBitCount)
    }
}
