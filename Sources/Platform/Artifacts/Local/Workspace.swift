import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The store's own folder, `.steward` under the root, on the same file system as the artifacts, so that files can be
/// moved into place in one step.
///
/// ```
/// .steward/tmp/<session>/    files being written and what is being deleted, of one running process
/// .steward/uploads/<id>/     parts of uploads; they outlive the process
/// ```
///
/// A session's folder is locked while its process lives, so several servers can share one store and each removes what
/// dead ones left.
final class Workspace: Sendable {
    let session: Descriptor
    let uploads: Descriptor
    private let sessions: Descriptor
    private let sessionName: String
    private let makeID: @Sendable () -> String

    private static let privateMode: mode_t = 0o700

    init(in root: Descriptor, makeID: @escaping @Sendable () -> String) throws(SystemError) {
        self.makeID = makeID
        try root.makeFolder(ArtifactPath.reservedPrefix, mode: Self.privateMode)
        let own = try root.folder(ArtifactPath.reservedPrefix)
        try own.makeFolder("tmp", mode: Self.privateMode)
        try own.makeFolder("uploads", mode: Self.privateMode)
        sessions = try own.folder("tmp")
        uploads = try own.folder("uploads")
        // Each time: whoever made them may not have come to this.
        try own.synchronize()
        try root.synchronize()
        (sessionName, session) = try Self.newSession(in: sessions, makeID)
    }

    deinit {
        // What a clean end leaves is removed at once; the lock goes with the descriptor.
        var budget = 1000
        _ = try? FolderTree.remove(sessionName, in: sessions, budget: &budget)
    }

    private static func newSession(
        in sessions: Descriptor, _ makeID: () -> String
    ) throws(SystemError) -> (String, Descriptor) {
        for _ in 0..<8 {
            let name = makeID()
            guard try sessions.makeFolder(name, mode: privateMode) else { continue }
            let session = try sessions.folder(name)
            guard flock(session.number, LOCK_EX | LOCK_NB) == 0 else { continue }
            // Another process may have taken it for a dead one's before it was locked.
            guard let found = try? sessions.status(of: name), try found.inode == session.status().inode else {
                continue
            }
            return (name, session)
        }
        throw SystemError(EAGAIN)
    }

    /// A name nobody else uses.
    func freshName(_ prefix: String) -> String { "\(prefix)-\(makeID())" }

    /// A new upload's identifier.
    func freshID() -> String { makeID() }

    /// Creates a file to write to in this session's folder.
    func createFile(_ name: String) throws(SystemError) -> Descriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        return try .opened(openat(session.number, name, flags, 0o640))
    }

    /// Removes what processes that no longer live have left.
    /// - Parameter budget: how many files and folders at most.
    func removeLeftovers(budget: Int) throws(SystemError) {
        var budget = budget
        var dead: [String] = []
        var names = try FolderNames(sessions)
        while let name = try names.next() {
            let name = String(cString: name)
            if name != sessionName { dead.append(name) }
        }
        for name in dead {
            guard let folder = try? sessions.folder(name), flock(folder.number, LOCK_EX | LOCK_NB) == 0 else {
                continue
            }
            // The lock is held until all is removed.
            defer { withExtendedLifetime(folder) {} }
            guard try FolderTree.remove(name, in: sessions, budget: &budget) else { return }
        }
        // What this process has deleted but not yet removed.
        var deleted: [String] = []
        var own = try FolderNames(session)
        while let name = try own.next() {
            let name = String(cString: name)
            if name.hasPrefix("deleted-") { deleted.append(name) }
        }
        for name in deleted {
            guard try FolderTree.remove(name, in: session, budget: &budget) else { return }
        }
    }

    /// Takes `name` out of `folder` at once and then removes it, as far as the budget goes; the rest waits for
    /// `removeLeftovers`.
    func discard(_ name: String, in folder: Descriptor) throws(SystemError) {
        let target = freshName("deleted")
        try folder.move(name, to: target, in: session)
        try folder.synchronize()
        var budget = Self.discardBudget
        // It is gone for everybody; that its space is not yet free is no reason to fail.
        _ = try? FolderTree.remove(target, in: session, budget: &budget)
    }

    private static let discardBudget = 10_000
}
