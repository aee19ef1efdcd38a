package import Core
import Foundation
import Platform

/// MLflow's own pages, as an installed package of it brings them: `mlflow/server/js/build`. They are not part of
/// Steward.
package struct InterfaceFiles: Sendable {
    let folder: FileFolder
    /// MLflow's version; nil when the package does not say.
    package let version: String?

    /// Finds them.
    /// - Parameters:
    ///   - place: the folder with the pages, MLflow's package, the folder of packages it is in, or a virtual
    ///     environment; `auto` looks where an installed `mlflow` would be.
    ///   - environment: of the process, for `auto`.
    /// - Throws: `invalid` when there are none.
    package init(_ place: String, environment: [String: String]) throws(Failure) {
        let places = place == "auto" ? Self.usualPlaces(environment) : [place]
        let builds = places.flatMap(Self.builds)
        if let build = builds.first(where: { FileManager.default.fileExists(atPath: "\($0)/index.html") }) {
            folder = try FileFolder(build)
            guard folder.holds("index.html") else {
                throw Failure(.invalid, "\(build)/index.html: it is no file, or a link", hint: "Install MLflow anew.")
            }
            version = Self.version(of: build)
            return
        }
        if place == "auto" {
            throw Failure(
                .invalid, "no installed MLflow was found", hint: "Name its virtual environment: --mlflow-ui FOLDER.")
        }
        guard FileManager.default.fileExists(atPath: place) else {
            throw Failure(
                .invalid, "\(place): there is no such folder",
                hint: "--mlflow-ui takes a virtual environment with MLflow.")
        }
        throw Failure(
            .invalid, "\(place): MLflow's pages (mlflow/server/js/build) are not in there",
            hint: "Name a virtual environment into which `pip install mlflow` was done; mlflow-skinny has no pages.")
    }

    /// Where the pages would be if `place` is what it may be.
    private static func builds(_ place: String) -> [String] {
        let packages = ["lib", "local/lib"].flatMap { lib in
            names(in: "\(place)/\(lib)").filter { $0.hasPrefix("python3") }.flatMap { python in
                ["site-packages", "dist-packages"].map { "\(place)/\(lib)/\(python)/\($0)/mlflow/server/js/build" }
            }
        }
        return [place, "\(place)/server/js/build", "\(place)/mlflow/server/js/build"] + packages
    }

    /// The environment that is active, those of programs named `mlflow` that a shell would find, and the user's own.
    private static func usualPlaces(_ environment: [String: String]) -> [String] {
        let programs = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)" }.filter {
            FileManager.default.isExecutableFile(atPath: "\($0)/mlflow")
        }
        let prefixes = programs.map { URL(filePath: $0).deletingLastPathComponent().path }
        return [environment["VIRTUAL_ENV"]].compactMap { $0 } + prefixes
            + [environment["HOME"].map { "\($0)/.local" }]
            .compactMap { $0 }
    }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().reversed()
    }

    /// `VERSION = "3.18.0"` in the package's version.py.
    private static func version(of build: String) -> String? {
        let file = "\(build)/../../../version.py"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("VERSION") }
        let parts = line?.split(separator: "\"") ?? []
        guard parts.count > 1, parts[1].allSatisfy({ $0.isNumber || $0.isLetter || $0 == "." }) else { return nil }
        return String(parts[1])
    }
}
