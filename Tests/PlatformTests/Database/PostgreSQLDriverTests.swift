import Core
import Platform
import TestSupport
import Testing

@Suite("PostgreSQL driver", .enabled(if: TestPostgres.isInstalled, "PostgreSQL is not installed; see Scripts/setup.sh"))
struct PostgreSQLDriverTests {
    private let server: TestServices
    /// A connection beside the server's own: another server, or an administrator.
    private let other: Visitor

    init() throws {
        server = try TestServices(.postgresql, [itemMigration])
        other = Visitor(try server.storage.driver.connect(.writing))
    }

    @Test("commits are flushed, texts are UTF-8, waiting has an end")
    func settings() throws {
        try other.run { connection in
            func setting(_ name: String) throws -> String? {
                try connection.first("SELECT current_setting('\(name)')") { $0.text(0) }
            }
            #expect(try setting("synchronous_commit") == "on")
            #expect(try setting("client_encoding") == "UTF8")
            #expect(try setting("application_name") == "steward")
            for timeout in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
                #expect(try setting(timeout) != "0")
            }
            try connection.begin(.reading)
            #expect(try setting("transaction_isolation") == "repeatable read")
            #expect(try setting("transaction_read_only") == "on")
            try connection.commit()
            try connection.begin(.writing)
            #expect(try setting("transaction_isolation") == "read committed")
            try connection.commit()
        }
    }

    @Test("synchronous_commit is switched on where a database has it off, and stronger settings stay")
    func synchronousCommit() throws {
        for (set, expected) in [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")] {
            let address = server.storage.location + "&options=-c%20synchronous_commit%3D\(set)"
            let worker = try PostgreSQLDriver(try PostgreSQLAddress(address)).connect(.writing)
            try Visitor(worker).run { connection in
                let value = try connection.first("SELECT current_setting('synchronous_commit')") { $0.text(0) }
                #expect(value == expected)
            }
        }
    }

    @Test("a database with another encoding is refused")
    func encoding() throws {
        try other.run { connection in
            try connection.execute(
                "CREATE DATABASE test_latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
        }
        let address = try PostgreSQLAddress("postgresql://steward@/test_latin?host=\(try TestPostgres.shared().folder)")
        let refused = #expect(throws: Failure.self) { try PostgreSQLDriver(address).check() }
        #expect(refused?.code == .unsupported)
        #expect(refused?.message.contains("LATIN1") == true)
        try other.run { connection in try connection.execute("DROP DATABASE test_latin") }
    }

    /// Ends every connection to the test's database but the one that asks.
    private func endConnections() throws {
        try other.run { connection in
            try connection.forEach(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ) { _ in }
        }
    }

    @Test("connections that were lost while nobody used them are made anew")
    func lostWhileIdle() async throws {
        for round in 0..<2 {
            for index in 0..<8 { try await server.database.write { try $0.sql.addItem("\(round) \(index)", 0) } }
            for _ in 0..<8 { _ = try await server.database.read { try $0.itemNames() } }
            try endConnections()
        }
        #expect(try await server.database.read { try $0.itemNames() }.count == 16)
        try await server.database.write { try $0.sql.addItem("after", 0) }
    }

    @Test("a connection lost before the commit: the write is run again")
    func lostInside() async throws {
        let runs = Counter()
        try await server.database.write { [other] transaction in
            try transaction.sql.addItem("a", 1)
            if runs.next() == 1 {
                let pid = try transaction.sql.first("SELECT pg_backend_pid()") { $0.integer(0) } ?? 0
                try other.run { connection in
                    try connection.forEach("SELECT pg_terminate_backend(CAST(?1 AS INTEGER))", [.integer(pid)]) { _ in }
                }
                // Fails, because there is no connection any more.
                try transaction.sql.execute("SELECT pg_sleep(5)")
            }
        }
        #expect(runs.value == 2)
        #expect(try await server.database.read { try $0.itemNames() } == ["a"])
    }

    @Test("a connection lost during the commit: not run again, and the answer says it is not known")
    func lostCommit() async throws {
        try other.run { connection in
            // Runs at the commit.
            try connection.run(
                script: """
                    CREATE FUNCTION test_end() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
                    CREATE CONSTRAINT TRIGGER test_end AFTER INSERT ON test_item DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW WHEN (NEW.name = 'fatal') EXECUTE FUNCTION test_end();
                    """)
        }
        let runs = Counter()
        let failed = await failure {
            try await server.database.write { transaction in
                runs.next()
                try transaction.sql.addItem("fatal", 1)
            }
        }
        #expect(failed?.code == .conflict)
        #expect(failed?.message.contains("not known") == true)
        #expect(runs.value == 1)
        try await server.database.write { try $0.sql.addItem("next", 1) }
    }

    @Test("an error that a write passes over fails that write and no other")
    func passedOver() async throws {
        let results = try await server.writeTogether(20) { index, transaction in
            try transaction.sql.addItem("item \(index)", 0)
            if index == 7 { _ = try? transaction.sql.addItem("item \(index)", 0) }
        }
        for (index, result) in results.enumerated() { #expect(((try? result.get()) == nil) == (index == 7)) }
        let lone = await failure {
            try await server.database.write { transaction in
                try transaction.sql.addItem("lone", 0)
                _ = try? transaction.sql.addItem("lone", 0)
            }
        }
        #expect(lone?.code == .bug)
        #expect(try await server.database.read { try $0.itemNames() }.count == 19)
    }

    @Test("writes with the same key share a connection, others do not")
    func keys() async throws {
        var connections: [String: Set<Int64>] = [:]
        let keys = (0..<40).map { "run \($0 % 10)" }
        for key in keys {
            let process = try await server.database.write(key: key) { transaction in
                try transaction.sql.first("SELECT pg_backend_pid()") { $0.integer(0) } ?? 0
            }
            connections[key, default: []].insert(process)
        }
        #expect(connections.count == 10)
        #expect(connections.values.allSatisfy { $0.count == 1 })
        #expect(Set(connections.values.joined()).count > 1)
    }

    @Test("two writes that wait for each other both succeed")
    func deadlock() async throws {
        try await server.database.write { transaction in
            for name in ["a", "b"] { try transaction.sql.addItem(name, 0) }
        }
        let gate = ThreadHold()
        let runs = Counter()
        try await withThrowingTaskGroup { group in
            for (held, names) in [["a", "b"], ["b", "a"]].enumerated() {
                group.addTask { [server] in
                    try await server.database.write { transaction in
                        for (position, name) in names.enumerated() {
                            try transaction.sql.execute(
                                "UPDATE test_item SET value = value + 1 WHERE name = ?1", [.text(name)])
                            if position == 0, runs.next() <= 2 { gate.pass() }
                        }
                    }
                }
                // Else one thread would take both.
                await gate.waitUntilHeld(held + 1)
            }
            gate.open()
            try await group.waitForAll()
        }
        let values = try await server.database.read { connection in
            try ["a", "b"].map { try connection.itemValue($0) }
        }
        #expect(values == [2, 2])
        #expect(server.database.statistics.retries >= 1)
    }

    @Test("whole groups that wait for each other lose nothing")
    func deadlockOfGroups() async throws {
        let names = (0..<10).map { "item \($0)" }
        try await server.database.write { transaction in
            for name in names { try transaction.sql.addItem(name, 0) }
        }
        // Every write takes one row; a group takes many, each in an order of its own.
        let order = (0..<400).map { _ in names.randomElement() ?? "" }
        let results = try await server.writeTogether(400) { index, transaction in
            try transaction.sql.execute(
                "UPDATE test_item SET value = value + 1 WHERE name = ?1", [.text(order[index])])
        }
        for result in results { #expect(throws: Never.self) { try result.get() } }
        let values = try await server.database.read { connection in try names.map { try connection.itemValue($0) ?? 0 }
        }
        #expect(values == names.map { name in Int64(order.count { $0 == name }) })
    }

    @Test("a duplicate that appeared after the write looked: it looks again")
    func duplicateRace() async throws {
        let runs = Counter()
        let failed = await failure {
            try await server.database.write { [other] transaction in
                if try transaction.sql.itemValue("a") != nil { throw Failure(.conflict, "a is there already") }
                if runs.next() == 1 {
                    try other.run { try $0.addItem("a", 1) }
                }
                try transaction.sql.addItem("a", 2)
            }
        }
        #expect(failed?.message == "a is there already")
    }

    @Test("a statement whose table another server has changed is prepared anew")
    func changedSchema() async throws {
        try await server.database.write { try $0.sql.addItem("a", 1) }
        let star = "SELECT * FROM test_item"
        #expect(try await server.database.read { try $0.first(star) { $0.text(0) } } == "a")
        #expect(try await server.database.read { try $0.first(star) { $0.text(0) } } == "a")
        try other.run { connection in
            try connection.run(script: "ALTER TABLE test_item ADD COLUMN note TEXT DEFAULT 'new'")
        }
        for _ in 0..<4 { #expect(try await server.database.read { try $0.first(star) { $0.text(2) } } == "new") }
    }

    @Test("a lock that is never let go is waited for only so long")
    func lockTimeout() throws {
        var timeouts = PostgreSQLDriver.Timeouts()
        timeouts.lock = 50
        let driver = PostgreSQLDriver(try PostgreSQLAddress(server.storage.location), timeouts: timeouts)
        let impatient = Visitor(try driver.connect(.writing))
        try other.run { connection in
            try connection.begin(.writing)
            try connection.addItem("a", 1)
            try impatient.run { second in
                try second.begin(.writing)
                guard case .locked? = sqlError({ try second.addItem("a", 2) }) else {
                    Issue.record("no error")
                    return
                }
                try second.rollback()
            }
            try connection.commit()
        }
    }

    @Test("a server that is not there: an answer that says so, without the password")
    func absent() async throws {
        for address in [
            "postgresql://steward:s3cret@/x?host=\(try TestPostgres.shared().folder)/nowhere",
            "postgresql://steward:s3cret@127.0.0.1:1/x", "\(server.storage.location)&dbname=nosuch&password=s3cret",
        ] {
            let driver = PostgreSQLDriver(try PostgreSQLAddress(address))
            let failed = #expect(throws: Failure.self) { try driver.check() }
            #expect(failed?.code == .unavailable)
            #expect(failed?.message.contains("cannot use the database") == true)
            #expect("\(String(describing: failed)) \(driver)".contains("s3cret") == false)
        }
    }
}

/// A connection that several closures use in turn.
private struct Visitor: @unchecked Sendable {
    private let worker: any DatabaseWorker

    init(_ worker: any DatabaseWorker) { self.worker = worker }

    func run(_ body: (any SQLConnection) throws -> Void) throws {
        try worker.withConnection { connection in try body(connection) }
    }
}
