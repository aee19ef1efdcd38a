import CPostgres
package import Core
import Foundation

/// One moment of a PostgreSQL database as a file, made and read by PostgreSQL's own programs.
package struct PostgreSQLDump: Sendable {
    let address: PostgreSQLAddress

    package init(_ address: PostgreSQLAddress) { self.address = address }

    /// Writes a dump in `pg_dump`'s custom format.
    /// - Parameter read: reads from the very moment that is dumped.
    /// - Throws: `unavailable` when PostgreSQL or `pg_dump` refuses, or is not there.
    package func write<Value>(
        to file: String, _ read: (any SQLConnection) throws -> Value
    ) throws(Failure) -> Value {
        let program = try Self.find("pg_dump")
        // The transaction waits for pg_dump without a statement, and its snapshot must live as long.
        var timeouts = PostgreSQLDriver.Timeouts()
        timeouts.idleInTransaction = 0
        let driver = PostgreSQLDriver(address, timeouts: timeouts)
        try driver.check()
        do {
            return try driver.connect(.reading).withConnection { connection in
                try connection.begin(.reading)
                let value = try read(connection)
                let snapshot = try connection.first("SELECT pg_export_snapshot()") { $0.text(0) } ?? ""
                try run(
                    program,
                    ["--format=custom", "--no-owner", "--no-privileges", "--snapshot=\(snapshot)", "--file=\(file)"])
                try connection.commit()
                return value
            }
        } catch {
            throw Failure(any: error)
        }
    }

    /// Fills an empty database from a dump, all of it or nothing.
    /// - Throws: `conflict` when the database has tables already, `unavailable` when `pg_restore` refuses.
    package func restore(from file: String) throws(Failure) {
        let program = try Self.find("pg_restore")
        let driver = PostgreSQLDriver(address)
        try driver.check()
        do {
            let tables = try driver.connect(.reading).withConnection { connection in
                try connection.first(
                    """
                    SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
                    """
                ) { $0.int(0) } ?? 0
            }
            guard tables == 0 else {
                throw Failure(
                    .conflict, "\(address): is not empty (it has \(tables) tables and the like)",
                    hint: "Restore into a new database: CREATE DATABASE steward ENCODING 'UTF8' TEMPLATE template0")
            }
            let name = settings()["PGDATABASE"] ?? settings()["PGUSER"] ?? "postgres"
            // A name with an equals sign would be taken for connection settings.
            let escaped = name.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
            try run(
                program,
                [
                    "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
                    "--dbname=dbname='\(escaped)'", file,
                ])
        } catch {
            throw Failure(any: error)
        }
    }

    // MARK: - Programs

    private static func find(_ program: String) throws(Failure) -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":") where folder.hasPrefix("/") {
            let candidate = "\(folder)/\(program)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw Failure(
            .unavailable, "\(program) is not on the search path, and a PostgreSQL database is copied with it",
            hint: "Install PostgreSQL's client programs (Debian: apt install postgresql-client).")
    }

    /// The address as libpq's environment variables: what stands in arguments, everybody on the machine can read.
    private func settings() -> [String: String] {
        var settings: [String: String] = [:]
        let options = PQconninfoParse(address.uri, nil)
        defer { PQconninfoFree(options) }
        guard var next = options else { return settings }
        while next.pointee.keyword != nil {
            if let value = next.pointee.val, let variable = next.pointee.envvar {
                settings[String(cString: variable)] = String(cString: value)
            }
            next += 1
        }
        return settings
    }

    private func run(_ program: String, _ arguments: [String]) throws(Failure) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments + ["--no-password"]
        process.environment = ProcessInfo.processInfo.environment.merging(settings()) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardError = pipe
        do { try process.run() } catch {
            throw Failure(.unavailable, "\(program): cannot be started", cause: "\(error)")
        }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let name = program.split(separator: "/").last ?? ""
            let text = DisplayText.clean(String(decoding: output.suffix(2000), as: UTF8.self))
            let isOlder = text.contains("server version mismatch")
            throw Failure(
                .unavailable, "\(name) ended with status \(process.terminationStatus)",
                hint: isOlder ? "Use the \(name) of the server's version of PostgreSQL, or of a later one." : nil,
                cause: text)
        }
    }
}
