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

/// Copies the files of what was imported from folders of MLflow's machine into this server's store, and writes spans
/// that MLflow has as rows as the files in which clients look for them. A file appears whole, with its digest recorded;
/// one that is there already stays as it is, so that an import that was cut off goes on where it stopped.
final class FileImport {
    struct Settings {
        let mode: FileImportMode
        /// The folder that `mlflow-artifacts:/` meant at the old server. Nothing outside of it is read, whatever a
        /// database says: whoever could write there could have named any folder of this machine.
        let root: String?
        let moved: [MovedFolder]
        /// Whether the root holds what MLflow's server has handed out, and nothing else.
        var isFetched = false
    }

    private let mode: FileImportMode
    private let root: String?
    private let moved: [MovedFolder]
    private let isFetched: Bool
    /// Reads places as MLflow has them.
    private let old: RowReader
    /// Reads places as they are after the migration.
    private let new: RowReader
    private let target: TransferTarget
    /// nil in a dry run, which only looks.
    private let keeper: FileKeeper?
    private let notes: SourceNotes
    private let progress: (String, Double?) -> Void
    private var report: TransferReport
    private var files = FileReport()
    /// Places of runs, logged models and versions that should be folders below the root, and folders that were there.
    private var (expected, found) = (0, 0)
    /// Traces whose spans become files here and whose other files stay where they are.
    private var parted = 0

    init(
        _ settings: Settings, old: RowReader, new: RowReader, target: TransferTarget, keeper: FileKeeper?,
        notes: SourceNotes, report: TransferReport, progress: @escaping (String, Double?) -> Void
    ) {
        mode = settings.mode
        root = settings.root.map(Self.resolved)
        moved = settings.moved
        isFetched = settings.isFetched
        self.old = old
        self.new = new
        self.target = target
        self.keeper = keeper
        self.notes = notes
        self.report = report
        self.progress = progress
    }

    /// The table that says where the files of a kind are, and in which column.
    private static let tables: [(kind: MigrationKind, table: MigrationTable, column: Int)] = [
        (.run, .runs, 7), (.loggedModel, .loggedModels, 3), (.trace, .traceTags, 2), (.registeredModel, .versions, 8),
    ]

    /// - Returns: the report that it was given, with what became of files.
    func run() throws(Failure) -> TransferReport {
        for (kind, table, column) in Self.tables where old.store.kinds.contains(kind) {
            var after: SQLValue?
            while true {
                let page: RowReader.KeyPage
                do { page = try old.keys(kind, after: after, limit: 512) { _ in } } catch { throw Failure(any: error) }
                let here = keeper == nil ? Set(page.keys.map(MigrationKey.init)) : try target.existing(kind, page.keys)
                for place in try places(kind, table, column, page.keys.filter { here.contains(MigrationKey($0)) }) {
                    try take(place)
                }
                if page.count < 512 { break }
                after = page.last
            }
        }
        if expected > 0, found == 0, !isFetched, let root {
            report.add(
                .leftOut, "file", "",
                "none of the \(expected) places of files exists below \(DisplayText.clean(root)); where there are no "
                    + "files at all, say --artifact-files skip")
        }
        if parted > 0 {
            report.add(
                .note, "trace", "",
                "the spans of \(parted) become files of this server; what else belongs to them stays where it was")
        }
        report.files = files
        return report
    }

    // MARK: - Places

    private struct Place {
        let kind: MigrationKind
        let key: String
        /// As MLflow has it; empty where it has none.
        let old: String
        let new: String
    }

    private func places(
        _ kind: MigrationKind, _ table: MigrationTable, _ column: Int, _ keys: [String]
    ) throws(Failure) -> [Place] {
        /// Versions of one model have a number each.
        func name(_ key: String, _ row: [SQLValue]) -> String {
            table == .versions ? "\(key) version \(MigrationRow(values: row[...]).integer(1))" : key
        }
        func read(_ reader: RowReader, _ body: (String, String) -> Void) throws(Failure) {
            do {
                try reader.forEach(table, of: keys) { key, row in
                    guard case .text(let place) = row[column] else { return }
                    if table == .traceTags, PlaceMapping.traceLocation(row, table) == nil { return }
                    body(name(key, row), place)
                } problem: { _ in
                }
            } catch {
                throw Failure(any: error)
            }
        }
        var before: [MigrationKey: String] = [:]
        try read(old) { before[MigrationKey($0)] = $1 }
        var places: [Place] = []
        try read(new) { places.append(Place(kind: kind, key: $0, old: before[MigrationKey($0)] ?? "", new: $1)) }
        return places
    }

    private func take(_ place: Place) throws(Failure) {
        let isElsewhere = PlaceMapping.localPath(place.old) == nil && PlaceMapping.proxiedPath(place.old) == nil
        if mode == .copy, !isElsewhere {
            if place.kind == .registeredModel, try isCovered(place.new) { return }
            try copyFolder(place)
        } else if place.kind != .registeredModel, mode == .reference || isElsewhere, !place.old.isEmpty {
            files.referenced += 1
        }
        if place.kind == .trace, let keeper, try writeSpans(place, keeper), isElsewhere, !place.old.isEmpty {
            parted += 1
        }
    }

    /// Whether a place is among the files of a run or a logged model: they are copied with it.
    private func isCovered(_ place: String) throws(Failure) -> Bool {
        let parts = place.split(separator: "/", omittingEmptySubsequences: false)
        for index in parts.indices.dropFirst() where parts[index] == "artifacts" {
            let (id, whole) = (String(parts[index - 1]), parts[...index].joined(separator: "/"))
            for (kind, table, column) in Self.tables.prefix(2) where old.store.kinds.contains(kind) {
                var isThere = false
                func look(_ row: [SQLValue]) { isThere = isThere || row[column] == .text(whole) }
                if keeper == nil {
                    do { try new.forEach(table, of: [id], { look($1) }, problem: { _ in }) } catch {
                        throw Failure(any: error)
                    }
                } else {
                    try target.forEach(kind, [id], tables: [table]) { look($2) }
                }
                if isThere { return true }
            }
        }
        return false
    }

    /// Spans that were rows become the artifact in which clients look for them.
    /// - Returns: whether there are some.
    private func writeSpans(_ place: Place, _ keeper: FileKeeper) throws(Failure) -> Bool {
        let spans = try notes.spans(of: place.key)
        if spans.isEmpty { return false }
        guard let folder = PlaceMapping.proxiedPath(place.new),
            let path = try? ArtifactPath(parsing: folder).appending("traces.json")
        else {
            fail(place, "its spans cannot be kept at \(DisplayText.clean(place.new))")
            return false
        }
        let text = "{\"spans\": [\(spans.joined(separator: ", "))]}"
        try keep(place, path) { () throws(Failure) in try keeper.keep([Array(text.utf8)], at: path) }
        return true
    }

    // MARK: - Folders and files

    private func copyFolder(_ place: Place) throws(Failure) {
        guard let root else { return }
        guard let path = PlaceMapping.proxiedPath(place.new) else {
            // Of a version alone: everything else has got a place here. Those of prompts name no folder.
            guard PlaceMapping.localPath(place.old)?.hasPrefix("/") == true else { return }
            let text = "its files stay at \(DisplayText.clean(place.old)), which is in the folder of no experiment"
            return report.add(.note, place.kind.rawValue, place.key, text)
        }
        let target: ArtifactPath
        do { target = try ArtifactPath(parsing: path) } catch {
            return fail(place, "its files cannot be kept at \(DisplayText.clean(place.new)): \(error.message)")
        }
        let folder = Self.resolved(
            PlaceMapping.localPath(place.old).map(movedPath) ?? "\(root)/\(PlaceMapping.proxiedPath(place.old) ?? "")")
        guard folder.hasPrefix(root == "/" ? root : root + "/") else {
            return fail(
                place,
                isFetched
                    ? "its files are on MLflow's machine, and its server does not hand them out; bring them here, and "
                        + "name the folder with --artifacts-root"
                    : "its files are not below the folder that --artifacts-root names; where that was elsewhere on "
                        + "MLflow's machine, say so with --artifacts-moved")
        }
        if place.kind != .trace { expected += 1 }
        // Most runs have no files, and then no folder.
        guard FileManager.default.fileExists(atPath: folder) else {
            if place.kind != .trace { files.missing += 1 }
            return
        }
        found += 1
        try copy(folder, to: target, place)
    }

    private func movedPath(_ path: String) -> String {
        for folder in moved { if let path = folder.path(of: path) { return path } }
        return path
    }

    private static func resolved(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path(percentEncoded: false).trimmedSlashes
    }

    private func fail(_ place: Place, _ text: String) {
        files.failed += 1
        report.add(.leftOut, "file", "\(place.kind.rawValue) \(place.key)", text)
    }

    private func copy(_ folder: String, to path: ArtifactPath, _ place: Place) throws(Failure) {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            return fail(place, "\(path): is no folder, or cannot be read")
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let file = "\(folder)/\(name)"
            let facts = try? FileManager.default.attributesOfItem(atPath: file)
            let target: ArtifactPath
            do { target = try path.appending(name) } catch {
                fail(place, "\(DisplayText.clean(name)): \(error.message)")
                continue
            }
            switch facts?[.type] as? FileAttributeType {
            case .typeDirectory?: try copy(file, to: target, place)
            case .typeRegular?:
                if let keeper {
                    try keep(place, target) { () throws(Failure) in try keeper.keep(file, at: target) }
                } else {
                    files.copied += 1
                    files.bytes += facts?[.size] as? Int64 ?? 0
                }
            default: fail(place, "\(target): is neither a file nor a folder, or cannot be read")
            }
        }
    }

    private func keep(
        _ place: Place, _ path: ArtifactPath, _ body: () throws(Failure) -> FileKeeper.Outcome
    ) throws(Failure) {
        progress("copying files: \(files.copied), \(DisplayValue.bytes(files.bytes))", nil)
        do throws(Failure) {
            switch try body() {
            case .stored(let bytes):
                files.copied += 1
                files.bytes += bytes
            case .unchanged: files.unchanged += 1
            }
        } catch {
            // One file must not keep the others; a disk that is full does.
            guard error.code != .unavailable else { throw error }
            fail(place, "\(path): \(error.message)")
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
