import Core
import Crypto

/// Signs messages with a secret that sender and receiver share.
package enum MessageSignature {
    /// HMAC-SHA256 (RFC 2104) in base64.
    package static func hmac(_ message: some Sequence<UInt8>, secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(message), using: SymmetricKey(data: Array(secret.utf8)))
        return Base64.text(of: Array(code))
    }

    /// SHA-256 in hexadecimal, for what must be told apart and not read.
    package static func digest(_ text: String) -> String {
        Hexadecimal.text(of: SHA256.hash(data: Array(text.utf8)))
    }
}
