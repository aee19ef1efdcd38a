import ArgumentParser
import Core
import Foundation
import Platform
import Tables

/// Engines are libraries that Steward uses when they are there.
struct EngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Install and list the optional engines.",
        discussion: "DuckDB reads Parquet. Everything else works without it.",
        subcommands: [EngineInstallCommand.self, EngineListCommand.self])
}

/// The engines there are.
enum Engine: String, ExpressibleByArgument, CaseIterable {
    case duckdb
}

struct EngineInstallCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Fetch an engine through pip and install it for this user.",
        discussion: """
            Version and checksum are pinned. pip's own configuration is respected, so that a company's package \
            index is used. The engine goes to $XDG_DATA_HOME/steward/engines (~/.local/share without that variable).
            """)

    @Argument(help: "The engine: duckdb.")
    var engine: Engine

    func run() throws {
        do throws(Failure) {
            let installed = try EngineInstallation.installDuckDB()
            Terminal.write("DuckDB \(installed.version)\n\(installed.location.library)\n")
        } catch {
            Terminal.report(error)
            throw ExitCode(ExitStatus(error.code).rawValue)
        }
    }
}

struct EngineListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Say which engines are found, and where.")

    func run() throws {
        var lines: [String] = []
        var isInUse = true
        for location in DuckDBLocation.all() {
            do throws(Failure) {
                let engine = try DuckDBEngine(location)
                let use = isInUse ? "in use" : "not used"
                lines.append("duckdb  \(engine.version)  \(location.origin.rawValue)  \(use)  \(location.library)")
                isInUse = false
            } catch {
                // That the system has none is no news.
                if location.origin != .system {
                    lines.append("duckdb  broken  \(location.origin.rawValue)  \(location.library)")
                    Terminal.message([error.message, error.cause].compactMap(\.self).joined(separator: ": "))
                }
            }
        }
        if isInUse && DuckDBLocation.all().first?.origin != .environment {
            lines.append("duckdb  missing  (\(DuckDBRelease.installCommand))")
        }
        Terminal.write(lines.joined(separator: "\n") + "\n")
    }
}

/// Fetches the pinned wheel with pip and hands it to Tables.
private enum EngineInstallation {
    static func installDuckDB() throws(Failure) -> DuckDBEngine {
        guard let platforms = DuckDBRelease.platforms else {
            throw Failure(
                .unsupported, "there is no pinned DuckDB for this platform",
                hint: "Install DuckDB with the system's package manager, or set STEWARD_DUCKDB to its library.")
        }
        let python = try findPython()
        let staging = try DuckDBInstall.makeStagingFolder()
        defer { DuckDBInstall.remove(staging) }
        let requirements = "\(staging)/requirements.txt"
        let hashes = DuckDBRelease.checksums.map { " --hash=sha256:\($0)" }.joined()
        do {
            try Data("duckdb==\(DuckDBRelease.version)\(hashes)\n".utf8).write(to: URL(filePath: requirements))
        } catch {
            throw Failure(.unavailable, "\(requirements): cannot be written", cause: "\(error)")
        }
        Terminal.message("Fetching DuckDB \(DuckDBRelease.version) with pip ...")
        try download(python, requirements, platforms, into: staging)
        let files = (try? FileManager.default.contentsOfDirectory(atPath: staging)) ?? []
        guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else {
            throw Failure(.unavailable, "pip fetched no wheel", hint: "Try again; pip's own output is above.")
        }
        Terminal.message("Installing ...")
        return try DuckDBInstall.install(wheel: "\(staging)/\(wheel)", staging: staging)
    }

    /// The first `python3` of the search path.
    private static func findPython() throws(Failure) -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        for folder in path.split(separator: ":") where folder.hasPrefix("/") {
            let candidate = "\(folder)/python3"
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        throw Failure(
            .unavailable, "python3 is not on the search path, and the engine is fetched with its pip",
            hint:
                "Install Python with pip (Debian: apt install python3-pip), or set STEWARD_DUCKDB to a DuckDB library.")
    }

    private static func download(
        _ python: String, _ requirements: String, _ platforms: [String], into folder: String
    ) throws(Failure) {
        var arguments = ["-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps"]
        arguments += ["--only-binary=:all:", "--implementation", "cp", "--python-version", DuckDBRelease.pythonVersion]
        for platform in platforms { arguments += ["--platform", platform] }
        arguments += ["--require-hashes", "--requirement", requirements, "--dest", folder]
        let (status, output) = try run(python, arguments)
        guard status != 0 else { return }
        let text = output.lowercased()
        if text.contains("no module named pip") {
            throw Failure(
                .unavailable, "\(python) has no pip",
                hint: "Install it (Debian: apt install python3-pip), or set STEWARD_DUCKDB to a DuckDB library.")
        }
        if text.contains("do not match the hashes") {
            throw Failure(
                .invalid, "what pip fetched is not the pinned DuckDB \(DuckDBRelease.version): its checksum differs",
                hint: "The package index serves other files under this version; ask who runs it.")
        }
        if text.contains("no matching distribution") && !mentionsNetwork(text) {
            // Without retries pip says the same about an index that does not answer.
            let what = text.contains("from versions: none") ? ", or it does not answer" : ""
            throw Failure(
                .unavailable, "the package index has no DuckDB \(DuckDBRelease.version) for this platform\(what)",
                hint: "Check the network, ask who runs the index to add it, or set STEWARD_DUCKDB to a DuckDB library.")
        }
        throw Failure(
            .unavailable, mentionsNetwork(text) ? "pip cannot reach the package index" : "pip failed",
            hint: "pip's own output is above; check network, proxy and pip's configuration.")
    }

    private static func mentionsNetwork(_ text: String) -> Bool {
        ["connection", "newconnectionerror", "name resolution", "timed out", "proxy", "ssl", "unreachable"]
            .contains { text.contains($0) }
    }

    /// Runs a program without a shell. What it writes goes to standard error as it comes.
    private static func run(_ program: String, _ arguments: [String]) throws(Failure) -> (status: Int32, output: String)
    {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch {
            throw Failure(.unavailable, "\(program): cannot be started", cause: "\(error)")
        }
        var output: [UInt8] = []
        while true {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty { break }
            FileHandle.standardError.write(data)
            // What decides the message is at the end; the progress bars before it may be long.
            output.append(contentsOf: data)
            if output.count > 1 << 20 { output.removeFirst(1 << 19) }
        }
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
