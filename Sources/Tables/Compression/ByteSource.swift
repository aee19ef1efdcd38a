package import Core

/// The bytes of a file from first to last, decompressed if the file is gzip (RFC 1952, any number of members).
///
/// Memory is bounded by one input buffer and zlib's window. Not safe for concurrent use; hand it from one thread to the
/// next under a lock.
package final class ByteSource: @unchecked Sendable {
    package let path: String
    private let file: DataFile
    private let maximumBytes: Int
    private var offset = 0
    private var delivered = 0
    private let gzip: GzipState?

    private final class GzipState {
        var inflater: Inflater
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        var start = 0
        var end = 0
        var insideMember = true

        init(inflater: consuming Inflater) { self.inflater = inflater }

        deinit { buffer.deallocate() }
    }

    /// - Parameter maximumBytes: the most (decompressed) bytes delivered; a file with more is refused.
    package init(_ file: consuming DataFile, gzip isGzip: Bool, maximumBytes: Int) throws(Failure) {
        path = file.path
        self.file = file
        self.maximumBytes = maximumBytes
        gzip = isGzip ? GzipState(inflater: try Inflater(.gzip)) : nil
    }

    /// The share of the file that has been read, 0 to 1.
    package var fraction: Double { file.size == 0 ? 1 : min(1, Double(offset) / Double(file.size)) }

    /// The size of the content in bytes if that is known before reading it.
    package var knownSize: Int? { gzip == nil ? file.size : nil }

    /// Back to the first byte.
    package func rewind() {
        offset = 0
        delivered = 0
        guard let gzip else { return }
        gzip.inflater.reset()
        gzip.start = 0
        gzip.end = 0
        gzip.insideMember = true
    }

    /// Fills `room` with the next bytes; fewer than its size only at the end of the data.
    /// - Throws: `.invalid` if the gzip data is corrupt or ends early, or there is more data than `maximumBytes`.
    package func read(into room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        var filled = 0
        while filled < room.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: room[filled...])
            let count = if let gzip { try read(gzip, into: rest) } else { try readPlain(into: rest) }
            if count == 0 { break }
            filled += count
        }
        delivered += filled
        guard delivered <= maximumBytes else {
            throw Failure(
                .exhausted, "\(path): more than \(maximumBytes) bytes of data",
                hint: "Split the file or raise the limit for input.")
        }
        return filled
    }

    private func readPlain(into room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        let count = try file.read(into: room, at: offset)
        offset += count
        return count
    }

    private func read(_ gzip: GzipState, into room: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        while true {
            let atEnd = try refill(gzip)
            if !gzip.insideMember {
                if atEnd { return 0 }
                if try startNextMember(gzip) == false { return 0 }
            }
            let step: Inflater.Step
            do {
                let input = UnsafeRawBufferPointer(rebasing: gzip.buffer[gzip.start..<gzip.end])
                step = try gzip.inflater.inflate(input, into: room)
            } catch let failure {
                throw Failure(
                    failure.code, "\(path): \(failure.message)",
                    hint: "Check the file with 'gzip -t' and copy or download it again.", cause: failure.cause)
            }
            gzip.start += step.consumed
            if step.finished { gzip.insideMember = false }
            if step.produced > 0 { return step.produced }
            if !step.finished && atEnd && step.consumed == 0 {
                throw Failure(
                    .invalid, "\(path): the gzip data ends early",
                    hint: "The file was cut off; copy or download it again.")
            }
        }
    }

    /// Whether the file is exhausted and the buffer empty.
    private func refill(_ gzip: GzipState) throws(Failure) -> Bool {
        guard gzip.start == gzip.end else { return false }
        let count = try file.read(into: gzip.buffer, at: offset)
        offset += count
        gzip.start = 0
        gzip.end = count
        return count == 0
    }

    /// After a member either another one follows or padding of zero bytes.
    private func startNextMember(_ gzip: GzipState) throws(Failure) -> Bool {
        let first = gzip.buffer[gzip.start]
        if first == 0x1F {
            gzip.inflater.reset()
            gzip.insideMember = true
            return true
        }
        while true {
            for byte in gzip.buffer[gzip.start..<gzip.end] where byte != 0 {
                throw Failure(
                    .invalid, "\(path): unexpected bytes after the end of the gzip data",
                    hint: "Check the file with 'gzip -t' and copy or download it again.")
            }
            gzip.start = gzip.end
            if try refill(gzip) { return false }
        }
    }
}
