package import Core
import Crypto

extension ArtifactReader {
    /// The SHA-256 of the whole file, read again: 64 lower-case hexadecimal digits.
    package func sha256() throws(Failure) -> String { try digest { _, _ throws(Failure) in }.sha256 }

    /// Reads the whole file.
    /// - Parameter body: is given its pieces in order, each with the number of bytes up to its end.
    package func digest(_ body: ([UInt8], Int64) throws(Failure) -> Void) throws(Failure) -> FileDigest {
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < size {
            let piece = try bytes(at: offset, count: 1 << 20)
            if piece.isEmpty { break }
            hash.update(data: piece)
            offset += Int64(piece.count)
            try body(piece, offset)
        }
        return FileDigest(bytes: offset, sha256: Hexadecimal.text(of: hash.finalize()))
    }
}

/// The SHA-256 of bytes that come piece by piece.
package struct ArtifactDigest {
    private var hash = SHA256()

    package init() {}

    package mutating func append(_ bytes: [UInt8]) { hash.update(data: bytes) }

    /// 64 lower-case hexadecimal digits.
    package var text: String { Hexadecimal.text(of: hash.finalize()) }
}
