import Foundation
import TestSupport
import Testing

/// One place in a tracked file and what is wrong with it.
struct Finding: CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): \(message)" }
}

/// A tracked text file, read once.
struct TextFile: Sendable {
    /// Relative to the package root, with `/` between folders.
    let path: String
    let lines: [String]

    func finding(_ line: Int, _ message: String) -> Finding { Finding(path: path, line: line, message: message) }

    var name: String { String(path.split(separator: "/").last ?? "") }
    var fileExtension: String { name.contains(".") ? String(name.split(separator: ".").last ?? "") : "" }
    var folders: [String] { path.split(separator: "/").dropLast().map(String.init) }
}

/// The files of this package: what Git tracks or would track, or everything but build output when there is no Git.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let paths: [String] = (gitPaths() ?? walkedPaths()).sorted()

    static let texts: [TextFile] = paths.compactMap { path in
        guard let data = FileManager.default.contents(atPath: root.appending(path: path).path),
            data.count < 2_000_000, !data.contains(0), let text = String(data: data, encoding: .utf8)
        else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return TextFile(path: path, lines: lines)
    }

    /// Swift files below `Sources/`, scanned.
    static let swift: [SwiftSource] = allSwift.filter { $0.path.hasPrefix("Sources/") }

    /// All Swift files except the manifest, scanned.
    static let allSwift: [SwiftSource] = texts.filter { $0.fileExtension == "swift" && $0.path != "Package.swift" }
        .map(SwiftSource.init)

    static func text(_ path: String) -> TextFile? { texts.first { $0.path == path } }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    private static func gitPaths() -> [String]? {
        guard exists(".git") else { return nil }
        let git = try? ChildProcess(
            "git", ["-C", root.path, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            output: .collected)
        guard let git, git.wait() == .exit(0) else { return nil }
        let all = git.outputBytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return Array(Set(all)).filter(exists)
    }

    private static func walkedPaths() -> [String] {
        let skipped: Set<String> = [".build", ".git", "demo-data"]
        guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var found: [String] = []
        for case let path as String in walk {
            if skipped.contains(path) {
                walk.skipDescendants()
                continue
            }
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(
                atPath: root.appending(path: path).path, isDirectory: &isFolder)
            if exists, !isFolder.boolValue { found.append(path) }
        }
        return found
    }
}

/// Fails the test with one line per finding, so that every place is named at once.
func expectNone(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
    guard !findings.isEmpty else { return }
    Issue.record("\n\(findings.map(\.description).joined(separator: "\n"))", sourceLocation: sourceLocation)
}
