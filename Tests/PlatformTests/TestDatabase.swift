import Core
import Foundation
import Platform

/// A SQLite database in a folder of its own.
final class TestDatabase: Sendable {
    let database: Database
    private let folder: URL

    init(_ migrations: [Migration]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "platform-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let driver = SQLiteDriver(path: folder.appending(path: "steward.db").path, readers: 2)
        try Migrations.apply(migrations, driver, now: Timestamp(milliseconds: 0))
        database = try Database(driver: driver, recorder: NoEvents())
    }

    deinit {
        database.close()
        try? FileManager.default.removeItem(at: folder)
    }
}

private struct NoEvents: EventRecorder {
    func append(_ events: [PendingEvent], _ connection: any SQLConnection) {}
    func committed() {}
}
