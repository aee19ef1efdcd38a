#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file or folder, closed with the last reference.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Takes what a call like open(2) returns.
    static func opened(_ number: Int32) throws(SystemError) -> Descriptor {
        guard number >= 0 else { throw .last }
        return Descriptor(number)
    }

    /// The same, for what need not be there.
    /// - Returns: nil when it is not.
    static func openedIfAny(_ number: Int32) throws(SystemError) -> Descriptor? {
        if number < 0, errno == ENOENT { return nil }
        return try opened(number)
    }

    func status() throws(SystemError) -> FileStatus {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .last }
        return FileStatus(status)
    }

    /// What `name` in this folder is, without following it.
    func status(of name: String) throws(SystemError) -> FileStatus {
        var status = stat()
        guard fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .last }
        return FileStatus(status)
    }

    /// Opens the folder `name` in this one; a link is refused.
    func folder(_ name: String) throws(SystemError) -> Descriptor {
        try .opened(openat(number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
    }

    /// Makes the folder `name` in this one, unless there is one.
    /// - Returns: whether it is new.
    @discardableResult
    func makeFolder(_ name: String, mode: mode_t) throws(SystemError) -> Bool {
        if mkdirat(number, name, mode) == 0 { return true }
        guard errno == EEXIST else { throw .last }
        return false
    }

    /// Moves `name` in this folder to `target` in another one, replacing a file of that name.
    func move(_ name: String, to target: String, in folder: Descriptor) throws(SystemError) {
        guard renameat(number, name, folder.number, target) == 0 else { throw .last }
    }

    func remove(_ name: String, isFolder: Bool = false) throws(SystemError) {
        guard unlinkat(number, name, isFolder ? AT_REMOVEDIR : 0) == 0 else { throw .last }
    }

    /// Makes what was written, or the names in a folder, survive a power cut.
    func synchronize() throws(SystemError) {
        while fsync(number) != 0 {
            guard errno == EINTR else { throw .last }
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            #if canImport(Glibc)
                let written = Glibc.write(number, bytes.baseAddress! + offset, bytes.count - offset)
            #else
                let written = Darwin.write(number, bytes.baseAddress! + offset, bytes.count - offset)
            #endif
            if written < 0 {
                guard errno == EINTR else { throw .last }
            } else {
                offset += written
            }
        }
    }

    /// Fills `buffer` from `offset` on; less only at the end of the file.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        var count = 0
        while count < buffer.count {
            let read = pread(number, buffer.baseAddress! + count, buffer.count - count, off_t(offset) + off_t(count))
            if read == 0 { break }
            if read < 0 {
                guard errno == EINTR else { throw .last }
            } else {
                count += read
            }
        }
        return count
    }
}

/// What the system says about a file.
struct FileStatus {
    enum Kind { case file, folder, other }

    let kind: Kind
    let size: Int64
    /// Milliseconds since 1970.
    let modified: Int64
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        size = Int64(status.st_size)
        #if canImport(Glibc)
            let time = status.st_mtim
        #else
            let time = status.st_mtimespec
        #endif
        modified = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
    }
}
