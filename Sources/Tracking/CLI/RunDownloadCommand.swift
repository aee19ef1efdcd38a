import ArgumentParser
import Core
import Foundation
import Platform

struct RunDownloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "download",
        abstract: "Download an artifact of a run, or a folder of them; what arrives is checked by its SHA-256.",
        discussion: """
            Examples:
              steward run download 3f2a model/MLmodel
              steward run download 3f2a model -o local-model
            """)

    @Argument(help: RunCommand.help) var identifier: String
    @Argument(help: "The artifact or folder; all of them when it is not given.") var path: String = ""

    @Option(name: .shortAndLong, help: "The file or folder to write. (default: the last name of the path, here)")
    var output: String?

    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let (text, wanted, output) = (identifier, try ArtifactPath(parsing: path, allowsRoot: true), output)
        let saved = try await server.connect { server in
            let run = try await server.run(text)
            let files = try await RunFiles(server: server, run: run.id).files(wanted)
            let target = output ?? wanted.name ?? "artifacts-\(run.id.prefix(8))"
            return try await RunFiles(server: server, run: run.id).save(files, of: wanted, as: target)
        }
        if server.json { return JSON.record(["files": .array(saved.map(\.json))]).show() }
        let bytes = saved.reduce(0) { $0 + $1.size }
        let names = saved.count == 1 ? saved[0].place : DisplayValue.count(saved.count, "file")
        Terminal.write("Saved \(DisplayText.clean(names)), \(DisplayValue.bytes(bytes)).\n")
    }
}

/// Fetches the files of a run.
private struct RunFiles {
    struct File {
        let path: ArtifactPath
        let size: Int64
        let sha256: String?
    }

    struct Saved {
        let place: String
        let size: Int64
        let sha256: String

        var json: JSON {
            .record(["path": .string(place), "size": .integer(size), "sha256": .string(sha256)])
        }
    }

    let server: ServerClient
    let run: String

    /// Files of one download.
    private static let fileLimit = 100_000
    /// Bytes that are fetched at a time: 8 MiB.
    private static let pieceSize: Int64 = 8 << 20

    /// The file at a path, or all files below it.
    func files(_ path: ArtifactPath) async throws -> [File] {
        if !path.isRoot {
            let siblings = try await server.list(
                "\(RunCommand.path(run))/artifacts", "entries", query: [("path", path.parent.text)],
                limit: Self.fileLimit)
            let entry = siblings.elements.first { $0["path"]?.text.map { ArtifactPath.isSame($0, path) } ?? false }
            guard let entry else {
                throw Failure(
                    .notFound, "There is no artifact '\(path)'", hint: "`steward run artifacts \(run)` lists them.")
            }
            if entry["kind"]?.text == "file" { return [try Self.file(entry)] }
        }
        let found = try await server.artifacts(of: run, below: path.text, limit: Self.fileLimit)
        guard !found.hasMore else { throw Failure(.invalid, "'\(path)' has more than \(Self.fileLimit) files") }
        guard !found.elements.isEmpty else { throw Failure(.notFound, "There are no artifacts in '\(path)'") }
        return try found.elements.map(Self.file)
    }

    /// What the server names is checked here, too: it must not lead out of the folder that is written.
    private static func file(_ entry: JSON) throws(Failure) -> File {
        File(
            path: try ArtifactPath(parsing: entry["path"]?.text ?? ""), size: Int64(entry["size"]?.int ?? 0),
            sha256: entry["sha256"]?.text)
    }

    func save(_ files: [File], of root: ArtifactPath, as target: String) async throws -> [Saved] {
        var saved: [Saved] = []
        for file in files {
            let below = file.path.components.dropFirst(root.components.count)
            let place = below.isEmpty ? target : "\(target)/\(below.joined(separator: "/"))"
            try Self.makeFolder(of: place)
            saved.append(Saved(place: place, size: file.size, sha256: try await fetch(file, to: place)))
        }
        return saved
    }

    private static func makeFolder(of place: String) throws(Failure) {
        let folder = URL(filePath: place).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw Failure(.invalid, "\(folder.path): cannot be made", cause: "\(error)")
        }
    }

    /// - Returns: the SHA-256 of what was written.
    private func fetch(_ file: File, to place: String) async throws -> String {
        let address =
            "\(RunCommand.path(run))/artifacts/" + PercentEncoding.encode(file.path.text, keeping: "/")
        var output = try OutputFile(path: place)
        var digest = ArtifactDigest()
        var offset: Int64 = 0
        let progress = ProgressLine()
        while offset < file.size {
            let end = min(offset + Self.pieceSize, file.size)
            let piece = try await server.answer(
                "GET", address, headers: [("range", "bytes=\(offset)-\(end - 1)")]
            ).body
            guard piece.count == Int(end - offset) else { throw Self.changed(file) }
            try output.append(piece)
            digest.append(piece)
            offset = end
            progress.update("downloading \(file.path)", Double(offset) / Double(file.size))
        }
        progress.clear()
        let sha256 = digest.text
        // A file without a record has no digest to be compared with.
        if let known = file.sha256, known != sha256 { throw Self.changed(file) }
        try output.commit()
        return sha256
    }

    private static func changed(_ file: File) -> Failure {
        Failure(.unavailable, "'\(file.path)' changed while it was read", hint: "Try again.")
    }
}

extension ArtifactPath {
    fileprivate static func isSame(_ text: String, _ path: ArtifactPath) -> Bool {
        text.utf8.elementsEqual(path.text.utf8)
    }
}
