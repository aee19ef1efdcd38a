import Core
import Crypto
import CryptoExtras
import Foundation

/// What is stored of a password, with everything needed to check one: `$scrypt$ln=15,r=8,p=3$SALT$HASH`, the form of
/// the Password Hashing Competition, in Base 64 without padding.
///
/// The forms that MLflow stores (Werkzeug's `scrypt:N:r:p$SALT$HEX` and `pbkdf2:sha256:ROUNDS$SALT$HEX`) are read, so
/// that people who come along with a database keep their passwords; they get the form above when they sign in.
struct PasswordHash: Sendable {
    enum Method: Sendable, Equatable {
        case scrypt(ScryptParameters)
        case pbkdf2(rounds: Int)
    }

    let method: Method
    let salt: [UInt8]
    let hash: [UInt8]

    private static let hashLength = 32
    static let saltLength = 16

    /// - Parameter salt: 16 random bytes.
    init(of password: String, salt: [UInt8], _ parameters: ScryptParameters) throws {
        method = .scrypt(parameters)
        self.salt = salt
        hash = try Self.derive(password, salt, method, length: Self.hashLength)
    }

    /// - Throws: `invalid` for what is no such form, or asks for more than this server bears.
    init(parsing text: String) throws(Failure) {
        guard let parsed = text.hasPrefix("$") ? Self.own(text) : Self.werkzeug(text), !parsed.salt.isEmpty,
            (16...64).contains(parsed.hash.count)
        else { throw Failure(.invalid, "the stored form of a password is unknown") }
        switch parsed.method {
        case .scrypt(let parameters) where !parameters.isBearable:
            throw Failure(.invalid, "the stored form of a password costs too much to check")
        // swift-crypto refuses fewer.
        case .pbkdf2(let rounds) where !(210_000...5_000_000).contains(rounds):
            throw Failure(.invalid, "the stored form of a password has too few or too many rounds")
        default: break
        }
        (method, salt, hash) = parsed
    }

    var text: String {
        switch method {
        case .scrypt(let it):
            "$scrypt$ln=\(it.cost),r=\(it.blockSize),p=\(it.parallelism)$\(Self.unpadded(salt))$\(Self.unpadded(hash))"
        case .pbkdf2(let rounds):
            "pbkdf2:sha256:\(rounds)$\(String(decoding: salt, as: UTF8.self))$\(Hexadecimal.text(of: hash))"
        }
    }

    /// Takes as long as the method says.
    func matches(_ password: String) throws -> Bool {
        SecretText.areEqual(try Self.derive(password, salt, method, length: hash.count), hash)
    }

    func isWeaker(than parameters: ScryptParameters) -> Bool {
        switch method {
        case .scrypt(let own): own.isWeaker(than: parameters)
        case .pbkdf2: true
        }
    }

    /// What checking a password against this costs less than with `parameters`; nil when it costs as much or more.
    func shortfall(to parameters: ScryptParameters) -> ScryptParameters? {
        guard isWeaker(than: parameters) else { return nil }
        guard case .scrypt(let own) = method else { return parameters }
        let missing = (parameters.work - own.work) / (parameters.rounds * parameters.blockSize)
        return ScryptParameters(
            cost: parameters.cost, blockSize: parameters.blockSize, parallelism: max(1, missing))
    }

    private static func derive(_ password: String, _ salt: [UInt8], _ method: Method, length: Int) throws -> [UInt8] {
        // The C function must not be given a pointer to nothing.
        guard !password.isEmpty else { throw Failure(.invalid, "the password is empty") }
        let secret = Data(password.utf8)
        let key: SymmetricKey
        switch method {
        case .scrypt(let it):
            key = try KDF.Scrypt.deriveKey(
                from: secret, salt: Data(salt), outputByteCount: length, rounds: it.rounds, blockSize: it.blockSize,
                parallelism: it.parallelism)
        case .pbkdf2(let rounds):
            key = try KDF.Insecure.PBKDF2.deriveKey(
                from: secret, salt: Data(salt), using: .sha256, outputByteCount: length, rounds: rounds)
        }
        return key.withUnsafeBytes { Array($0) }
    }
}

// MARK: - Forms

extension PasswordHash {
    private typealias Parts = (method: Method, salt: [UInt8], hash: [UInt8])

    private static func own(_ text: String) -> Parts? {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[1] == "scrypt" else { return nil }
        var numbers: [Int] = []
        for (part, name) in zip(parts[2].split(separator: ",", omittingEmptySubsequences: false), ["ln=", "r=", "p="]) {
            guard part.hasPrefix(name), let number = Int(part.dropFirst(name.count)) else { return nil }
            numbers.append(number)
        }
        guard numbers.count == 3, let salt = padded(parts[3]), let hash = padded(parts[4]) else { return nil }
        return (.scrypt(ScryptParameters(cost: numbers[0], blockSize: numbers[1], parallelism: numbers[2])), salt, hash)
    }

    private static func werkzeug(_ text: String) -> Parts? {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let hash = Hexadecimal.bytes(of: parts[2]) else { return nil }
        let words = parts[0].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let salt = Array(parts[1].utf8)
        switch words.first {
        case "scrypt":
            let numbers = words.dropFirst().compactMap { Int($0) }
            guard words.count == 4, numbers.count == 3, numbers[0] > 1, numbers[0] <= 1 << 20,
                numbers[0] & (numbers[0] - 1) == 0
            else { return nil }
            let cost = numbers[0].trailingZeroBitCount
            return (
                .scrypt(ScryptParameters(cost: cost, blockSize: numbers[1], parallelism: numbers[2])), salt, hash
            )
        case "pbkdf2":
            guard words.count == 3, words[1] == "sha256", let rounds = Int(words[2]) else { return nil }
            return (.pbkdf2(rounds: rounds), salt, hash)
        default: return nil
        }
    }

    private static func unpadded(_ bytes: [UInt8]) -> String {
        String(Base64.text(of: bytes).prefix { $0 != "=" })
    }

    private static func padded(_ text: String) -> [UInt8]? {
        Base64.bytes(of: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}
