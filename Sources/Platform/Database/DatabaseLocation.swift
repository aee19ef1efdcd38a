package import Core

/// The value of `--database`: `postgresql://...`, or the path of an SQLite file.
package enum DatabaseLocation: Sendable, Equatable, CustomStringConvertible {
    case sqlite(path: String)
    case postgresql(PostgreSQLAddress)

    /// - Parameter text: a connection URI of PostgreSQL, `sqlite:///relative.db`, `sqlite:////absolute.db` (as other
    ///   tools write it), or a path.
    /// - Throws: `invalid`, saying what can be written. A password in the text is never repeated.
    package init(_ text: String) throws(Failure) {
        guard !text.isEmpty else { throw Failure(.invalid, "the database is an empty text", hint: Self.forms) }
        if PostgreSQLAddress.hasScheme(text) {
            self = .postgresql(try PostgreSQLAddress(text))
            return
        }
        guard let scheme = Self.scheme(text) else {
            self = .sqlite(path: text)
            return
        }
        let path = text.dropFirst("sqlite:///".count)
        guard text.hasPrefix("sqlite:///"), !path.isEmpty else {
            throw Failure(.invalid, "\(scheme):// is no database that Steward can use", hint: Self.forms)
        }
        self = .sqlite(path: String(path))
    }

    /// Without a password.
    package var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgresql(let address): address.description
        }
    }

    /// - Parameter isPatient: for commands that read or write for as long as it takes; a server's statements have a
    ///   time limit.
    /// - Throws: `unavailable` or `unsupported` when PostgreSQL is there but cannot be used, with the reason.
    package func makeDriver(isPatient: Bool = false) throws(Failure) -> any DatabaseDriver {
        switch self {
        case .sqlite(let path):
            return isPatient ? SQLiteDriver(path: path, readLimit: .seconds(1 << 40)) : SQLiteDriver(path: path)
        case .postgresql(let address):
            var timeouts = PostgreSQLDriver.Timeouts()
            if isPatient {
                timeouts.statement = 0
                timeouts.idleInTransaction = 0
            }
            let driver = PostgreSQLDriver(address, timeouts: timeouts)
            try driver.check()
            return driver
        }
    }

    private static let forms = "Write postgresql://USER@HOST:PORT/NAME, or the path of an SQLite file."

    /// What stands before `://` when it looks like a scheme (RFC 3986, 3.1).
    private static func scheme(_ text: String) -> Substring? {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        let scheme = text[..<colon]
        let isScheme = scheme.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isScheme && !scheme.isEmpty ? scheme : nil
    }
}
