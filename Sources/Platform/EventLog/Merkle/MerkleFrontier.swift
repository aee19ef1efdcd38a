package import Core

/// Where a complete subtree stands: it spans the entries `index << level ..< (index + 1) << level`. Level 0 holds the
/// leaves.
package struct MerklePosition: Hashable, Sendable {
    package let level: Int
    package let index: Int64

    package init(level: Int, index: Int64) {
        self.level = level
        self.index = index
    }

    /// The complete subtrees that make up entries `range`, from the left, largest first. `range` starts where a tree of
    /// its size may start (at a multiple of the smallest power of two that is not smaller than its length), as all
    /// ranges of RFC 9162 do.
    static func subtrees(of range: Range<Int64>) -> [MerklePosition] {
        var positions: [MerklePosition] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let level = 63 - (range.upperBound - start).leadingZeroBitCount
            positions.append(MerklePosition(level: level, index: start >> Int64(level)))
            start += 1 << Int64(level)
        }
        return positions
    }
}

/// A complete subtree and its hash. Once complete, a subtree never changes.
package struct MerkleNode: Hashable, Sendable {
    package let position: MerklePosition
    package let hash: MerkleHash

    package init(position: MerklePosition, hash: MerkleHash) {
        self.position = position
        self.hash = hash
    }
}

/// The right edge of a growing tree: the hashes of its largest complete subtrees. Appending and the root need no more.
///
/// At most 63 hashes, whatever the size of the tree.
package struct MerkleFrontier: Sendable, Equatable {
    /// How many entries the tree has.
    package private(set) var size: Int64 = 0
    /// One hash for each set bit of `size`, the largest subtree first.
    package private(set) var peaks: [MerkleHash] = []

    /// The tree without entries.
    package init() {}

    /// - Throws: `invalid` when the number of hashes does not fit the size.
    package init(size: Int64, peaks: [MerkleHash]) throws(Failure) {
        guard size >= 0, peaks.count == size.nonzeroBitCount else {
            throw Failure(.invalid, "\(peaks.count) subtree hashes cannot make up a tree of \(size) entries")
        }
        self.size = size
        self.peaks = peaks
    }

    /// Reads the frontier of the first `size` entries from stored nodes.
    package init(
        size: Int64, node: (MerklePosition) throws(Failure) -> MerkleHash
    ) throws(Failure) {
        var peaks: [MerkleHash] = []
        for position in Self.positions(size: size) { peaks.append(try node(position)) }
        try self.init(size: size, peaks: peaks)
    }

    /// Which nodes `init(size:peaks:)` takes, in order.
    package static func positions(size: Int64) -> [MerklePosition] {
        size > 0 ? MerklePosition.subtrees(of: 0..<size) : []
    }

    /// Adds one leaf at the end.
    /// - Returns: the subtrees that are now complete, from the leaf itself (level 0) upwards: one more than the number
    ///   of trailing one bits of the old size, so two on average.
    package mutating func append(_ leaf: MerkleHash) -> [MerkleNode] {
        var node = MerkleNode(position: MerklePosition(level: 0, index: size), hash: leaf)
        var complete = [node]
        while node.position.index & 1 == 1 {
            let parent = MerklePosition(level: node.position.level + 1, index: node.position.index >> 1)
            node = MerkleNode(position: parent, hash: MerkleTree.nodeHash(peaks.removeLast(), node.hash))
            complete.append(node)
        }
        peaks.append(node.hash)
        size += 1
        return complete
    }

    /// The root of the whole tree.
    package var root: MerkleHash { Self.fold(peaks) ?? MerkleTree.emptyRoot }

    /// The hash of the range that adjacent subtrees, largest first, make up.
    static func fold(_ hashes: [MerkleHash]) -> MerkleHash? {
        guard var hash = hashes.last else { return nil }
        for left in hashes.dropLast().reversed() { hash = MerkleTree.nodeHash(left, hash) }
        return hash
    }
}
