import Core
import Crypto
import Platform

/// Secrets that Steward makes: tokens, session cookies, links. 256 random bits each, so that a plain hash of one tells
/// nothing and guessing is hopeless; what is stored is the hash.
struct SecretText: Sendable {
    enum Purpose: String, Sendable {
        /// An API token. The beginning makes it findable in code and logs where it should not be.
        case token = "stw_"
        case session = ""
        /// A one-time link: the first admin's, an invitation, a new password.
        case link = "stwl_"
    }

    let text: String

    init(_ purpose: Purpose, _ random: @Sendable () -> UInt64) {
        text = purpose.rawValue + Self.base64URL(Self.bytes(random))
    }

    /// SHA-256: what is stored of a secret, and compared.
    static func digest(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    var digest: [UInt8] { Self.digest(text) }

    /// Enough of a token to tell it from others in a list: 8 characters, 48 bits of 256 less to guess.
    static func beginning(_ text: String) -> String { String(text.prefix(Purpose.token.rawValue.count + 4)) }

    static func bytes(_ random: @Sendable () -> UInt64, count: Int = 32) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word = random()
            for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * place))) }
        }
        return Array(bytes.prefix(count))
    }

    /// RFC 4648 section 5, without padding.
    static func base64URL(_ bytes: [UInt8]) -> String {
        let text = Base64.text(of: bytes).utf8.compactMap { unit -> UInt8? in
            switch unit {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: unit
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether two digests are the same, in a time that does not depend on where they differ.
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
