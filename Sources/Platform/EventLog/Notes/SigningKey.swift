package import Core
import Crypto

/// The private half of a key that signs notes, under a name.
///
/// Stored as `PRIVATE+KEY+<name>+<key id>+<base 64 of the type byte and the seed>`, the form other tools for signed
/// notes read. Keep it in a file only its owner can read.
package struct SigningKey: Sendable, CustomStringConvertible {
    private let key: Curve25519.Signing.PrivateKey
    package let verifier: VerifierKey

    private static let prefix = "PRIVATE+KEY+"

    /// A new key from the system's random numbers.
    package init(name: String) throws(Failure) { try self.init(name: name, key: Curve25519.Signing.PrivateKey()) }

    /// - Parameter seed: the 32 bytes RFC 8032 calls the private key.
    package init(name: String, seed: [UInt8]) throws(Failure) {
        guard seed.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw Failure(.invalid, "the signing key \(name) is not an Ed25519 seed of 32 bytes")
        }
        try self.init(name: name, key: key)
    }

    private init(name: String, key: Curve25519.Signing.PrivateKey) throws(Failure) {
        self.key = key
        verifier = try VerifierKey(name: name, kind: .note, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// - Throws: `invalid`; the message never repeats the text.
    package init(parsing text: String) throws(Failure) {
        let problem = Failure(
            .invalid, "this is not a signing key",
            hint: "A signing key looks like PRIVATE+KEY+example.com/log+1a2b3c4d+AQ...=")
        guard text.utf8.starts(with: Self.prefix.utf8) else { throw problem }
        let parts = text.utf8.dropFirst(Self.prefix.utf8.count)
            .split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let data = Base64.bytes(of: parts[2]), data.first == VerifierKey.Kind.note.rawValue
        else {
            throw problem
        }
        try self.init(name: String(Substring(parts[0])), seed: Array(data.dropFirst()))
        guard parts[1].elementsEqual(VerifierKey.digits(verifier.id).utf8) else { throw problem }
    }

    package var name: String { verifier.name }

    /// The text that `init(parsing:)` reads. It is the secret.
    package var secretText: String {
        let data = [VerifierKey.Kind.note.rawValue] + Array(key.rawRepresentation)
        return "\(Self.prefix)\(name)+\(VerifierKey.digits(verifier.id))+\(Base64.text(of: data))"
    }

    /// Only the name: a key that is printed by mistake stays a secret.
    package var description: String { "signing key \(name)" }

    /// Signs `text`, which must end in a newline.
    package func sign(_ text: String) throws(Failure) -> SignedNote {
        do {
            let signature = try key.signature(for: Array(text.utf8))
            return try SignedNote(
                text: text, signatures: [.init(name: name, keyID: verifier.id, bytes: Array(signature))])
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.bug, "the note could not be signed", cause: "\(error)")
        }
    }
}
