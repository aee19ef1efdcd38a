import Core
import Platform
import TestSupport
import Testing

extension DatabaseContractTests {
    @Suite("values")
    struct Values {
        static let table = """
            CREATE TABLE test_value (
                id {integer} PRIMARY KEY, whole {integer}, number {real}, words {text}, bytes {blob}
            )
            """

        private func make(_ connection: any SQLConnection) throws {
            try connection.run(script: connection.dialect.expand(Self.table))
        }

        @Test("whole numbers of 64 bits", arguments: Backend.available)
        func wholeNumbers(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                let numbers: [Int64] = [0, 1, -1, .max, .min, .max - 1, 1 << 53 + 1, -(1 << 31), 1 << 31]
                for (index, number) in numbers.enumerated() {
                    try connection.execute(
                        "INSERT INTO test_value (id, whole) VALUES (?1, ?2)", [.int(index), .integer(number)])
                }
                let read = try connection.rows("SELECT whole FROM test_value ORDER BY id") { $0.integer(0) }
                #expect(read == numbers)
                for number in numbers {
                    let count = try connection.first(
                        "SELECT count(*) FROM test_value WHERE whole = ?1", [.integer(number)]
                    ) { $0.int(0) }
                    #expect(count == 1)
                }
            }
        }

        @Test("doubles come back as the same number", arguments: Backend.available)
        func doubles(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                let numbers = [
                    0, -0.0, 1, -1.5, 0.1, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity,
                    -.infinity, 1 / 3,
                    9_007_199_254_740_994, -2.225_073_858_507_201_4e-308,
                ]
                for (index, number) in numbers.enumerated() {
                    try connection.execute(
                        "INSERT INTO test_value (id, number) VALUES (?1, ?2)", [.int(index), .real(number)])
                }
                let read = try connection.rows("SELECT number FROM test_value ORDER BY id") { $0.real(0) }
                #expect(read == numbers)
            }
        }

        @Test("texts of any character but zero", arguments: Backend.available)
        func texts(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                let texts = [
                    "", " ", "a", "Grüße", "\u{65}\u{301}", "\u{E9}", "😀 𝕊", "\u{1}\u{7F}", "'\"\\%_?1", "\u{FEFF}x",
                    "\u{FFFF}",
                    String(repeating: "long ", count: 100_000),
                ]
                for (index, text) in texts.enumerated() {
                    try connection.execute(
                        "INSERT INTO test_value (id, words) VALUES (?1, ?2)", [.int(index), .text(text)])
                }
                let read = try connection.rows("SELECT words FROM test_value ORDER BY id") { row in
                    #expect(!row.isNull(0))
                    return row.withText(0) { Array($0) }
                }
                // As bytes: String's equality takes é and e with an accent for the same.
                #expect(read == texts.map { Array($0.utf8) })
            }
        }

        @Test("bytes", arguments: Backend.available)
        func bytes(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                let blobs: [[UInt8]] = [[], [0], Array(0...255), Array(repeating: 0xFF, count: 300_000)]
                for (index, blob) in blobs.enumerated() {
                    try connection.execute(
                        "INSERT INTO test_value (id, bytes) VALUES (?1, ?2)", [.int(index), .blob(blob)])
                }
                let read = try connection.rows("SELECT bytes, bytes IS NULL FROM test_value ORDER BY id") { row in
                    #expect(!row.isNull(0) && !row.flag(1))
                    return row.bytes(0)
                }
                #expect(read == blobs)
            }
        }

        @Test("NULL in every column reads as nothing", arguments: Backend.available)
        func null(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                try connection.execute(
                    "INSERT INTO test_value (id, whole, number, words, bytes) VALUES (?1, ?2, ?3, ?4, ?5)",
                    [1, nil, nil, nil, nil])
                try connection.forEach("SELECT whole, number, words, bytes FROM test_value") { row in
                    for column in 0..<4 {
                        #expect(row.isNull(column))
                        #expect(row.integer(column) == 0)
                        #expect(row.real(column) == 0)
                        #expect(row.text(column) == "")
                        #expect(row.bytes(column) == [])
                        #expect(row.withText(column) { $0.count } == 0)
                        #expect(row.optionalText(column) == nil)
                    }
                }
            }
        }

        @Test(
            "not-a-number and the zero character are refused, and the transaction goes on", arguments: Backend.available
        )
        func refused(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                try connection.begin(.writing)
                for (column, value) in [("number", SQLValue.real(.nan)), ("words", .text("a\0b")), ("words", "\0")] {
                    let error = sqlError {
                        try connection.execute("INSERT INTO test_value (id, \(column)) VALUES (1, ?1)", [value])
                    }
                    guard case .value? = error else {
                        Issue.record("\(column): \(String(describing: error))")
                        continue
                    }
                    #expect(error?.failure.code == .invalid)
                }
                try connection.execute("INSERT INTO test_value (id, words) VALUES (1, 'good')")
                try connection.commit()
                #expect(try connection.rows("SELECT words FROM test_value") { $0.text(0) } == ["good"])
            }
        }

        @Test("values of one type read as another", arguments: Backend.available)
        func conversions(_ backend: Backend) throws {
            try withConnection(backend) { connection in
                try make(connection)
                try connection.execute(
                    "INSERT INTO test_value (id, whole, number, words) VALUES (1, 42, -2.75, '17'), (2, -7, 0.5, 'x')")
                try connection.forEach("SELECT whole, number, words FROM test_value WHERE id = 1") { row in
                    #expect(row.text(0) == "42")
                    #expect(row.real(0) == 42)
                    #expect(row.bytes(0) == Array("42".utf8))
                    #expect(row.integer(1) == -2)
                    #expect(row.text(1) == "-2.75")
                    #expect(row.integer(2) == 17)
                    #expect(row.real(2) == 17)
                }
                // What PostgreSQL answers in types of its own: numeric, boolean, four bytes.
                let sums =
                    "SELECT sum(whole), count(*), max(whole), 5, whole > 0, length(words) FROM test_value"
                    + " GROUP BY id, whole, words ORDER BY id"
                let read = try connection.rows(sums) { row in (0..<6).map { row.integer($0) } }
                #expect(read == [[42, 1, 42, 5, 1, 2], [-7, 1, -7, 5, 0, 1]])
                #expect(try connection.first("SELECT sum(whole) FROM test_value") { $0.integer(0) } == 35)
                #expect(try connection.first("SELECT sum(whole) FROM test_value") { $0.text(0) } == "35")
                #expect(try connection.first("SELECT avg(number) FROM test_value") { $0.real(0) } == -1.125)
                #expect(try connection.first("SELECT sum(whole) FROM test_value WHERE id > 9") { $0.isNull(0) } == true)
            }
        }
    }
}
