import Access
import Core
import Foundation
import MLflow
import Migration
import Platform
import Registry
import TestSupport
import Tracking

/// A program with the domains that keep what MLflow keeps.
enum TestProduct: MigrationTarget {
    static let migrations = Tracking.migrations + Registry.migrations + Access.migrations
    static var migrationStores: [any MigrationStore] {
        [TrackingMigration(), RegistryMigration(sources: TrackedModelSources())]
    }
    static var migrationFiles: any MigrationFiles { MigratedArtifacts() }
    static var migrationAccounts: (any MigrationAccounts)? { MigratedAccounts() }
}

/// A database of MLflow, a data folder to import it into, and a folder for both, gone with the last reference.
final class MigrationFixture {
    let folder: String
    let database: TestDatabase
    var mlflow: String { "\(folder)/mlflow.db" }
    var artifacts: String { "\(folder)/mlartifacts" }
    var server: ServerSettings {
        var settings = ServerSettings()
        settings.dataFolder = "\(folder)/data"
        settings.database = database.location
        return settings
    }

    init(_ backend: Backend) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "steward-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: "\(folder)/mlartifacts", withIntermediateDirectories: true)
        database = try TestDatabase(backend)
        try mlflow { try $0.run(script: MLflowTables.script(.sqlite)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Writes into MLflow's database.
    func mlflow(_ body: (any SQLConnection) throws -> Void) throws { try Self.write(SQLiteDriver(path: mlflow), body) }

    /// Writes into the imported side, past everything that guards it.
    func steward(_ body: (any SQLConnection) throws -> Void) throws { try Self.write(database.driver, body) }

    static func write(_ driver: any DatabaseDriver, _ body: (any SQLConnection) throws -> Void) throws {
        try driver.connect(.writing).withConnection { sql in
            try sql.begin(.writing)
            try body(sql)
            try sql.commit()
        }
    }

    /// Writes a file among MLflow's artifacts.
    func write(_ text: String, at path: String) throws {
        let file = URL(filePath: "\(artifacts)/\(path)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// What this server's store has at a path.
    func stored(_ path: String) -> String? {
        try? String(contentsOfFile: "\(server.artifacts)/\(path)", encoding: .utf8)
    }

    /// One number of the imported side.
    func number(_ statement: String) throws -> Int64 {
        try database.driver.connect(.reading).withConnection { try $0.first(statement) { $0.integer(0) } ?? -1 }
    }

    func text(_ statement: String) throws -> String {
        try database.driver.connect(.reading).withConnection { try $0.first(statement) { $0.text(0) } ?? "" }
    }

    func run(_ change: (inout MLflowImport<TestProduct>.Settings) -> Void = { _ in }) async throws -> TransferReport {
        var settings = MLflowImport<TestProduct>.Settings(source: mlflow, server: server)
        settings.filesRoot = artifacts
        change(&settings)
        return try await MLflowImport<TestProduct>(settings).run()
    }

    /// Experiments 0 and 7 with some runs each; run `n` has `points` points of two metrics. The first and the last
    /// have a folder for files.
    func fill(runs: Int, points: Int = 3) throws {
        for run in [0, runs - 1] {
            try FileManager.default.createDirectory(
                atPath: "\(artifacts)/7/\(Self.runID(run))/artifacts", withIntermediateDirectories: true)
        }
        try mlflow { sql in
            try sql.run(
                script: """
                    INSERT INTO experiments VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', 1, 2, 'default');
                    INSERT INTO experiments VALUES (7, 'seven', '\(artifacts)/7', 'deleted', 3, 4, 'default');
                    INSERT INTO experiment_tags (key, value, experiment_id) VALUES ('a', 'b', 7);
                    """)
            for run in 0..<runs {
                let id = SQLValue.text(Self.runID(run))
                try sql.execute(
                    """
                    INSERT INTO runs (run_uuid, name, user_id, status, start_time, lifecycle_stage, artifact_uri,
                    experiment_id) VALUES (?1, 'r', 'u', 'FINISHED', ?2, 'active', ?3, ?4)
                    """,
                    [
                        id, .int(run), .text("\(artifacts)/7/\(Self.runID(run))/artifacts"),
                        .integer(run.isMultiple(of: 2) ? 0 : 7),
                    ])
                for key in ["loss", "näher"] {
                    for point in 0..<points {
                        try sql.execute(
                            """
                            INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
                            VALUES (?1, ?2, ?3, ?4, ?5, 0)
                            """,
                            [.text(key), .real(Double(point) / 3), .int(point), id, .int(point)])
                    }
                    try sql.execute(
                        """
                        INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan)
                        VALUES (?1, 1, 2, ?2, 3, 0)
                        """,
                        [.text(key), id])
                }
                try sql.execute("INSERT INTO params (key, value, run_uuid) VALUES ('p', 'v', ?1)", [id])
                try sql.execute("INSERT INTO tags (key, value, run_uuid) VALUES ('t', NULL, ?1)", [id])
            }
        }
    }

    static func runID(_ number: Int) -> String { String(number + 0x1_0000_0000, radix: 16) }
}
