package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension World {
    /// The real clock, the system's random numbers, real waiting.
    package static let live = World(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        },
        makeID: {
            var generator = SystemRandomNumberGenerator()
            return Hexadecimal.text(of: generator.next()) + Hexadecimal.text(of: generator.next())
        },
        random: {
            var generator = SystemRandomNumberGenerator()
            return generator.next()
        },
        sleep: { try await Task.sleep(for: $0) })
}
