/// A pattern of SQL's LIKE: `%` stands for any text, `_` for one character (a Unicode scalar), all else for itself.
/// There is no escape character.
///
/// The pattern runs as an automaton whose states are the bits of machine words, so that a text of n characters takes
/// n * (m / 64 + 1) steps for a pattern of m, whatever they are: no backtracking.
package struct LikePattern: Sendable {
    private let ignoresCase: Bool
    /// State i: the first i characters of the pattern are matched. The states in which `%` may go on.
    private let loops: [UInt64]
    /// For each character the states it leads on from; first those of ASCII.
    private let ascii: [UInt64]
    private let others: [Unicode.Scalar: [UInt64]]
    /// The states that any character leads on from.
    private let any: [UInt64]
    private let words: Int
    private let final: Int

    /// - Parameter ignoringCase: ILIKE: pattern and text are compared in Unicode's lower case.
    package init(_ pattern: String, ignoringCase: Bool = false) {
        let scalars = ignoringCase ? Self.lowercased(pattern) : Array(pattern.unicodeScalars)
        let length = scalars.reduce(0) { $0 + ($1 == "%" ? 0 : 1) }
        let words = length / 64 + 1
        var loops = [UInt64](repeating: 0, count: words)
        var any = loops
        var places: [(scalar: Unicode.Scalar, state: Int)] = []
        var state = 0
        for scalar in scalars {
            switch scalar {
            case "%": loops[state / 64] |= 1 << UInt64(state % 64)
            case "_":
                any[state / 64] |= 1 << UInt64(state % 64)
                state += 1
            default:
                places.append((scalar, state))
                state += 1
            }
        }
        var ascii: [UInt64] = []
        ascii.reserveCapacity(128 * words)
        for _ in 0..<128 { ascii += any }
        var others: [Unicode.Scalar: [UInt64]] = [:]
        for (scalar, state) in places {
            let bit: UInt64 = 1 << UInt64(state % 64)
            if scalar.isASCII {
                ascii[Int(scalar.value) * words + state / 64] |= bit
            } else {
                others[scalar, default: any][state / 64] |= bit
            }
        }
        ignoresCase = ignoringCase
        (self.loops, self.ascii, self.others, self.any, self.words) = (loops, ascii, others, any, words)
        final = length
    }

    package func matches(_ text: String) -> Bool {
        var states = [UInt64](repeating: 0, count: words)
        states[0] = 1
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                let folded = ignoresCase ? Self.lowercased(scalar) : scalar
                guard step(ascii, Int(folded.value) * words, &states) else { return false }
            } else if ignoresCase {
                for folded in scalar.properties.lowercaseMapping.unicodeScalars {
                    let accepting = folded.isASCII ? Array(asciiStates(folded)) : others[folded] ?? any
                    guard step(accepting, 0, &states) else { return false }
                }
            } else {
                guard step(others[scalar] ?? any, 0, &states) else { return false }
            }
        }
        return states[final / 64] >> UInt64(final % 64) & 1 == 1
    }

    private func asciiStates(_ scalar: Unicode.Scalar) -> ArraySlice<UInt64> {
        ascii[Int(scalar.value) * words..<(Int(scalar.value) + 1) * words]
    }

    /// - Parameter accepting: from `offset` on, the states that the character leads on from.
    /// - Returns: whether any state is left.
    @inline(__always)
    private func step(_ accepting: [UInt64], _ offset: Int, _ states: inout [UInt64]) -> Bool {
        var carry: UInt64 = 0
        var left: UInt64 = 0
        for word in 0..<words {
            let moved = states[word] & accepting[offset + word]
            states[word] = moved << 1 | carry | states[word] & loops[word]
            carry = moved >> 63
            left |= states[word]
        }
        return left != 0
    }

    /// Scalar by scalar, without regard to neighbours.
    private static func lowercased(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.flatMap {
            $0.isASCII ? [lowercased($0)] : Array($0.properties.lowercaseMapping.unicodeScalars)
        }
    }

    private static func lowercased(_ ascii: Unicode.Scalar) -> Unicode.Scalar {
        ("A"..."Z").contains(ascii) ? Unicode.Scalar(UInt8(ascii.value) | 0x20) : ascii
    }
}
