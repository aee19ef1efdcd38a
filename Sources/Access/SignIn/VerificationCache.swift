import Core
import Crypto
import Platform
import Synchronization

/// What was verified in the last minute. Stock clients send a password with every request, and checking one takes as
/// long as a hundred requests.
///
/// Entries are found by an HMAC over the credentials with a key that this process drew at its start: no password can be
/// read or guessed from it.
final class VerificationCache: Sendable {
    /// Names credentials; 32 bytes.
    struct Key: Hashable, Sendable {
        private let words: (UInt64, UInt64, UInt64, UInt64)

        init(_ code: some Sequence<UInt8>) {
            var words: [UInt64] = [0, 0, 0, 0]
            for (index, byte) in code.enumerated() where index < 32 {
                words[index / 8] = words[index / 8] << 8 | UInt64(byte)
            }
            self.words = (words[0], words[1], words[2], words[3])
        }

        static func == (left: Key, right: Key) -> Bool { left.words == right.words }

        func hash(into hasher: inout Hasher) {
            // The code is random already.
            hasher.combine(words.0)
        }
    }

    /// What stands behind credentials, and what it depends on.
    struct Entry: Sendable {
        enum Proof: Sendable, Equatable {
            /// Holds as long as the user's password is the one of this version.
            case password(version: Int64)
            case token(id: String)
            case session(digest: [UInt8])
        }

        let proof: Proof
        let userID: Int64
        var principal: Principal
        /// Of the tables that the principal was read from.
        var version: Int64
        let verified: Timestamp
        /// Of the token or session; nil when there is none.
        let expires: Timestamp?
    }

    /// In milliseconds.
    static let lifetime: Int64 = 60_000
    static let capacity = 10_000

    private let key: SymmetricKey
    private let entries = Mutex<[Key: Entry]>([:])
    private let capacity: Int

    init(random: @Sendable () -> UInt64, capacity: Int = VerificationCache.capacity) {
        key = SymmetricKey(data: SecretText.bytes(random))
        self.capacity = capacity
    }

    func name(_ credentials: String) -> Key {
        var text = credentials
        return text.withUTF8 { Key(HMAC<SHA256>.authenticationCode(for: UnsafeRawBufferPointer($0), using: key)) }
    }

    var count: Int { entries.withLock { $0.count } }

    /// - Returns: nil when there is none that still holds. Its version is for the caller to compare.
    func entry(_ key: Key, now: Timestamp) -> Entry? {
        entries.withLock { entries in
            guard let entry = entries[key] else { return nil }
            let age = now.milliseconds - entry.verified.milliseconds
            if age >= 0, age < Self.lifetime, entry.expires.map({ now < $0 }) ?? true { return entry }
            entries[key] = nil
            return nil
        }
    }

    func keep(_ entry: Entry, _ key: Key) {
        entries.withLock { entries in
            if entries[key] == nil, entries.count >= capacity {
                // Rare: so many that sign in within a minute. All of them are verified again.
                entries.removeAll()
            }
            entries[key] = entry
        }
    }

    func forget(_ key: Key) { entries.withLock { $0[key] = nil } }
}
