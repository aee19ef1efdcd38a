import Foundation
package import Platform

/// The databases that tests run on.
package enum Backend: String, CaseIterable, Sendable {
    case sqlite
    case postgresql

    /// What is there on this machine. A test for PostgreSQL alone says `.enabled(if: TestPostgres.isInstalled)`, so
    /// that its absence shows.
    package static let available: [Backend] = TestPostgres.isInstalled ? [.sqlite, .postgresql] : [.sqlite]
}

/// An empty database of its own for one test, gone with the last reference.
package final class TestDatabase: Sendable {
    package let backend: Backend
    /// As `--database` takes it.
    package let location: String
    package let driver: any DatabaseDriver
    private let folder: URL?

    package init(_ backend: Backend, writers: Int = 4, readers: Int = 2) throws {
        self.backend = backend
        switch backend {
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appending(path: "steward-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            self.folder = folder
            location = folder.appending(path: "steward.db").path
            driver = SQLiteDriver(path: location, readers: readers)
        case .postgresql:
            folder = nil
            location = try TestPostgres.shared().makeDatabase()
            driver = PostgreSQLDriver(try PostgreSQLAddress(location), writers: writers, readers: readers)
        }
    }

    deinit {
        if let folder { try? FileManager.default.removeItem(at: folder) }
        if backend == .postgresql { try? TestPostgres.shared().recycle(location) }
    }
}

extension Transaction {
    /// As if so many milliseconds had passed since all jobs were written: the database's clock cannot be moved.
    package func letJobsWait(_ milliseconds: Int64) throws {
        try sql.execute("UPDATE platform_job SET due_at = due_at - ?1", [.integer(milliseconds)])
    }
}
