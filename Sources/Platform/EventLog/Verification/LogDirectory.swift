package import Core
import Foundation

/// A log as files: `checkpoint`, `tile/...` and `tile/entries/...` under one folder, laid out as C2SP tlog-tiles serves
/// them. Any static file server can publish it.
package struct LogDirectory: Sendable {
    package let path: String

    /// The name of the signed checkpoint.
    package static let checkpointName = "checkpoint"
    /// The name of the public key that its checkpoint is signed with: not part of the layout, but handy beside it.
    package static let keyName = "key"
    /// The files that are no tiles.
    static let names: Set<String> = [checkpointName, keyName]
    /// No file of a log is larger.
    private static let sizeLimit = max(SignedNote.maximumSize, EntryBundle.maximumSize)

    package init(path: String) { self.path = path }

    /// - Parameter name: `checkpoint` or the text of a tile path.
    /// - Returns: nil when there is no such file.
    package func read(_ name: String) throws(Failure) -> [UInt8]? {
        do {
            return try FileContents.read("\(path)/\(name)", limit: Self.sizeLimit)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Writes all files of a log; what is there is replaced. The checkpoint comes last, so that a copy that was cut off
    /// is either the one before or not accepted.
    /// - Parameters:
    ///   - checkpoint: the signed note. Whether it fits the entries is not looked at: that is the verifier's work.
    ///   - size: how many entries it speaks of.
    ///   - entries: the entries of a bundle, in order.
    /// - Throws: `invalid` when the folder cannot be made or an entry is too long; what `entries` throws.
    package func write(
        checkpoint: [UInt8], size: Int64, entries: (TilePath) async throws(Failure) -> [[UInt8]]
    ) async throws(Failure) {
        var builder = TileBuilder()
        var index: Int64 = 0
        while let bundle = TilePath.tile(.entries, index: index, in: size) {
            let entries = try await entries(bundle)
            guard entries.count == bundle.width else {
                throw Failure(.bug, "\(bundle): \(entries.count) entries were read instead of \(bundle.width)")
            }
            try write(bundle.text, EntryBundle.bytes(of: entries))
            for entry in entries {
                for tile in builder.append(MerkleTree.leafHash(entry)) { try write(tile.path.text, tile.bytes) }
            }
            index += 1
        }
        for tile in builder.partialTiles { try write(tile.path.text, tile.bytes) }
        try write(Self.checkpointName, checkpoint)
    }

    /// The key that signs this log, as the folder has it.
    /// - Returns: nil when there is no such file.
    /// - Throws: `invalid` unless it is exactly the text of a verifier key and a newline.
    package func key() throws(Failure) -> VerifierKey? {
        guard let bytes = try read(Self.keyName) else { return nil }
        do throws(Failure) {
            guard bytes.last == UInt8(ascii: "\n"), let text = String(validating: bytes.dropLast(), as: UTF8.self)
            else {
                throw Failure(.invalid, "is not one line of text")
            }
            return try VerifierKey(parsing: text)
        } catch {
            throw Failure(
                .invalid, "\(path)/\(Self.keyName): \(error.message)",
                hint: "Name the key with --key; whoever exported the log has it.")
        }
    }

    /// Leaves the key beside the log, for `key()`.
    package func write(_ key: VerifierKey) throws(Failure) { try write(Self.keyName, Array("\(key.text)\n".utf8)) }

    private func write(_ name: String, _ bytes: [UInt8]) throws(Failure) {
        let file = "\(path)/\(name)"
        let folder = String(file[..<file.lastIndex(of: "/")!])
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Failure(.invalid, "\(path): a folder cannot be made in it", cause: "\(error)")
        }
        try AtomicFile.write(bytes, to: file)
    }

    /// All files, sorted, relative to the folder.
    func files() throws(Failure) -> [String] {
        do {
            return try FileManager.default.subpathsOfDirectory(atPath: path).filter { name in
                var isFolder: ObjCBool = false
                return !FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
                    || !isFolder.boolValue
            }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw Failure(.notFound, "\(path): cannot be listed", cause: "\(error)")
        }
    }
}
