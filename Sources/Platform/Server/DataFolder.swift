package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder of a server, held by one process at a time.
package struct DataFolder: ~Copyable {
    private let lock: Int32

    /// The file that stands in a folder while a backup is restored into it.
    package static let unfinishedRestore = "restore-unfinished"

    /// Creates the folders that are missing and takes the lock.
    /// - Parameter isRestoring: for who restores a backup into it; to others a restore that was not finished is no
    ///   data.
    /// - Throws: `conflict` when another server holds it or a restore was cut off, `unavailable` when the system
    ///   refuses.
    package init(_ settings: ServerSettings, isRestoring: Bool = false) throws(Failure) {
        for folder in [settings.dataFolder, "\(settings.dataFolder)/keys"] { try Self.create(folder) }
        let path = "\(settings.dataFolder)/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw Self.failure(path, reason) }
            throw Failure(
                .conflict, "\(settings.dataFolder): another steward server uses this folder",
                hint: "Stop it, give this one its own --data folder, or use --database postgresql://... for several.")
        }
        let isUnfinished = access("\(settings.dataFolder)/\(Self.unfinishedRestore)", F_OK) == 0
        guard isRestoring || !isUnfinished else {
            close(descriptor)
            throw Failure(
                .conflict, "\(settings.dataFolder): a backup was being restored here and that did not finish",
                hint: "Remove the folder and restore again.")
        }
        lock = descriptor
    }

    deinit { close(lock) }

    /// Makes a folder and those above it, so that none of them can vanish with what is acknowledged later.
    private static func create(_ path: String) throws(Failure) {
        var prefix = path.hasPrefix("/") ? "" : "."
        var container = prefix
        for part in path.split(separator: "/") {
            container = prefix.isEmpty ? "/" : prefix
            prefix += "/" + part
            // Keys lie in here: nobody else needs to look.
            if mkdir(prefix, 0o700) == 0 {
                FolderEntries.flush(container)
            } else if errno != EEXIST {
                throw failure(path, errno)
            }
        }
        // Again for the last one: whoever made it may not have come to this.
        FolderEntries.flush(container)
        var info = stat()
        guard stat(path, &info) == 0 else { throw failure(path, errno) }
        guard info.st_mode & S_IFMT == S_IFDIR else { throw failure(path, ENOTDIR) }
    }

    private static func failure(_ path: String, _ error: Int32) -> Failure {
        Failure(
            .unavailable, "\(path): cannot be used: \(String(cString: strerror(error)))",
            hint: "Choose another folder with --data, or mend its permissions.")
    }
}
