import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Buffers that live as long as this object, or until they are recycled; vectors point into them.
final class OwnedBuffers {
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    /// How many of the blocks are in use.
    private var used = 0

    deinit { for block in blocks { free(block.baseAddress) } }

    /// Uninitialised bytes, 64-byte aligned. A file may announce any size, so running out of memory is a failure, not a
    /// crash.
    func allocate(_ count: Int) throws(Failure) -> UnsafeMutableRawBufferPointer {
        if used < blocks.count {
            // Batches of one file ask for much the same sizes in the same order.
            if blocks[used].count < count {
                free(blocks[used].baseAddress)
                blocks.remove(at: used)
                blocks.insert(try Self.block(count), at: used)
            }
        } else {
            blocks.append(try Self.block(count))
        }
        used += 1
        return UnsafeMutableRawBufferPointer(rebasing: blocks[used - 1][..<count])
    }

    /// Ends the use of all buffers; their memory serves the next ones.
    func recycle() { used = 0 }

    private static func block(_ count: Int) throws(Failure) -> UnsafeMutableRawBufferPointer {
        var block: UnsafeMutableRawPointer?
        guard posix_memalign(&block, 64, max(count, 1)) == 0, let block else {
            throw Failure(.exhausted, "no memory for a buffer of \(count) bytes")
        }
        return UnsafeMutableRawBufferPointer(start: block, count: max(count, 1))
    }
}
