import CSyscalls
package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder that is filled with files, all of which are to be on the disk before the last one appears.
package struct DurableFolder: ~Copyable {
    package let path: String
    private let descriptor: Int32

    /// Makes the folder, for its owner alone, or takes one that is empty.
    /// - Throws: `conflict` when something is in it, `unavailable` when it cannot be made.
    package init(empty path: String) throws(Failure) {
        if mkdir(path, 0o700) != 0 {
            guard errno == EEXIST else { throw Self.failure(path, errno) }
            guard try Self.isEmpty(path) else {
                throw Failure(.conflict, "\(path): is not empty", hint: "Name a folder that does not exist yet.")
            }
        }
        try self.init(path)
    }

    /// Takes a folder that is there.
    package init(_ path: String) throws(Failure) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
    }

    /// Whether it is `other` or lies below it.
    package func isWithin(_ other: String) -> Bool {
        guard let own = realpath(path, nil), let outer = realpath(other, nil) else { return false }
        defer {
            free(own)
            free(outer)
        }
        return (String(cString: own) + "/").utf8.starts(with: (String(cString: outer) + "/").utf8)
    }

    deinit { close(descriptor) }

    /// Whether nothing is in a folder; also when there is none.
    package static func isEmpty(_ path: String) throws(Failure) -> Bool {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return true }
            throw failure(path, errno)
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { return false }
        }
        return true
    }

    /// Makes a folder in it.
    package func makeFolder(_ name: String) throws(Failure) {
        guard mkdir("\(path)/\(name)", 0o700) == 0 || errno == EEXIST else {
            throw Self.failure("\(path)/\(name)", errno)
        }
    }

    /// Waits until everything that was written below it is on the disk, folders included.
    /// - Throws: `unavailable` when the disk did not take all of it since the folder was opened.
    package func flush() throws(Failure) {
        // One call for any number of files.
        guard steward_sync_file_system(descriptor) == 0 else { throw Self.failure(path, errno) }
    }

    private static func failure(_ path: String, _ error: Int32) -> Failure {
        Failure(
            error == ENOTDIR ? .invalid : .unavailable,
            "\(path): cannot be used: \(String(cString: strerror(error)))",
            hint: error == ENOENT ? "Create the folder it is to stand in first." : nil)
    }
}
