import CPostgres
import Core

/// What is set on every connection, and what the server must be like.
enum PostgreSQLSetup {
    /// The oldest version whose SQL covers the subset we write.
    private static let oldest = 130_000

    static func apply(
        _ timeouts: PostgreSQLDriver.Timeouts, _ query: (String) throws -> PostgreSQLResult
    ) throws {
        _ = try query(
            """
            SET TIME ZONE 'UTC';
            SET statement_timeout = \(timeouts.statement);
            SET lock_timeout = \(timeouts.lock);
            SET idle_in_transaction_session_timeout = \(timeouts.idleInTransaction);
            SET jit = off
            """)
        // Locks of a server that has died while it waited for another one's are given up soon. Version 14 and later
        // know this, on systems that can tell.
        _ = try? query("SET client_connection_check_interval = 1000")
        // A commit that is not flushed would break the first promise this server makes. Stronger settings are kept.
        _ = try query(
            """
            SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')
            """)
        let facts = try query(
            """
            SELECT current_setting('server_version_num'), current_setting('server_encoding'),
            current_setting('fsync'), current_setting('synchronous_commit')
            """)
        func fact(_ column: Int32) -> String { String(cString: PQgetvalue(facts.pointer, 0, column)) }
        guard let version = Int(fact(0)), version >= oldest else {
            throw Failure(
                .unsupported, "PostgreSQL \(fact(0)) is too old", hint: "Use PostgreSQL \(oldest / 10_000) or later.")
        }
        guard fact(1) == "UTF8" else {
            throw Failure(
                .unsupported, "the database keeps its text as \(fact(1)), not as UTF-8",
                hint: "Create one with: CREATE DATABASE steward ENCODING 'UTF8' TEMPLATE template0")
        }
        guard fact(2) == "on" else {
            throw Failure(
                .unsupported, "PostgreSQL runs with fsync off: what it has accepted would not survive a power cut",
                hint: "Set fsync = on in postgresql.conf and restart PostgreSQL.")
        }
        guard ["on", "remote_apply"].contains(fact(3)) else {
            throw Failure(.unsupported, "synchronous_commit cannot be switched on; it is \(fact(3))")
        }
    }
}
