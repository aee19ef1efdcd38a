package import Core

#if canImport(Glibc)
    package import Glibc
#else
    package import Darwin
#endif

/// A file written piece by piece that appears under its name only when it is complete.
///
/// The bytes go to a file of another name in the same folder; `commit` makes them durable, renames, and makes that
/// durable. Without `commit` the partial file is removed. An existing file of that name is replaced. For files too
/// large to hold in memory; the others are written with `AtomicFile`.
package struct OutputFile: ~Copyable {
    private let path: String
    private let partial: String
    private let mode: mode_t?
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isCommitted = false

    private static let bufferSize = 1 << 18

    /// - Parameter mode: permissions; nil for those that the process's mask leaves.
    /// - Throws: `invalid` when the file cannot be created.
    package init(path: String, mode: mode_t? = nil) throws(Failure) {
        self.path = path
        self.mode = mode
        var template = Array("\(FolderEntries.folder(of: path))/.steward-XXXXXX".utf8CString)
        descriptor = template.withUnsafeMutableBufferPointer { mkstemp($0.baseAddress!) }
        partial = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else {
            throw Failure(.invalid, "\(path): cannot be written: \(String(cString: strerror(errno)))")
        }
        buffer.reserveCapacity(Self.bufferSize + 4096)
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(partial) }
    }

    package mutating func append(_ bytes: [UInt8]) throws(Failure) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// - Parameter isFlushed: false leaves it to the caller to flush many files at once (`DurableFolder`).
    package consuming func commit(isFlushed: Bool = true) throws(Failure) {
        try flush()
        guard fchmod(descriptor, mode ?? AtomicFile.defaultMode()) == 0, !isFlushed || fsync(descriptor) == 0,
            rename(partial, path) == 0
        else { throw failed() }
        isCommitted = true
        if isFlushed { FolderEntries.flush(FolderEntries.folder(of: path)) }
    }

    private mutating func flush() throws(Failure) {
        var offset = 0
        while offset < buffer.count {
            let start = offset
            let written = buffer.withUnsafeBytes { write(descriptor, $0.baseAddress! + start, $0.count - start) }
            if written < 0 {
                if errno == EINTR { continue }
                throw failed()
            }
            offset += written
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failed() -> Failure {
        Failure(.unavailable, "\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
}
