import Core
import Foundation
import Platform

/// Fetches the files that MLflow's server stands in front of (`mlflow-artifacts:/0/x`) into a folder that looks like
/// its store, from which they are taken like those of any folder. What is there whole is not fetched again.
final class ServerFiles {
    private let server: MLflowServer
    let folder: String
    private let progress: (String, Double?) -> Void
    /// What could not be fetched, and why: the first of them, and how many there are.
    private var problems: [(path: String, text: String)] = []
    private var problemCount = 0
    private var (count, bytes): (Int, Int64) = (0, 0)

    /// - Parameter folder: is made; nothing is written outside of it, whatever names the server tells.
    init(_ server: MLflowServer, folder: String, progress: @escaping (String, Double?) -> Void) {
        self.server = server
        self.folder = folder
        self.progress = progress
    }

    private static let problemLimit = 1000

    /// - Parameter places: paths in the server's store.
    /// - Throws: what ends it: a server that has gone, a disk that is full.
    func fetch(_ places: [String]) async throws {
        var paths: Set<ArtifactPath> = []
        for place in places {
            guard let path = try? ArtifactPath(parsing: place) else {
                note(place, "is no path of artifacts")
                continue
            }
            paths.insert(path)
        }
        // Versions are among the files of their runs.
        let roots = paths.filter { path in
            var folder = path.parent
            while !folder.isRoot, !paths.contains(folder) { folder = folder.parent }
            return folder.isRoot
        }
        for (index, path) in roots.enumerated() {
            progress(
                "fetching files: \(count), \(DisplayValue.bytes(bytes))", Double(index) / Double(roots.count))
            try await fetchFolder(path)
        }
    }

    /// Folders are followed as deep as a path of artifacts can be.
    private func fetchFolder(_ path: ArtifactPath) async throws {
        let answer: JSON
        do throws(Failure) {
            answer = try await server.get(
                "/api/2.0/mlflow-artifacts/artifacts", [(name: "path", value: path.text)])
        } catch {
            guard error.code != .unavailable else { throw error }
            return note(path.text, error.message)
        }
        for entry in answer["files"]?.elements ?? [] {
            let name = entry["path"]?.text ?? ""
            let inner: ArtifactPath
            do throws(Failure) { inner = try path.appending(name) } catch {
                note("\(path)/\(name)", error.message)
                continue
            }
            if entry["is_dir"] == .bool(true) {
                try await fetchFolder(inner)
            } else {
                try await fetchFile(inner, size: entry["file_size"]?.int.map { Int64($0) })
            }
        }
    }

    /// Spans that the server has in its database or its archive, as the file in which clients look for them.
    /// - Parameter traces: with the paths of their places in the server's store.
    /// - Returns: the traces whose file is there now.
    func fetchSpans(_ traces: [(id: String, place: String)]) async throws -> [String] {
        var fetched: [String] = []
        for (index, trace) in traces.enumerated() {
            progress("fetching spans", Double(index) / Double(traces.count))
            guard let path = try? ArtifactPath(parsing: trace.place).appending("traces.json") else {
                note(trace.place, "is no path of artifacts")
                continue
            }
            let query = "?request_id=" + PercentEncoding.encode(trace.id)
            if FileManager.default.fileExists(atPath: "\(folder)/\(path)") {
                fetched.append(trace.id)
            } else if try await save("/ajax-api/3.0/mlflow/get-trace-artifact" + query, path) {
                fetched.append(trace.id)
            }
        }
        return fetched
    }

    private func fetchFile(_ path: ArtifactPath, size: Int64?) async throws {
        let there = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")[.size] as? Int64
        if let there, there == size { return }
        let name = PercentEncoding.encode(path.text, keeping: "/")
        _ = try await save("/api/2.0/mlflow-artifacts/artifacts/" + name, path)
    }

    /// - Returns: false when that one file cannot be had.
    private func save(_ address: String, _ path: ArtifactPath) async throws -> Bool {
        let file = "\(folder)/\(path)"
        try FileManager.default.createDirectory(
            at: URL(filePath: file).deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        do throws(Failure) {
            bytes += try await server.save(address, to: file)
            count += 1
            return true
        } catch {
            guard error.code != .unavailable else { throw error }
            note(path.text, error.message)
            return false
        }
    }

    /// Adds what could not be fetched to a report of files.
    func tell(_ report: inout TransferReport) {
        for problem in problems { report.add(.leftOut, "file", problem.path, problem.text) }
        report.files?.failed += problemCount
    }

    private func note(_ path: String, _ text: String) {
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append((path, text)) }
    }
}
