/// Grows a tree leaf by leaf and writes its tiles: the open tile of each level and the frontier are all it holds, at
/// most 8 times 8 KiB.
package struct TileBuilder: Sendable {
    package private(set) var frontier = MerkleFrontier()
    /// The bytes of the unfinished tile of each level of tiles.
    private var open: [[UInt8]] = []

    package init() {}

    /// - Returns: the tiles that this leaf fills, lowest level first; mostly none.
    package mutating func append(_ leaf: MerkleHash) -> [(path: TilePath, bytes: [UInt8])] {
        var filled: [(path: TilePath, bytes: [UInt8])] = []
        for node in frontier.append(leaf) where node.position.level % 8 == 0 {
            let level = node.position.level / 8
            if level == open.count { open.append([]) }
            node.hash.withUnsafeBytes { open[level].append(contentsOf: $0) }
            if open[level].count == TilePath.fullWidth * MerkleHash.byteCount {
                let index = node.position.index / Int64(TilePath.fullWidth)
                let path = TilePath(known: .hashes(level: level), index: index, width: TilePath.fullWidth)
                filled.append((path, open[level]))
                open[level].removeAll(keepingCapacity: true)
            }
        }
        return filled
    }

    /// The tiles on the right edge, which further leaves would widen.
    package var partialTiles: [(path: TilePath, bytes: [UInt8])] {
        open.enumerated().filter { !$0.element.isEmpty }.map { level, bytes in
            let width = bytes.count / MerkleHash.byteCount
            let index = TilePath.count(.hashes(level: level), in: frontier.size) / Int64(TilePath.fullWidth)
            return (TilePath(known: .hashes(level: level), index: index, width: width), bytes)
        }
    }
}
