package import Core
import Crypto

/// A public key that signs notes, under a name: C2SP signed-note, "vkey".
///
/// Written as `<name>+<key id>+<base 64 of the type byte and the key>`; the key id is eight hexadecimal digits.
package struct VerifierKey: Sendable, Hashable, CustomStringConvertible {
    package enum Kind: UInt8, Sendable {
        /// Ed25519 over the text of the note: what a log signs its checkpoints with.
        case note = 0x01
        /// Ed25519 over the text and a time, C2SP tlog-cosignature v1: what a witness signs a checkpoint with.
        case cosignature = 0x04
    }

    package let name: String
    package let kind: Kind
    /// RFC 8032, 32 bytes.
    package let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name || "\n" || kind || public key), big-endian.
    package let id: UInt32

    /// - Throws: `invalid` for a name that is empty or has spaces or a plus sign, and for a key that is none.
    package init(name: String, kind: Kind, publicKey: [UInt8]) throws(Failure) {
        guard KeyName.isValid(name) else {
            throw Failure(.invalid, "a key name must not be empty or contain spaces, '+' or control characters")
        }
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)) != nil, publicKey.count == 32 else {
            throw Failure(.invalid, "the key \(name) is not an Ed25519 public key of 32 bytes")
        }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        id = Self.id(name: name, kind: kind.rawValue, publicKey: publicKey)
    }

    /// - Throws: `invalid` for anything that is not exactly such a text, `unsupported` for other kinds of keys.
    package init(parsing text: String) throws(Failure) {
        let parts = text.utf8.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let data = Base64.bytes(of: parts[2]), let kind = data.first else {
            throw Failure(
                .invalid, "this is not a verifier key",
                hint: "A verifier key looks like example.com/log+1a2b3c4d+AQ...=")
        }
        guard let known = Kind(rawValue: kind) else {
            throw Failure(
                .unsupported, "verifier key of type \(kind): only Ed25519 keys (types 1 and 4) can be checked")
        }
        try self.init(name: String(Substring(parts[0])), kind: known, publicKey: Array(data.dropFirst()))
        guard parts[1].elementsEqual(Self.digits(id).utf8) else {
            throw Failure(
                .invalid, "verifier key \(name): its key id does not belong to the key",
                hint: "Copy the whole key again.")
        }
    }

    package var text: String {
        "\(name)+\(Self.digits(id))+\(Base64.text(of: [kind.rawValue] + publicKey))"
    }

    package var description: String { text }

    /// Key names come from outside, so they are compared as bytes.
    package static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.kind == right.kind && left.publicKey == right.publicKey
            && left.name.utf8.elementsEqual(right.name.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(publicKey) }

    /// Whether this key made `signature` over `message`, by RFC 8032.
    func signed(_ message: [UInt8], _ signature: some Collection<UInt8>) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(Array(signature), for: message)
    }

    static func digits(_ id: UInt32) -> String {
        Hexadecimal.text(of: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: id >> UInt32($0)) })
    }

    private static func id(name: String, kind: UInt8, publicKey: [UInt8]) -> UInt32 {
        SHA256.hash(data: Array(name.utf8) + [0x0A, kind] + publicKey)
            .prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// The names of keys in signed notes.
enum KeyName {
    /// Not empty, no Unicode space, no plus sign, no control character.
    static func isValid(_ name: String) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { scalar in
                scalar != "+" && !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
            }
    }
}
