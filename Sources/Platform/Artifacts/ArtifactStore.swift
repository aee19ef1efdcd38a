package import Core

/// Where the bytes of artifacts are kept. Files stand in folders; folders come and go with what is in them.
///
/// All calls block: make them on a thread that may wait, not on an event loop. All are safe to make from many threads
/// at once. Paths are `ArtifactPath`s, so traversal is settled before a store is asked.
///
/// Errors of all calls: `notFound` when there is no such artifact, folder or upload; `conflict` when a file is to be
/// written where a folder stands, or below a file; `invalid` when a folder is read as a file, or a link stands in the
/// way; `unavailable` when the disk is full (nothing is left behind; what was there stays) or the system refuses, for
/// instance because too many files are open.
package protocol ArtifactStore: Sendable {
    /// Begins to write a file. It appears under its name, whole, with `commit`; a file that was there is replaced.
    func write(_ path: ArtifactPath) throws(Failure) -> any ArtifactWriter

    /// Opens a file. What is read is the file as it was opened, even if it is replaced or deleted meanwhile.
    func read(_ path: ArtifactPath) throws(Failure) -> any ArtifactReader

    /// What stands at a path.
    func info(_ path: ArtifactPath) throws(Failure) -> ArtifactEntry

    /// What is in a folder, sorted by the bytes of the names.
    /// - Parameters:
    ///   - after: only names that come after this one.
    ///   - limit: at most so many.
    func list(_ folder: ArtifactPath, after: String?, limit: Int) throws(Failure) -> ArtifactListing

    /// Removes a file, or a folder with all that is in it, at once: nobody sees half of it gone. The root is refused.
    func delete(_ path: ArtifactPath) throws(Failure)

    /// Removes a folder that has nothing in it.
    /// - Returns: false when there is something in it, or it is no folder.
    @discardableResult
    func deleteIfEmpty(_ folder: ArtifactPath) throws(Failure) -> Bool

    /// How much is below a folder.
    /// - Parameter limit: the count stops after so many files and folders.
    func usage(of folder: ArtifactPath, limit: Int) throws(Failure) -> ArtifactUsage

    /// Begins a file that comes in parts, which may be sent in any order and at the same time.
    /// - Returns: the upload's identifier, 32 hexadecimal digits.
    func createUpload(_ path: ArtifactPath) throws(Failure) -> String

    /// Begins to write a part. `commit` gives its SHA-256, which is the part's entity tag. A part may be sent again.
    /// - Parameter number: 1 to 10,000.
    func writePart(_ number: Int, of upload: String, for path: ArtifactPath) throws(Failure) -> any ArtifactWriter

    /// Begins to join parts to the file, which appears whole. Said twice, it ends with the same answer twice.
    /// - Throws: `invalid` for parts that are out of order, `unavailable` while another call joins them, `conflict`
    ///   when other parts were joined, besides the errors of all calls.
    func join(_ upload: String, for path: ArtifactPath, parts: [UploadedPart]) throws(Failure) -> any ArtifactJoin

    /// Forgets an upload and its parts.
    func abort(_ upload: String, for path: ArtifactPath) throws(Failure)

    /// Forgets uploads to which nothing was added since `time` and nothing is being added.
    /// - Returns: how many.
    func removeUploads(idleSince time: Timestamp) throws(Failure) -> Int
}

/// A file that is being written. Given up when the last reference goes without `commit`. For one caller at a time.
package protocol ArtifactWriter: AnyObject, Sendable {
    /// The bytes have been handed to the system when this returns; they are not kept.
    func append(_ bytes: UnsafeRawBufferPointer) throws(Failure)

    /// Makes the file durable and lets it appear. An error means that it may be lost, never that half of it is there.
    func commit() throws(Failure) -> StoredArtifact

    /// Gives the file up. Harmless after `commit`.
    func abandon()
}

/// Parts that become one file. Given up when the last reference goes without `commit`. For one caller at a time.
package protocol ArtifactJoin: AnyObject, Sendable {
    /// Joins some of the parts, some megabytes, so that the thread is soon free for others.
    /// - Returns: whether there is more.
    /// - Throws: `invalid` for a part that was never sent.
    func joinMore() throws(Failure) -> Bool

    /// Makes the file durable and lets it appear, once all is joined.
    func commit() throws(Failure) -> StoredArtifact
}

extension ArtifactStore {
    /// Joins parts to the file in one call, however long that takes.
    package func complete(
        _ upload: String, for path: ArtifactPath, parts: [UploadedPart]
    ) throws(Failure) -> StoredArtifact {
        let join = try join(upload, for: path, parts: parts)
        while try join.joinMore() {}
        return try join.commit()
    }
}

extension ArtifactWriter {
    package func append(_ bytes: [UInt8]) throws(Failure) {
        try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in try append(UnsafeRawBufferPointer(bytes)) }
    }
}

/// A file that is open for reading, at any place. Safe to use from several threads.
package protocol ArtifactReader: AnyObject, Sendable {
    /// Bytes in the whole file.
    var size: Int64 { get }
    var modified: Timestamp { get }

    /// Fills `buffer` from `offset` on.
    /// - Returns: how many bytes were read: all that fit, fewer only at the end of the file, 0 behind it.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int
}

extension ArtifactReader {
    /// At most `count` bytes from `offset` on.
    package func bytes(at offset: Int64, count: Int) throws(Failure) -> [UInt8] {
        guard count > 0, offset >= 0, offset < size else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(min(Int64(count), size - offset)))
        let filled = try bytes.withUnsafeMutableBufferPointer { (buffer) throws(Failure) -> Int in
            try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }
}

/// What was stored.
package struct StoredArtifact: Sendable, Equatable {
    package let path: ArtifactPath
    package let size: Int64
    /// 64 lower-case hexadecimal digits, computed while the bytes came in.
    package let sha256: String
    /// As `ArtifactReader` has it: tells the file from one that replaced it.
    package let modified: Timestamp

    package init(path: ArtifactPath, size: Int64, sha256: String, modified: Timestamp) {
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.modified = modified
    }
}

/// A file or a folder.
package struct ArtifactEntry: Sendable, Equatable {
    /// The last name of its path; empty for the root.
    package let name: String
    package let isFolder: Bool
    /// Bytes; 0 for folders.
    package let size: Int64
    package let modified: Timestamp

    package init(name: String, isFolder: Bool, size: Int64, modified: Timestamp) {
        self.name = name
        self.isFolder = isFolder
        self.size = size
        self.modified = modified
    }
}

package struct ArtifactListing: Sendable {
    package let entries: [ArtifactEntry]
    /// The name to go on after, when there is more.
    package let next: String?

    package init(entries: [ArtifactEntry], next: String?) {
        self.entries = entries
        self.next = next
    }
}

package struct ArtifactUsage: Sendable, Equatable {
    package var files: Int
    package var bytes: Int64
    /// False when there was more than the limit.
    package var isComplete: Bool

    package init(files: Int = 0, bytes: Int64 = 0, isComplete: Bool = true) {
        self.files = files
        self.bytes = bytes
        self.isComplete = isComplete
    }
}

/// One part of an upload, as the client names it when it has sent them all.
package struct UploadedPart: Sendable, Hashable {
    package let number: Int
    /// The part's SHA-256 in hexadecimal, with or without quotation marks around it.
    package let entityTag: String

    package init(number: Int, entityTag: String) {
        self.number = number
        self.entityTag = entityTag
    }
}
