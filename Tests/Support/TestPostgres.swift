import Core
import Foundation
import Platform
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A PostgreSQL server that lives as long as this process: started when the first test asks for it, in a temporary
/// folder, reachable through a socket in that folder only.
package final class TestPostgres: Sendable {
    /// Where `initdb` and `postgres` are; nil where PostgreSQL is not installed.
    package static let binaries: String? = {
        let manager = FileManager.default
        // Debian keeps every version in a folder of its own and puts none of them into PATH.
        let debian = "/usr/lib/postgresql"
        let versions = ((try? manager.contentsOfDirectory(atPath: debian)) ?? [])
            .sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(debian)/\($0)/bin" }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return (versions + path).first { manager.isExecutableFile(atPath: "\($0)/initdb") }
    }()

    package static var isInstalled: Bool { binaries != nil }

    private static let started = Result { try TestPostgres() }

    /// - Throws: `unavailable`, with the end of the server's log, when it does not come up.
    package static func shared() throws -> TestPostgres { try started.get() }

    /// Holds the socket, the data and the log.
    package let folder: String
    /// The server runs as long as its standard input is open; the system closes that whatever way this process ends.
    private let process: ChildProcess
    private let databases = Mutex<(made: Int, free: [String])>((0, []))

    private init() throws {
        guard let binaries = Self.binaries else { throw Failure(.unavailable, "PostgreSQL is not installed") }
        var template = Array("/tmp/steward-postgres-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(.unavailable, "no temporary folder: errno \(errno)") }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        var command = ["/bin/sh", "-c", Self.script, "sh", binaries, folder]
        if getuid() == 0 {
            // PostgreSQL refuses to run as root.
            guard let user = getpwnam("postgres"), chown(folder, user.pointee.pw_uid, user.pointee.pw_gid) == 0 else {
                throw Failure(.unavailable, "there is no user postgres to run the server as")
            }
            command = ["/usr/bin/env", "runuser", "-u", "postgres", "--"] + command
        }
        process = try ChildProcess(command[0], Array(command.dropFirst()), input: .open)
        try waitUntilReady()
    }

    /// Standard input ends when the process at its other end does.
    private static let script = """
        trap '' INT TERM HUP
        cd "$2"
        make() { "$1/initdb" -D data -U steward -A trust -E UTF8 --locale=C --no-sync $2 >initdb.log 2>&1; }
        # Texts of a locale that does not sort by bytes, so that a column which forgets to ask for that is found.
        make "$1" "--locale-provider=icu --icu-locale=en" || { rm -rf data; make "$1" ""; }
        "$1/postgres" -D data -k "$2" -c listen_addresses= -c unix_socket_permissions=0700 -c fsync=on \
            -c max_connections=1000 -c deadlock_timeout=100ms -c log_min_messages=fatal >server.log 2>&1 </dev/null &
        server=$!
        cat >/dev/null
        # At once: nothing here is worth a checkpoint.
        kill -QUIT "$server"
        wait "$server"
        rm -rf "$2"
        """

    private func waitUntilReady() throws {
        let driver = PostgreSQLDriver(try PostgreSQLAddress(uri("postgres")))
        var reason = ""
        for _ in 0..<600 {
            do {
                try driver.check()
                return
            } catch {
                reason = error.message
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        let logs = ["initdb.log", "server.log"].map {
            (try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)) ?? ""
        }
        throw Failure(.unavailable, "PostgreSQL did not start: \(reason)\n\(logs.joined().suffix(2000))")
    }

    private func uri(_ name: String) -> String { "postgresql://steward@/\(name)?host=\(folder)" }

    // MARK: Databases

    /// An empty database.
    /// - Returns: its address, as `--database` takes it. Hand it back with `recycle`.
    package func makeDatabase() throws -> String {
        let (name, isNew) = databases.withLock { databases in
            if let name = databases.free.popLast() { return (name, false) }
            databases.made += 1
            return ("test\(databases.made)", true)
        }
        if isNew { try run("CREATE DATABASE \(name)", in: "postgres") }
        return uri(name)
    }

    /// Empties a database for the next test: dropping one makes the server flush everything, each time.
    package func recycle(_ address: String) throws {
        guard let name = address.split(separator: "/").dropFirst(2).first?.prefix(while: { $0 != "?" }) else { return }
        try run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """, in: String(name))
        try run("DROP SCHEMA public CASCADE", in: String(name))
        try run("CREATE SCHEMA public", in: String(name))
        databases.withLock { $0.free.append(String(name)) }
    }

    private func run(_ statement: String, in name: String) throws {
        let driver = PostgreSQLDriver(try PostgreSQLAddress(uri(name)))
        try driver.connect(.writing).withConnection { connection in _ = try connection.execute(statement) }
    }
}
