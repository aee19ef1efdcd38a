import Core
import Foundation
import MLflow
import Platform

/// What becomes of files.
package enum FileImportMode: String, Sendable, CaseIterable {
    /// They are copied from folders into this server's store. What is in an object store stays there.
    case copy
    /// They stay where they are, and clients go on reading them there.
    case reference
    /// They get places in this server's store as with `copy`, and somebody else puts them there.
    case skip
}

/// Copies the files of what was imported from folders of MLflow's machine into this server's store. A file appears
/// whole, with its digest recorded; one that is there already with the same digest is left alone, so that an import
/// that was cut off goes on where it stopped.
final class FileImport {
    private let mode: FileImportMode
    /// The folder that `mlflow-artifacts:/` meant at the old server. Nothing outside of it is read, whatever a database
    /// says: whoever could write there could have named any folder of this machine.
    private let root: String?
    private let places: PlaceMapping?
    private let store: any ArtifactStore
    private let records: any MigrationFiles
    private let session: DatabaseSession
    private let world: World
    private let principal: Principal
    private let progress: (String, Double?) -> Void
    /// The spans of a trace that MLflow has in its database, each a JSON document.
    private let spans: (_ trace: String) throws(Failure) -> [String]
    private(set) var report = FileReport()
    private var findings: [TransferReport.Finding] = []

    init(
        mode: FileImportMode, root: String?, places: PlaceMapping?, store: any ArtifactStore,
        records: any MigrationFiles,
        session: DatabaseSession, world: World, principal: Principal,
        spans: @escaping (_ trace: String) throws(Failure) -> [String],
        progress: @escaping (String, Double?) -> Void
    ) {
        self.mode = mode
        self.root = root.map(Self.resolved)
        self.places = places
        self.store = store
        self.records = records
        self.session = session
        self.world = world
        self.principal = principal
        self.spans = spans
        self.progress = progress
    }

    /// The table that says where the files of a kind are.
    private static let tables: [(kind: MigrationKind, table: MigrationTable)] = [
        (.run, .runs), (.loggedModel, .loggedModels), (.trace, .traceTags),
    ]

    /// - Parameter source: reads places as MLflow has them.
    func run(_ source: RowReader, _ target: TransferTarget, into report: inout TransferReport) throws(Failure) {
        for (kind, table) in Self.tables where source.store.kinds.contains(kind) {
            var after: SQLValue?
            while true {
                let page: RowReader.KeyPage
                do { page = try source.keys(kind, after: after, limit: 512) { _ in } } catch {
                    throw Failure(any: error)
                }
                let keys = try target.existing(kind, page.keys)
                for (key, place) in try Self.places(table, page.keys.filter { keys.contains(MigrationKey($0)) }, source)
                {
                    try take(place.old, rewritten(place.row, table), kind, key)
                }
                if page.count < 512 { break }
                after = page.last
            }
        }
        for finding in findings { report.add(finding.sort, finding.kind, finding.key, finding.text) }
        report.files = self.report
    }

    private struct Place {
        let old: String
        let row: [SQLValue]
    }

    private static func places(
        _ table: MigrationTable, _ keys: [String], _ source: RowReader
    ) throws(Failure) -> [(String, Place)] {
        var places: [(String, Place)] = []
        let column = table.columns.firstIndex { $0.values == .place }
        do {
            try source.forEach(table, of: keys) { key, row in
                if let column, case .text(let place) = row[column] {
                    places.append((key, Place(old: place, row: row)))
                } else if let place = PlaceMapping.traceLocation(row, table) {
                    places.append((key, Place(old: place, row: row)))
                }
            } problem: { _ in
            }
        } catch {
            throw Failure(any: error)
        }
        return places
    }

    private func rewritten(_ row: [SQLValue], _ table: MigrationTable) -> String {
        var row = row
        places?.rewrite(&row, table)
        let column = table.columns.firstIndex { $0.values == .place } ?? 2
        if case .text(let place) = row[column] { return place }
        return ""
    }

    // MARK: - One thing

    private func take(_ old: String, _ new: String, _ kind: MigrationKind, _ key: String) throws(Failure) {
        guard let path = PlaceMapping.proxiedPath(new), mode != .reference else {
            if !old.isEmpty { report.referenced += 1 }
            return
        }
        guard mode == .copy, let root else { return }
        let target: ArtifactPath
        do { target = try ArtifactPath(parsing: path) } catch {
            return fail(kind, key, "its files cannot be kept at \(DisplayText.clean(new)): \(error.message)")
        }
        let folder = Self.resolved(
            PlaceMapping.localPath(old) ?? "\(root)/\(PlaceMapping.proxiedPath(old) ?? "")")
        guard folder.hasPrefix(root + "/") else {
            return fail(kind, key, "its files are not below the folder that --artifacts-root names")
        }
        // Most runs have no files, and then no folder.
        try copy(folder, to: target, kind, key)
        if kind == .trace { try writeSpans(of: key, to: target) }
    }

    /// Spans that were rows become the artifact in which clients look for them.
    private func writeSpans(of trace: String, to folder: ArtifactPath) throws(Failure) {
        let spans = try spans(trace)
        if spans.isEmpty { return }
        let path = try folder.appending("traces.json")
        guard (try? store.info(path)) == nil else { return }
        let writer = try store.write(path)
        try writer.append(Array("{\"spans\": [\(spans.joined(separator: ", "))]}".utf8))
        try record(writer.commit())
    }

    private func record(_ stored: StoredArtifact) throws(Failure) {
        try session.write { [records, world, principal] in
            try records.record(stored, now: world.now(), by: principal, $0)
        }
        report.copied += 1
        report.bytes += stored.size
    }

    private static func resolved(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path(percentEncoded: false).trimmedSlashes
    }

    private func fail(_ kind: MigrationKind, _ key: String, _ text: String) {
        report.failed += 1
        findings.append(.init(sort: .leftOut, kind: "file", key: "\(kind.rawValue) \(key)", text: text))
    }

    private func copy(_ folder: String, to path: ArtifactPath, _ kind: MigrationKind, _ key: String) throws(Failure) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let file = "\(folder)/\(name)"
            let type = (try? FileManager.default.attributesOfItem(atPath: file))?[.type] as? FileAttributeType
            let target: ArtifactPath
            do { target = try path.appending(name) } catch {
                fail(kind, key, "\(DisplayText.clean(name)): \(error.message)")
                continue
            }
            switch type {
            case .typeDirectory?: try copy(file, to: target, kind, key)
            case .typeRegular?: try copyFile(file, to: target, kind, key)
            default: fail(kind, key, "\(target): is neither a file nor a folder, or cannot be read")
            }
        }
    }

    private func copyFile(
        _ file: String, to path: ArtifactPath, _ kind: MigrationKind, _ key: String
    ) throws(Failure) {
        let size = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? Int64 ?? -1
        let known = try session.read { try records.digest(of: path, size: size, $0) }
        if let known, (try? store.info(path))?.size == size {
            // Read once more rather than believed.
            guard try FileCopy.read(file).sha256 == known else {
                return fail(kind, key, "\(path): is there already with other content")
            }
            report.unchanged += 1
            return
        }
        progress("copying files: \(report.copied), \(DisplayValue.bytes(report.bytes))", nil)
        do throws(Failure) {
            let writer = try store.write(path)
            let read = try FileCopy.read(file) { (piece) throws(Failure) in try writer.append(piece) }
            let stored = try writer.commit()
            guard stored.sha256 == read.sha256 else {
                throw Failure(.unavailable, "\(path): was not stored as it was read")
            }
            try record(stored)
        } catch {
            // One file that cannot be read must not keep the others; a disk that is full does.
            guard error.code != .unavailable || FileManager.default.isReadableFile(atPath: file) == false else {
                throw error
            }
            fail(kind, key, "\(path): \(error.message)")
        }
    }
}

extension String {
    /// Without slashes at its end.
    fileprivate var trimmedSlashes: String {
        var text = self[...]
        while text.utf8.count > 1, text.utf8.last == UInt8(ascii: "/") { text.removeLast() }
        return String(text)
    }
}
