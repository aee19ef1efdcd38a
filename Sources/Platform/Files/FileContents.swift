package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads whole small files: profiles, settings, JSON documents. Data goes through Tables.
package enum FileContents {
    /// Larger files are refused unless the caller says otherwise: 1 GiB.
    package static let defaultLimit = 1 << 30

    /// - Parameter limit: bytes; a larger file is refused before it is read.
    /// - Throws: `notFound`, `invalid` for a folder, `exhausted` above the limit, `unavailable` when the system
    ///   refuses.
    package static func read(_ path: String, limit: Int = defaultLimit) throws(Failure) -> [UInt8] {
        try read(path, most: limit, refusesMore: true)
    }

    /// The first bytes of a file, fewer if it is shorter.
    package static func beginning(of path: String, count: Int) throws(Failure) -> [UInt8] {
        try read(path, most: count, refusesMore: false)
    }

    /// Who may do what with a file: the twelve bits of chmod.
    package static func permissions(of path: String) throws(Failure) -> UInt32 {
        var info = stat()
        guard stat(path, &info) == 0 else { throw failure(path, errno) }
        return UInt32(info.st_mode) & 0o7777
    }

    private static func read(_ path: String, most limit: Int, refusesMore: Bool) throws(Failure) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw Failure(.invalid, "the name of a file must not contain a zero byte") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw failure(path, errno) }
        guard info.st_mode & S_IFMT != S_IFDIR else { throw failure(path, EISDIR) }
        let tooLarge = Failure(.exhausted, "\(path): is larger than \(limit / (1 << 20)) MiB")
        if refusesMore, Int(info.st_size) > limit { throw tooLarge }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(limit, Int(info.st_size)))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { system(descriptor, $0.baseAddress!, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, errno)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[0..<count])
            guard bytes.count <= limit else {
                if refusesMore { throw tooLarge }
                return Array(bytes[0..<limit])
            }
        }
    }

    private static func system(_ descriptor: Int32, _ start: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, start, count)
        #else
            Darwin.read(descriptor, start, count)
        #endif
    }

    private static func failure(_ path: String, _ error: Int32) -> Failure {
        switch error {
        case ENOENT, ENOTDIR: Failure(.notFound, "\(path): no such file", hint: "Check the name and the folder.")
        case EISDIR: Failure(.invalid, "\(path): is a folder", hint: "Give the name of a file.")
        default: Failure(.unavailable, "\(path): cannot be read: \(String(cString: strerror(error)))")
        }
    }
}
