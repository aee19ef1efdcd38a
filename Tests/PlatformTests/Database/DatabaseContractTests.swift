import Platform
import TestSupport
import Testing

/// What both databases do alike. Every test runs on SQLite and on PostgreSQL.
@Suite("Database contract")
enum DatabaseContractTests {
    @Test(
        "PostgreSQL runs", .enabled(if: TestPostgres.isInstalled, "PostgreSQL is not installed; see Scripts/setup.sh"))
    static func postgresqlRuns() throws {
        try withConnection(.postgresql) { connection in
            let fsync = try connection.first("SELECT current_setting('fsync')") { $0.text(0) }
            #expect(fsync == "on")
        }
    }
}
