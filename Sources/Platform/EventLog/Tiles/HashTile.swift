package import Core

/// The hashes of one tile: 32 bytes each, one after another.
package struct HashTile: Sendable {
    package let path: TilePath
    package let bytes: [UInt8]

    /// - Throws: `invalid` unless there are exactly as many bytes as the path demands.
    package init(path: TilePath, bytes: [UInt8]) throws(Failure) {
        guard bytes.count == path.width * MerkleHash.byteCount else {
            throw Failure(.invalid, "\(path): has \(bytes.count) bytes instead of \(path.width * MerkleHash.byteCount)")
        }
        self.path = path
        self.bytes = bytes
    }

    /// Collects a tile from stored nodes.
    /// - Throws: `notFound` for a path of entries and for levels that no tree reaches; what `node` throws.
    package init(
        path: TilePath, node: (MerklePosition) throws(Failure) -> MerkleHash
    ) throws(Failure) {
        guard let first = path.firstPosition else { throw Failure(.notFound, "\(path): there is no such tile") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(path.width * MerkleHash.byteCount)
        for offset in 0..<path.width {
            let position = MerklePosition(level: first.level, index: first.index + Int64(offset))
            bytes += try node(position).bytes
        }
        try self.init(path: path, bytes: bytes)
    }

    /// The hash at a place in the tile, `0..<width`.
    subscript(_ place: Int) -> MerkleHash {
        let start = place * MerkleHash.byteCount
        return MerkleHash(bytes[start..<(start + MerkleHash.byteCount)])!
    }
}

/// Nodes of a tree that is stored as tiles: the levels between those of the tiles are hashed again.
package struct TileNodes {
    /// How many entries the tree has.
    package let size: Int64
    /// The bytes of a tile, which is as wide as `size` makes it.
    package let tile: (TilePath) throws(Failure) -> [UInt8]

    package init(size: Int64, tile: @escaping (TilePath) throws(Failure) -> [UInt8]) {
        self.size = size
        self.tile = tile
    }

    /// The hash of a complete subtree, for `MerkleProofPlan.hashes(from:)`.
    /// - Throws: `invalid` when the tree has no such subtree, or a tile has the wrong size; what `tile` throws.
    package func hash(at position: MerklePosition) throws(Failure) -> MerkleHash {
        let path = try path(of: position)
        let height = position.level % 8
        let tile = try HashTile(path: path, bytes: self.tile(path))
        let first = Int(position.index << Int64(height) % 256)
        var hashes = (first..<(first + 1 << height)).map { tile[$0] }
        while hashes.count > 1 {
            hashes = stride(from: 0, to: hashes.count, by: 2).map { MerkleTree.nodeHash(hashes[$0], hashes[$0 + 1]) }
        }
        return hashes[0]
    }

    private func path(of position: MerklePosition) throws(Failure) -> TilePath {
        guard (0..<63).contains(position.level), position.index >= 0,
            position.index < size >> Int64(position.level)
        else {
            throw Failure(
                .invalid, "a tree of \(size) entries has no subtree \(position.index) at level \(position.level)")
        }
        let content = TilePath.Content.hashes(level: position.level / 8)
        let index = (position.index << Int64(position.level % 8)) / 256
        guard let path = TilePath.tile(content, index: index, in: size) else {
            throw Failure(.bug, "no tile holds subtree \(position.index) at level \(position.level)")
        }
        return path
    }
}
