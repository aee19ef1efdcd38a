// swift-tools-version:6.2
import PackageDescription

/// Every target is built the same way: Swift 6 language mode, upcoming features on, warnings are errors.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

let package = Package(
    name: "steward",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "steward", targets: ["steward"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // The root: composition only.
        .executableTarget(
            name: "steward",
            dependencies: [
                "Access", "Core", "MLflow", "Migration", "Monitoring", "Platform", "Registry", "Tables", "Tracking",
                argumentParser,
                logging,
            ],
            swiftSettings: strict,
            // A DuckDB taken from its Python wheel resolves the Python symbols it never calls against this executable.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))]),

        // Domains.
        .target(
            name: "Access",
            dependencies: ["Core", "Platform", "MLflow", argumentParser, crypto, cryptoExtras, jwtKit],
            swiftSettings: strict),
        .target(
            name: "Monitoring",
            dependencies: ["Core", "Platform", "Statistics", "Tables", argumentParser],
            swiftSettings: strict),

        // Brings what MLflow keeps into the domains' stores, and back.
        .target(
            name: "Migration", dependencies: ["Core", "Platform", "MLflow", argumentParser], swiftSettings: strict),

        .target(
            name: "Registry", dependencies: ["Core", "Platform", "MLflow", argumentParser], swiftSettings: strict),
        .target(
            name: "Tracking", dependencies: ["Core", "Platform", "MLflow", argumentParser], swiftSettings: strict),

        // What the domains that speak MLflow's protocol share.
        .target(name: "MLflow", dependencies: ["Core", "Platform", argumentParser], swiftSettings: strict),

        // The machinery that knows no domain.
        .target(
            name: "Platform",
            dependencies: [
                "Core", "CAssets", "CPostgres", "CSyscalls", argumentParser, asyncHTTPClient, crypto, grdb, grdbSQLite,
                logging, nioCore, nioPosix, nioHTTP1, nioSSL, "Yams",
            ],
            swiftSettings: strict),

        // Engines: pure, synchronous; Tables alone opens files.
        .target(name: "Statistics", dependencies: ["Core", "CKernels"], swiftSettings: strict),
        .target(name: "Tables", dependencies: ["Core", "CKernels", "CArrow", "CZlib"], swiftSettings: strict),

        // The vocabulary.
        .target(name: "Core", swiftSettings: strict),

        // C: numeric kernels that Swift's SIMD types make slow, and the shapes of foreign interfaces.
        .target(name: "CKernels"),
        .target(name: "CArrow"),
        // The files of ui/, embedded.
        .target(name: "CAssets"),
        .target(name: "CSyscalls"),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // What the benchmarks read, and the fuzzer of the parsers.
        .executableTarget(
            name: "benchmark-data",
            dependencies: ["Monitoring", "Platform", "Statistics", "Core", argumentParser],
            path: "Benchmarks/Data",
            swiftSettings: strict),
        .executableTarget(
            name: "access-benchmark",
            dependencies: ["Access", "Platform", "Core", argumentParser],
            path: "Benchmarks/Access",
            swiftSettings: strict),
        .executableTarget(
            name: "tracking-benchmark",
            dependencies: ["Tracking", "Platform", "Statistics", "Core", argumentParser],
            path: "Benchmarks/Tracking",
            swiftSettings: strict),
        .executableTarget(
            name: "steward-fuzz",
            dependencies: [
                "MLflow", "Monitoring", "Platform", "Registry", "Statistics", "Tables", "Core", argumentParser,
            ],
            path: "Fuzz",
            exclude: ["Corpus"],
            swiftSettings: strict),
        // What docs/concepts/statistics.md claims, measured: the studies, and the command that prints their tables.
        .target(
            name: "Simulation", dependencies: ["Statistics", "Core"], path: "Benchmarks/Simulation/Studies",
            swiftSettings: strict),
        .executableTarget(
            name: "steward-simulate", dependencies: ["Simulation"], path: "Benchmarks/Simulation/Command",
            swiftSettings: strict),

        // What tests of several targets use: databases of either kind, a PostgreSQL server, clocks, receivers,
        // children.
        .target(name: "CSupport", path: "Tests/CSupport"),
        .target(
            name: "TestSupport", dependencies: ["CSupport", "Platform", "Core", logging], path: "Tests/Support",
            swiftSettings: strict),
        .testTarget(
            name: "AccessTests",
            dependencies: [
                "Access", "MLflow", "Platform", "Core", "TestSupport", crypto, cryptoExtras, jwtKit, logging,
            ],
            swiftSettings: strict),
        .testTarget(name: "CoreTests", dependencies: ["Core"], swiftSettings: strict),
        .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "Core"], swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "Statistics", "Core"], swiftSettings: strict),
        .testTarget(
            name: "TablesTests", dependencies: ["Tables", "Core"], swiftSettings: strict,
            // As for the executable: DuckDB is loaded in the tests, too.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))]),
        .testTarget(
            name: "MonitoringTests",
            dependencies: ["Monitoring", "Platform", "Statistics", "Tables", "Core", "TestSupport", argumentParser],
            swiftSettings: strict),
        .testTarget(
            name: "PlatformTests", dependencies: ["Platform", "Core", "TestSupport", crypto, logging],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "RegistryTests",
            dependencies: ["Registry", "MLflow", "Platform", "Core", "TestSupport", crypto, logging],
            swiftSettings: strict),
        .testTarget(
            name: "MLflowTests", dependencies: ["MLflow", "Platform", "Core"], exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "MigrationTests",
            dependencies: ["Access", "Migration", "Tracking", "Registry", "MLflow", "Platform", "Core", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "TrackingTests", dependencies: ["Tracking", "MLflow", "Platform", "Core", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "RightsTests",
            dependencies: ["Access", "Registry", "Tracking", "MLflow", "Platform", "Core", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(name: "SpecTests", dependencies: ["TestSupport"], swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
