package import Core
import Foundation
package import MLflow
package import Platform

/// Brings what MLflow keeps into Steward.
package struct MLflowImport<Target: MigrationTarget> {
    package struct Settings: Sendable {
        /// A database or an address, as `steward import mlflow` takes it.
        let source: String
        let server: ServerSettings
        package var workspace = MLflowDatabase.standardWorkspace
        /// nil where that follows from `filesRoot`.
        package var files: FileImportMode?
        /// The folder that holds MLflow's artifacts.
        package var filesRoot: String?
        /// Folders of MLflow's machine that have another name on this one.
        package var movedFolders: [MovedFolder] = []
        /// The database of MLflow's basic-auth app; nil to bring no users.
        package var users: String?
        /// The role that users get who are no administrators; nil for none.
        package var userRole: String?
        /// Leaves what is there with other content, instead of stopping.
        package var skipsConflicts = false
        package var isDryRun = false

        package init(source: String, server: ServerSettings) {
            self.source = source
            self.server = server
        }
    }

    let settings: Settings
    let world: World
    private let progress: (String, Double?) -> Void

    package init(
        _ settings: Settings, world: World = .live, progress: @escaping (String, Double?) -> Void = { _, _ in }
    ) {
        self.settings = settings
        self.world = world
        self.progress = progress
    }

    /// - Throws: what stops it; what cannot be taken along is told of in the report.
    package func run() async throws -> TransferReport {
        switch try MLflowSource(settings.source) {
        case .database(let location): return try run(location)
        case .server(let address): return try await run(server: address)
        }
    }

    /// What a server tells is put down as the database it might have; from there on there is one way.
    private func run(server address: String) async throws -> TransferReport {
        // From the beginning, so that no other import downloads into the same folder.
        let hold = settings.isDryRun ? nil : FolderHold(try DataFolder(settings.server))
        let folder =
            settings.isDryRun
            ? FileManager.default.temporaryDirectory.appending(path: "steward-import-\(world.makeID())")
                .path(percentEncoded: false) : "\(settings.server.dataFolder)/import"
        let download = ServerDownload(address: address, folder: folder, world: world, progress: progress)
        defer { if settings.isDryRun { download.remove() } }
        try await download.run()
        if !settings.isDryRun, settings.filesRoot == nil, settings.files ?? .copy == .copy {
            try await download.fetchFiles()
        }
        let report = try run(.sqlite(path: download.database), download, hold)
        // Whoever decides about conflicts does not want to wait for all of it again.
        if !report.isStopped { download.remove() }
        return report
    }

    /// - Parameters:
    ///   - download: where the database comes from, if it is not the source itself.
    ///   - hold: on the data folder, if it is held already.
    private func run(
        _ location: DatabaseLocation, _ download: ServerDownload? = nil, _ hold: FolderHold? = nil
    ) throws(Failure) -> TransferReport {
        let driver = try location.makeDriver(isPatient: true)
        let there = try DatabaseLocation(settings.server.databaseLocation).description
        return try DatabaseSession.read(driver) { sql in
            let database = MLflowDatabase(schema: try MLflowSchema.read(sql), workspace: settings.workspace)
            let reader = RowReader(store: database, sql: sql)
            let experiments = try locations(reader)
            let files = download?.files == nil ? try filesMode(experiments) : .copy
            var mapped = reader
            mapped.places = files == .reference ? .reference : PlaceMapping(experiments: experiments)
            let given = Given(
                name: download?.address ?? location.description, download: download, reader: reader, mapped: mapped,
                notes: SourceNotes(database: database, sql: sql), files: files)
            return try withTarget(hold) { try bring(given, to: $0, named: there) }
        }
    }

    /// The side that is read.
    private struct Given {
        /// Without a password.
        let name: String
        let download: ServerDownload?
        /// Reads places as MLflow has them.
        let reader: RowReader
        /// Reads places as they are to be here.
        let mapped: RowReader
        let notes: SourceNotes
        let files: FileImportMode
    }

    private func bring(_ given: Given, to session: DatabaseSession?, named there: String) throws -> TransferReport {
        let target = TransferTarget(StoreGroup(Target.migrationStores), session)
        let origin = Origin(.local, reason: ImportLog.reason(given.name))
        let transfer = Transfer(
            source: given.mapped, target: target,
            settings: Transfer.Settings(skipsConflicts: settings.skipsConflicts, isDryRun: settings.isDryRun),
            origin: origin,
            report: TransferReport(
                importID: world.makeID(), source: given.name, target: there, isDryRun: settings.isDryRun),
            progress: progress)
        var report = try transfer.run()
        try note(given, &report)
        // A dry run may not know yet where the files are.
        if report.isStopped || (settings.isDryRun && settings.filesRoot == nil) { return report }
        var keeper: FileKeeper?
        if let session, !settings.isDryRun { keeper = try self.keeper(session, origin) }
        let fetched = given.download?.files
        report = try FileImport(
            FileImport.Settings(
                mode: given.files, root: fetched?.folder ?? settings.filesRoot, moved: settings.movedFolders,
                isFetched: fetched != nil),
            old: given.reader, new: given.mapped, target: target, keeper: keeper, notes: given.notes, report: report,
            progress: progress
        ).run()
        fetched?.tell(&report)
        guard let session, !settings.isDryRun else { return report }
        try addUsers(session, transfer, &report)
        let written = report.written + (report.files?.copied ?? 0) + (report.users?.written ?? 0)
        if try written > 0 || session.read({ try ImportLog.isUnfinished(given.name, $0) }) {
            try target.record(report.event, by: origin)
        }
        return report
    }

    private func keeper(_ session: DatabaseSession, _ origin: Origin) throws(Failure) -> FileKeeper {
        FileKeeper(
            store: try LocalArtifactStore(root: settings.server.artifacts), records: Target.migrationFiles,
            session: session, world: world, principal: origin.principal)
    }

    // MARK: - The source

    /// Where each experiment keeps its files.
    private func locations(_ reader: RowReader) throws -> [(id: String, location: String)] {
        var found: [(String, String)] = []
        var after: SQLValue?
        while true {
            let page = try reader.keys(.experiment, after: after, limit: 512) { _ in }
            try reader.forEach(.experiments, of: page.keys) { key, row in
                found.append((key, MigrationRow(values: row[...]).text(2)))
            } problem: { _ in
            }
            if page.count < 512 { return found.sorted { (Int64($0.0) ?? 0) < (Int64($1.0) ?? 0) } }
            after = page.last
        }
    }

    /// What is to become of files. It is not guessed: a server without its files is found out about late.
    private func filesMode(_ experiments: [(id: String, location: String)]) throws(Failure) -> FileImportMode {
        guard settings.filesRoot != nil || settings.movedFolders.isEmpty else {
            throw Failure(.invalid, "--artifacts-moved says where files were, and --artifacts-root is missing")
        }
        if let root = settings.filesRoot {
            guard settings.files == nil || settings.files == .copy else {
                throw Failure(.invalid, "--artifacts-root names files to copy, and --artifact-files says not to")
            }
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue else {
                throw Failure(.notFound, "\(root): no such folder", hint: "Name the folder of MLflow's artifacts.")
            }
            return .copy
        }
        let near = experiments.first { experiment in
            PlaceMapping.localPath(experiment.location) != nil || PlaceMapping.proxiedPath(experiment.location) != nil
        }
        switch settings.files {
        case nil where near == nil: return .reference
        case nil, .copy?:
            guard let near, !settings.isDryRun else { return .copy }
            throw Failure(
                .invalid,
                "the artifacts of experiment \(near.id) are at "
                    + "\(DisplayText.clean(String(near.location.prefix(300)))), and where that is on this machine "
                    + "is not said",
                hint:
                    "Name the folder with --artifacts-root (what mlflow server had as --artifacts-destination, or the "
                    + "folder mlruns), or choose --artifact-files skip or reference.")
        case let mode?: return mode
        }
    }

    private func note(_ given: Given, _ report: inout TransferReport) throws(Failure) {
        for (table, count) in try given.notes.orphans() {
            report.add(.note, table, "", "\(count) rows belong to nothing that is there, and stay behind")
        }
        for (what, count) in try given.notes.strangers() {
            report.add(.note, what, "", "\(count) not taken along")
        }
        guard let download = given.download else { return }
        if settings.isDryRun, given.files == .copy, settings.filesRoot == nil {
            report.add(
                .note, "file", "", "files behind MLflow's server are fetched from it; a dry run does not ask how many")
        }
        if let begun = download.resumed {
            report.add(
                .note, "download", "",
                "went on with one of \(begun.rfc3339): most of what had been read then is as it was then")
        }
        if report.kinds.contains(where: { $0.kind == .trace && $0.found > 0 }) {
            report.add(.note, "traces", "", "to which runs they are linked, a server does not tell in searches")
        }
    }

    // MARK: - The target

    /// Lends the database of the server, brought up to date; nil where a dry run finds none.
    private func withTarget<Value>(
        _ held: FolderHold?, _ body: (DatabaseSession?) throws -> Value
    ) throws -> Value {
        let location = try DatabaseLocation(settings.server.databaseLocation)
        let migrations = Server.migrations + Target.migrations
        if settings.isDryRun {
            return try body(try sessionOfDryRun(location, migrations))
        }
        let hold = if let held { held } else { FolderHold(try DataFolder(settings.server)) }
        let driver = try location.makeDriver(isPatient: true)
        try Migrations.apply(migrations, driver, now: world.now())
        let session = try DatabaseSession(driver, recorder: EventLog(now: world.now))
        let known = try session.read(AuditKey.recorded)
        let key = try AuditKey.load(settings.server.keyFile, name: Server.auditKeyName(), recorded: known)
        try session.write { try AuditKey.check(key, $0) }
        return try withExtendedLifetime(hold) { try body(session) }
    }

    private func sessionOfDryRun(
        _ location: DatabaseLocation, _ migrations: [Migration]
    ) throws -> DatabaseSession? {
        if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) { return nil }
        let driver = try location.makeDriver(isPatient: true)
        let done = try DatabaseSession.read(driver) { sql in
            try MLflowSchema.tableNames(sql).contains("platform_migration")
                ? try sql.rows("SELECT name FROM platform_migration") { $0.text(0) } : []
        }
        if done.isEmpty { return nil }
        guard Set(migrations.map(\.name)).isSubset(of: done) else {
            throw Failure(
                .conflict, "the database of \(settings.server.dataFolder) has the schema of an earlier Steward",
                hint: "Start this version once: steward serve --data "
                    + ShellWord.quoted(settings.server.dataFolder))
        }
        return try DatabaseSession(driver, recorder: EventLog(now: world.now))
    }
}

/// Keeps a data folder locked for as long as it lives.
private final class FolderHold {
    private let folder: DataFolder

    init(_ folder: consuming DataFolder) { self.folder = folder }
}

extension TransferReport {
    /// What an audit should know of an import as a whole.
    var event: Event {
        Event(
            ImportLog.finished, Event.subject("import", importID),
            [
                "source": .eventText(source),
                "kinds": .object(
                    kinds.map { kind in
                        JSON.Member(
                            kind.kind.rawValue,
                            .record([
                                "found": .int(kind.found), "written": .int(kind.written),
                                "unchanged": .int(kind.unchanged), "kept": .int(kind.kept),
                                "left_out": .int(kind.leftOut),
                            ]))
                    }),
                "tables": .object(
                    orderedTables.map { table in
                        JSON.Member(
                            table.table.rawValue,
                            .record([
                                "rows": .integer(table.target.count), "digest": .string(table.target.text),
                            ]))
                    }),
                "users": .int(users?.written ?? 0), "files": .int(files?.copied ?? 0),
                "bytes": .integer(files?.bytes ?? 0),
                "is_verified": .bool(isVerified),
            ])
    }

    /// In the order of `MigrationTable`.
    var orderedTables: [Table] { MigrationTable.allCases.compactMap { tables[$0] } }
}
