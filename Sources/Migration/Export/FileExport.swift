import Core
import Foundation
import Platform

/// Copies what an artifact store holds into a folder, as MLflow's server has it below its `--artifacts-destination`. A
/// file of the same size and content is left alone.
final class FileExport {
    private let store: any ArtifactStore
    private let folder: String
    private let progress: (String, Double?) -> Void
    private var report = FileReport()
    private(set) var problems: [String] = []

    init(store: any ArtifactStore, folder: String, progress: @escaping (String, Double?) -> Void) {
        self.store = store
        self.folder = folder
        self.progress = progress
    }

    func run() throws(Failure) -> FileReport {
        try copy(.root)
        return report
    }

    private func copy(_ path: ArtifactPath) throws(Failure) {
        var after: String?
        repeat {
            let page = try store.list(path, after: after, limit: 1000)
            for entry in page.entries {
                let target: ArtifactPath
                do { target = try path.appending(entry.name) } catch {
                    report.failed += 1
                    problems.append("\(DisplayText.clean(entry.name)): is no name of an artifact")
                    continue
                }
                if entry.isFolder { try copy(target) } else { try copyFile(target) }
            }
            after = page.next
        } while after != nil
    }

    private func copyFile(_ path: ArtifactPath) throws(Failure) {
        let reader = try store.read(path)
        let file = "\(folder)/\(path.text)"
        if let there = try? FileCopy.read(file), there.bytes == reader.size, there.sha256 == (try reader.sha256()) {
            report.unchanged += 1
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(path.parent.text)", withIntermediateDirectories: true)
        } catch {
            throw Failure(.unavailable, "\(folder): a folder cannot be made", cause: "\(error)")
        }
        var output = try OutputFile(path: file, mode: 0o644)
        let digest = try reader.digest { (piece, _) throws(Failure) in
            try output.append(piece)
            progress("copying files: \(report.copied), \(DisplayValue.bytes(report.bytes))", nil)
        }
        try output.commit(isFlushed: false)
        report.copied += 1
        report.bytes += digest.bytes
    }
}
