import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the system says of this process.
enum ProcessFigures {
    /// User and system time so far.
    static var cpuSeconds: Double {
        var usage = rusage()
        #if canImport(Glibc)
            let whose = __rusage_who_t(RUSAGE_SELF.rawValue)
        #else
            let whose = RUSAGE_SELF
        #endif
        guard getrusage(whose, &usage) == 0 else { return 0 }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Nil where there is no /proc.
    static var residentBytes: Int? {
        guard let bytes = try? FileContents.beginning(of: "/proc/self/statm", count: 256) else { return nil }
        let fields = bytes.split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Nil where there is no /proc.
    static var openFiles: Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Not the two that stand for folders, nor the one that reads this.
        return max(0, count - 3)
    }
}
