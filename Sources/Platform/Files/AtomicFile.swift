package import Core

#if canImport(Glibc)
    package import Glibc
#else
    package import Darwin
#endif

/// Writes whole files so that readers see the old content or the new one, never a part of it.
package enum AtomicFile {
    /// Writes to a temporary file in the same folder, flushes it to the disk and renames it over `path`. A file that
    /// exists keeps its permissions; a link is followed. What is not a regular file (`/dev/stdout`, a pipe) is written
    /// directly.
    /// - Throws: `invalid` when the folder does not exist or `path` is a folder, `unavailable` when the system refuses;
    ///   nothing is left behind.
    /// - Parameter mode: permissions of a new file; nil means what the process's mask leaves of 0666.
    package static func write(_ bytes: [UInt8], to path: String, mode newMode: mode_t? = nil) throws(Failure) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw Failure(.invalid, "the name of the output file is empty")
        }
        var target = path
        var mode = newMode
        var info = stat()
        if stat(path, &info) == 0 {
            if info.st_mode & S_IFMT == S_IFDIR {
                throw Failure(.invalid, "\(path): is a folder", hint: "Give the name of a file in it.")
            }
            guard info.st_mode & S_IFMT == S_IFREG else {
                try writeDirectly(bytes, path)
                return
            }
            mode = info.st_mode & 0o7777
            if let resolved = realpath(path, nil) {
                target = String(cString: resolved)
                free(resolved)
            }
        }
        try replace(target, with: bytes, mode: mode, shown: path)
    }

    /// Throws what `write` would throw for a path that cannot be written, before long work begins.
    package static func check(_ path: String) throws(Failure) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw Failure(.invalid, "the name of the output file is empty")
        }
        var info = stat()
        if stat(path, &info) == 0 {
            if info.st_mode & S_IFMT == S_IFDIR {
                throw Failure(.invalid, "\(path): is a folder", hint: "Give the name of a file in it.")
            }
            guard info.st_mode & S_IFMT == S_IFREG else { return }
        }
        guard access(FolderEntries.folder(of: path), W_OK | X_OK) == 0 else {
            throw failure(path, "cannot be written", errno)
        }
    }

    /// Whether both names lead to the same existing file.
    package static func isSameFile(_ one: String, _ two: String) -> Bool {
        var (left, right) = (stat(), stat())
        guard stat(one, &left) == 0, stat(two, &right) == 0 else { return false }
        return left.st_dev == right.st_dev && left.st_ino == right.st_ino
    }

    private static func replace(
        _ target: String, with bytes: [UInt8], mode: mode_t?, shown path: String
    ) throws(Failure) {
        let folder = FolderEntries.folder(of: target)
        var template = Array("\(folder)/.steward-XXXXXX".utf8CString)
        let descriptor = template.withUnsafeMutableBufferPointer { mkstemp($0.baseAddress!) }
        guard descriptor >= 0 else { throw failure(path, "cannot be written", errno) }
        var problem = writeAll(bytes, to: descriptor)
        if problem == 0, fchmod(descriptor, mode ?? defaultMode()) != 0 { problem = errno }
        if problem == 0, fsync(descriptor) != 0 { problem = errno }
        if close(descriptor) != 0, problem == 0 { problem = errno }
        let renamed = template.withUnsafeBufferPointer { template -> Int32 in
            if problem == 0, rename(template.baseAddress!, target) != 0 { problem = errno }
            if problem != 0 { unlink(template.baseAddress!) }
            return problem
        }
        guard renamed == 0 else { throw failure(path, "cannot be written", problem) }
        FolderEntries.flush(folder)
    }

    private static func writeDirectly(_ bytes: [UInt8], _ path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY)
        guard descriptor >= 0 else { throw failure(path, "cannot be opened for writing", errno) }
        var problem = writeAll(bytes, to: descriptor)
        if close(descriptor) != 0, problem == 0 { problem = errno }
        guard problem == 0 else { throw failure(path, "cannot be written", problem) }
    }

    /// - Returns: 0 or the error number.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let written = write(descriptor, buffer.baseAddress! + offset, buffer.count - offset)
                if written < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                offset += written
            }
            return 0
        }
    }

    private static func write(_ descriptor: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, start, count)
        #else
            Darwin.write(descriptor, start, count)
        #endif
    }

    /// What open(2) with 0666 would give. The mask can only be read by setting it.
    static func defaultMode() -> mode_t {
        let mask = umask(0o077)
        umask(mask)
        return 0o666 & ~mask
    }

    private static func failure(_ path: String, _ what: String, _ error: Int32) -> Failure {
        let reason = String(cString: strerror(error))
        switch error {
        case ENOENT, ENOTDIR:
            return Failure(.invalid, "\(path): the folder does not exist", hint: "Create the folder first.")
        case ENOSPC, EDQUOT:
            return Failure(.exhausted, "\(path): \(what): \(reason)", hint: "Free some space; nothing was changed.")
        default: return Failure(.unavailable, "\(path): \(what): \(reason)")
        }
    }
}
