/// SHA-256 (FIPS 180-4), for the hashes in a page's content security policy.
enum ContentHash {
    /// `sha256-<base64>`, as a policy's source expression without its quotes.
    /// - Parameter parts: the text, in pieces.
    static func source(_ parts: [StaticString]) -> String {
        "sha256-" + base64(sha256(Array(parts.map(\.description).joined().utf8)))
    }

    private static let constants: [UInt32] = {
        // The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < 64 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes.map { prime in fractionOfRoot(prime, power: 3) }
    }()

    private static let start: [UInt32] = [2, 3, 5, 7, 11, 13, 17, 19].map { fractionOfRoot($0, power: 2) }

    /// Integer search for `floor(root(value) * 2^32)`, of which the low 32 bits are the fraction.
    private static func fractionOfRoot(_ value: UInt64, power: Int) -> UInt32 {
        // The root is below 2^5, so 37 bits hold it; products are compared in 128 bits.
        var low: UInt64 = 0
        var high: UInt64 = 1 << 38
        while high - low > 1 {
            let middle = (low + high) / 2
            if exceeds(middle, power, value) { high = middle } else { low = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    private static func exceeds(_ root: UInt64, _ power: Int, _ value: UInt64) -> Bool {
        let square = UInt128(root) * UInt128(root)
        if power == 2 { return square > UInt128(value) << 64 }
        let (cube, overflow) = square.multipliedReportingOverflow(by: UInt128(root))
        return overflow || cube > UInt128(value) << 96
    }

    static func sha256(_ message: [UInt8]) -> [UInt8] {
        var padded = message + [0x80]
        padded += Array(repeating: 0, count: (120 - padded.count % 64) % 64)
        let bits = UInt64(message.count) * 8
        padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
        var hash = start
        for block in stride(from: 0, to: padded.count, by: 64) { compress(padded[block..<block + 64], into: &hash) }
        return hash.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * $0)) } }
    }

    private static func compress(_ block: ArraySlice<UInt8>, into hash: inout [UInt32]) {
        func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 { (word >> count) | (word << (32 - count)) }
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[index + $1]) }
        }
        for index in 16..<64 {
            let early = words[index - 15]
            let late = words[index - 2]
            let first = rotate(early, 7) ^ rotate(early, 18) ^ (early >> 3)
            let second = rotate(late, 17) ^ rotate(late, 19) ^ (late >> 10)
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var state = hash
        for index in 0..<64 {
            let e = state[4]
            let choice = (e & state[5]) ^ (~e & state[6])
            let sumE = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let first = state[7] &+ sumE &+ choice &+ constants[index] &+ words[index]
            let a = state[0]
            let majority = (a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2])
            let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
            state = [first &+ second, a, state[1], state[2], state[3] &+ first, e, state[5], state[6]]
        }
        for index in hash.indices { hash[index] = hash[index] &+ state[index] }
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
            for digit in 0..<4 {
                let isPadding = start + digit > bytes.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[(group >> (18 - 6 * digit)) & 63])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
