import Core
import Foundation
import Migration
import Platform
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Import of files")
struct FileImportTests {
    private let run = MigrationFixture.runID(1)
    private var place: String { "7/\(run)/artifacts/a.txt" }

    private func fixture(runs: Int = 2) throws -> MigrationFixture {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: runs)
        try fixture.write("hello", at: place)
        return fixture
    }

    @Test("a file that changed here is never written over")
    func neverWrittenOver() async throws {
        let fixture = try fixture()
        #expect(try await fixture.run().isComplete)
        for text in ["longer than before", "HELLO"] {
            try Data(text.utf8).write(to: URL(filePath: "\(fixture.server.artifacts)/\(place)"))
            try fixture.steward { sql in
                try sql.execute(
                    "UPDATE tracking_artifact SET size = ?1, sha256 = ?2",
                    [.int(text.utf8.count), .text(String(repeating: "0", count: 64))])
            }
            let report = try await fixture.run()
            #expect(fixture.stored(place) == text)
            #expect(report.files?.copied == 0 && report.files?.failed == 1 && !report.isComplete)
            #expect(report.findings.contains { $0.kind == "file" && $0.text.contains("other content") })
        }
    }

    @Test("a file that was stored and not recorded is recorded, not copied")
    func recordedLater() async throws {
        let fixture = try fixture()
        #expect(try await fixture.run().isComplete)
        let count = "SELECT count(*) FROM tracking_artifact WHERE path = '\(place)'"
        try fixture.steward { try $0.execute("DELETE FROM tracking_artifact", []) }
        let report = try await fixture.run()
        #expect(report.files?.copied == 0 && report.files?.unchanged == 1 && report.isComplete)
        #expect(try fixture.number(count) == 1)
    }

    @Test("a folder that is not that of the artifacts is told of", arguments: [false, true])
    func wrongRoot(_ isDryRun: Bool) async throws {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 2)
        try fixture.mlflow { try $0.execute("UPDATE runs SET artifact_uri = 'mlflow-artifacts:/7/x'", []) }
        let report = try await fixture.run { $0.isDryRun = isDryRun }
        #expect(!report.isComplete && report.files?.missing == 2)
        #expect(report.findings.contains { $0.sort == .leftOut && $0.text.contains("none of the 2 places") })
    }

    @Test("what should be a folder and is none is told of")
    func noFolder() async throws {
        let fixture = try fixture()
        try fixture.mlflow { sql in
            try sql.execute(
                "UPDATE runs SET artifact_uri = ?1 WHERE run_uuid = ?2",
                [.text("\(fixture.artifacts)/\(place)"), .text(run)])
        }
        let report = try await fixture.run()
        #expect(report.files?.failed == 1)
        #expect(report.findings.contains { $0.key == "run \(run)" && $0.text.contains("is no folder") })
    }

    @Test("a file that cannot be read does not keep the others", .enabled(if: geteuid() != 0, "root reads everything"))
    func unreadable() async throws {
        let fixture = try fixture()
        try fixture.write("more", at: "7/\(run)/artifacts/b.txt")
        #expect(try await fixture.run().files?.copied == 2)
        chmod("\(fixture.artifacts)/\(place)", 0)
        let report = try await fixture.run()
        #expect(report.files?.failed == 1 && report.files?.unchanged == 1)
    }

    @Test("a dry run looks at the files and copies none")
    func dryRun() async throws {
        let fixture = try fixture()
        let report = try await fixture.run { $0.isDryRun = true }
        #expect(report.files?.copied == 1 && report.files?.bytes == 5 && report.files?.missing == 0)
        #expect(!FileManager.default.fileExists(atPath: fixture.server.artifacts))
    }

    @Test("the root may be that of the machine")
    func wholeMachine() async throws {
        let fixture = try fixture()
        let report = try await fixture.run { $0.filesRoot = "/" }
        #expect(report.files?.copied == 1 && fixture.stored(place) == "hello")
    }

    @Test("a folder that has another name on this machine is found by what is said of it")
    func moved() async throws {
        let fixture = try fixture()
        let elsewhere = "/srv/mlflow-that-is-not-here"
        try fixture.mlflow { sql in
            try sql.execute(
                "UPDATE experiments SET artifact_location = ?1 WHERE experiment_id = 7", [.text("\(elsewhere)/7")])
            try sql.execute(
                "UPDATE runs SET artifact_uri = ?1 || '/7/' || run_uuid || '/artifacts'", [.text("file://\(elsewhere)")]
            )
        }
        let lost = try await fixture.run()
        #expect(lost.files?.copied == 0 && lost.files?.failed == 2)
        #expect(lost.findings.contains { $0.text.contains("--artifacts-moved") })
        let moved = try #require(MovedFolder(argument: "\(elsewhere)/=\(fixture.artifacts)"))
        let found = try await fixture.run { $0.movedFolders = [moved] }
        #expect(found.isComplete && found.files?.copied == 1 && fixture.stored(place) == "hello")
        #expect(MovedFolder(argument: "/a") == nil && MovedFolder(argument: "a=/b") == nil)
        await #expect(throws: Failure.self) {
            try await fixture.run {
                $0.movedFolders = [moved]
                $0.filesRoot = nil
            }
        }
    }

    @Test("files of a version that are in no run come with it, and those of a run come once")
    func versions() async throws {
        let fixture = try fixture()
        try fixture.write("weights", at: "7/loose/model/weights.bin")
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    INSERT INTO registered_models (name, creation_time) VALUES ('m', 1);
                    INSERT INTO model_versions (name, version, current_stage, source, creation_time) VALUES
                        ('m', 1, 'None', '\(fixture.artifacts)/7/\(run)/artifacts', 5),
                        ('m', 2, 'None', '\(fixture.artifacts)/7/loose/model', 5),
                        ('m', 3, 'None', '/somewhere/else', 5), ('m', 4, 'None', 's3://b/m', 5),
                        ('m', 5, 'None', 'dummy-source', 5);
                    """)
        }
        let report = try await fixture.run()
        #expect(report.files?.copied == 2 && report.files?.unchanged == 0 && report.isComplete)
        #expect(fixture.stored("7/loose/model/weights.bin") == "weights")
        #expect(report.findings.filter { $0.sort == .note }.map(\.key) == ["m version 3"])
    }
}

/// Where spans are rows of MLflow's database.
@Suite("Import of spans")
struct SpanImportTests {
    /// Three traces in an experiment whose artifacts are in an object store: one with spans, one without a place, and
    /// one whose spans are in MLflow's archive.
    private func fixture() throws -> MigrationFixture {
        let fixture = try MigrationFixture(.sqlite)
        try fixture.fill(runs: 1)
        try fixture.mlflow { sql in
            try sql.run(
                script: """
                    INSERT INTO experiments VALUES (9, 'nine', 's3://b/9', 'active', 1, 2, 'default');
                    INSERT INTO trace_info (request_id, experiment_id, timestamp_ms, status) VALUES
                        ('tr-1', 9, 5, 'OK'), ('tr-2', 9, 5, 'OK'), ('tr-3', 9, 5, 'OK');
                    INSERT INTO trace_tags (request_id, key, value) VALUES
                        ('tr-1', 'mlflow.artifactLocation', 's3://b/9/traces/tr-1/artifacts'),
                        ('tr-1', 'mlflow.trace.spansLocation', 'TRACKING_STORE'),
                        ('tr-3', 'mlflow.artifactLocation', 's3://b/9/traces/tr-3/artifacts'),
                        ('tr-3', 'mlflow.trace.spansLocation', 'ARCHIVE_REPO');
                    INSERT INTO spans (trace_id, experiment_id, span_id, status, start_time_unix_nano, content) VALUES
                        ('tr-1', 9, 'b', 'OK', 2, '{"n": 2}'), ('tr-1', 9, 'a', 'OK', 1, '{"n": 1}'),
                        ('tr-2', 9, 'c', 'OK', 1, '{"n": 3}'), ('tr-3', 9, 'd', 'OK', 1, '');
                    """)
        }
        return fixture
    }

    private static let tag = "SELECT value FROM tracking_trace_tag WHERE key = 'mlflow.artifactLocation' AND trace = "
    private func location(_ trace: String) -> String {
        Self.tag + "(SELECT id FROM tracking_trace WHERE trace_id = '\(trace)')"
    }

    @Test("they become files of this server, whatever becomes of files", arguments: FileImportMode.allCases)
    func spans(_ mode: FileImportMode) async throws {
        let fixture = try fixture()
        for isAgain in [false, true] {
            let report = try await fixture.run {
                $0.files = mode
                if mode != .copy { $0.filesRoot = nil }
            }
            #expect(report.isComplete && report.isVerified, "\(report.findings)")
            #expect(report.files?.copied == (isAgain ? 0 : 2) && report.files?.unchanged == (isAgain ? 2 : 0))
            #expect(report.findings.contains { $0.kind.contains("archive") && $0.text.hasPrefix("1 ") })
            #expect(!report.findings.contains { $0.kind.contains("only MLflow's database") })
            #expect(report.findings.contains { $0.kind == "trace" && $0.text.hasPrefix("the spans of 1 ") })
        }
        #expect(fixture.stored("9/traces/tr-1/artifacts/traces.json") == "{\"spans\": [{\"n\": 1}, {\"n\": 2}]}")
        #expect(fixture.stored("9/traces/tr-2/artifacts/traces.json") == "{\"spans\": [{\"n\": 3}]}")
        #expect(fixture.stored("9/traces/tr-3/artifacts/traces.json") == nil)
        #expect(try fixture.text(location("tr-1")) == "mlflow-artifacts:/9/traces/tr-1/artifacts")
        #expect(try fixture.text(location("tr-2")) == "mlflow-artifacts:/9/traces/tr-2/artifacts")
        #expect(try fixture.text(location("tr-3")) == "s3://b/9/traces/tr-3/artifacts")
        #expect(try fixture.number("SELECT count(*) FROM tracking_artifact") == 2)
    }

    @Test("a trace whose spans a source does not have is counted")
    func absent() async throws {
        let fixture = try fixture()
        try fixture.mlflow { try $0.execute("DELETE FROM spans WHERE trace_id = 'tr-1'", []) }
        let report = try await fixture.run()
        #expect(report.findings.contains { $0.kind.contains("only MLflow's database") && $0.text.hasPrefix("1 ") })
    }
}
