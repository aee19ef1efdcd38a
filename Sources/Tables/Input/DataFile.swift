package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A regular file opened for reading; closed when the value ends.
package struct DataFile: ~Copyable, @unchecked Sendable {
    package let path: String
    /// Bytes, when the file was opened.
    package let size: Int
    private let descriptor: Int32

    /// - Throws: `.notFound`, `.denied` or `.invalid` naming the path and what to do: missing, not readable, a
    ///   directory, not a regular file, or empty.
    package static func open(_ path: String) throws(Failure) -> DataFile {
        guard !path.utf8.contains(0) else {
            throw Failure(.invalid, "the path contains a NUL character", hint: "Check the path.")
        }
        // Non-blocking, so that a named pipe is refused below instead of waited for.
        let descriptor = systemOpen(path)
        guard descriptor >= 0 else { throw openFailure(path, errno) }
        var status = stat()
        let problem: Failure?
        if fstat(descriptor, &status) != 0 {
            problem = openFailure(path, errno)
        } else if status.st_mode & S_IFMT == S_IFDIR {
            problem = Failure(.invalid, "\(path): is a directory", hint: "Name a data file inside it.")
        } else if status.st_mode & S_IFMT != S_IFREG {
            problem = Failure(
                .invalid, "\(path): is not a regular file",
                hint: "Data may be read more than once; write it to a file first.")
        } else if status.st_size == 0 {
            problem = Failure(.invalid, "\(path): the file is empty", hint: "Check what wrote it.")
        } else {
            problem = nil
        }
        if let problem {
            _ = close(descriptor)
            throw problem
        }
        return DataFile(path: path, size: Int(status.st_size), descriptor: descriptor)
    }

    private init(path: String, size: Int, descriptor: Int32) {
        self.path = path
        self.size = size
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    /// Fills `room` with the bytes from `offset` on; fewer than its size only at the end of the file.
    package func read(into room: UnsafeMutableRawBufferPointer, at offset: Int) throws(Failure) -> Int {
        guard let base = room.baseAddress else { return 0 }
        var filled = 0
        while filled < room.count {
            let count = pread(descriptor, base + filled, room.count - filled, off_t(offset + filled))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(
                    .unavailable, "\(path): cannot be read: \(String(cString: strerror(errno)))",
                    hint: "Check the disk and try again.")
            }
            filled += count
        }
        return filled
    }

    /// The first bytes of the file, at most `count`.
    package func prefix(_ count: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(count, size))
        let filled = try bytes.withUnsafeMutableBufferPointer { (room) throws(Failure) in
            try read(into: UnsafeMutableRawBufferPointer(room), at: 0)
        }
        return Array(bytes[..<filled])
    }

    /// The whole file.
    /// - Throws: `.exhausted` if it is larger than `maximumBytes`.
    package func contents(maximumBytes: Int) throws(Failure) -> [UInt8] {
        guard size <= maximumBytes else {
            throw Failure(
                .exhausted, "\(path): is larger than \(maximumBytes) bytes", hint: "Check that this is the right file.")
        }
        return try prefix(size)
    }
}

private func systemOpen(_ path: String) -> Int32 {
    while true {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor >= 0 || errno != EINTR { return descriptor }
    }
}

private func openFailure(_ path: String, _ error: Int32) -> Failure {
    switch error {
    case ENOENT, ENOTDIR:
        Failure(.notFound, "\(path): no such file", hint: "Check the path; it is relative to the working directory.")
    case EACCES, EPERM:
        Failure(.denied, "\(path): permission denied", hint: "Make the file readable for the user who runs this.")
    default:
        Failure(
            .unavailable, "\(path): cannot be opened: \(String(cString: strerror(error)))", hint: "Check the path.")
    }
}
