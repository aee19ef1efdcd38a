#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The names in a folder: what a power cut takes when only files were flushed.
enum FolderEntries {
    /// Makes names that were added or moved in a folder survive a power cut. A file system that cannot flush a folder,
    /// or a folder that may not be read, is no reason to fail.
    static func flush(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        while fsync(descriptor) != 0, errno == EINTR {}
        close(descriptor)
    }

    /// The folder a path stands in, by its text.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
