import CZlib
package import Core

/// Streaming decompression of DEFLATE data (RFC 1950, 1951, 1952) over zlib, in steps the caller bounds.
///
/// The memory used is zlib's window (32 KiB) and state, whatever the data claims about its size: the caller decides how
/// much output it takes at a time and where to stop.
package struct Inflater: ~Copyable {
    /// What surrounds the compressed data; the raw value is zlib's `windowBits`.
    package enum Wrapping: Int32, Sendable {
        case raw = -15
        case zlib = 15
        case gzip = 31
    }

    /// What one step did.
    package struct Step: Sendable {
        package let consumed: Int
        package let produced: Int
        /// The end of the compressed stream (of one gzip member) was reached and its checksum holds.
        package let finished: Bool
    }

    // zlib keeps a pointer back to its stream, which therefore must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    package init(_ wrapping: Wrapping) throws(Failure) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw Failure(.exhausted, "no memory to decompress", cause: "inflateInit2 returned \(status)")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Ready for the next stream of the same wrapping.
    package mutating func reset() { inflateReset(stream) }

    /// Decompresses as much of `input` as fits into `output`. Neither consuming nor producing anything means that it
    /// needs more input.
    /// - Throws: `.invalid` if the data is not what the wrapping promised or a checksum is wrong.
    package mutating func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(Failure) -> Step {
        // zlib counts in 32 bits.
        let offered = min(input.count, 1 << 30)
        let room = min(output.count, 1 << 30)
        guard room > 0 else { return Step(consumed: 0, produced: 0, finished: false) }
        var empty: UInt8 = 0
        return try withUnsafeMutablePointer(to: &empty) { (spare) throws(Failure) -> Step in
            // zlib does not accept a null pointer, not even for no bytes.
            let start = input.baseAddress.map { $0.assumingMemoryBound(to: UInt8.self) }
            stream.pointee.next_in = UnsafeMutablePointer(mutating: start) ?? spare
            stream.pointee.avail_in = UInt32(offered)
            stream.pointee.next_out = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(room)
            let status = CZlib.inflate(stream, Z_NO_FLUSH)
            let step = Step(
                consumed: offered - Int(stream.pointee.avail_in), produced: room - Int(stream.pointee.avail_out),
                finished: status == Z_STREAM_END)
            switch status {
            case Z_OK, Z_STREAM_END, Z_BUF_ERROR: return step
            case Z_MEM_ERROR: throw Failure(.exhausted, "no memory to decompress")
            default:
                let detail = stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)"
                throw Failure(.invalid, "the compressed data is corrupt (\(detail))")
            }
        }
    }

    /// Decompresses one whole stream that is in memory.
    /// - Parameter maximumBytes: the most output accepted; data that decompresses to more is refused.
    /// - Throws: `.invalid` if the data is corrupt, ends early or is too large.
    package static func inflate(
        _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping, maximumBytes: Int
    ) throws(Failure) -> [UInt8] {
        var inflater = try Inflater(wrapping)
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var position = 0
        while true {
            let rest = UnsafeRawBufferPointer(rebasing: input[position...])
            let step = try chunk.withUnsafeMutableBufferPointer { (room) throws(Failure) in
                try inflater.inflate(rest, into: UnsafeMutableRawBufferPointer(room))
            }
            position += step.consumed
            guard output.count + step.produced <= maximumBytes else {
                throw Failure(.invalid, "the compressed data is larger than \(maximumBytes) bytes when unpacked")
            }
            output.append(contentsOf: chunk[..<step.produced])
            if step.finished { return output }
            if step.consumed == 0 && step.produced == 0 {
                throw Failure(.invalid, "the compressed data ends early")
            }
        }
    }
}
