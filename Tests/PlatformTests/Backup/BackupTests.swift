import Core
import Foundation
import Platform
import TestSupport
import Testing

/// A server's data, a backup of it, and what becomes of both.
@Suite("Backup and restore", .serialized)
struct BackupTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func settings(_ name: String, _ database: TestDatabase?) -> ServerSettings {
        var settings = ServerSettings()
        settings.dataFolder = "\(folder.path)/\(name)"
        // SQLite stands in the data folder, as it mostly does.
        if let database, database.backend == .postgresql { settings.database = database.location }
        return settings
    }

    /// A server that has had `events` events and holds two artifacts; what it was made of is gone again.
    private func makeData(_ settings: ServerSettings, events: Int = 300) async throws {
        let hold = try DataFolder(settings)
        let server = try await Self.server(settings)
        for id in 0..<events { try await Self.add(id, server.database) }
        for (path, text) in [("1/a/model.bin", "weights"), ("1/b c/données.txt", "x")] {
            let writer = try server.services.artifacts.write(ArtifactPath(parsing: path))
            try writer.append(Array(text.utf8))
            _ = try writer.commit()
        }
        server.database.close()
        _ = consume hold
    }

    private static func server(_ settings: ServerSettings) async throws -> Server {
        let table = Migration("test-001", "CREATE TABLE test_row (id {integer} PRIMARY KEY);")
        return try await Server(settings, world: .live, logger: .quiet, migrations: [table]) { _ in [] }
    }

    private static func add(_ id: Int, _ database: Database) async throws {
        try await database.write { transaction in
            try transaction.sql.execute("INSERT INTO test_row (id) VALUES (?1)", [.int(id)])
            transaction.record(Event("test.row-added", "row/\(id)"), by: Origin(.local, requestID: nil, reason: nil))
        }
    }

    private func write(_ settings: ServerSettings, to name: String) throws -> BackupManifest {
        try Backup(settings, now: World.live.now).write(to: "\(folder.path)/\(name)").manifest
    }

    @Test("what was backed up comes back: events, rows, artifacts, key", arguments: Backend.available)
    func roundTrip(_ backend: Backend) async throws {
        let (first, second) = (try TestDatabase(backend), try TestDatabase(backend))
        let original = settings("data", first)
        try await makeData(original)
        let manifest = try write(original, to: "backup")
        #expect(manifest.logSize == 300)
        #expect(manifest.artifacts.files == 2)
        let restored = settings("restored", second)
        #expect(try Restore(restored).read(from: "\(folder.path)/backup") == manifest)
        let server = try await Self.server(restored)
        defer { server.database.close() }
        let (frontier, rows) = try await server.database.read { sql in
            (try EventLog.check(sql), try sql.first("SELECT count(*) FROM test_row") { $0.int(0) })
        }
        #expect(frontier.size == 300 && frontier.root == manifest.logRoot)
        #expect(rows == 300)
        #expect(server.auditKey.verifier.text == manifest.verifier)
        let reader = try server.services.artifacts.read(ArtifactPath(parsing: "1/b c/données.txt"))
        #expect(try reader.bytes(at: 0, count: 10) == Array("x".utf8))
        // It goes on working: its log continues the one that was backed up.
        try await Self.add(300, server.database)
        #expect(try await server.database.read { try EventLog.size($0) } == 301)
    }

    @Test("a backup is one moment, whatever is written meanwhile", arguments: Backend.available)
    func moment(_ backend: Backend) async throws {
        let (first, second) = (try TestDatabase(backend), try TestDatabase(backend))
        let original = settings("data", first)
        try await makeData(original, events: 10)
        let server = try await Self.server(original)
        let stop = Gate.Counter()
        let writers = Task {
            await withTaskGroup(of: Void.self) { group in
                for lane in 1...4 {
                    group.addTask {
                        var id = lane * 1_000_000
                        while stop.value == 0 {
                            try? await Self.add(id, server.database)
                            id += 1
                        }
                    }
                }
            }
        }
        let manifest = try write(original, to: "backup")
        stop.add(1)
        await writers.value
        let size = try await server.database.read { try EventLog.size($0) }
        server.database.close()
        #expect((10...size).contains(manifest.logSize))
        let restored = settings("restored", second)
        _ = try Restore(restored).read(from: "\(folder.path)/backup")
        let copy = try await Self.server(restored)
        defer { copy.database.close() }
        let rows = try await copy.database.read { try $0.first("SELECT count(*) FROM test_row") { $0.int(0) } }
        #expect(rows.map(Int64.init) == manifest.logSize, "rows without their event, or events without their row")
    }

    @Test("a backup that was cut off, or changed in any file, is refused, and no server starts on what came of it")
    func damage() async throws {
        let original = settings("data", nil)
        try await makeData(original)
        _ = try write(original, to: "backup")
        let backup = "\(folder.path)/backup"
        let files = try FileManager.default.subpathsOfDirectory(atPath: backup).filter {
            (try? FileManager.default.contentsOfDirectory(atPath: "\(backup)/\($0)")) == nil
        }
        #expect(files.count == 6, "\(files)")
        for (number, name) in files.sorted().enumerated() {
            let whole = try FileContents.read("\(backup)/\(name)")
            var changed = whole
            changed[whole.count / 2] ^= 1
            for bytes in [changed, Array(whole.dropLast()), nil] {
                let file = URL(filePath: "\(backup)/\(name)")
                try bytes.map { try Data($0).write(to: file) } ?? FileManager.default.removeItem(at: file)
                let target = settings("restored-\(number)-\(bytes?.count ?? 0)-\(bytes == changed)", nil)
                // The manifest ends in a newline that means nothing.
                if name == BackupManifest.fileName, bytes?.count == whole.count - 1 { continue }
                #expect(throws: Failure.self, "\(name)") { _ = try Restore(target).read(from: backup) }
                let isThere = FileManager.default.fileExists(atPath: target.dataFolder)
                if isThere { #expect(throws: Failure.self, "\(name)") { _ = try DataFolder(target) } }
            }
            try Data(whole).write(to: URL(filePath: "\(backup)/\(name)"))
        }
        _ = try Restore(settings("restored", nil)).read(from: backup)
    }

    @Test("nothing is written over: not a backup, not a data folder, not artifacts elsewhere")
    func occupied() async throws {
        let original = settings("data", nil)
        try await makeData(original, events: 1)
        _ = try write(original, to: "backup")
        #expect(throws: Failure.self) { _ = try write(original, to: "backup") }
        #expect(throws: Failure.self) { _ = try write(original, to: "data/artifacts/backup") }
        #expect(throws: Failure.self) { _ = try Restore(original).read(from: "\(folder.path)/backup") }
        var elsewhere = settings("new", nil)
        elsewhere.artifactFolder = original.artifacts
        #expect(throws: Failure.self) { _ = try Restore(elsewhere).read(from: "\(folder.path)/backup") }
        #expect(!FileManager.default.fileExists(atPath: elsewhere.dataFolder))
        var database = settings("new", nil)
        database.database = original.databaseLocation
        #expect(throws: Failure.self) { _ = try Restore(database).read(from: "\(folder.path)/backup") }
    }

    @Test("a PostgreSQL database that holds something is left alone", .enabled(if: TestPostgres.isInstalled))
    func occupiedDatabase() async throws {
        let database = try TestDatabase(.postgresql)
        let original = settings("data", database)
        try await makeData(original, events: 1)
        _ = try write(original, to: "backup")
        let failure = #expect(throws: Failure.self) {
            _ = try Restore(settings("restored", database)).read(from: "\(folder.path)/backup")
        }
        #expect(failure?.message.contains("is not empty") == true)
        #expect(throws: Failure.self) { _ = try Restore(settings("sqlite", nil)).read(from: "\(folder.path)/backup") }
    }
}
