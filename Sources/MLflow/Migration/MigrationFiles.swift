package import Core
package import Platform

/// Who keeps what is known of artifacts besides their bytes: a migration that copies files tells it.
package protocol MigrationFiles: Sendable {
    /// The SHA-256 that is recorded for a file of that size, if one is.
    func digest(of path: ArtifactPath, size: Int64, _ sql: any SQLConnection) throws -> String?

    func record(_ file: StoredArtifact, now: Timestamp, by principal: Principal, _ transaction: Transaction) throws
}

/// What a program must offer so that a migration can bring things into it, and out of it.
package protocol MigrationTarget: Sendable {
    /// Of all domains, in the order they are applied.
    static var migrations: [Migration] { get }
    /// Those who keep things, between them each kind once.
    static var migrationStores: [any MigrationStore] { get }
    static var migrationFiles: any MigrationFiles { get }
    /// nil where there are no users.
    static var migrationAccounts: (any MigrationAccounts)? { get }
}
