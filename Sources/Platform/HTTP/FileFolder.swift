package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder of files that somebody else installed, to be served as they are. Every file is opened beneath the folder by
/// the kernel, as in the artifact store: no name and no link leads out of it, and nothing is written.
package final class FileFolder: Sendable {
    private let confined: ConfinedFolder
    private let pool: BlockingPool

    /// Bytes read and sent at a time.
    private static let pieceSize = 1 << 18

    /// - Throws: `invalid` when `path` is no folder that can be opened.
    package init(_ path: String, pool: BlockingPool = BlockingPool(threads: 2)) throws(Failure) {
        do throws(SystemError) {
            confined = ConfinedFolder(try .opened(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)))
        } catch {
            throw Failure(.invalid, "\(path): the folder cannot be opened: \(String(cString: strerror(error.number)))")
        }
        self.pool = pool
    }

    /// Whether there is a file of that name.
    package func holds(_ name: String) -> Bool {
        guard let path = try? ArtifactPath(parsing: name), let status = try? confined.status(path) else { return false }
        return status.kind == .file
    }

    /// - Parameters:
    ///   - path: as it stands in a URL, percent-encoded, relative to the folder.
    ///   - headers: beside the type, which its name says.
    /// - Throws: `notFound` when there is no such file, or it is behind a link.
    package func answer(_ path: String, _ headers: Headers = Headers()) async throws -> Response {
        let absence = Failure(.notFound, "there is no such file")
        guard let path = try? ArtifactPath(percentEncoded: path), let name = path.name else { throw absence }
        let confined = confined
        let (descriptor, size) = try await pool.run { () throws -> (Descriptor, Int64) in
            do throws(SystemError) {
                let descriptor = try confined.file(path)
                return (descriptor, try descriptor.status().size)
            } catch {
                guard [ENOENT, ENOTDIR, EISDIR, ELOOP, EXDEV, ENAMETOOLONG, EACCES].contains(error.number) else {
                    throw error.failure(path, .read)
                }
                throw absence
            }
        }
        var headers = headers
        headers["content-type"] = ContentType.ofPage(name)
        headers["x-content-type-options"] = "nosniff"
        guard size > Self.pieceSize else {
            return Response(headers: headers, body: .bytes(try await read(descriptor, 0..<size)))
        }
        return Response(
            headers: headers,
            body: .stream(length: Int(size)) { sink in
                for start in stride(from: 0, to: size, by: Self.pieceSize) {
                    let end = min(start + Int64(Self.pieceSize), size)
                    try await sink.write(self.read(descriptor, start..<end))
                }
            })
    }

    /// - Throws: `unavailable` when the file has become shorter: the answer has promised its length.
    private func read(_ descriptor: Descriptor, _ range: Range<Int64>) async throws -> [UInt8] {
        let bytes = try await pool.run {
            try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
                let target = UnsafeMutableRawBufferPointer(buffer)[..<range.count]
                count = try descriptor.read(
                    at: range.lowerBound, into: UnsafeMutableRawBufferPointer(rebasing: target))
            }
        }
        guard bytes.count == range.count else { throw Failure(.unavailable, "a file changed while it was read") }
        return bytes
    }
}
