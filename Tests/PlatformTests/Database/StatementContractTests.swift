import Core
import Platform
import TestSupport
import Testing

extension DatabaseContractTests {
    @Suite("statements")
    struct Statements {
        private func make(_ connection: any SQLConnection) throws {
            try connection.run(script: connection.dialect.expand(Values.table))
        }

        @Test("parameters by number: used twice, out of order, more than nine", arguments: Backend.available)
        func parameterNumbers(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                try connection.execute(
                    "INSERT INTO test_value (words, id, whole, number) VALUES (?3, ?1, ?2, ?2)", [1, 20, "three"])
                try connection.forEach("SELECT id, whole, number, words FROM test_value") { row in
                    #expect(row.integer(0) == 1)
                    #expect(row.integer(1) == 20)
                    #expect(row.real(2) == 20)
                    #expect(row.text(3) == "three")
                }
                let many = (1...12).map { "?\($0)" }.joined(separator: ", ")
                let values = (1...12).map { SQLValue.integer($0 == 12 ? 1 : Int64($0) + 100) }
                let found = try connection.first("SELECT id FROM test_value WHERE id IN (\(many))", values) {
                    $0.int(0)
                }
                #expect(found == 1)
            }
        }

        @Test("a parameter takes what fits its place", arguments: Backend.available)
        func parameterTypes(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                try connection.begin(.writing)
                // The same statement with NULL first, then a whole number, then a fraction.
                for (id, value) in [(1, SQLValue.null), (2, .integer(7)), (3, .real(7.5))] {
                    try connection.execute(
                        "INSERT INTO test_value (id, number) VALUES (?1, ?2)", [.int(id), value])
                }
                #expect(try connection.rows("SELECT number FROM test_value ORDER BY id") { $0.real(0) } == [0, 7, 7.5])
                try connection.execute("UPDATE test_value SET whole = id * 10, words = 'w' || id")
                func ids(_ condition: String, _ values: [SQLValue]) throws -> [Int] {
                    try connection.rows("SELECT id FROM test_value WHERE \(condition) ORDER BY id", values) {
                        $0.int(0)
                    }
                }
                #expect(try ids("whole > ?1", [10]) == [2, 3])
                #expect(try ids("whole > ?1", [.real(10.5)]) == [2, 3])
                #expect(try ids("whole = ?1", [.real(20)]) == [2])
                #expect(try ids("number >= ?1", [7]) == [2, 3])
                #expect(try ids("whole + ?1 = 31", [1]) == [3])
                #expect(try ids("whole * ?1 >= 100000000000", [10_000_000_000]) == [1, 2, 3])
                #expect(try ids("coalesce(number, ?1) = ?1", [.real(0.25)]) == [1])
                #expect(try ids("CASE WHEN ?1 = 1 THEN id = 2 ELSE id = 3 END", [1]) == [2])
                #expect(try ids("words = ?1 OR ?2 = 5", ["w2", 6]) == [2])
                #expect(try ids("words = ?1", [nil]) == [])
                #expect(try ids("substr(words, ?1, ?2) = '3'", [2, 1]) == [3])
                let page = "SELECT id FROM test_value ORDER BY id LIMIT ?1 OFFSET ?2"
                #expect(try connection.rows(page, [1, 1]) { $0.int(0) } == [2])
                #expect(try connection.first("SELECT ?1", [5]) { $0.integer(0) } == 5)
                #expect(try connection.first("SELECT ?1", [.real(5.5)]) { $0.real(0) } == 5.5)
                #expect(try connection.first("SELECT ?1", ["five"]) { $0.text(0) } == "five")
                #expect(try connection.first("SELECT ?1", [.blob([5])]) { $0.bytes(0) } == [5])
                // No place says of which type it is.
                #expect(try ids("?1 IS NOT NULL AND id = ?2", [3, 2]) == [2])
                try connection.commit()
            }
        }

        @Test("question marks in literals, names and comments are no parameters", arguments: Backend.available)
        func questionMarks(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                let sql = """
                    SELECT '?1 it''s ?2', ?1 AS "a?1" -- ?3
                    /* ?4 ' */ , '/* ?5 */', ?2
                    """
                let row = try connection.first(sql, ["one", "two"]) { row in (0..<4).map { row.text($0) } }
                #expect(row == ["?1 it's ?2", "one", "/* ?5 */", "two"])
            }
        }

        @Test("ON CONFLICT ... RETURNING", arguments: Backend.available)
        func upsert(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                let upsert =
                    "INSERT INTO test_item (name, value) VALUES (?1, ?2) ON CONFLICT (name)"
                    + " DO UPDATE SET value = test_item.value + excluded.value RETURNING value"
                #expect(try connection.rows(upsert, ["a", 1]) { $0.int(0) } == [1])
                #expect(try connection.rows(upsert, ["a", 5]) { $0.int(0) } == [6])
                let ignore = "INSERT INTO test_item (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
                #expect(try connection.execute(ignore, ["a", 9]) == 0)
                #expect(try connection.execute(ignore, ["b", 9]) == 1)
                #expect(try connection.execute("UPDATE test_item SET value = 0") == 2)
                #expect(try connection.execute("DELETE FROM test_item WHERE name = 'a'") == 1)
                #expect(try connection.execute("DELETE FROM test_item WHERE name = 'a'") == 0)
            }
        }

        @Test("texts are ordered and told apart by their bytes", arguments: Backend.available)
        func order(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                let names = ["b", "B", "a", "A", "é", "e\u{301}", "z", "_", "-", "10", "9", "", "😀", "\u{FFFD}", "a b"]
                for (index, name) in names.shuffled().enumerated() { try connection.addItem(name, Int64(index)) }
                let sorted = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
                let read = try connection.rows("SELECT name FROM test_item ORDER BY name") { $0.bytes(0) }
                #expect(read == sorted)
                let after = try connection.rows(
                    "SELECT name FROM test_item WHERE name > ?1 ORDER BY name DESC", ["Z"]
                ) { $0.bytes(0) }
                #expect(after == sorted.filter { Array("Z".utf8).lexicographicallyPrecedes($0) }.reversed())
                #expect(try connection.first("SELECT max(name) FROM test_item") { $0.text(0) } == "😀")
            }
        }

        @Test("LIKE minds case, ILIKE only that of other letters than ASCII's", arguments: Backend.available)
        func patterns(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                let names = ["Model", "model", "MODEL_x", "a%b", "a\\b", "axb", "É1", "é1"]
                for name in names { try connection.addItem(name, 0) }
                func matches(_ condition: String, _ pattern: String) throws -> Set<String> {
                    let sql = "SELECT name FROM test_item WHERE \(condition)"
                    return Set(try connection.rows(sql, [.text(pattern)]) { $0.text(0) })
                }
                let like = connection.dialect.like("name", "?1")
                let ilike = connection.dialect.ilike("name", "?1")
                #expect(try matches(like, "model%") == ["model"])
                #expect(try matches(like, "M_del") == ["Model"])
                #expect(try matches(ilike, "model%") == ["Model", "model", "MODEL_x"])
                #expect(try matches(ilike, "MOD__") == ["Model", "model"])
                // No escape character: a backslash stands for itself, `%` is always a wildcard.
                #expect(try matches(like, "a\\b") == ["a\\b"])
                #expect(try matches(like, "a\\%") == ["a\\b"])
                #expect(try matches(like, "a_b") == ["a%b", "a\\b", "axb"])
                #expect(try matches(ilike, "é%") == ["é1"])
                #expect(try matches(like, "") == [])
            }
        }

        @Test("many rows in few statements", arguments: Backend.available, [0, 1, 7, 8, 63, 64, 1237])
        func bulk(_ backend: Backend, _ count: Int) throws {
            try withConnection(backend) { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                try connection.begin(.writing)
                if count > 0 { try connection.addItem("0", -1) }
                let values = (0..<count).flatMap { [SQLValue.text(String($0)), .int($0)] }
                let inserted = try connection.insert(
                    into: "test_item (name, value)", width: 2, suffix: "ON CONFLICT DO NOTHING", values: values)
                try connection.commit()
                #expect(inserted == max(0, count - 1))
                let read = try connection.first("SELECT count(*), sum(value) FROM test_item") { ($0.int(0), $0.int(1)) }
                #expect(read?.0 == count)
                #expect(read?.1 == (count == 0 ? 0 : count * (count - 1) / 2 - 1))
            }
        }

        @Test("many rows of all types, NULLs among them", arguments: Backend.available)
        func bulkTypes(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                let rows: [[SQLValue]] = (0..<300).map { id in
                    id % 5 == 4
                        ? [.int(id), nil, nil, nil, nil]
                        : [
                            .int(id), .int(id * 3), id % 2 == 0 ? .real(.infinity) : 7, .text("é\(id)"),
                            .blob([0, UInt8(id % 256)]),
                        ]
                }
                try connection.insert(
                    into: "test_value (id, whole, number, words, bytes)", width: 5, values: rows.flatMap { $0 })
                var count = 0
                try connection.forEach("SELECT id, whole, number, words, bytes FROM test_value ORDER BY id") { row in
                    let id = row.int(0)
                    #expect(id == count)
                    #expect(row.isNull(1) == (id % 5 == 4) && row.isNull(2) == (id % 5 == 4))
                    if id % 5 != 4 {
                        #expect(row.int(1) == id * 3)
                        #expect(row.real(2) == (id % 2 == 0 ? .infinity : 7))
                        #expect(row.text(3) == "é\(id)")
                        #expect(row.bytes(4) == [0, UInt8(id % 256)])
                    } else {
                        #expect(row.isNull(3) && row.isNull(4))
                    }
                    count += 1
                }
                #expect(count == 300)
                for value in [SQLValue.text("a\0"), .real(.nan)] {
                    #expect(
                        sqlError { try connection.insert(into: "test_value (words)", width: 1, values: [value]) } != nil
                    )
                }
            }
        }

        @Test("many rows that meet others", arguments: Backend.available)
        func bulkUpsert(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                func rows(_ numbers: Range<Int>, onlyEven: Bool = false) -> [SQLValue] {
                    numbers.flatMap { number -> [SQLValue] in
                        let value = !onlyEven ? number : number.isMultiple(of: 2) ? number + 1 : 0
                        return [.text("item \(number)"), .int(value)]
                    }
                }
                let table = "test_item (name, value)"
                #expect(try connection.insert(into: table, width: 2, values: rows(0..<1000)) == 1000)
                let update =
                    "ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > test_item.value"
                let changed = try connection.insert(
                    into: table, width: 2, suffix: update, values: rows(500..<5500, onlyEven: true))
                #expect(changed == 250 + 4500)
                let values = try [500, 501, 5499, 499].map { try connection.itemValue("item \($0)") }
                #expect(values == [501, 501, 0, 499])
                let ignored = try connection.insert(
                    into: table, width: 2, suffix: "ON CONFLICT DO NOTHING", values: rows(5400..<5600))
                #expect(ignored == 100)
            }
        }

        @Test("a statement inside the rows of another", arguments: Backend.available)
        func nested(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                for name in ["a", "b", "c"] { try connection.addItem(name, 1) }
                try connection.begin(.writing)
                try connection.forEach("SELECT name, value FROM test_item ORDER BY name") { row in
                    let name = row.text(0)
                    try connection.execute("UPDATE test_item SET value = value + 1 WHERE name = ?1", [.text(name)])
                    #expect(try connection.itemValue(name) == 2)
                    #expect(row.text(0) == name)
                }
                try connection.commit()
            }
        }

        @Test("more statements than are kept", arguments: Backend.available)
        func manyStatements(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                for round in 0..<2 {
                    try connection.begin(.writing)
                    for number in 0..<700 {
                        let sum = try connection.first("SELECT ?1 + \(number)", [.int(round)]) { $0.int(0) }
                        #expect(sum == number + round)
                    }
                    try connection.commit()
                }
            }
        }

        @Test("a wrong statement is a bug and says which", arguments: Backend.available)
        func wrongStatements(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                let wrong: [(String, [SQLValue])] = [
                    ("SELEC 1", []), ("SELECT nothing FROM nowhere", []), ("SELECT ?1", []), ("SELECT 1", [1]),
                    ("SELECT CAST(? AS TEXT)", []), ("INSERT INTO test_item (name) VALUES ('x')", []),
                ]
                try connection.run(script: connection.dialect.expand(itemMigration.statements))
                for (sql, values) in wrong {
                    let error = sqlError { try connection.execute(sql, values) }
                    guard case .statement? = error else {
                        Issue.record("\(sql): \(String(describing: error))")
                        continue
                    }
                    #expect(error?.failure.code == .bug)
                    #expect(error?.failure.message.contains("SELECT") == false)
                    // The connection goes on.
                    #expect(try connection.first("SELECT 1") { $0.int(0) } == 1)
                }
                try connection.addItem("a", 1)
                guard case .duplicate? = sqlError({ try connection.addItem("a", 2) }) else {
                    Issue.record("a second row with the same key")
                    return
                }
            }
        }
    }
}
