/// Everything a decision may not take for granted: time, identifiers, chance, waiting. One value is passed in at the
/// root; tests pass another.
package struct World: Sendable {
    package var now: @Sendable () -> Timestamp
    /// A new identifier: 32 lower-case hexadecimal digits, 128 random bits.
    package var makeID: @Sendable () -> String
    package var random: @Sendable () -> UInt64
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Timestamp, makeID: @escaping @Sendable () -> String,
        random: @escaping @Sendable () -> UInt64, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.makeID = makeID
        self.random = random
        self.sleep = sleep
    }
}
