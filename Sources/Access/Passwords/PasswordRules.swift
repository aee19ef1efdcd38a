import Core

/// What a password must be like. Long rather than complicated (NIST SP 800-63B, section 3.1.1.2): rules about kinds of
/// characters make people choose worse ones.
enum PasswordRules {
    /// Characters.
    static let least = 12
    /// Bytes.
    static let most = 1024
    private static let leastDifferent = 5

    /// - Throws: `invalid`, saying what to do.
    static func check(_ password: String, of name: String) throws(Failure) {
        guard password.unicodeScalars.count >= least else {
            throw Failure(
                .invalid, "the password has fewer than \(least) characters",
                hint: "A few words that do not belong together are long and easy to remember.")
        }
        guard password.utf8.count <= most else {
            throw Failure(.invalid, "the password is longer than \(most) bytes")
        }
        // Basic credentials have one place for both.
        guard !password.utf8.starts(with: SecretText.Purpose.token.rawValue.utf8) else {
            throw Failure(.invalid, "the password begins with stw_, as tokens do", hint: "Choose another one.")
        }
        guard !password.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Failure(.invalid, "the password holds a control character")
        }
        guard Set(password.unicodeScalars).count >= leastDifferent else {
            throw Failure(.invalid, "the password has fewer than \(leastDifferent) different characters")
        }
        let (lower, name) = (password.lowercased(), name.lowercased())
        guard name.count < 4 || !lower.contains(name), !known.contains(lower) else {
            throw Failure(.invalid, "the password is among the first that are tried", hint: "Choose another one.")
        }
    }

    /// Those that length alone does not keep out, and the one MLflow came with.
    private static let known: Set<String> = [
        "password1234", "password12345", "passwordpassword", "123456789012", "1234567890123", "qwertyuiopas",
        "qwerty123456", "administrator", "changeme1234", "letmein12345", "iloveyou1234", "welcome12345",
    ]
}
