import Core
import Platform
import TestSupport
import Testing

/// `Idempotency-Key`, over a real database.
@Suite("Idempotency")
struct IdempotencyTests {
    /// Counts in the database; `fails` and `gate` let a test stop between the write and the answer.
    private final class Counter: Sendable {
        let database: Database
        let idempotency: Idempotency
        let gate: Gate
        let crashes = Gate.Counter()
        let names = Gate.Counter()

        init(_ database: Database, _ gate: Gate) {
            self.database = database
            idempotency = Idempotency(database: database)
            self.gate = gate
        }

        var value: Int64 {
            get async throws {
                try await database.read { try $0.first("SELECT value FROM counter") { $0.integer(0) } ?? 0 }
            }
        }

        /// As if so many minutes had passed since all records were written: the database's clock cannot be moved.
        func pass(minutes: Int64) async throws {
            try await database.write { transaction in
                _ = try transaction.sql.execute(
                    "UPDATE platform_idempotency SET created_at = created_at - ?1", [.integer(minutes * 60_000)])
            }
        }

        private static func increment(_ transaction: Transaction) throws -> Int64 {
            try transaction.sql.execute("UPDATE counter SET value = value + 1")
            return try transaction.sql.first("SELECT value FROM counter") { $0.integer(0) } ?? 0
        }

        private func number() async throws {
            try await database.write { _ = try $0.sql.execute("UPDATE counter SET value = value + 100") }
        }

        var endpoints: [Endpoint] {
            [
                Endpoint("POST", "/count", .anyone, .writes, "Counts.") { [self] request in
                    let value = try await database.write { try Self.increment($0) }
                    return .text("\(value)", status: request.query["bad"] == nil ? 200 : 400)
                },
                // Dies after the change is committed and before the answer, as long as `crashes` is not 0.
                Endpoint("POST", "/crash", .anyone, .writes, "Counts twice.") { [self] _ in
                    let first = try await database.write { try Self.increment($0) }
                    if crashes.value > 0 { throw Failure(.bug, "killed") }
                    let second: Int64? = try await database.write { try Self.increment($0) }
                    return .text("\(first) \(second ?? 0)")
                },
                Endpoint("POST", "/void", .anyone, .writes, "Counts, says nothing.") { [self] _ in
                    try await database.write { _ = try Self.increment($0) }
                    if crashes.value > 0 { throw Failure(.bug, "killed") }
                    return .json(.object([]))
                },
                Endpoint("POST", "/opaque", .anyone, .writes, "Counts; its result cannot be kept.") { [self] _ in
                    let pair = try await database.write { (try Self.increment($0), 1) }
                    if crashes.value > 0 { throw Failure(.bug, "killed") }
                    return .text("\(pair.0)")
                },
                // As a name that is numbered once, before the write that uses it.
                Endpoint("POST", "/named", .anyone, .writes, "Counts after a write that is needed once.") { [self] _ in
                    if names.value == 0 { try await number() }
                    names.add(1)
                    if crashes.value > 0 { throw Failure(.invalid, "refused for now") }
                    return .text("\(try await database.write { try Self.increment($0) })")
                },
                Endpoint("POST", "/wait", .anyone, .writes, "Waits, then counts.") { [self] _ in
                    try await gate.pass()
                    return .text("\(try await database.write { try Self.increment($0) })")
                },
            ]
        }
    }

    private func withCounter(
        _ backend: Backend, _ body: (Counter, Responder) async throws -> Void
    ) async throws {
        let storage = try TestDatabase(backend)
        let table = Migration("test-001", "CREATE TABLE counter (value {integer}); INSERT INTO counter VALUES (0)")
        try Migrations.apply(Idempotency.migrations + [table], storage.driver, now: World.live.now())
        let database = try Database(driver: storage.driver, recorder: EventList())
        defer { database.close() }
        let counter = Counter(database, Gate())
        let responder = Responder(
            routes: try RouteTable(counter.endpoints), errorForms: [], settings: .init(), world: .live,
            idempotency: counter.idempotency, observer: SeenRequests())
        try await body(counter, responder)
    }

    private func post(_ responder: Responder, _ path: String, _ key: String?, _ body: String = "") async -> Response {
        let fields = [("host", "localhost")] + (key.map { [("Idempotency-Key", $0)] } ?? [])
        let head = RequestHead(method: "POST", target: path, headers: Headers(fields))
        return await responder.respond(to: head, body: Array(body.utf8))
    }

    @Test(
        "a repetition gets the first answer and changes nothing; without a key each counts",
        arguments: Backend.available)
    func repetition(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            let first = await post(responder, "/count", "a")
            #expect((first.status, first.text, first.headers["idempotency-replayed"]) == (200, "1", nil))
            let second = await post(responder, "/count", "a")
            #expect((second.status, second.text, second.headers["idempotency-replayed"]) == (200, "1", "true"))
            #expect(second.headers["content-type"] == first.headers["content-type"])
            #expect(await post(responder, "/count", "b").text == "2")
            #expect(await post(responder, "/count", nil).text == "3")
            #expect(await post(responder, "/count", nil).text == "4")
            #expect(try await counter.value == 4)
        }
    }

    @Test("another request under the same key is refused", arguments: Backend.available)
    func reuse(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            #expect(await post(responder, "/count", "a", "x").status == 200)
            for other in [("/count", "y"), ("/count?q", "x"), ("/void", "x")] {
                #expect(await post(responder, other.0, "a", other.1).status == 422)
            }
            for key in ["", " ", "a b", String(repeating: "k", count: 256), "\u{e9}"] {
                #expect(await post(responder, "/count", key).status == 400)
            }
            #expect(try await counter.value == 1)
        }
    }

    @Test(
        "after a crash between commit and answer nothing is done twice, and the repetition gets a good answer",
        arguments: Backend.available)
    func crash(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            counter.crashes.add(1)
            for _ in 0..<3 { #expect(await post(responder, "/crash", "a").status == 500) }
            #expect(try await counter.value == 1)
            counter.crashes.add(-1)
            #expect(await post(responder, "/crash", "a").text == "1 2")
            #expect(await post(responder, "/crash", "a").text == "1 2")
            #expect(try await counter.value == 2)
            counter.crashes.add(1)
            #expect(await post(responder, "/void", "b").status == 500)
            counter.crashes.add(-1)
            #expect(await post(responder, "/void", "b").text == "{}")
            #expect(try await counter.value == 3)
        }
    }

    @Test(
        "a result that cannot be kept: the repetition is told, and nothing is done twice", arguments: Backend.available)
    func opaque(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            counter.crashes.add(1)
            #expect(await post(responder, "/opaque", "a").status == 500)
            counter.crashes.add(-1)
            #expect(await post(responder, "/opaque", "a").status == 409)
            #expect(await post(responder, "/opaque", "b").text == "2")
            #expect(await post(responder, "/opaque", "b").text == "2")
            #expect(try await counter.value == 2)
        }
    }

    @Test(
        "a write that was needed the first time only is not taken for the one that was not made",
        arguments: Backend.available)
    func conditional(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            counter.crashes.add(1)
            #expect(await post(responder, "/named", "a").status == 400)
            counter.crashes.add(-1)
            #expect(await post(responder, "/named", "a").text == "101")
            #expect(await post(responder, "/named", "a").text == "101")
            #expect(try await counter.value == 101)
        }
    }

    @Test("a bad answer is not kept", arguments: Backend.available)
    func failure(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            #expect(await post(responder, "/count?bad", "a").status == 400)
            let again = await post(responder, "/count?bad", "a")
            #expect(again.headers["idempotency-replayed"] == nil)
            // What it wrote stays written once all the same.
            #expect(try await counter.value == 1)
        }
    }

    @Test(
        "the same request twice at once: one is carried out, the other told to come back", arguments: Backend.available)
    func concurrent(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            let first = Task { await post(responder, "/wait", "a") }
            try await counter.gate.waitFor(1)
            let second = await post(responder, "/wait", "a")
            #expect(second.status == 409)
            #expect(second.headers["retry-after"] == "1")
            counter.gate.open()
            #expect(await first.value.text == "1")
            #expect(await post(responder, "/wait", "a").text == "1")
        }
    }

    @Test("two servers over one database: one of them is refused", arguments: Backend.available)
    func twoServers(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            let other = Responder(
                routes: responder.routes, errorForms: [], settings: .init(), world: .live,
                idempotency: Idempotency(database: counter.database), observer: SeenRequests())
            let tasks = [responder, other].map { one in Task { await post(one, "/wait", "a") } }
            try await counter.gate.waitFor(2)
            counter.gate.open()
            var statuses: [Int] = []
            for task in tasks { statuses.append(await task.value.status) }
            #expect(statuses.sorted() == [200, 409])
            #expect(try await counter.value == 1)
        }
    }

    @Test("keys are forgotten after a day", arguments: Backend.available)
    func retention(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            #expect(await post(responder, "/count", "a").text == "1")
            try await counter.pass(minutes: 23 * 60)
            try await counter.idempotency.routine.run()
            #expect(await post(responder, "/count", "a").text == "1")
            try await counter.pass(minutes: 60)
            try await counter.idempotency.routine.run()
            #expect(await post(responder, "/count", "a").text == "2")
        }
    }

    @Test("a request is forgotten as a whole, a day after the last of its attempts", arguments: Backend.available)
    func wholeRequests(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            counter.crashes.add(1)
            #expect(await post(responder, "/crash", "a").status == 500)
            counter.crashes.add(-1)
            try await counter.pass(minutes: 23 * 60)
            #expect(await post(responder, "/crash", "a").text == "1 2")
            // As if the answer had been too large to keep.
            try await counter.database.write { transaction in
                _ = try transaction.sql.execute("DELETE FROM platform_idempotency WHERE step = 'answer'")
            }
            try await counter.pass(minutes: 2 * 60)
            try await counter.idempotency.routine.run()
            #expect(await post(responder, "/crash", "a").text == "1 2")
            #expect(try await counter.value == 2)
        }
    }

    @Test("more old keys than fit a batch are forgotten in several transactions", arguments: Backend.available)
    func manyKeys(_ backend: Backend) async throws {
        try await withCounter(backend) { counter, responder async throws in
            #expect(await post(responder, "/count", "new").text == "1")
            try await counter.database.write { transaction in
                let values = (0..<4500).flatMap { index -> [SQLValue] in
                    [.text("scope \(index / 2)"), .text("\(index)"), .text(""), .int(0), .blob([])]
                }
                _ = try transaction.sql.insert(
                    into: "platform_idempotency (scope, step, fingerprint, created_at, content)", width: 5,
                    values: values)
            }
            let before = counter.database.statistics.transactions
            try await counter.idempotency.routine.run()
            #expect(counter.database.statistics.transactions - before > 3)
            let left = try await counter.database.read { sql in
                try sql.first("SELECT COUNT(*) FROM platform_idempotency") { $0.int(0) }
            }
            #expect(left == 2, "the write and the answer of the new one")
        }
    }
}

extension Response {
    fileprivate var text: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }
}
