package import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Makes a data folder of a backup: everything is compared with its digest on the way, and the event log with the root
/// that was noted when the backup was written.
package struct Restore: Sendable {
    package let settings: ServerSettings
    /// What is being done, and the share that is done where it is known.
    let progress: @Sendable (String, Double?) -> Void

    package init(_ settings: ServerSettings, progress: @escaping @Sendable (String, Double?) -> Void = { _, _ in }) {
        self.settings = settings
        self.progress = progress
    }

    /// - Parameter source: the folder of a backup.
    /// - Throws: `invalid` when it is no complete backup, or something in it is not what was backed up; `conflict` when
    ///   data folder, artifact folder or database hold something already. A data folder that is not finished is refused
    ///   by servers.
    package func read(from source: String) throws(Failure) -> BackupManifest {
        let manifest = try Self.manifest(of: source)
        let location = try DatabaseLocation(settings.databaseLocation)
        try checkEmpty(location, manifest)
        let hold = try DataFolder(settings, isRestoring: true)
        let marker = "\(settings.dataFolder)/\(DataFolder.unfinishedRestore)"
        try AtomicFile.write(Array("restoring \(source)\n".utf8), to: marker)
        try FileCopy.copy("\(source)/\(BackupManifest.keyFile)", to: settings.keyFile, expected: manifest.key)
        try restoreDatabase(location, source, manifest)
        try restoreArtifacts(source, manifest)
        try verify(location, manifest)
        let folder = try DurableFolder(settings.dataFolder)
        try folder.flush()
        unlink(marker)
        try folder.flush()
        _ = consume hold
        return manifest
    }

    /// The manifest of a backup.
    /// - Throws: `invalid` when there is none: the backup was not finished, or the folder is something else.
    package static func manifest(of source: String) throws(Failure) -> BackupManifest {
        let bytes: [UInt8]
        do { bytes = try FileContents.read("\(source)/\(BackupManifest.fileName)", limit: 1 << 20) } catch {
            guard error.code == .notFound else { throw error }
            throw Failure(
                .invalid, "\(source): is no complete backup: it has no \(BackupManifest.fileName)",
                hint: "`steward backup` writes that file last; without it the backup was cut off.")
        }
        return try BackupManifest(try JSONParser.parse(bytes))
    }

    private func checkEmpty(_ location: DatabaseLocation, _ manifest: BackupManifest) throws(Failure) {
        for folder in [settings.dataFolder, settings.artifacts] where try !DurableFolder.isEmpty(folder) {
            throw Failure(
                .conflict, "\(folder): is not empty",
                hint: "A backup is restored into a new folder. Look at it, then let it take the place of the old one.")
        }
        switch (location, manifest.kind) {
        case (.sqlite(let path), .sqlite):
            for file in [path, "\(path)-wal", "\(path)-shm"] where access(file, F_OK) == 0 {
                throw Failure(.conflict, "\(file): is there already", hint: "Name a new file with --database.")
            }
        case (.postgresql, .postgresql): break
        case (.sqlite, .postgresql):
            throw Failure(
                .invalid, "the backup is one of a PostgreSQL database",
                hint: "Name an empty one with --database postgresql://USER@HOST/NAME.")
        case (.postgresql, .sqlite):
            throw Failure(
                .unsupported, "the backup is one of an SQLite database; it cannot be restored into PostgreSQL",
                hint: "Leave --database out, or name a file.")
        }
    }

    private func restoreDatabase(
        _ location: DatabaseLocation, _ source: String, _ manifest: BackupManifest
    ) throws(Failure) {
        let file = "\(source)/\(manifest.kind.file)"
        var done: Int64 = 0
        func saw(_ count: Int) {
            done += Int64(count)
            progress("restoring the database", Double(done) / Double(max(1, manifest.database.bytes)))
        }
        switch location {
        case .sqlite(let path):
            try FileCopy.copy(file, to: path, expected: manifest.database, progress: saw)
        case .postgresql(let address):
            guard try FileCopy.read(file) == manifest.database else { throw Self.damaged(file) }
            progress("restoring the database", nil)
            try PostgreSQLDump(address).restore(from: file)
        }
    }

    private static func damaged(_ file: String) -> Failure {
        Failure(
            .invalid, "\(file): is not what was backed up: its size or its SHA-256 differs",
            hint: "The backup is damaged; use another one.")
    }

    // MARK: - Artifacts

    private func restoreArtifacts(_ source: String, _ manifest: BackupManifest) throws(Failure) {
        let file = "\(source)/\(BackupManifest.artifactList)"
        guard try FileCopy.read(file) == manifest.artifacts.list else { throw Self.damaged(file) }
        let list = try FileContents.read(file, limit: Int(manifest.artifacts.list.bytes))
        let store = try LocalArtifactStore(root: settings.artifacts)
        var files = 0
        var bytes: Int64 = 0
        for line in list.split(separator: UInt8(ascii: "\n")) {
            let (sha256, path) = try Self.parse(line, file)
            bytes += try restore(path, sha256, source, store)
            files += 1
            progress(
                "restoring artifacts: \(files) of \(manifest.artifacts.files)",
                Double(bytes) / Double(max(1, manifest.artifacts.bytes)))
        }
        guard files == manifest.artifacts.files, bytes == manifest.artifacts.bytes else { throw Self.damaged(file) }
    }

    private static func parse(_ line: ArraySlice<UInt8>, _ file: String) throws(Failure) -> (String, ArtifactPath) {
        let prefix = "  \(BackupManifest.artifactFolder)/".utf8
        guard line.count > 64, line.dropFirst(64).starts(with: prefix),
            let path = String(validating: line.dropFirst(64 + prefix.count), as: UTF8.self)
        else { throw damaged(file) }
        return (String(decoding: line.prefix(64), as: UTF8.self), try ArtifactPath(parsing: path))
    }

    /// - Returns: its bytes.
    private func restore(
        _ path: ArtifactPath, _ sha256: String, _ source: String, _ store: LocalArtifactStore
    ) throws(Failure) -> Int64 {
        let file = "\(source)/\(BackupManifest.artifactFolder)/\(path.text)"
        let writer = try store.write(path)
        let digest = try FileCopy.read(file) { (piece) throws(Failure) in try writer.append(piece) }
        guard digest.sha256 == sha256 else {
            writer.abandon()
            throw Self.damaged(file)
        }
        return try writer.commit().size
    }

    // MARK: - Event log

    /// The restored log is the one that was backed up, and the key is the one that signs it.
    private func verify(_ location: DatabaseLocation, _ manifest: BackupManifest) throws(Failure) {
        let log: Backup.Log
        do {
            log = try location.makeDriver().connect(.reading).withConnection { sql in
                try Backup.Log(sql) { progress("verifying the audit log", $0) }
            }
        } catch {
            throw Failure(any: error)
        }
        guard log.frontier.size == manifest.logSize, log.frontier.root == manifest.logRoot else {
            throw Failure(
                .invalid,
                "the restored audit log has \(log.frontier.size) entries and root \(log.frontier.root), and not "
                    + "\(manifest.logSize) and \(manifest.logRoot)", hint: "The backup is damaged; use another one.")
        }
        let key = try AuditKey.load(settings.keyFile, name: "", recorded: log.verifier)
        guard key.verifier.text.utf8.elementsEqual(manifest.verifier.utf8),
            log.verifier.utf8.elementsEqual(manifest.verifier.utf8)
        else {
            throw Failure(.invalid, "the key of the backup is not the one that signs its audit log")
        }
    }
}
