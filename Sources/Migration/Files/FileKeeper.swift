import Core
import MLflow
import Platform

/// Puts files into this server's store and records their digests. A file that is there already is compared and never
/// written over: it may be newer than the one that is brought.
struct FileKeeper {
    let store: any ArtifactStore
    let records: any MigrationFiles
    let session: DatabaseSession
    let world: World
    let principal: Principal

    enum Outcome {
        /// Bytes of a file that is new.
        case stored(Int64)
        /// There already, and the same.
        case unchanged
    }

    /// - Throws: `conflict` when another file is there, `invalid` when the file cannot be read or stored; what concerns
    ///   more than this file is `unavailable`.
    func keep(_ file: String, at path: ArtifactPath) throws(Failure) -> Outcome {
        try keep(at: path) { (take) throws(Failure) in try Self.read(file, take) }
    }

    /// As above, of a file that is made of some pieces.
    func keep(_ pieces: [[UInt8]], at path: ArtifactPath) throws(Failure) -> Outcome {
        try keep(at: path) { (take) throws(Failure) in
            var digest = ArtifactDigest()
            var bytes: Int64 = 0
            for piece in pieces {
                digest.append(piece)
                bytes += Int64(piece.count)
                try take(piece)
            }
            return FileDigest(bytes: bytes, sha256: digest.text)
        }
    }

    /// - Parameter read: hands over the pieces of the file.
    private func keep(
        at path: ArtifactPath, _ read: (_ take: ([UInt8]) throws(Failure) -> Void) throws(Failure) -> FileDigest
    ) throws(Failure) -> Outcome {
        if let there = try reader(path) {
            // Read once more rather than believed.
            try compare(there, path, try read { (_) throws(Failure) in })
            return .unchanged
        }
        let writer = try store.write(path)
        let digest = try read { (piece) throws(Failure) in try writer.append(piece) }
        let stored = try writer.commit()
        guard stored.sha256 == digest.sha256 else {
            throw Failure(.unavailable, "\(path): was not stored as it was read")
        }
        try record(stored)
        return .stored(stored.size)
    }

    private func reader(_ path: ArtifactPath) throws(Failure) -> (any ArtifactReader)? {
        do throws(Failure) { return try store.read(path) } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func compare(_ there: any ArtifactReader, _ path: ArtifactPath, _ digest: FileDigest) throws(Failure) {
        let known = try session.read { try records.digest(of: path, size: there.size, $0) }
        let sha256 = if let known { known } else { try there.sha256() }
        guard there.size == digest.bytes, sha256 == digest.sha256 else {
            throw Failure(.conflict, "is there already with other content, and stays as it is")
        }
        // An import that was cut off between the two has stored it and not recorded it.
        guard known == nil else { return }
        try record(StoredArtifact(path: path, size: there.size, sha256: sha256, modified: there.modified))
    }

    private func record(_ stored: StoredArtifact) throws(Failure) {
        try session.write { [records, world, principal] in
            try records.record(stored, now: world.now(), by: principal, $0)
        }
    }

    /// - Throws: `invalid` when the file cannot be read, which concerns no other; what `take` throws.
    private static func read(
        _ file: String, _ take: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) -> FileDigest {
        var refusal: Failure?
        do throws(Failure) {
            return try FileCopy.read(file) { (piece) throws(Failure) in
                do throws(Failure) { try take(piece) } catch {
                    refusal = error
                    throw error
                }
            }
        } catch {
            if let refusal { throw refusal }
            throw Failure(.invalid, "cannot be read", cause: error.message)
        }
    }
}
