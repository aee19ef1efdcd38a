import Core

/// Random keys that all servers over one database share; made at the first start.
enum ServerSecrets {
    static let migrations = [
        Migration(
            "platform-003-secrets",
            "CREATE TABLE platform_secret (name {text} PRIMARY KEY, value {blob} NOT NULL);")
    ]

    /// 32 bytes.
    static func pageTokenKey(_ transaction: Transaction, _ random: @Sendable () -> UInt64) throws -> [UInt8] {
        let fresh = (0..<4).flatMap { _ in
            let word = random()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
        try transaction.sql.execute(
            "INSERT INTO platform_secret (name, value) VALUES ('page-tokens', ?1) ON CONFLICT (name) DO NOTHING",
            [.blob(fresh)])
        return try transaction.sql.first("SELECT value FROM platform_secret WHERE name = 'page-tokens'") {
            $0.bytes(0)
        } ?? fresh
    }
}
