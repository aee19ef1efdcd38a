#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The names in a folder, one after another, in no order.
struct FolderNames: ~Copyable {
    #if canImport(Glibc)
        private let stream: OpaquePointer
    #else
        private let stream: UnsafeMutablePointer<DIR>
    #endif

    init(_ folder: Descriptor) throws(SystemError) {
        // A description of its own: the position in the folder would otherwise be shared with other readers.
        let number = openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .last }
        guard let stream = fdopendir(number) else {
            let error = SystemError.last
            close(number)
            throw error
        }
        self.stream = stream
    }

    deinit { closedir(stream) }

    /// The next name, valid until the next call. `.` and `..` are left out.
    mutating func next() throws(SystemError) -> UnsafePointer<CChar>? {
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw .last }
                return nil
            }
            let offset = MemoryLayout<dirent>.offset(of: \.d_name)!
            let name = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
            if strcmp(name, ".") != 0, strcmp(name, "..") != 0 { return name }
        }
    }
}

/// Whole trees of folders. Links are never followed: a link is removed like a file and counts for nothing.
enum FolderTree {
    /// Deeper trees than a store makes are left to the operator.
    private static let maximumDepth = 2 * ArtifactPath.maximumComponents

    /// Removes `name`, whatever it is.
    /// - Parameter budget: how many files and folders may be removed; what was removed is taken off.
    /// - Returns: false when the budget did not suffice.
    static func remove(_ name: String, in folder: Descriptor, budget: inout Int) throws(SystemError) -> Bool {
        var error: SystemError?
        let isDone = name.withCString { name in
            do throws(SystemError) {
                return try remove(name, in: folder, budget: &budget, depth: 0)
            } catch let problem {
                error = problem
                return false
            }
        }
        if let error { throw error }
        return isDone
    }

    private static func remove(
        _ name: UnsafePointer<CChar>, in folder: Descriptor, budget: inout Int, depth: Int
    ) throws(SystemError) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        if unlinkat(folder.number, name, 0) == 0 || errno == ENOENT { return true }
        // POSIX says EPERM of a folder, Linux EISDIR.
        guard errno == EISDIR || errno == EPERM else { throw .last }
        guard depth < maximumDepth else { throw SystemError(ENAMETOOLONG) }
        let child = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if child < 0, errno == ENOENT { return true }
        let inner = try Descriptor.opened(child)
        // Somebody may put a file into it between the last look and its removal.
        for _ in 0..<3 {
            var names = try FolderNames(inner)
            while let name = try names.next() {
                guard try remove(name, in: inner, budget: &budget, depth: depth + 1) else { return false }
            }
            if unlinkat(folder.number, name, AT_REMOVEDIR) == 0 || errno == ENOENT { return true }
            guard errno == ENOTEMPTY || errno == EEXIST else { throw .last }
        }
        return false
    }

    /// Counts the files below `folder`.
    /// - Parameters:
    ///   - limit: files and folders looked at, at most; what was looked at is taken off.
    ///   - reserved: names in `folder` itself that begin so are left out.
    static func count(
        _ folder: Descriptor, into usage: inout ArtifactUsage, limit: inout Int, skipping reserved: String?
    ) throws(SystemError) {
        try count(folder, into: &usage, limit: &limit, depth: 0, skipping: reserved)
    }

    private static func count(
        _ folder: Descriptor, into usage: inout ArtifactUsage, limit: inout Int, depth: Int, skipping reserved: String?
    ) throws(SystemError) {
        var names = try FolderNames(folder)
        while let name = try names.next() {
            if let reserved, strncmp(name, reserved, reserved.utf8.count) == 0 { continue }
            guard limit > 0, depth < maximumDepth else {
                usage.isComplete = false
                return
            }
            limit -= 1
            var status = stat()
            guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            switch FileStatus(status).kind {
            case .file:
                usage.files += 1
                usage.bytes += Int64(status.st_size)
            case .folder:
                let child = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                if child < 0, errno == ENOENT { continue }
                try count(Descriptor.opened(child), into: &usage, limit: &limit, depth: depth + 1, skipping: nil)
            case .other: continue
            }
        }
    }
}
