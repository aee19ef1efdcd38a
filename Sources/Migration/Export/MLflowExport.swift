package import Core
import Foundation
package import MLflow
package import Platform

/// Writes what Steward keeps as a database of MLflow, which its server opens.
package struct MLflowExport<Target: MigrationTarget> {
    package struct Settings: Sendable {
        let server: ServerSettings
        /// A new file, a PostgreSQL database without tables, or what an earlier export has begun.
        let target: String
        /// A folder for copies of the artifacts; nil for none.
        package var files: String?

        package init(server: ServerSettings, target: String) {
            self.server = server
            self.target = target
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
    package func run() throws(Failure) -> TransferReport {
        let here = try DatabaseLocation(settings.server.databaseLocation)
        if case .sqlite(let path) = here, !FileManager.default.fileExists(atPath: path) {
            throw Failure(
                .notFound, "\(settings.server.dataFolder): is not the data folder of a server",
                hint: "Name the folder with --data.")
        }
        let there = try DatabaseLocation(settings.target)
        guard here != there else { throw Failure(.invalid, "an export cannot go into the database it comes from") }
        let driver = try here.makeDriver(isPatient: true)
        return try DatabaseSession.read(driver) { sql in
            guard try MLflowSchema.tableNames(sql).contains("tracking_run") else {
                throw Failure(.invalid, "\(here): is no database of Steward")
            }
            let target = TransferTarget(
                MLflowDatabase(schema: .exported), try Self.open(there, world))
            let stores = StoreGroup(Target.migrationStores)
            let transfer = Transfer(
                source: RowReader(store: stores, sql: sql), target: target,
                settings: Transfer.Settings(), origin: Origin(.local),
                report: TransferReport(
                    importID: world.makeID(), source: here.description, target: there.description, isDryRun: false),
                progress: progress)
            var report = try transfer.run()
            for (what, count) in try stores.strangers(sql) {
                report.add(.note, what, "", "\(count) not taken along")
            }
            if let folder = settings.files, !report.isStopped {
                let export = FileExport(
                    store: try LocalArtifactStore(root: settings.server.artifacts), folder: folder, progress: progress)
                report.files = try export.run()
                for text in export.problems { report.add(.leftOut, "file", "", text) }
            }
            return report
        }
    }

    /// Makes the tables where there are none.
    private static func open(_ location: DatabaseLocation, _ world: World) throws(Failure) -> DatabaseSession {
        let driver = try location.makeDriver(isPatient: true)
        let session = try DatabaseSession(driver, recorder: NoEvents())
        let tables = try session.read { try MLflowSchema.tableNames($0) }
        if tables.isEmpty {
            try session.write { try $0.sql.run(script: MLflowTables.script($0.dialect)) }
            return session
        }
        let schema = try session.read { try MLflowSchema.read($0) }
        guard schema == .exported else {
            throw Failure(
                .unsupported, "\(location): has the schema of another MLflow than 3.18",
                hint: "Export into a new file or an empty database.")
        }
        return session
    }
}

/// MLflow's database has no event log.
struct NoEvents: EventRecorder {
    func check(_ event: PendingEvent) {}
    func append(_ events: [PendingEvent], _ connection: any SQLConnection) {}
    func committed() {}
}
