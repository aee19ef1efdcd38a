import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes the folders that files need, and sees to it that nobody relies on one before it would survive a power cut:
/// before the folder it stands in has been flushed with it.
///
/// Flushing every folder on the way for every file would do, too; what is remembered here only saves that work. It is
/// right for one process; a folder that another server makes anew under a name remembered here is flushed by that one.
final class DurableFolders: Sendable {
    /// What is to be flushed before files below `place` may be called stored.
    struct Unflushed {
        fileprivate let place: ArtifactPath
        fileprivate let ticket: Int
        fileprivate let container: Descriptor
    }

    private enum State: Equatable {
        case durable
        /// Found or made, and not flushed since. Another ticket stands for another folder of that name.
        case fresh(ticket: Int)
    }

    private struct Known {
        var folders: [ArtifactPath: State] = [:]
        var lastTicket = 0
    }

    private let known = Mutex(Known())

    static let mode: mode_t = 0o750
    private static let limit = 10_000

    /// Opens a folder after making it, and those above it, where they are missing.
    /// - Returns: the folder, and what must be flushed once the file is in it, by everybody who puts one there.
    func make(
        _ path: ArtifactPath, in confined: ConfinedFolder
    ) throws(SystemError) -> (folder: Descriptor, unflushed: [Unflushed]) {
        if path.isRoot { return (confined.root, []) }
        return try known.withLock { known throws(SystemError) in
            if known.folders[path] == .durable {
                do throws(SystemError) {
                    return (try confined.folder(path), [])
                } catch {
                    guard error.number == ENOENT else { throw error }
                }
            }
            if known.folders.count > Self.limit { known.folders.removeAll() }
            var (folder, place) = (confined.root, ArtifactPath.root)
            var unflushed: [Unflushed] = []
            for name in path.components {
                place = place.child(name)
                let isNew = try folder.makeFolder(name, mode: Self.mode)
                if isNew || known.folders[place] == nil {
                    known.lastTicket += 1
                    known.folders[place] = .fresh(ticket: known.lastTicket)
                }
                if case .fresh(let ticket) = known.folders[place] {
                    unflushed.append(Unflushed(place: place, ticket: ticket, container: folder))
                }
                folder = try folder.folder(name)
            }
            return (folder, unflushed)
        }
    }

    /// Flushes from the deepest folder up, so that a journal has written all of them with the first.
    func flush(_ unflushed: [Unflushed]) throws(SystemError) {
        for folder in unflushed.reversed() { try folder.container.synchronize() }
        known.withLock { known in
            for folder in unflushed where known.folders[folder.place] == .fresh(ticket: folder.ticket) {
                known.folders[folder.place] = .durable
            }
        }
    }

    /// Says that `path` and what is below it is about to be deleted.
    func forget(_ path: ArtifactPath) {
        known.withLock { known in known.folders = known.folders.filter { !$0.key.isWithin(path) } }
    }
}
