import Core
import Crypto
import Platform
import Testing

@Suite("Tiles")
struct TileTests {
    private let leaves = MerkleVectors.bigLeaves.map(MerkleTree.leafHash)

    @Test("paths are those of the reference")
    func referencePaths() throws {
        let vectors = MerkleVectors.list("tile_paths")
        #expect(vectors.count == 6)
        for vector in vectors {
            let level = Int(vector.number("level"))
            let path = try TilePath(
                .hashes(level: level), index: vector.number("n"), width: Int(vector.number("width")))
            #expect(path.text == vector["path"]!.text!)
            #expect(try TilePath(parsing: path.text) == path)
        }
    }

    @Test("tiles and bundles are those of the reference")
    func referenceTiles() throws {
        let tiles = MerkleVectors.list("tiles")
        #expect(tiles.count == 13)
        for vector in tiles {
            let path = try TilePath(parsing: vector["path"]!.text!)
            let tile = try HashTile(path: path) { leaves[Int($0.index)] }
            #expect(tile.bytes.count == Int(vector.number("bytes")))
            #expect(sha256(tile.bytes) == vector["hex_sha256"]!.text!, "\(path)")
        }
        let bundle = MerkleVectors.document["entry_bundle"]!
        let entries = bundle["leaves"]!.elements!.map { Array($0.text!.utf8) }
        let bytes = try EntryBundle.bytes(of: entries)
        #expect(Hexadecimal.text(of: bytes) == bundle["hex"]!.text!)
        #expect(try EntryBundle.entries(in: bytes, count: 5) == entries)
        #expect(try TilePath(parsing: bundle["path"]!.text!) == TilePath(.entries, index: 0, width: 5))
    }

    private func sha256(_ bytes: [UInt8]) -> String { Hexadecimal.text(of: SHA256.hash(data: bytes)) }

    @Test("a path has one text, and other texts are refused")
    func paths() throws {
        for index in [0, 1, 9, 255, 999, 1000, 1001, 999_999, 1_000_000, 1_234_067, 1 << 54] as [Int64] {
            for content in [.entries, .hashes(level: 0), .hashes(level: 63)] as [TilePath.Content] {
                for width in [1, 100, 255, 256] {
                    let path = try TilePath(content, index: index, width: width)
                    #expect(try TilePath(parsing: path.text) == path)
                }
            }
        }
        let refused = [
            "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000",
            "tile/64/000",
            "tile/00/000", "tile/-1/000", "tile/0/x000/000", "tile/0/x00/000", "tile/0/001/000", "tile/0/000.p",
            "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/", "/tile/0/000",
            "tile/0/000/", "tile//0/000", "tile/0/+00", "tile/0/0٠0", "tile/entries", "tile/entries/",
            "tile/Entries/000",
            "tile/0/../0/000", "tile/0/x999/x999/x999/x999/x999/x999/999", "Tile/0/000", "tile/0/000.p/1.p/1",
            "tile/0/x001.p/000", "tile/0/000\0", " tile/0/000", "tile/data/000", String(repeating: "x", count: 10_000),
        ]
        for text in refused { #expect(throws: Failure.self, "\(text)") { _ = try TilePath(parsing: text) } }
        #expect(throws: Failure.self) { _ = try TilePath(.entries, index: -1) }
        #expect(throws: Failure.self) { _ = try TilePath(.entries, index: 0, width: 0) }
        #expect(throws: Failure.self) { _ = try TilePath(.hashes(level: 64), index: 0) }
    }

    @Test("a tree of 70,000 entries has the tiles of the specification's example")
    func example() {
        func shape(_ content: TilePath.Content) -> (full: Int64, partial: Int) {
            let count = TilePath.count(content, in: 70_000)
            let last = TilePath.tile(content, index: count / 256, in: 70_000)
            return (count / 256, last?.width ?? 0)
        }
        #expect(shape(.hashes(level: 0)) == (273, 112))
        #expect(shape(.hashes(level: 1)) == (1, 17))
        #expect(shape(.hashes(level: 2)) == (0, 1))
        #expect(shape(.hashes(level: 3)) == (0, 0))
        #expect(shape(.entries) == (273, 112))
        #expect(TilePath.count(.hashes(level: 63), in: .max) == 0)
    }

    @Test("the tiles of a growing tree hold its nodes, and proofs from tiles are those from nodes")
    func tileNodes() throws {
        var builder = TileBuilder()
        var frontier = MerkleFrontier()
        var nodes: [MerklePosition: MerkleHash] = [:]
        var files: [String: [UInt8]] = [:]
        let size: Int64 = 70_000
        for number in 0..<size {
            let leaf = MerkleTree.leafHash(Array("\(number)".utf8))
            for node in frontier.append(leaf) { nodes[node.position] = node.hash }
            for tile in builder.append(leaf) { files[tile.path.text] = tile.bytes }
        }
        for tile in builder.partialTiles { files[tile.path.text] = tile.bytes }
        #expect(builder.frontier == frontier)
        #expect(files.count == 277)
        for (name, bytes) in files {
            #expect(try HashTile(path: TilePath(parsing: name)) { nodes[$0]! }.bytes == bytes, "\(name)")
        }

        let stored = files
        let source = TileNodes(size: size) { path throws(Failure) in
            guard let bytes = stored[path.text] else { throw Failure(.notFound, "\(path)") }
            return bytes
        }
        var random = RepeatableRandom(seed: 3)
        for _ in 0..<300 {
            let index = Int64.random(in: 0..<size, using: &random)
            let plan = try MerkleProofPlan.inclusion(of: index, in: size)
            #expect(try plan.hashes(from: source.hash) == plan.hashes { nodes[$0]! })
            let growth = try MerkleProofPlan.consistency(from: index, to: size)
            #expect(try growth.hashes(from: source.hash) == growth.hashes { nodes[$0]! })
        }
        for position in [(-1, 0), (0, size), (0, -1), (63, 0), (64, 0), (17, 1)] as [(Int, Int64)] {
            #expect(throws: Failure.self) {
                _ = try source.hash(at: MerklePosition(level: position.0, index: position.1))
            }
        }
        #expect(throws: Failure.self) {
            _ = try HashTile(path: TilePath(.hashes(level: 0), index: 0), bytes: [1, 2, 3])
        }
        #expect(throws: Failure.self) { _ = try HashTile(path: TilePath(.entries, index: 0)) { nodes[$0]! } }
    }

    @Test("bundles are exact: cut off, too long, too many, too few")
    func bundles() throws {
        let entries: [[UInt8]] = [[], [1], Array(repeating: 7, count: EntryBundle.maximumEntrySize), [2, 3]]
        let bytes = try EntryBundle.bytes(of: entries)
        #expect(try EntryBundle.entries(in: bytes, count: 4) == entries)
        #expect(throws: Failure.self) { _ = try EntryBundle.entries(in: bytes, count: 3) }
        #expect(throws: Failure.self) { _ = try EntryBundle.entries(in: bytes, count: 5) }
        #expect(throws: Failure.self) { _ = try EntryBundle.entries(in: bytes + [0], count: 4) }
        for end in [1, 3, 5, 100, bytes.count - 1] {
            #expect(throws: Failure.self) { _ = try EntryBundle.entries(in: Array(bytes[..<end]), count: 4) }
        }
        #expect(try EntryBundle.entries(in: [], count: 0) == [])
        let long = Array(repeating: 0 as UInt8, count: EntryBundle.maximumEntrySize + 1)
        #expect(throws: Failure.self) { _ = try EntryBundle.bytes(of: [long]) }
    }

    @Test("no bytes crash the parsers")
    func fuzz() {
        var random = RepeatableRandom(seed: 4)
        let seeds = ["tile/0/x001/x234/067", "tile/entries/000.p/5", "tile/1/005.p/17"].map { Array($0.utf8) }
        let bundle = (try? EntryBundle.bytes(of: [[1, 2, 3], [], [4]])) ?? []
        for _ in 0..<20_000 {
            let text = String(decoding: seeds.randomElement(using: &random)!.mutated(&random), as: UTF8.self)
            if let path = try? TilePath(parsing: text) { #expect(path.text.utf8.elementsEqual(text.utf8)) }
            let bytes = bundle.mutated(&random)
            if let entries = try? EntryBundle.entries(in: bytes, count: 3) {
                #expect((try? EntryBundle.bytes(of: entries)) == bytes)
            }
        }
    }
}
