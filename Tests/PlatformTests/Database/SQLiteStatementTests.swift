import Core
import Platform
import TestSupport
import Testing

@Suite("Statements of SQLite")
struct SQLiteStatementTests {
    @Test("statements that made room for others are made again")
    func evicted() throws {
        let storage = try TestDatabase(.sqlite)
        try storage.driver.connect(.writing).withConnection { connection in
            for number in Array(0..<1000) + Array(0..<1000) {
                let value = try connection.first("SELECT ?1 + \(number)", [.integer(1)]) { $0.integer(0) }
                #expect(value == Int64(number) + 1)
            }
        }
    }

    @Test("a statement that runs while the same text runs has rows of its own")
    func nested() throws {
        let storage = try TestDatabase(.sqlite)
        try storage.driver.connect(.writing).withConnection { connection in
            try connection.run(script: connection.dialect.expand(itemMigration.statements))
            for name in ["a", "b", "c"] { try connection.addItem(name, 1) }
            var seen: [String] = []
            try connection.forEach("SELECT name FROM test_item ORDER BY name") { outer in
                let name = outer.text(0)
                try connection.forEach("SELECT name FROM test_item ORDER BY name") { seen.append(name + $0.text(0)) }
            }
            #expect(seen == ["aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"])
        }
    }

    @Test("values are not kept: a statement that is run again without them has none")
    func bindings() throws {
        let storage = try TestDatabase(.sqlite)
        try storage.driver.connect(.writing).withConnection { connection in
            let value = try connection.first("SELECT ?1", [.text("x")]) { $0.text(0) }
            #expect(value == "x")
            #expect(sqlError { _ = try connection.first("SELECT ?1", []) { $0.text(0) } } != nil)
        }
    }

    @Test("a read that takes too long is ended, is told so, and the connection works on")
    func deadline() throws {
        let storage = try TestDatabase(.sqlite)
        // A reader makes no file.
        _ = try storage.driver.connect(.writing)
        let driver = SQLiteDriver(path: storage.location, readers: 1, readLimit: .milliseconds(50))
        let worker = try driver.connect(.reading)
        let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
        let error = try worker.withConnection { connection in
            sqlError { _ = try connection.first(endless) { $0.integer(0) } }
        }
        guard case .timeout? = error else {
            Issue.record("not ended by its time: \(String(describing: error))")
            return
        }
        #expect(error?.failure.code == .invalid)
        let one = try worker.withConnection { connection in try connection.first("SELECT 1") { $0.integer(0) } }
        #expect(one == 1)
    }
}
