import Core
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An upload's folder, which is not removed as idle while this lives.
///
/// Two locks, both of this open file: the folder's, shared by all who use the upload and held alone by
/// `removeUploads`; and that of the file `target`, held by the one who completes the upload or gives it up.
final class HeldUpload: Sendable {
    let folder: Descriptor
    let target: Descriptor
    private let upload: String

    /// - Returns: nil when there is no such upload, or it is being removed.
    init?(_ upload: String, _ uploads: Descriptor) throws(SystemError) {
        let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC
        guard let folder = try Descriptor.openedIfAny(openat(uploads.number, upload, flags | O_DIRECTORY)),
            flock(folder.number, LOCK_SH | LOCK_NB) == 0,
            // It may have been removed before it was locked.
            try folder.status().inode == (try? uploads.status(of: upload))?.inode,
            let target = try Descriptor.openedIfAny(openat(folder.number, LocalArtifactStore.target, flags))
        else { return nil }
        self.upload = upload
        self.folder = folder
        self.target = target
    }

    /// - Throws: `unavailable` when somebody else completes the upload or gives it up.
    func beginCompletion() throws(Failure) {
        guard flock(target.number, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(.unavailable, "upload \(upload) is being completed", hint: "Ask again shortly.")
        }
    }
}

/// Parts of a `LocalArtifactStore` on their way to becoming one file.
final class LocalUploadJoin: ArtifactJoin {
    struct Part: Sendable {
        /// Of its file in the upload's folder.
        let name: String
        let number: Int
        let entityTag: String
    }

    /// What was joined before: the same question has the same answer.
    final class Finished: ArtifactJoin {
        private let stored: StoredArtifact

        init(_ stored: StoredArtifact) { self.stored = stored }

        func joinMore() -> Bool { false }
        func commit() -> StoredArtifact { stored }
    }

    private struct Progress {
        var next = 0
        var file: Descriptor?
        var offset: Int64 = 0
    }

    private let held: HeldUpload
    private let parts: [Part]
    private let writer: any ArtifactWriter
    private let path: ArtifactPath
    private let finish: @Sendable (StoredArtifact) throws(Failure) -> Void
    private let progress = Mutex(Progress())

    /// Bytes that are held: 1 MiB.
    private static let bufferSize = 1 << 20
    /// Bytes that are joined at a time: 8 MiB.
    private static let step = 8 << 20

    /// - Parameter finish: notes what was stored, once it is.
    init(
        _ held: HeldUpload, _ parts: [Part], _ writer: any ArtifactWriter, _ path: ArtifactPath,
        finish: @escaping @Sendable (StoredArtifact) throws(Failure) -> Void
    ) {
        self.held = held
        self.parts = parts
        self.writer = writer
        self.path = path
        self.finish = finish
    }

    func joinMore() throws(Failure) -> Bool {
        try progress.withLock { progress throws(Failure) in
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 16)
            defer { buffer.deallocate() }
            var left = Self.step
            while left > 0, progress.next < parts.count {
                let file: Descriptor
                if let begun = progress.file { file = begun } else { file = try open(parts[progress.next]) }
                progress.file = file
                let offset = progress.offset
                let count = try reporting(path) { () throws(SystemError) in try file.read(at: offset, into: buffer) }
                guard count > 0 else {
                    progress = Progress(next: progress.next + 1)
                    continue
                }
                try writer.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                progress.offset += Int64(count)
                left -= count
            }
            return progress.next < parts.count
        }
    }

    private func open(_ part: Part) throws(Failure) -> Descriptor {
        let file = try reporting(path) { () throws(SystemError) in
            try Descriptor.openedIfAny(openat(held.folder.number, part.name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC))
        }
        guard let file else {
            throw Failure(
                .invalid, "part \(part.number) with entity tag \(part.entityTag) of the upload was never sent")
        }
        return file
    }

    func commit() throws(Failure) -> StoredArtifact {
        guard progress.withLock({ $0.next == parts.count }) else {
            throw Failure(.bug, "artifact '\(path)' is not joined to its end")
        }
        let stored = try writer.commit()
        try finish(stored)
        return stored
    }
}
