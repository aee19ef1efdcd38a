package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes a backup of a server that may be running: first the database at one moment, then the artifacts, then the key,
/// and the manifest last.
///
/// The database comes first because it speaks of artifacts, and a row is written after its file: whatever the copy of
/// the database speaks of is there when the files are copied. Files that appear in the meantime are copied, too, and
/// nobody asks for them.
package struct Backup: Sendable {
    package let settings: ServerSettings
    let now: @Sendable () -> Timestamp
    /// What is being done, and the share that is done where it is known.
    let progress: @Sendable (String, Double?) -> Void

    package init(
        _ settings: ServerSettings, now: @escaping @Sendable () -> Timestamp,
        progress: @escaping @Sendable (String, Double?) -> Void = { _, _ in }
    ) {
        self.settings = settings
        self.now = now
        self.progress = progress
    }

    /// What was written, and what was left out.
    package struct Outcome: Sendable {
        package let manifest: BackupManifest
        /// Files in the artifact folder that have names no artifact can have, so that no server has put them there.
        package let leftOut: [String]
    }

    /// - Parameter target: a folder that does not exist yet, or is empty.
    /// - Throws: `conflict` when it is not empty; `notFound` when there is no database; what the disk and the database
    ///   say. The folder is then no backup: it has no manifest.
    package func write(to target: String) throws(Failure) -> Outcome {
        let location = try DatabaseLocation(settings.databaseLocation)
        // What may be missing is looked for before anything is written.
        let key: [UInt8]
        do { key = try FileContents.read(settings.keyFile, limit: 4096) } catch {
            guard error.code == .notFound else { throw error }
            throw Failure(
                .notFound, "\(settings.dataFolder): is not the data folder of a server: it has no keys/audit.key",
                hint: "Name the folder with --data.")
        }
        let folder = try DurableFolder(empty: target)
        guard !folder.isWithin(settings.artifacts) else {
            throw Failure(
                .invalid, "\(target): is in the folder of the artifacts", hint: "Write the backup somewhere else.")
        }
        for name in ["keys", BackupManifest.artifactFolder] { try folder.makeFolder(name) }
        let created = now()
        let (kind, log) = try copyDatabase(location, to: target)
        progress("flushing", nil)
        let database = try FileCopy.read("\(target)/\(kind.file)")
        let (artifacts, leftOut) = try copyArtifacts(to: folder)
        let keyFile = "\(target)/\(BackupManifest.keyFile)"
        try AtomicFile.write(key, to: keyFile, mode: 0o600)
        let manifest = BackupManifest(
            created: created, kind: kind, database: database, artifacts: artifacts, key: try FileCopy.read(keyFile),
            verifier: log.verifier, logSize: log.frontier.size, logRoot: log.frontier.root)
        try folder.flush()
        try AtomicFile.write(
            Array((manifest.json.text(pretty: true) + "\n").utf8), to: "\(target)/\(BackupManifest.fileName)",
            mode: 0o600)
        return Outcome(manifest: manifest, leftOut: leftOut)
    }

    // MARK: - Database

    /// The event log of the copy: what a restored server will show.
    struct Log: Sendable {
        let frontier: MerkleFrontier
        let verifier: String

        /// Reads the log and computes its tree again: a backup of a damaged log is no backup.
        init(_ sql: any SQLConnection, progress: (Double) -> Void) throws {
            guard let verifier = try AuditKey.recorded(sql) else {
                throw Failure(.invalid, "the database has no audit log yet", hint: "Start the server once.")
            }
            self.verifier = verifier
            frontier = try EventLog.check(sql, progress: progress)
        }
    }

    private func copyDatabase(
        _ location: DatabaseLocation, to target: String
    ) throws(Failure) -> (BackupManifest.DatabaseKind, Log) {
        let verifying: (Double) -> Void = { progress("verifying the audit log", $0) }
        switch location {
        case .sqlite(let path):
            let copy = "\(target)/\(BackupManifest.DatabaseKind.sqlite.file)"
            try SQLiteDriver(path: path).copy(to: copy) { progress("copying the database", $0) }
            return (.sqlite, try Self.log(ofCopy: copy, verifying))
        case .postgresql(let address):
            progress("copying the database", nil)
            let file = "\(target)/\(BackupManifest.DatabaseKind.postgresql.file)"
            let log = try PostgreSQLDump(address).write(to: file) { try Log($0, progress: verifying) }
            return (.postgresql, log)
        }
    }

    private static func log(ofCopy path: String, _ progress: (Double) -> Void) throws(Failure) -> Log {
        do {
            return try SQLiteDriver(path: path).connect(.reading).withConnection { try Log($0, progress: progress) }
        } catch {
            throw Failure(any: error)
        }
    }

    // MARK: - Artifacts

    private func copyArtifacts(
        to folder: borrowing DurableFolder
    ) throws(Failure) -> (BackupManifest.Artifacts, leftOut: [String]) {
        let target = folder.path
        let store = try LocalArtifactStore(root: settings.artifacts)
        let list = "\(target)/\(BackupManifest.artifactList)"
        var copy = ArtifactCopy(
            store: store, folder: "\(target)/\(BackupManifest.artifactFolder)",
            list: try OutputFile(path: list, mode: 0o600), progress: progress)
        try copy.copy(.root)
        let (files, bytes, leftOut) = (copy.files, copy.bytes, copy.leftOut)
        try copy.finish()
        return (
            BackupManifest.Artifacts(files: files, bytes: bytes, list: try FileCopy.read(list)), leftOut
        )
    }
}

/// Copies what a store holds into a folder.
private struct ArtifactCopy: ~Copyable {
    let store: LocalArtifactStore
    let folder: String
    var list: OutputFile
    let progress: @Sendable (String, Double?) -> Void
    var files = 0
    var bytes: Int64 = 0
    var leftOut: [String] = []

    init(
        store: LocalArtifactStore, folder: String, list: consuming OutputFile,
        progress: @escaping @Sendable (String, Double?) -> Void
    ) {
        self.store = store
        self.folder = folder
        self.list = list
        self.progress = progress
    }

    consuming func finish() throws(Failure) { try list.commit() }

    mutating func copy(_ path: ArtifactPath) throws(Failure) {
        var after: String?
        repeat {
            let page: ArtifactListing
            do { page = try store.list(path, after: after, limit: 1000) } catch {
                // Deleted since it was listed.
                guard error.code == .notFound else { throw error }
                return
            }
            for entry in page.entries { try copy(entry, in: path) }
            after = page.next
        } while after != nil
    }

    private mutating func copy(_ entry: ArtifactEntry, in parent: ArtifactPath) throws(Failure) {
        let path: ArtifactPath
        do { path = try parent.appending(entry.name) } catch {
            if leftOut.count < 1000 { leftOut.append(parent.isRoot ? entry.name : "\(parent)/\(entry.name)") }
            return
        }
        guard !entry.isFolder else { return try copy(path) }
        let reader: any ArtifactReader
        do { reader = try store.read(path) } catch {
            guard error.code == .notFound else { throw error }
            return
        }
        let digest = try write(reader, to: path)
        files += 1
        bytes += digest.bytes
        try list.append(Array("\(digest.sha256)  \(BackupManifest.artifactFolder)/\(path.text)\n".utf8))
    }

    private func write(_ reader: any ArtifactReader, to path: ArtifactPath) throws(Failure) -> FileDigest {
        var place = folder
        for name in path.parent.components {
            place += "/\(name)"
            // What is really wrong with it, opening the file below tells.
            mkdir(place, 0o700)
        }
        var output = try OutputFile(path: "\(folder)/\(path.text)", mode: 0o600)
        let digest = try reader.digest { (piece, done) throws(Failure) in
            try output.append(piece)
            progress("copying artifacts: \(files) files, \(DisplayValue.bytes(bytes + done))", nil)
        }
        try output.commit(isFlushed: false)
        return digest
    }
}
