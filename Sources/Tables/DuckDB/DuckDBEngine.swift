package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A DuckDB found at run time, driven through ADBC.
package struct DuckDBEngine: Sendable {
    package let location: DuckDBLocation
    /// As the library says it, such as `v2.0.0`.
    package let version: String
    let driver: ADBCDriver

    /// Loads the library at a place.
    /// - Throws: `.unavailable` if it cannot be loaded or is not DuckDB.
    package init(_ location: DuckDBLocation) throws(Failure) {
        self.location = location
        driver = try ADBCDriver(location.library, entry: "duckdb_adbc_init")
        guard let symbol = dlsym(driver.library, "duckdb_library_version") else {
            throw Failure(.unavailable, "\(location.library): is not DuckDB")
        }
        let function = unsafeBitCast(symbol, to: (@convention(c) () -> UnsafePointer<CChar>?).self)
        version = function().map { String(cString: $0) } ?? "unknown"
    }

    /// The first DuckDB that loads, the same for the life of the process.
    /// - Throws: `.unavailable` with the one command that installs it.
    package static func find() throws(Failure) -> DuckDBEngine { try found.get() }

    private static let found: Result<DuckDBEngine, Failure> = {
        var reason = "none is installed"
        for location in DuckDBLocation.all() {
            do throws(Failure) {
                return .success(try DuckDBEngine(location))
            } catch {
                if location.origin != .system {
                    reason = [error.message, error.cause].compactMap(\.self).joined(separator: ": ")
                }
                if location.origin == .environment {
                    return .failure(
                        Failure(
                            .unavailable, "STEWARD_DUCKDB: \(error.message)",
                            hint: "Unset it or let it name a DuckDB library.", cause: error.cause))
                }
            }
        }
        return .failure(
            Failure(
                .unavailable, "DuckDB, which reads Parquet, is not available: \(reason)",
                hint: DuckDBRelease.installCommand))
    }()

    /// A connection to an empty database in memory that loads nothing over the network.
    func connect() throws(Failure) -> ADBCConnection {
        let connection = try ADBCConnection(driver)
        try Self.set("autoinstall_known_extensions", connection)
        try Self.set("autoload_known_extensions", connection)
        // A file is read once or twice, which needs no second copy of it in memory. Older versions have no such cache.
        try? Self.set("enable_external_file_cache", connection)
        return connection
    }

    /// Sets a setting to false.
    private static func set(_ setting: String, _ connection: borrowing ADBCConnection) throws(Failure) {
        try connection.query("SET \(setting) = false", source: "DuckDB") { stream throws(Failure) in
            try stream.forEachBatch(stream.fields.map { _ in false }) { (_, _) in }
        }
    }
}
