#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a DuckDB library may be, in the order in which it is looked for.
package struct DuckDBLocation: Sendable, Equatable {
    package enum Origin: String, Sendable {
        /// Named by the environment variable STEWARD_DUCKDB; nothing else is tried then.
        case environment
        /// Installed by `steward engine install duckdb`.
        case installed
        /// A library of the system, found by the dynamic linker.
        case system
    }

    package let origin: Origin
    /// A path, or a bare name for the dynamic linker.
    package let library: String

    /// The file name an installed engine has.
    package static let libraryName = "libduckdb.so"

    /// All places that exist (those of the system cannot be known before they are tried).
    package static func all() -> [DuckDBLocation] {
        if let named = variable("STEWARD_DUCKDB") { return [DuckDBLocation(origin: .environment, library: named)] }
        var places: [DuckDBLocation] = []
        if let folder = installFolder {
            // The pinned version first, then others, newest name first.
            let versions = entries(of: folder).filter { !$0.hasPrefix(".") }.sorted {
                $0.utf8.lexicographicallyPrecedes($1.utf8)
            }
            let ordered =
                versions.filter { $0 == DuckDBRelease.version }
                + versions.reversed().filter { $0 != DuckDBRelease.version }
            for version in ordered {
                let library = "\(folder)/\(version)/\(libraryName)"
                if access(library, R_OK) == 0 { places.append(DuckDBLocation(origin: .installed, library: library)) }
            }
        }
        #if os(Linux)
            places.append(DuckDBLocation(origin: .system, library: "libduckdb.so"))
        #else
            places.append(DuckDBLocation(origin: .system, library: "libduckdb.dylib"))
        #endif
        return places
    }

    /// `${XDG_DATA_HOME:-~/.local/share}/steward/engines/duckdb`; nil when neither variable leads anywhere.
    package static var installFolder: String? {
        // The XDG base directory specification says that relative paths are to be ignored.
        if let data = variable("XDG_DATA_HOME"), data.hasPrefix("/") { return "\(data)/steward/engines/duckdb" }
        guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
        return "\(home)/.local/share/steward/engines/duckdb"
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    private static func entries(of folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }
}
