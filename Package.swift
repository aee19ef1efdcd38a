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

let package = Package(
    name: "steward",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "steward", targets: ["steward"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The root: composition only.
        .executableTarget(
            name: "steward",
            dependencies: ["Core", "Platform", "Monitoring", "Tables", argumentParser],
            swiftSettings: strict,
            // A DuckDB taken from its Python wheel resolves the Python symbols it never calls against this executable.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic"], .when(platforms: [.linux]))]),

        // Domains.
        .target(
            name: "Monitoring",
            dependencies: ["Core", "Platform", "Statistics", "Tables", argumentParser, "Yams"],
            swiftSettings: strict),

        // The machinery that knows no domain.
        .target(name: "Platform", dependencies: ["Core", argumentParser], swiftSettings: strict),

        // Engines: pure, synchronous; Tables alone opens files.
        .target(name: "Statistics", dependencies: ["Core", "CKernels"], swiftSettings: strict),
        .target(name: "Tables", dependencies: ["Core", "CKernels", "CArrow", "CZlib"], swiftSettings: strict),

        // The vocabulary.
        .target(name: "Core", swiftSettings: strict),

        // C: numeric kernels that Swift's SIMD types make slow, and the shapes of foreign interfaces.
        .target(name: "CKernels"),
        .target(name: "CArrow"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // What the benchmarks read, and the fuzzer of the parsers.
        .executableTarget(
            name: "benchmark-data",
            dependencies: ["Monitoring", "Platform", "Statistics", "Core", argumentParser],
            path: "Benchmarks/Data",
            swiftSettings: strict),
        .executableTarget(
            name: "steward-fuzz",
            dependencies: ["Monitoring", "Statistics", "Tables", "Core", argumentParser],
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
            dependencies: ["Monitoring", "Platform", "Statistics", "Tables", "Core", argumentParser],
            swiftSettings: strict),
        .testTarget(name: "SpecTests", swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
