/// What scrypt costs (RFC 7914).
package struct ScryptParameters: Sendable, Equatable {
    /// The logarithm to base 2 of N.
    package let cost: Int
    /// r
    package let blockSize: Int
    /// p
    package let parallelism: Int

    package init(cost: Int, blockSize: Int, parallelism: Int) {
        self.cost = cost
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// N = 2^15, r = 8, p = 3: 32 MiB and about 0.15 s, one of the equally strong choices of the OWASP Password Storage
    /// Cheat Sheet. That with a quarter of the memory of N = 2^17.
    package static let standard = ScryptParameters(cost: 15, blockSize: 8, parallelism: 3)

    var rounds: Int { 1 << cost }

    /// Proportional to what an attacker pays for a guess.
    var work: Int { rounds * blockSize * parallelism }

    /// Bytes needed: 128 N r.
    var memory: Int { 128 * rounds * blockSize }

    /// What a stored hash may ask for: it may come from another system, and must not be able to exhaust this one.
    var isBearable: Bool {
        (1...20).contains(cost) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
            && memory <= 256 << 20 && work <= 1 << 23
    }

    func isWeaker(than other: ScryptParameters) -> Bool { work < other.work }
}
