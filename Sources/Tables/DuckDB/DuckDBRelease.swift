/// The DuckDB that `steward engine install duckdb` fetches: a wheel of the Python package index, of which only the one
/// library is used. To move to another version: change the version and the checksums (`pip download` and `sha256sum`),
/// and regenerate Sources/CArrow/python_symbols.c as its head says.
package enum DuckDBRelease {
    package static let version = "2.0.0"

    /// SHA-256 of the wheels for CPython 3.11 (any would do: the library is not loaded into Python).
    package static let checksums = [
        // manylinux_2_28_x86_64
        "5a3601121c7cc50d0b70412995634682fafcb58a0156d5d663dfd0b3bbe30a33",
        // manylinux_2_28_aarch64
        "bcdf10dfbc2c1a6bdc5b2a94bba5b15481e552c5745c2af1994617b0eb6bc750",
    ]

    package static let pythonVersion = "3.11"

    /// The platform tags of the wheel for this machine, as pip knows them; nil where there is no pinned wheel.
    package static var platforms: [String]? {
        #if os(Linux) && arch(x86_64)
            ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64"]
        #elseif os(Linux) && arch(arm64)
            ["manylinux_2_28_aarch64", "manylinux_2_26_aarch64"]
        #else
            nil
        #endif
    }

    /// What to do where DuckDB is missing.
    package static let installCommand = "steward engine install duckdb"
}
