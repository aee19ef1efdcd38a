import Core
import Platform

/// A log in memory, as files.
struct SampleLog {
    static let key = try! SigningKey(name: "log.example/test", seed: Array(0..<32))
    static let trust = try! LogTrust(keys: [key.verifier])
    static let entries = (0..<1000).map { Array("{\"n\":\($0)}".utf8) }

    var files: [String: [UInt8]]

    /// - Parameter checkpoint: nil to sign a new one.
    init(_ entries: [[UInt8]], checkpoint: [UInt8]? = nil) {
        var files: [String: [UInt8]] = [:]
        var builder = TileBuilder()
        for entry in entries {
            for tile in builder.append(MerkleTree.leafHash(entry)) { files[tile.path.text] = tile.bytes }
        }
        for tile in builder.partialTiles { files[tile.path.text] = tile.bytes }
        files.merge(Self.bundles(of: entries)) { $1 }
        files["checkpoint"] = checkpoint ?? Self.sign(builder.frontier)
        self.files = files
    }

    static func bundles(of entries: [[UInt8]]) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var index: Int64 = 0
        while let path = TilePath.tile(.entries, index: index, in: Int64(entries.count)) {
            let range = Int(path.entries.lowerBound)..<Int(path.entries.upperBound)
            files[path.text] = try! EntryBundle.bytes(of: entries[range])
            index += 1
        }
        return files
    }

    static func sign(_ frontier: MerkleFrontier) -> [UInt8] {
        let checkpoint = try! Checkpoint(origin: key.name, size: frontier.size, root: frontier.root)
        return try! key.sign(checkpoint.text).bytes
    }

    /// The checkpoint of the first `size` entries.
    static func checkpoint(_ size: Int, of entries: [[UInt8]] = entries) -> [UInt8] {
        var frontier = MerkleFrontier()
        for entry in entries[..<size] { _ = frontier.append(MerkleTree.leafHash(entry)) }
        return sign(frontier)
    }

    /// - Parameter replacing: files to be taken instead of the log's, or to be missing (nil).
    func verify(
        replacing: [String: [UInt8]?] = [:], since earlier: [UInt8]? = nil, findingLimit: Int = 1
    ) async throws -> LogReport {
        let files = files
        return try await LogVerifier(trust: Self.trust, findingLimit: findingLimit).verify(since: earlier) { name in
            if let other = replacing[name] { return other }
            return files[name]
        }
    }
}
