import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Buffers that live as long as this object; vectors point into them.
final class OwnedBuffers {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { free(block) } }

    /// Uninitialised bytes, 64-byte aligned. A file may announce any size, so running out of memory is a failure, not a
    /// crash.
    func allocate(_ count: Int) throws(Failure) -> UnsafeMutableRawBufferPointer {
        var block: UnsafeMutableRawPointer?
        guard posix_memalign(&block, 64, max(count, 1)) == 0, let block else {
            throw Failure(.exhausted, "no memory for a buffer of \(count) bytes")
        }
        blocks.append(block)
        return UnsafeMutableRawBufferPointer(start: block, count: count)
    }
}
