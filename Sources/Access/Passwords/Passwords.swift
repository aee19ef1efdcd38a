import Core
import Platform

/// Hashes and checks passwords on threads of their own, at most two at a time: each costs a noticeable part of a second
/// and many megabytes, and whoever can reach the server can ask for it.
final class Passwords: Sendable {
    struct Check: Sendable {
        let isRight: Bool
        /// A right password was stored in a form that is weaker than today's.
        let isWeak: Bool
    }

    private let pool: BlockingPool
    private let parameters: ScryptParameters
    private let world: World
    /// Takes as long to check as any other, and nothing matches it.
    private let decoy: PasswordHash

    /// - Parameters:
    ///   - threads: how many are hashed at the same time.
    ///   - waiting: how many may wait for that; one more is refused with `unavailable`.
    init(_ parameters: ScryptParameters, world: World, threads: Int = 2, waiting: Int = 32) throws(Failure) {
        self.parameters = parameters
        self.world = world
        pool = BlockingPool(threads: threads, waiting: waiting, refusal: "too many people sign in at once")
        do {
            let secret = Hexadecimal.text(of: SecretText.bytes(world.random))
            decoy = try PasswordHash(of: secret, salt: Self.salt(world), parameters)
        } catch {
            throw Failure(any: error)
        }
    }

    private static func salt(_ world: World) -> [UInt8] {
        SecretText.bytes(world.random, count: PasswordHash.saltLength)
    }

    /// - Returns: what to store.
    func hash(_ password: String) async throws -> String {
        let (parameters, salt) = (parameters, Self.salt(world))
        return try await pool.run { try PasswordHash(of: password, salt: salt, parameters).text }
    }

    /// - Parameter stored: nil for somebody who has no password or does not exist; that takes as long.
    func check(_ password: String, against stored: String?) async throws -> Check {
        guard !password.isEmpty, password.utf8.count <= PasswordRules.most else {
            return Check(isRight: false, isWeak: false)
        }
        let hash = try stored.map { text throws(Failure) in try PasswordHash(parsing: text) }
        let (decoy, parameters) = (decoy, parameters)
        return try await pool.run {
            let isRight = try (hash ?? decoy).matches(password) && hash != nil
            let shortfall = (hash ?? decoy).shortfall(to: parameters)
            // A wrong password for a hash that MLflow has stored must not be refused sooner than an unknown name.
            if !isRight, let shortfall { _ = try PasswordHash(of: password, salt: decoy.salt, shortfall) }
            return Check(isRight: isRight, isWeak: isRight && shortfall != nil)
        }
    }
}
