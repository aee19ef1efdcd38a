import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lines of a text file, decompressed if it is gzip, without their line feeds; a byte order mark is left out.
/// Memory is bounded by one block and the longest line.
final class LineSource {
    /// The longest line that is read, in bytes.
    static let maximumLineBytes = 16 << 20

    private let source: ByteSource
    private let memory = OwnedBuffers()
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var atEnd = false
    /// The number of the line handed out last, from 1.
    private(set) var line = 0

    init(_ path: String, gzip: Bool, maximumBytes: Int) throws(Failure) {
        source = try ByteSource(try DataFile.open(path), gzip: gzip, maximumBytes: maximumBytes)
        buffer = try memory.allocate(Self.maximumLineBytes + 1 + (1 << 20))
    }

    var fraction: Double { source.fraction }

    /// Back to the first line.
    func rewind() {
        source.rewind()
        (start, end, line, atEnd) = (0, 0, 0, false)
    }

    /// The next line, valid until the one after it is asked for; nil at the end.
    /// - Throws: `.exhausted` for a line that is too long; what reading throws.
    func next() throws(Failure) -> UnsafeRawBufferPointer? {
        var searched = start
        while true {
            if searched < end, let found = memchr(buffer.baseAddress! + searched, 0x0A, end - searched) {
                return take(upTo: UnsafeRawPointer(found) - UnsafeRawPointer(buffer.baseAddress!), skip: 1)
            }
            if atEnd { return start < end ? take(upTo: end, skip: 0) : nil }
            guard end - start <= Self.maximumLineBytes else {
                throw Failure(
                    .exhausted, "\(source.path): line \(line + 1): longer than \(Self.maximumLineBytes) bytes",
                    hint: "Write one object per line, for example with: jq -c '.[]' FILE")
            }
            searched = end - start
            try refill()
        }
    }

    private func take(upTo stop: Int, skip: Int) -> UnsafeRawBufferPointer {
        var first = start
        if line == 0, buffer[first..<stop].starts(with: [0xEF, 0xBB, 0xBF]) { first += 3 }
        line += 1
        start = stop + skip
        return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[first..<stop])
    }

    /// Moves the rest to the front and reads another block behind it.
    private func refill() throws(Failure) {
        memmove(buffer.baseAddress!, buffer.baseAddress! + start, end - start)
        end -= start
        start = 0
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[end..<min(end + (1 << 20), buffer.count)])
        let count = try source.read(into: room)
        atEnd = count < room.count
        end += count
    }
}
