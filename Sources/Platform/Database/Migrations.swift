package import Core

/// One step of a schema, applied once and never changed after a release.
package struct Migration: Sendable {
    /// Unique and ordered within its domain: `tracking-001-experiments`.
    package let name: String
    /// Statements with the words in braces of `SQLDialect.expand`, and `{now}` for the time they are applied at, in
    /// milliseconds since 1970.
    package let statements: String

    package init(_ name: String, _ statements: String) {
        self.name = name
        self.statements = statements
    }
}

/// Brings a database to the schema this program knows.
package enum Migrations {
    /// Applies what is missing, in the given order, each with its record in one transaction.
    /// - Throws: `unsupported` when the database has steps this program does not know: a newer version has used it, and
    ///   an older one must not write into it.
    package static func apply(_ migrations: [Migration], _ driver: any DatabaseDriver, now: Timestamp) throws(Failure) {
        do {
            try driver.connect(.writing).withConnection { connection in
                try apply(migrations, connection, now)
            }
        } catch {
            throw Failure(any: error)
        }
    }

    private static func apply(_ migrations: [Migration], _ connection: any SQLConnection, _ now: Timestamp) throws {
        try connection.begin(.writing)
        do {
            if connection.dialect == .postgresql {
                // Two servers that start at once must not both create the tables. The second waits here until the
                // first is done; the number is ours alone.
                try connection.run(script: "SELECT pg_advisory_xact_lock(8319115078)")
            }
            try connection.run(
                script: connection.dialect.expand(
                    "CREATE TABLE IF NOT EXISTS platform_migration"
                        + " (name {text} PRIMARY KEY, applied_at {integer} NOT NULL)"))
            let done = Set(try connection.rows("SELECT name FROM platform_migration") { $0.text(0) })
            let unknown = done.subtracting(migrations.map(\.name)).sorted()
            guard unknown.isEmpty else {
                throw Failure(
                    .unsupported,
                    "the database was written by a newer Steward (it has \(unknown.joined(separator: ", ")))",
                    hint: "Use that version, or restore a backup made before the upgrade.")
            }
            for migration in migrations where !done.contains(migration.name) {
                let statements = migration.statements.split(separator: "{now}", omittingEmptySubsequences: false)
                    .joined(separator: String(now.milliseconds))
                try connection.run(script: connection.dialect.expand(statements))
                try connection.execute(
                    "INSERT INTO platform_migration (name, applied_at) VALUES (?1, ?2)",
                    [.text(migration.name), .integer(now.milliseconds)])
            }
            try connection.commit()
        } catch {
            try? connection.rollback()
            throw error
        }
    }
}
