import Core
import Foundation
import Platform
import TestSupport
import Testing

@Suite("SQLite driver")
struct SQLiteDriverTests {
    @Test("commits are flushed: synchronous is FULL on the open connection, the journal a write-ahead log")
    func durability() throws {
        let storage = try TestDatabase(.sqlite)
        try storage.driver.connect(.writing).withConnection { connection in
            let synchronous = try connection.first("PRAGMA synchronous") { $0.int(0) }
            let journal = try connection.first("PRAGMA journal_mode") { $0.text(0) }
            #expect(synchronous == 2)
            #expect(journal == "wal")
        }
    }

    @Test("a full disk refuses writes, keeps reads going, and writing goes on when there is room")
    func diskFull() async throws {
        let server = try TestServices(.sqlite, [itemMigration])
        let database = server.database
        try await database.write { try $0.sql.addItem("first", 1) }
        try await database.write { transaction in
            let pages = try transaction.sql.first("PRAGMA page_count") { $0.int(0) } ?? 0
            try transaction.sql.forEach("PRAGMA max_page_count = \(pages + 4)") { _ in }
        }
        let big = String(repeating: "x", count: 100_000)
        let results = try await server.writeTogether(8) { index, transaction in
            try transaction.sql.addItem(index == 4 ? big : "small \(index)", 1)
        }
        for (index, result) in results.enumerated() {
            switch result {
            case .success: #expect(index != 4)
            case .failure(let error):
                let failure = error as? Failure
                #expect(failure?.code == .unavailable)
                #expect(failure?.message.contains("disk") == true, "\(index): \(error)")
            }
        }
        #expect((try? results[4].get()) == nil)
        // What was answered is there, what was refused is not.
        let stored = try await database.read { try $0.itemNames() }
        let answered = results.enumerated().filter { (try? $0.element.get()) != nil }.map { "small \($0.offset)" }
        #expect(stored == (["first"] + answered).sorted())

        try await database.write { transaction in
            try transaction.sql.forEach("PRAGMA max_page_count = 1000000") { _ in }
        }
        try await database.write { try $0.sql.addItem(big, 1) }
        #expect(try await database.read { try $0.itemValue(big) } == 1)
    }

    @Test("a file that is no database is called damaged, not overwritten")
    func damaged() throws {
        let storage = try TestDatabase(.sqlite)
        let text = Array(repeating: "this is no database, and no byte of it may change\n", count: 100).joined()
        try text.write(toFile: storage.location, atomically: true, encoding: .utf8)
        let refused = #expect(throws: Failure.self) {
            try Migrations.apply([itemMigration], storage.driver, now: Timestamp(milliseconds: 0))
        }
        #expect(refused?.code == .unavailable)
        #expect(refused?.message.contains("damaged") == true)
        #expect(try String(contentsOfFile: storage.location, encoding: .utf8) == text)
    }
}
