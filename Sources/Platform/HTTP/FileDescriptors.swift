#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many files and connections the process may have open.
///
/// The last ones must never be used: libdispatch, which runs all tasks, opens a file of /proc every second to see
/// whether its threads are busy, and ends the process when it cannot (`_dispatch_workq_count_runnable_workers`). So
/// clients get a share only.
package enum FileDescriptors {
    /// Raises the limit to what the system lets us have.
    /// - Returns: connections that may be open at once: a third of what is free, since a request may have two files
    ///   open besides its connection.
    static func forConnections() -> Int {
        raise()
        return max(4, (limit - (ProcessFigures.openFiles ?? 40) - spare) / 3)
    }

    /// A descriptor of this number or above is one of the last: descriptors are given out from below.
    static var highest: Int { limit - reserve }

    /// How many are the last ones.
    static var reserve: Int { max(spare / 2, limit / 16) }

    /// For everything that is neither client nor file of a request; less where there is little of all.
    private static var spare: Int { min(32, max(12, limit / 8)) }

    private static func raise() {
        var wanted = rlimit()
        guard getrlimit(resource, &wanted) == 0, wanted.rlim_cur < wanted.rlim_max else { return }
        wanted.rlim_cur = max(wanted.rlim_cur, min(wanted.rlim_max, 1 << 16))
        _ = setrlimit(resource, &wanted)
    }

    /// The limit in force.
    package static var limit: Int {
        var limit = rlimit()
        return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 0
    }

    #if canImport(Glibc)
        private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let resource = RLIMIT_NOFILE
    #endif
}
