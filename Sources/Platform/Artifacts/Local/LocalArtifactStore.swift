package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Artifacts as files under one folder of this machine.
///
/// - Every path is opened beneath the root by the kernel, which refuses links and `..`; where it cannot, name by name.
/// - A file is written to a temporary one on the same file system, flushed, renamed into place, and its folder flushed:
///   it is whole or absent, also after a power cut.
/// - Names from outside cannot reach the store's own folder, `.steward`.
package final class LocalArtifactStore: ArtifactStore {
    let confined: ConfinedFolder
    let workspace: Workspace
    private let folders = DurableFolders()

    private static let attempts = 8

    /// - Parameters:
    ///   - root: the folder; it is made if it does not exist (its parent must).
    ///   - makeID: 32 hexadecimal digits that never come twice.
    ///   - isStepwise: true to do without openat2, as happens by itself where the system has no such call.
    /// - Throws: `invalid` when the folder cannot be made or is none, `unavailable` when it cannot be used.
    package init(
        root: String, makeID: @escaping @Sendable () -> String = World.live.makeID, isStepwise: Bool = false
    ) throws(Failure) {
        guard !root.isEmpty, !root.utf8.contains(0) else {
            throw Failure(.invalid, "the name of the artifact folder is empty")
        }
        guard mkdir(root, DurableFolders.mode) == 0 || errno == EEXIST else {
            throw Failure(
                .invalid, "\(root): the artifact folder cannot be made: \(String(cString: strerror(errno)))",
                hint: "Create its parent folder first.")
        }
        do throws(SystemError) {
            let descriptor = try Descriptor.opened(open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
            confined = ConfinedFolder(descriptor, forcing: isStepwise ? .stepwise : nil)
            // What is stored below must not vanish with the root itself. The parent may be closed to us.
            try? descriptor.folder("..").synchronize()
            workspace = try Workspace(in: descriptor, makeID: makeID)
            try workspace.removeLeftovers(budget: 1000)
        } catch {
            throw Failure(
                error.number == ENOTDIR || error.number == ELOOP ? .invalid : .unavailable,
                "\(root): the artifact folder cannot be used: \(String(cString: strerror(error.number)))",
                hint: "Steward must be able to read, write and list it.")
        }
    }

    package func write(_ path: ArtifactPath) throws(Failure) -> any ArtifactWriter {
        try refuseFolder(at: path)
        return try reporting(path) { () throws(SystemError) in
            try LocalArtifactWriter(path, in: workspace) { (name, _) throws(SystemError) in
                try self.publish(name, as: path)
            }
        }
    }

    package func read(_ path: ArtifactPath) throws(Failure) -> any ArtifactReader {
        try reporting(path, .read) { () throws(SystemError) in try LocalArtifactReader(path, confined.file(path)) }
    }

    package func info(_ path: ArtifactPath) throws(Failure) -> ArtifactEntry {
        let status = try reporting(path, .read) { () throws(SystemError) in try confined.status(path) }
        guard let entry = ArtifactEntry(path.name ?? "", status) else { throw SystemError(ELOOP).failure(path) }
        return entry
    }

    package func delete(_ path: ArtifactPath) throws(Failure) {
        guard let name = path.name else {
            throw Failure(.invalid, "Invalid path: the artifact root cannot be deleted", hint: "Delete what is in it.")
        }
        try reporting(path, .read) { () throws(SystemError) in
            let parent = try confined.folder(path.parent)
            folders.forget(path)
            try workspace.discard(name, in: parent)
        }
    }

    package func deleteIfEmpty(_ folder: ArtifactPath) throws(Failure) -> Bool {
        guard let name = folder.name else { return false }
        return try reporting(folder, .read) { () throws(SystemError) in
            let parent = try confined.folder(folder.parent)
            folders.forget(folder)
            do throws(SystemError) {
                try parent.remove(name, isFolder: true)
            } catch {
                guard [ENOTEMPTY, EEXIST, ENOTDIR].contains(error.number) else { throw error }
                return false
            }
            try parent.synchronize()
            return true
        }
    }

    package func usage(of folder: ArtifactPath, limit: Int) throws(Failure) -> ArtifactUsage {
        try reporting(folder, .read) { () throws(SystemError) in
            var usage = ArtifactUsage()
            var limit = limit
            try FolderTree.count(
                confined.folder(folder), into: &usage, limit: &limit,
                skipping: folder.isRoot ? ArtifactPath.reservedPrefix : nil)
            return usage
        }
    }

    /// An early answer to what would fail at the end, before a long file is sent.
    func refuseFolder(at path: ArtifactPath) throws(Failure) {
        guard !path.isRoot else { throw Failure(.invalid, "Invalid path: it is empty") }
        do throws(SystemError) {
            if try confined.status(path).kind == .folder { throw SystemError(EISDIR) }
        } catch {
            // Folders on the way that do not exist yet will be made.
            if error.number != ENOENT { throw error.failure(path) }
        }
    }

    /// Moves a flushed temporary file to its place and makes that durable.
    func publish(_ temporary: String, as path: ArtifactPath) throws(SystemError) {
        for attempt in 1...Self.attempts {
            let (parent, unflushed) = try folders.make(path.parent, in: confined)
            do throws(SystemError) {
                try workspace.session.move(temporary, to: path.name ?? "", in: parent)
            } catch {
                // The folder was deleted after it was opened: it is made again.
                guard error.number == ENOENT, attempt < Self.attempts else { throw error }
                continue
            }
            try parent.synchronize()
            try folders.flush(unflushed)
            return
        }
    }
}

extension LocalArtifactStore {
    package func list(_ folder: ArtifactPath, after: String?, limit: Int) throws(Failure) -> ArtifactListing {
        do throws(SystemError) {
            let descriptor = try confined.folder(folder)
            let (names, isCut) = try names(in: descriptor, isRoot: folder.isRoot, after: after, limit: max(1, limit))
            return ArtifactListing(entries: try entries(names, in: descriptor), next: isCut ? names.last : nil)
        } catch {
            throw error.failure(folder, .read)
        }
    }

    private func entries(_ names: [String], in folder: Descriptor) throws(SystemError) -> [ArtifactEntry] {
        var entries: [ArtifactEntry] = []
        for name in names {
            do throws(SystemError) {
                if let entry = try ArtifactEntry(name, folder.status(of: name)) { entries.append(entry) }
            } catch {
                // Deleted since its name was read.
                guard error.number == ENOENT else { throw error }
            }
        }
        return entries
    }

    /// The first `limit` names after `after`. Memory stays within a few times the limit, whatever the folder holds.
    private func names(
        in folder: Descriptor, isRoot: Bool, after: String?, limit: Int
    ) throws(SystemError) -> (names: [String], isCut: Bool) {
        var kept: [String] = []
        var isCut = false
        func cut() {
            kept.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            if kept.count > limit {
                kept.removeLast(kept.count - limit)
                isCut = true
            }
        }
        var names = try FolderNames(folder)
        while let bytes = try names.next() {
            // Names that are not UTF-8 were not made by us and cannot be asked for.
            guard let name = String(validatingCString: bytes),
                !isRoot || !name.utf8.starts(with: ArtifactPath.reservedPrefix.utf8)
            else { continue }
            if let after, !after.utf8.lexicographicallyPrecedes(name.utf8) { continue }
            kept.append(name)
            if kept.count >= 2 * limit + 1024 { cut() }
        }
        cut()
        return (kept, isCut)
    }
}

extension ArtifactEntry {
    /// - Returns: nil for what is neither file nor folder.
    init?(_ name: String, _ status: FileStatus) {
        guard status.kind != .other else { return nil }
        let isFolder = status.kind == .folder
        self.init(
            name: name, isFolder: isFolder, size: isFolder ? 0 : status.size,
            modified: Timestamp(milliseconds: status.modified))
    }
}
