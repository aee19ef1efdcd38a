import CSyscalls
import Core
import Crypto
import Dispatch
import Synchronization

/// A file on its way into a `LocalArtifactStore`.
final class LocalArtifactWriter: ArtifactWriter {
    private struct Progress {
        var descriptor: Descriptor?
        var size: Int64 = 0
        var written: Int64 = 0
    }

    private let path: ArtifactPath
    private let workspace: Workspace
    private let name: String
    private let publish: @Sendable (_ temporary: String, _ stored: StoredArtifact) throws(SystemError) -> Void
    private let progress: Mutex<Progress>
    /// Used while `progress` is held.
    private let hash = Mutex(SHA256())

    /// Bytes after which the system is asked to begin writing to the disk, so that little is left for the final flush.
    private static let writeBehind: Int64 = 8 << 20

    /// Bytes from which writing and hashing are done on two threads: 128 KiB.
    private static let sideBySide = 128 << 10

    /// - Parameter publish: moves the flushed temporary file, named relative to the session's folder, to its place.
    init(
        _ path: ArtifactPath, in workspace: Workspace,
        publish: @escaping @Sendable (_ temporary: String, _ stored: StoredArtifact) throws(SystemError) -> Void
    ) throws(SystemError) {
        self.path = path
        self.workspace = workspace
        self.publish = publish
        name = workspace.freshName("file")
        progress = Mutex(Progress(descriptor: try workspace.createFile(name)))
    }

    deinit { abandon() }

    func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        guard !bytes.isEmpty else { return }
        try progress.withLock { progress throws(Failure) in
            guard let descriptor = progress.descriptor else { throw finished }
            do throws(SystemError) {
                try take(bytes, descriptor)
            } catch {
                giveUp(&progress)
                throw error.failure(path)
            }
            progress.size += Int64(bytes.count)
            if progress.size - progress.written >= Self.writeBehind {
                steward_start_writing(descriptor.number, progress.written, progress.size - progress.written)
                progress.written = progress.size
            }
        }
    }

    /// Writes and hashes. Both take about as long, so they are done side by side where that is worth waking a thread.
    private func take(_ bytes: UnsafeRawBufferPointer, _ descriptor: Descriptor) throws(SystemError) {
        guard bytes.count >= Self.sideBySide else {
            try descriptor.write(bytes)
            hash.withLock { $0.update(bufferPointer: bytes) }
            return
        }
        let lent = LentBytes(bytes: bytes)
        let problem = Mutex<SystemError?>(nil)
        DispatchQueue.concurrentPerform(iterations: 2) { part in
            if part == 0 {
                do throws(SystemError) {
                    try descriptor.write(lent.bytes)
                } catch {
                    problem.withLock { $0 = error }
                }
            } else {
                hash.withLock { $0.update(bufferPointer: lent.bytes) }
            }
        }
        if let error = problem.withLock({ $0 }) { throw error }
    }

    func commit() throws(Failure) -> StoredArtifact {
        try progress.withLock { progress throws(Failure) in
            guard let descriptor = progress.descriptor else { throw finished }
            let digest = Hexadecimal.text(of: hash.withLock { $0.finalize() })
            do throws(SystemError) {
                try descriptor.synchronize()
                let stored = StoredArtifact(
                    path: path, size: progress.size, sha256: digest,
                    modified: Timestamp(milliseconds: try descriptor.status().modified))
                try publish(name, stored)
                progress.descriptor = nil
                return stored
            } catch {
                giveUp(&progress)
                throw error.failure(path)
            }
        }
    }

    func abandon() { progress.withLock { giveUp(&$0) } }

    private func giveUp(_ progress: inout Progress) {
        guard progress.descriptor != nil else { return }
        progress.descriptor = nil
        try? workspace.session.remove(name)
    }

    private var finished: Failure { Failure(.conflict, "artifact '\(path)' is already stored or was given up") }
}

/// Bytes that two threads read while their owner waits for both.
private struct LentBytes: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
}

/// A file of a `LocalArtifactStore` that is open for reading.
final class LocalArtifactReader: ArtifactReader {
    let size: Int64
    let modified: Timestamp
    private let path: ArtifactPath
    private let descriptor: Descriptor

    init(_ path: ArtifactPath, _ descriptor: Descriptor) throws(SystemError) {
        let status = try descriptor.status()
        self.path = path
        self.descriptor = descriptor
        size = status.size
        modified = Timestamp(milliseconds: status.modified)
    }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        guard offset >= 0, offset < size else { return 0 }
        let count = Int(min(Int64(buffer.count), size - offset))
        let read = try reporting(path) { () throws(SystemError) in
            try descriptor.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        }
        // Files of the store are replaced, never changed: somebody else has been at work.
        guard read == count else { throw Failure(.unavailable, "artifact '\(path)' was cut off while it was read") }
        return read
    }
}
