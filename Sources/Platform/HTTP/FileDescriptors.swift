#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How many files and connections the process may have open.
package enum FileDescriptors {
    /// For the database, artifacts and everything else that is no client.
    private static let reserve = 256

    /// Raises the limit to what the system lets us have.
    /// - Returns: connections that may be open at once.
    static func forConnections() -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 768 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = min(limit.rlim_max, 1 << 16)
            if raised.rlim_cur > limit.rlim_cur, setrlimit(resource, &raised) == 0 { limit = raised }
        }
        let total = Int(clamping: limit.rlim_cur)
        return max(total - reserve, total / 2)
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
