#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Large memory pages for columns that are about to be filled: hundreds of times fewer page faults.
enum LargePages {
    private static let size = 2 << 20

    /// A hint, without effect where the system has no large pages. Only whole ones inside the range, less a twentieth
    /// (the estimate of its size may be high), so that no more memory is taken than without.
    static func advise(_ start: UnsafeMutableRawPointer?, _ bytes: Int) {
        #if os(Linux)
            guard let start else { return }
            let first = (Int(bitPattern: start) + size - 1) / size * size
            let last = (Int(bitPattern: start) + bytes - bytes / 20) / size * size
            guard last > first else { return }
            _ = madvise(UnsafeMutableRawPointer(bitPattern: first), last - first, Int32(MADV_HUGEPAGE))
        #endif
    }
}
