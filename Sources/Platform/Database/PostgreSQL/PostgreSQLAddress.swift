import CPostgres
package import Core

/// Where a PostgreSQL database is: a connection URI as libpq reads it (`postgresql://user@host:5432/name?sslmode=...`).
/// What the URI leaves open comes from the environment (`PGPASSWORD`, `PGHOST`, ...) and from `~/.pgpass`, so that a
/// password need not stand in a command line that others can list.
package struct PostgreSQLAddress: Sendable, Equatable, CustomStringConvertible {
    /// May hold a password: for libpq only, never for a message or a log.
    let uri: String
    /// Host, port and name: what may be shown.
    package let description: String

    /// - Throws: `invalid` when libpq cannot read it. The message repeats nothing of the text after the scheme: what is
    ///   not understood may be a password.
    package init(_ uri: String) throws(Failure) {
        guard Self.hasScheme(uri) else { throw Self.unreadable }
        var reason: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(uri, &reason)
        defer {
            PQconninfoFree(options)
            PQfreemem(reason)
        }
        guard let options else { throw Self.unreadable }
        var found: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        // libpq looks at ports only when it connects.
        for port in (found["port"] ?? "").split(separator: ",") {
            guard let number = Int(port), (1...65535).contains(number) else { throw Self.unreadable }
        }
        self.uri = uri
        let host = found["host"] ?? found["hostaddr"] ?? "(default host)"
        let port = found["port"].map { ":\($0)" } ?? ""
        description = "postgresql://\(host)\(port)/\(found["dbname"] ?? found["user"] ?? "")"
    }

    package static func hasScheme(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    private static let unreadable = Failure(
        .invalid, "the address of the PostgreSQL database cannot be read",
        hint: "Write postgresql://USER@HOST:PORT/NAME; characters such as @ / : % in a password are percent-encoded.")
}
