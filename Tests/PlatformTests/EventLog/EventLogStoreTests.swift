import Core
import Logging
import Platform
import TestSupport
import Testing

/// Events as the database keeps them: with their change or not at all, in one order, provable.
@Suite("Event log in the database")
struct EventLogStoreTests {
    private struct Refused: Error {}

    private static let clock = Timestamp(milliseconds: 1_764_000_000_000)

    private static func open(_ storage: TestDatabase) throws -> Database {
        let table = Migration("test-001", "CREATE TABLE test_row (id {integer} PRIMARY KEY);")
        try Migrations.apply(EventLog.migrations + Runner.migrations + [table], storage.driver, now: clock)
        return try Database(driver: storage.driver, recorder: EventLog(now: { clock }))
    }

    private static func add(_ id: Int, _ database: Database, fails: Bool = false) async throws {
        try await database.write { transaction in
            try transaction.sql.execute("INSERT INTO test_row (id) VALUES (?1)", [.int(id)])
            transaction.record(
                Event("test.row-added", Event.subject("row", "\(id)"), ["id": .int(id)]),
                by: Origin(.local, requestID: "r\(id)", reason: "because"))
            if fails { throw Failure(.denied, "refused") }
        }
    }

    @Test(
        "concurrent writers get their events in one gapless order; refused writes leave none",
        arguments: Backend.available)
    func concurrent(_ backend: Backend) async throws {
        let storage = try TestDatabase(backend)
        let database = try Self.open(storage)
        defer { database.close() }
        await withTaskGroup(of: Void.self) { group in
            for id in 0..<300 { group.addTask { try? await Self.add(id, database, fails: id.isMultiple(of: 3)) } }
        }
        let (events, rows) = try await database.read { sql in
            var query = EventQuery()
            query.limit = 1000
            return (try EventLog.events(query, sql), try sql.rows("SELECT id FROM test_row") { $0.int(0) })
        }
        #expect(events.map(\.sequence) == Array(0..<200))
        #expect(Set(events.map { $0.event.details["id"]?.int }) == Set(rows))
        #expect(rows.allSatisfy { !$0.isMultiple(of: 3) })
        #expect(database.statistics.transactions < 300, "writes shared no transaction")
    }

    @Test("an entry says who, when, why; its text is canonical and is what was hashed", arguments: Backend.available)
    func entry(_ backend: Backend) async throws {
        let storage = try TestDatabase(backend)
        let database = try Self.open(storage)
        defer { database.close() }
        try await Self.add(7, database)
        let (entries, event, root) = try await database.read { sql in
            let tree = try EventLogTree(sql)
            return (try tree.entries(0..<1), try EventLog.events(EventQuery(), sql).first, tree.frontier.root)
        }
        let text = String(decoding: try #require(entries.first), as: UTF8.self)
        #expect(
            text == """
                {"actor":{"method":"local","name":"local"},"details":{"id":7},"kind":"test.row-added",\
                "reason":"because","request_id":"r7","seq":0,"subject":"row/7","time":"2025-11-24T16:00:00.000Z","v":1}
                """)
        #expect(root == MerkleTree.leafHash(Array(text.utf8)))
        #expect(event?.reason == "because")
        #expect(event?.principal == "local")
    }

    @Test("checkpoint, tiles and proofs of the stored log satisfy the offline verifier", arguments: Backend.available)
    func verifiable(_ backend: Backend) async throws {
        let storage = try TestDatabase(backend)
        let database = try Self.open(storage)
        defer { database.close() }
        let key = try SigningKey(name: "steward.example/audit")
        for id in 0..<300 { try await Self.add(id, database) }
        let size: Int64 = 300
        let leaves = try await database.read { sql in
            try EventLogTree(sql).entries(0..<size).map(MerkleTree.leafHash)
        }
        let trust = try LogTrust(keys: [key.verifier])
        for index in [Int64(0), 1, 128, 255, 256, 299] {
            let proof = try await database.read { sql in
                let tree = try EventLogTree(sql)
                return LogProof(
                    index: index, hashes: try tree.inclusionProof(of: index, in: size),
                    checkpoint: try tree.checkpoint(key).bytes)
            }
            _ = try LogProof(parsing: proof.bytes).verify(leaves[Int(index)], trust)
        }
        let report = try await LogVerifier(trust: trust).verify { name throws(Failure) in
            try await database.read { sql in
                let tree = try EventLogTree(sql)
                if name == "checkpoint" { return try tree.checkpoint(key).bytes }
                let path = try TilePath(parsing: name)
                return path.exists(in: tree.size) ? try tree.tile(path) : nil
            }
        }
        #expect(report.isIntact)
        #expect(report.entries == size)
    }

    @Test("a page ends when its entries are large; page after page gives all of them", arguments: [true, false])
    func pages(_ isForward: Bool) async throws {
        let storage = try TestDatabase(.sqlite)
        let database = try Self.open(storage)
        defer { database.close() }
        for id in 0..<200 {
            let text = String(repeating: "x", count: id < 100 ? 10_000 : 10)
            try await database.write {
                $0.record(Event("test.x", Event.subject("row", "\(id)"), ["text": .string(text)]), by: .system)
            }
        }
        var query = EventQuery()
        query.order = isForward ? .oldestFirst : .newestFirst
        query.limit = 1000
        var (seen, sizes): ([Int64], [Int]) = ([], [])
        while true {
            let asked = query
            let page = try await database.read { try EventLog.page(asked, bytes: 200_000, $0) }
            seen += page.events.map(\.sequence)
            sizes.append(page.events.count)
            guard page.hasMore else { break }
            query.after = page.events.last?.sequence
        }
        #expect(isForward ? seen == Array(0..<200) : seen == (0..<200).reversed())
        #expect(sizes.count >= 5 && sizes.max() ?? 0 < 150)
        for limit in [1, 64, 100, 199, 200] {
            query = EventQuery()
            query.limit = limit
            let asked = query
            let page = try await database.read { try EventLog.page(asked, bytes: .max, $0) }
            #expect(page.events.map(\.sequence) == Array(0..<Int64(limit)))
            #expect(page.hasMore == (limit < 200))
        }
        // One entry is given, however large it is.
        #expect(try await database.read { try EventLog.page(EventQuery(), bytes: 1, $0).events.count } == 1)
    }

    @Test("events of a subject and of everything below it, paged both ways", arguments: Backend.available)
    func queries(_ backend: Backend) async throws {
        let storage = try TestDatabase(backend)
        let database = try Self.open(storage)
        defer { database.close() }
        for subject in ["model/a", "model/a/version/1", "model/a0", "model/a/version/2", "model/b"] {
            try await database.write { $0.record(Event("test.x", subject), by: .system) }
        }
        func sequences(_ change: @Sendable (inout EventQuery) -> Void) async throws -> [Int64] {
            var query = EventQuery()
            change(&query)
            let asked = query
            return try await database.read { try EventLog.events(asked, $0).map(\.sequence) }
        }
        #expect(try await sequences { $0.subjectTree = "model/a" } == [0, 1, 3])
        #expect(try await sequences { $0.subject = "model/a" } == [0])
        #expect(try await sequences { $0.kinds = ["test.y"] } == [])
        let newest: [Int64] = try await sequences {
            $0.order = .newestFirst
            $0.limit = 2
        }
        #expect(newest == [4, 3])
        let older: [Int64] = try await sequences {
            $0.order = .newestFirst
            $0.after = 3
        }
        #expect(older == [2, 1, 0])
    }

    @Test("details too large for an entry are logged by their hash", arguments: Backend.available)
    func largeDetails(_ backend: Backend) async throws {
        let storage = try TestDatabase(backend)
        let database = try Self.open(storage)
        defer { database.close() }
        let text = String(repeating: "x", count: 60_000)
        try await database.write { $0.record(Event("test.x", "y", ["text": .string(text)]), by: .system) }
        let event = try await database.read { try EventLog.events(EventQuery(), $0).first }
        #expect(event?.event.details["bytes"]?.int == 60_011)
        #expect(event?.event.details["sha256"]?.text?.count == 64)
    }

    @Test(
        "what is searched must say what was hashed",
        arguments: ["kind = 'x.y'", "subject = 'row/99'", "time = time - 1", "entry = 'x'"])
    func columns(_ change: String) async throws {
        let storage = try TestDatabase(.sqlite)
        let database = try Self.open(storage)
        defer { database.close() }
        for id in 0..<10 { try await Self.add(id, database) }
        try await database.write { transaction in
            _ = try transaction.sql.execute("UPDATE eventlog_entry SET \(change) WHERE sequence = 5", [])
        }
        let failure = await #expect(throws: Failure.self) {
            _ = try await database.read { try EventLog.events(EventQuery(), $0) }
        }
        #expect(failure?.message == "the database is damaged")
    }
}
