import Core
import Crypto

/// A SHA-256 value: the hash of a leaf, of a node or of a whole tree. 32 bytes.
package struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 32

    private let storage: SIMD4<UInt64>

    /// - Returns: nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var storage = SIMD4<UInt64>()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes) }
        self.storage = storage
    }

    init(_ digest: SHA256Digest) {
        storage = digest.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// Standard base 64, as checkpoints and proofs write hashes.
    package init?(base64 text: some Collection<UInt8>) {
        guard let bytes = Base64.bytes(of: text) else { return nil }
        self.init(bytes)
    }

    package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
    package var base64: String { Base64.text(of: bytes) }
    package var hexadecimal: String { Hexadecimal.text(of: bytes) }
    package var description: String { hexadecimal }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: storage) { body($0) }
    }
}
