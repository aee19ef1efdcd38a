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

    private let settings: Settings
    private let world: World
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
        case .server(let address):
            // What a server tells is put down as the database it might have; from there on there is one way.
            let place =
                settings.isDryRun
                ? FileManager.default.temporaryDirectory.appending(path: "steward-import").path(percentEncoded: false)
                : settings.server.dataFolder
            let download = try ServerDownload(address: address, data: place, progress: progress)
            return try await download.run { (location) throws(Failure) in try run(location, name: address) }
        }
    }

    /// - Parameter name: of the source, where that is not the database.
    private func run(_ location: DatabaseLocation, name: String? = nil) throws(Failure) -> TransferReport {
        let driver = try location.makeDriver(isPatient: true)
        let source = name ?? location.description
        return try DatabaseSession.read(driver) { sql in
            let database = MLflowDatabase(schema: try MLflowSchema.read(sql), workspace: settings.workspace)
            let notes = SourceNotes(database: database, sql: sql)
            let reader = RowReader(store: database, sql: sql)
            let experiments = try locations(reader)
            let files = try filesMode(experiments)
            var mapped = reader
            if files != .reference { mapped.places = PlaceMapping(experiments: experiments) }
            return try withTarget { session in
                let target = TransferTarget(StoreGroup(Target.migrationStores), session)
                let origin = Origin(
                    .local, reason: "steward import mlflow \(String(source.prefix(500)))")
                let transfer = Transfer(
                    source: mapped, target: target,
                    settings: Transfer.Settings(
                        skipsConflicts: settings.skipsConflicts, isDryRun: settings.isDryRun), origin: origin,
                    report: TransferReport(
                        importID: world.makeID(), source: source, target: settings.server.databaseLocation,
                        isDryRun: settings.isDryRun), progress: progress)
                var report = try transfer.run()
                try note(notes, &report)
                if let session, !report.isStopped, !report.isDryRun {
                    let copy = FileImport(
                        mode: files, root: settings.filesRoot, places: mapped.places,
                        store: try LocalArtifactStore(root: settings.server.artifacts),
                        records: Target.migrationFiles, session: session, world: world, principal: origin.principal,
                        spans: { (trace) throws(Failure) in try notes.spans(of: trace) }, progress: progress)
                    try copy.run(reader, target, into: &report)
                    try addUsers(session, origin, &report)
                    if report.written > 0 || copy.report.copied > 0 || (report.users?.written ?? 0) > 0 {
                        try target.record(report.event, by: origin)
                    }
                }
                return report
            }
        }
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

    private func note(_ notes: SourceNotes, _ report: inout TransferReport) throws(Failure) {
        for (table, count) in try notes.orphans() {
            report.add(.note, table, "", "\(count) rows belong to nothing that is there, and stay behind")
        }
        for (what, count) in try notes.strangers() {
            report.add(.note, what, "", "\(count) not taken along")
        }
    }

    // MARK: - Users

    private func addUsers(
        _ session: DatabaseSession, _ origin: Origin, _ report: inout TransferReport
    ) throws(Failure) {
        guard let source = settings.users else { return }
        guard let accounts = Target.migrationAccounts else {
            throw Failure(.unsupported, "this program keeps no users")
        }
        var users = UserReport()
        for user in try MLflowAccounts.read(DatabaseLocation(source)) {
            do throws(Failure) {
                let isNew = try session.write { [world, settings] in
                    try accounts.add(user, role: settings.userRole, $0, by: origin, now: world.now())
                }
                if isNew { users.written += 1 } else { users.unchanged += 1 }
            } catch {
                guard error.code != .unavailable else { throw error }
                users.leftOut += 1
                report.add(.leftOut, "user", user.name, error.message)
            }
        }
        report.users = users
    }

    // MARK: - The target

    /// Lends the database of the server, brought up to date; nil where a dry run finds none.
    private func withTarget<Value>(_ body: (DatabaseSession?) throws -> Value) throws -> Value {
        let location = try DatabaseLocation(settings.server.databaseLocation)
        let migrations = Server.migrations + Target.migrations
        if settings.isDryRun {
            return try body(try sessionOfDryRun(location, migrations))
        }
        let hold = FolderHold(try DataFolder(settings.server))
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
            "migration.import-finished", Event.subject("import", importID),
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
