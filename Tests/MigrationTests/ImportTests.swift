import Core
import Foundation
import MLflow
import Migration
import Platform
import TestSupport
import Testing

@Suite("Import of MLflow")
struct ImportTests {
    @Test("everything comes, is the same, and comes only once", arguments: Backend.available)
    func whole(_ backend: Backend) async throws {
        let fixture = try MigrationFixture(backend)
        try fixture.fill(runs: 700)
        let report = try await fixture.run()
        #expect(report.isComplete && report.isVerified)
        #expect(report.kinds.first { $0.kind == .run }?.written == 700)
        #expect(report.tables[.metrics]?.target.count == 4200)
        #expect(try fixture.number("SELECT count(*) FROM tracking_metric") == 4200)
        #expect(try fixture.number("SELECT count(*) FROM tracking_latest") == 1400)
        #expect(try fixture.text("SELECT name FROM tracking_experiment WHERE id = 7") == "seven")
        #expect(try fixture.number("SELECT deleted_at FROM tracking_experiment WHERE id = 7") == 4)
        #expect(try fixture.number("SELECT created_at FROM tracking_experiment WHERE id = 0") == 1)
        let events = try fixture.number("SELECT count(*) FROM eventlog_entry")
        let again = try await fixture.run()
        #expect(again.isComplete && again.written == 0)
        #expect(again.kinds.first { $0.kind == .run }?.unchanged == 700)
        #expect(again.tables[.metrics]?.source == report.tables[.metrics]?.source)
        #expect(try fixture.number("SELECT count(*) FROM eventlog_entry") == events)
    }

    @Test("the log tells of each experiment, of runs together, and of the import")
    func events() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 3)
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    INSERT INTO registered_models (name, creation_time, last_updated_time) VALUES ('m', 1, 2);
                    INSERT INTO model_versions (name, version, current_stage, source, creation_time) VALUES
                        ('m', 1, 'Production', 's3://b/m', 5), ('m', 4, 'Deleted_Internal', 'x', 5);
                    INSERT INTO registered_model_aliases (name, alias, version) VALUES ('m', 'best', 1);
                    """)
        }
        #expect(try await fixture.run().isComplete)
        let kinds = try fixture.text(
            "SELECT group_concat(kind) FROM (SELECT kind FROM eventlog_entry ORDER BY sequence)")
        #expect(
            kinds == """
                tracking.experiment-imported,tracking.experiment-imported,tracking.runs-imported,\
                registry.model-imported,registry.version-imported,migration.import-finished
                """)
        #expect(try fixture.number("SELECT last_version FROM registry_model") == 4)
        #expect(try fixture.number("SELECT count(*) FROM registry_version WHERE deleted_at IS NOT NULL") == 1)
    }

    @Test("places of files become this server's, and the files are copied with their digests")
    func files() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 2)
        let run = MigrationFixture.runID(1)
        let folder = "\(fixture.artifacts)/7/\(run)/artifacts/a"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("hello".utf8).write(to: URL(filePath: "\(folder)/b.txt"))
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "/etc/passwd")
        let report = try await fixture.run()
        #expect(report.files?.copied == 1 && report.files?.bytes == 5)
        #expect(report.findings.contains { $0.kind == "file" && $0.text.contains("link") })
        #expect(
            try fixture.text("SELECT artifact_uri FROM tracking_run WHERE run_id = '\(run)'")
                == "mlflow-artifacts:/7/\(run)/artifacts")
        #expect(try fixture.text("SELECT location FROM tracking_experiment WHERE id = 7") == "mlflow-artifacts:/7")
        #expect(
            try fixture.text("SELECT sha256 FROM tracking_artifact WHERE path = '7/\(run)/artifacts/a/b.txt'")
                == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(try await fixture.run().files?.copied == 0)
    }

    @Test("nothing outside of the folder of artifacts is read, whatever the database says")
    func confined() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 1)
        let secret = "\(fixture.folder)/secret"
        try FileManager.default.createDirectory(atPath: secret, withIntermediateDirectories: true)
        try Data("key".utf8).write(to: URL(filePath: "\(secret)/key"))
        for place in [secret, "file://\(secret)", "\(fixture.artifacts)/../secret", "mlflow-artifacts:/../secret"] {
            try fixture.mlflow { try $0.execute("UPDATE runs SET artifact_uri = ?1", [.text(place)]) }
            let report = try await fixture.run { $0.skipsConflicts = true }
            #expect(report.files?.copied == 0, "\(place)")
        }
    }

    @Test("where the files are has to be said")
    func filesAreNotGuessed() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 1)
        await #expect(throws: Failure.self) { try await fixture.run { $0.filesRoot = nil } }
        let report = try await fixture.run {
            $0.filesRoot = nil
            $0.files = .reference
        }
        #expect(report.isComplete)
        #expect(try fixture.text("SELECT location FROM tracking_experiment WHERE id = 7") == "\(fixture.artifacts)/7")
    }

    @Test("what is damaged is left out whole and named; the rest comes")
    func damage() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 6)
        let ids = (0..<6).map(MigrationFixture.runID)
        try fixture.mlflow { sql in
            try sql.execute(
                "UPDATE params SET value = CAST(x'ff' AS TEXT) WHERE run_uuid = ?1", [.text(ids[0])])
            try sql.execute("UPDATE metrics SET value = 'x' WHERE run_uuid = ?1 AND step = 1", [.text(ids[1])])
            try sql.execute("UPDATE runs SET status = NULL WHERE run_uuid = ?1", [.text(ids[2])])
            try sql.execute("UPDATE tags SET value = x'00' WHERE run_uuid = ?1", [.text(ids[3])])
            try sql.execute("UPDATE params SET value = CAST(x'610062' AS TEXT) WHERE run_uuid = ?1", [.text(ids[4])])
        }
        let report = try await fixture.run()
        #expect(!report.isComplete && report.isVerified)
        let left = report.findings.filter { $0.sort == .leftOut }
        #expect(Set(left.map(\.key)) == Set(ids[0..<5]))
        #expect(try fixture.number("SELECT count(*) FROM tracking_run") == 1)
        #expect(try fixture.number("SELECT count(*) FROM tracking_metric") == 6)
        #expect(try fixture.number("SELECT count(*) FROM tracking_parameter") == 1)
    }

    @Test("conflicts are told before anything is written", arguments: Backend.available)
    func conflicts(_ backend: Backend) async throws {
        let fixture = try MigrationFixture(backend)
        try fixture.fill(runs: 4)
        #expect(try await fixture.run().isComplete)
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    UPDATE experiments SET name = 'renamed' WHERE experiment_id = 7;
                    INSERT INTO experiments VALUES (8, 'seven', 's3://b', 'active', 1, 1, 'default');
                    INSERT INTO runs (run_uuid, status, experiment_id) VALUES ('new7', 'FINISHED', 7),
                        ('new0', 'FINISHED', 0), ('new8', 'FINISHED', 8);
                    """)
        }
        let stopped = try await fixture.run()
        #expect(stopped.isStopped && stopped.written == 0)
        #expect(stopped.findings.filter { $0.sort == .conflict }.map(\.key).sorted() == ["7", "8"])
        let skipped = try await fixture.run { $0.skipsConflicts = true }
        // Number 7 means another experiment here, so its new run has no home; what came before stays.
        #expect(skipped.findings.filter { $0.sort == .leftOut }.map(\.key).sorted() == ["new7", "new8"])
        #expect(skipped.kinds.first { $0.kind == .run }?.written == 1)
        #expect(try fixture.number("SELECT count(*) FROM tracking_run") == 5)
    }

    @Test("an experiment 0 that has been used stays as it is; the runs of both come together")
    func usedDefault() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 2)
        #expect(try await fixture.run().isComplete)
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    UPDATE experiments SET last_update_time = 99 WHERE experiment_id = 0;
                    INSERT INTO runs (run_uuid, status, experiment_id) VALUES ('new', 'FINISHED', 0);
                    """)
        }
        let report = try await fixture.run()
        #expect(report.written == 1 && report.findings.contains { $0.sort == .note && $0.key == "0" })
        #expect(try fixture.number("SELECT updated_at FROM tracking_experiment WHERE id = 0") == 2)
    }

    @Test("a dry run makes nothing")
    func dryRun() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 5)
        let report = try await fixture.run { $0.isDryRun = true }
        #expect(report.kinds.first { $0.kind == .run }?.written == 5)
        #expect(!FileManager.default.fileExists(atPath: fixture.server.dataFolder))
        #expect(!FileManager.default.fileExists(atPath: fixture.database.location))
    }

    @Test("a report names no password", .enabled(if: TestPostgres.isInstalled))
    func noPassword() async throws {
        let fixture = try MigrationFixture(.postgresql)
        try fixture.fill(runs: 1)
        var server = fixture.server
        server.database = fixture.database.location.replacing("steward@", with: "steward:geheim@")
        var settings = MLflowImport<TestProduct>.Settings(source: fixture.mlflow, server: server)
        settings.filesRoot = fixture.artifacts
        let report = try await MLflowImport<TestProduct>(settings).run()
        #expect(report.isComplete && report.target.contains("steward") && !report.target.contains("geheim"))
        await #expect {
            try await MLflowImport<TestProduct>(.init(source: "http://ann:geheim@127.0.0.1:1", server: server)).run()
        } throws: {
            !"\($0)".contains("geheim")
        }
    }

    @Test("an import that was cut off before its end was recorded is recorded by the next")
    func recordedLater() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 3)
        // Everything is written, then there is no place for files.
        try FileManager.default.createDirectory(atPath: fixture.server.dataFolder, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: fixture.server.artifacts))
        await #expect(throws: Failure.self) { try await fixture.run() }
        let finished = "SELECT count(*) FROM eventlog_entry WHERE kind = 'migration.import-finished'"
        #expect(try fixture.number("SELECT count(*) FROM tracking_run") == 3 && fixture.number(finished) == 0)
        try FileManager.default.removeItem(atPath: fixture.server.artifacts)
        let report = try await fixture.run()
        #expect(report.isComplete && report.written == 0)
        #expect(try fixture.number(finished) == 1)
        #expect(try await fixture.run().isComplete)
        #expect(try fixture.number(finished) == 1)
    }

    @Test("an experiment may have the name that the empty experiment 0 gives away", arguments: Backend.available)
    func renamedDefault(_ backend: Backend) async throws {
        let fixture = try MigrationFixture(backend)
        try fixture.fill(runs: 1)
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    UPDATE experiments SET name = 'first' WHERE experiment_id = 0;
                    INSERT INTO experiments VALUES (8, 'Default', 's3://b', 'active', 1, 1, 'default');
                    """)
        }
        let report = try await fixture.run()
        #expect(report.isComplete, "\(report.findings)")
        #expect(try fixture.text("SELECT name FROM tracking_experiment WHERE id = 0") == "first")
        #expect(try fixture.text("SELECT name FROM tracking_experiment WHERE id = 8") == "Default")
    }

    @Test("what comes in another state is counted")
    func states() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 1)
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    INSERT INTO registered_models (name, creation_time) VALUES ('m', 1);
                    INSERT INTO model_versions (name, version, current_stage, source, creation_time, status) VALUES
                        ('m', 1, 'None', 's3://b', 5, 'FAILED_REGISTRATION'), ('m', 2, 'None', 's3://b', 5, 'READY'),
                        ('m', 3, 'Deleted_Internal', 'x', 5, 'PENDING_REGISTRATION');
                    INSERT INTO logged_models (model_id, experiment_id, name, artifact_location, creation_timestamp_ms,
                        last_updated_timestamp_ms, status, lifecycle_stage, status_message)
                        VALUES ('m-1', 0, 'lm', 's3://b/m', 1, 2, 3, 'active', 'out of memory');
                    """)
        }
        let report = try await fixture.run()
        let notes = report.findings.filter { $0.sort == .note }.map { "\($0.kind): \($0.text)" }
        #expect(notes.contains("states of versions that are not READY: 1 not taken along"))
        #expect(notes.contains("messages about the status of logged models: 1 not taken along"))
    }

    @Test("a database may be named with settings of its driver, and what cannot be named is found")
    func names() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 2)
        try fixture.mlflow { sql in
            try sql.execute("INSERT INTO runs (run_uuid, status, experiment_id) VALUES (x'ff', 'FINISHED', 0)", [])
        }
        var settings = MLflowImport<TestProduct>.Settings(
            source: "sqlite:///\(fixture.mlflow)?timeout=20", server: fixture.server)
        settings.filesRoot = fixture.artifacts
        let report = try await MLflowImport<TestProduct>(settings).run()
        let runs = try #require(report.kinds.first { $0.kind == .run })
        #expect(runs.found == 3 && runs.written == 2 && runs.leftOut == 1)
    }

    @Test("a run that was deleted without a time was deleted when it ended")
    func deletedSometime() async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 1)
        try fixture.mlflow { try $0.execute("UPDATE runs SET lifecycle_stage = 'deleted', end_time = 77", []) }
        #expect(try await fixture.run().isComplete)
        #expect(try fixture.number("SELECT deleted_at FROM tracking_run WHERE is_deleted = 1") == 77)
        #expect(try await fixture.run().written == 0)
    }
}
