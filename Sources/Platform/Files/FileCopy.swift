package import Core
import Crypto

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The size of a file and its SHA-256 in 64 lower-case hexadecimal digits.
package struct FileDigest: Sendable, Equatable {
    package let bytes: Int64
    package let sha256: String

    package init(bytes: Int64, sha256: String) {
        self.bytes = bytes
        self.sha256 = sha256
    }
}

package enum FileCopy {
    /// Reads a whole file piece by piece, hands the pieces over and computes the digest.
    /// - Throws: `notFound`, `unavailable`; what `body` throws.
    @discardableResult
    package static func read(
        _ path: String, _ body: ([UInt8]) throws(Failure) -> Void = { _ in }
    ) throws(Failure) -> FileDigest {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw Failure(
                errno == ENOENT ? .notFound : .unavailable,
                "\(path): cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var hash = SHA256()
        var total: Int64 = 0
        while true {
            var problem: Int32 = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
                count = 0
                repeat {
                    let more = system(descriptor, buffer.baseAddress!, buffer.count)
                    problem = more < 0 ? errno : 0
                    count = max(0, more)
                } while problem == EINTR
            }
            guard problem == 0 else {
                throw Failure(.unavailable, "\(path): cannot be read: \(String(cString: strerror(problem)))")
            }
            if piece.isEmpty { break }
            hash.update(data: piece)
            total += Int64(piece.count)
            try body(piece)
        }
        return FileDigest(bytes: total, sha256: Hexadecimal.text(of: hash.finalize()))
    }

    /// Copies a file under a new name; it appears whole and flushed, for its owner alone.
    /// - Parameter expected: what the copy must be; nothing appears otherwise.
    /// - Throws: `invalid` when the file is not what was expected.
    @discardableResult
    package static func copy(
        _ source: String, to target: String, expected: FileDigest? = nil, progress: (Int) -> Void = { _ in }
    ) throws(Failure) -> FileDigest {
        var output = try OutputFile(path: target, mode: 0o600)
        let digest = try read(source) { (piece) throws(Failure) in
            try output.append(piece)
            progress(piece.count)
        }
        if let expected, expected != digest {
            throw Failure(.invalid, "\(source): is not what was backed up: its size or its SHA-256 differs")
        }
        try output.commit()
        return digest
    }

    private static func system(_ descriptor: Int32, _ start: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, start, count)
        #else
            Darwin.read(descriptor, start, count)
        #endif
    }
}
