import Core
import JWTKit

/// The public keys of an issuer, each for the algorithms its kind allows (RFC 7517, RFC 7518).
///
/// Symmetric keys and algorithms are left out, whatever the issuer publishes: with them, a public key could be used as
/// the secret of a signature.
struct IssuerKeys: Sendable {
    private struct Key: Sendable {
        let id: String?
        /// By the name of the algorithm in a token's header.
        let algorithms: [String: any JWTAlgorithm]
    }

    private let keys: [Key]

    /// Keys that are looked at; an issuer has two or three.
    private static let limit = 100

    /// - Parameter set: a JWK set. Keys that are not for signatures, or of kinds that are not known, are passed over.
    /// - Throws: `invalid` when it is no JWK set.
    init(_ set: JSON) async throws(Failure) {
        guard let elements = set["keys"]?.elements else { throw Failure(.invalid, "that is no set of keys") }
        var keys: [Key] = []
        for element in elements.prefix(Self.limit) {
            if let key = try? await Self.key(element) { keys.append(key) }
        }
        self.keys = keys
    }

    /// - Returns: whether there is a key with that identifier, and what verifies with it.
    func algorithm(_ name: String, keyID: String?) -> (isKnown: Bool, algorithm: (any JWTAlgorithm)?) {
        guard let keyID else {
            // Without an identifier only an issuer's only key can be meant.
            return keys.count == 1 ? (true, keys[0].algorithms[name]) : (false, nil)
        }
        guard let key = keys.first(where: { $0.id.map { $0.utf8.elementsEqual(keyID.utf8) } ?? false }) else {
            return (false, nil)
        }
        return (true, key.algorithms[name])
    }

    private static func key(_ json: JSON) async throws -> Key? {
        guard json["use"]?.text ?? "sig" == "sig" else { return nil }
        if let operations = json["key_ops"]?.elements, !operations.contains(.string("verify")) { return nil }
        var algorithms: [String: any JWTAlgorithm] = [:]
        switch json["kty"]?.text {
        case "RSA":
            guard let modulus = json["n"]?.text, let exponent = json["e"]?.text else { return nil }
            // 2048 bits at least, or this throws.
            let key = try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
            for (bits, digest) in [("256", DigestAlgorithm.sha256), ("384", .sha384), ("512", .sha512)] {
                algorithms["RS\(bits)"] = try await JWTKeyCollection().add(rsa: key, digestAlgorithm: digest).getKey()
                algorithms["PS\(bits)"] = try await JWTKeyCollection().add(pss: key, digestAlgorithm: digest).getKey()
            }
        case "EC":
            guard let x = json["x"]?.text, let y = json["y"]?.text else { return nil }
            switch json["crv"]?.text {
            case "P-256":
                let key = try ES256PublicKey(parameters: (x: x, y: y))
                algorithms["ES256"] = try await JWTKeyCollection().add(ecdsa: key).getKey()
            case "P-384":
                let key = try ES384PublicKey(parameters: (x: x, y: y))
                algorithms["ES384"] = try await JWTKeyCollection().add(ecdsa: key).getKey()
            case "P-521":
                let key = try ES512PublicKey(parameters: (x: x, y: y))
                algorithms["ES512"] = try await JWTKeyCollection().add(ecdsa: key).getKey()
            default: return nil
            }
        case "OKP":
            guard json["crv"]?.text == "Ed25519", let x = json["x"]?.text else { return nil }
            let key = try EdDSA.PublicKey(x: x, curve: .ed25519)
            algorithms["EdDSA"] = try await JWTKeyCollection().add(eddsa: key).getKey()
        default: return nil
        }
        if let only = json["alg"]?.text { algorithms = algorithms.filter { $0.key == only } }
        return algorithms.isEmpty ? nil : Key(id: json["kid"]?.text, algorithms: algorithms)
    }
}
