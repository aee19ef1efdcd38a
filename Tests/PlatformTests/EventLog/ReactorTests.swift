import Core
import Logging
import Platform
import Synchronization
import TestSupport
import Testing

@Suite("Reactors")
struct ReactorTests {
    /// A server with an event log; waiting takes no time.
    private final class Server: Sendable {
        let database: Database
        let runner: Runner
        /// What was waited for, how long whatever it was.
        let waitList = WaitList()
        private let storage: TestDatabase

        init(_ backend: Backend) throws {
            storage = try TestDatabase(backend)
            let table = Migration("test-001", "CREATE TABLE test_row (id {integer} PRIMARY KEY);")
            let clock = Timestamp(milliseconds: 1_764_000_000_000)
            try Migrations.apply(EventLog.migrations + Runner.migrations + [table], storage.driver, now: clock)
            let signal = EventSignal()
            database = try Database(driver: storage.driver, recorder: EventLog(now: { clock }, signal: signal))
            var world = World.live
            world.sleep = { [waitList] duration in
                waitList.add(duration)
                try await Task.sleep(for: .milliseconds(2))
            }
            runner = Runner(database: database, world: world, signal: signal, logger: .quiet)
        }

        deinit { database.close() }

        func record(_ kinds: [String]) async throws {
            for kind in kinds {
                try await database.write { $0.record(Event(kind: kind, subject: "x", details: .null), by: .system) }
            }
        }

        func rows() async throws -> [Int] {
            try await database.read { try $0.rows("SELECT id FROM test_row ORDER BY id") { $0.int(0) } }
        }

        func problems() async throws -> [String] {
            try await database.read { sql in
                try sql.rows("SELECT reactor, sequence, message FROM platform_reactor_problem ORDER BY sequence") {
                    "\($0.text(0)) \($0.int(1)): \($0.text(2))"
                }
            }
        }

        /// Runs a reactor as the server does, until `condition` holds.
        func run(_ reactor: Reactor, until condition: () async throws -> Bool) async throws {
            let task = Task { await runner.run(routines: [], reactors: [reactor]) }
            while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
            task.cancel()
            await task.value
        }
    }

    private final class WaitList: Sendable {
        private let list = Mutex<[Duration]>([])

        var all: [Duration] { list.withLock { $0 } }

        func add(_ duration: Duration) { list.withLock { $0.append(duration) } }
    }

    private static func reactor(
        _ kinds: Set<String>, _ check: @escaping @Sendable (RecordedEvent) throws -> Void = { _ in }
    ) -> Reactor {
        Reactor("r", kinds: kinds) { event, transaction in
            try transaction.sql.execute("INSERT INTO test_row (id) VALUES (?1)", [.integer(event.sequence)])
            try check(event)
        }
    }

    @Test(
        "a reactor sees each event once in what it writes, also after it failed half-way", arguments: Backend.available)
    func reactor(_ backend: Backend) async throws {
        let server = try Server(backend)
        try await server.record((0..<10).map { "test.n\($0 % 2)" })
        let failing = Self.reactor(["test.n1"]) { event in
            if event.sequence == 5 { throw Failure(.unavailable, "half-way") }
        }
        // A step takes no further event after some time, so it may take more than one to come to the fifth.
        await #expect(throws: Failure.self) { while true { try await server.runner.step(failing) } }
        #expect(try await !server.rows().contains(5))
        let working = Self.reactor(["test.n1"])
        while try await server.runner.step(working) > 0 {}
        #expect(try await server.rows() == [1, 3, 5, 7, 9])
    }

    @Test("a long log of what it does not want is gone through in few steps", arguments: Backend.available)
    func unwanted(_ backend: Backend) async throws {
        let server = try Server(backend)
        try await server.database.write { transaction in
            for number in 0..<5000 {
                let kind = number == 4500 ? "test.wanted" : "test.other"
                transaction.record(Event(kind: kind, subject: "x", details: .null), by: .system)
            }
        }
        var steps: [Int] = []
        let reactor = Self.reactor(["test.wanted"])
        while true {
            let step = try await server.runner.step(reactor)
            if step == 0 { break }
            steps.append(step)
        }
        #expect(steps.reduce(0, +) == 5000)
        #expect(steps.count <= 3)
        #expect(try await server.rows() == [4500])
    }

    @Test("an event that it fails at again and again is given up; later ones arrive", arguments: Backend.available)
    func indigestible(_ backend: Backend) async throws {
        let server = try Server(backend)
        try await server.record(["test.good", "test.good", "test.bad", "test.good", "test.bad", "test.good"])
        let reactor = Self.reactor(["test.good", "test.bad"]) { event in
            if event.event.kind == "test.bad" { throw Failure(.invalid, "no such thing") }
        }
        try await server.run(reactor) { try await server.rows().count == 4 }
        #expect(try await server.rows() == [0, 1, 3, 5])
        #expect(try await server.problems() == ["r 2: no such thing", "r 4: no such thing"])
        let longer = [1, 2, 4, 8, 16, 32, 60].map { Duration.seconds($0) }
        #expect(server.waitList.all.filter { $0 != .seconds(5) } == longer + longer)

        let metrics = Metrics()
        metrics.addReactors(["r", "new"], server.database)
        let lines = String(decoding: await metrics.text(), as: UTF8.self).split(separator: "\n")
        #expect(lines.contains(#"steward_reactor_events_behind{reactor="r"} 0"#))
        #expect(lines.contains(#"steward_reactor_events_behind{reactor="new"} 6"#))
        #expect(lines.contains(#"steward_reactor_events_given_up{reactor="r"} 2"#))
        #expect(lines.contains(#"steward_reactor_events_given_up{reactor="new"} 0"#))
    }

    @Test("an entry that nobody can read stops only those who want it, and not for ever", arguments: Backend.available)
    func unreadable(_ backend: Backend) async throws {
        let server = try Server(backend)
        try await server.record(["test.good", "test.strange", "test.good"])
        _ = try await server.database.write { transaction in
            try transaction.sql.execute("UPDATE eventlog_entry SET entry = '{\"v\":2}' WHERE sequence = 1")
        }
        let good = Self.reactor(["test.good"])
        while try await server.runner.step(good) > 0 {}
        #expect(try await server.rows() == [0, 2])
        let other = Reactor("other", kinds: ["test.good", "test.strange"]) { event, transaction in
            try transaction.sql.execute("INSERT INTO test_row (id) VALUES (?1)", [.integer(event.sequence + 10)])
        }
        try await server.run(other) { try await server.rows().contains(12) }
        #expect(try await server.rows() == [0, 2, 10, 12])
        #expect(try await server.problems() == ["other 1: an entry of the event log has an unknown form"])
    }

    @Test("what is not the event's fault is waited out, however long it lasts", arguments: Backend.available)
    func unavailable(_ backend: Backend) async throws {
        let server = try Server(backend)
        try await server.record(["test.good"])
        let count = Counter()
        let reactor = Self.reactor(["test.good"]) { _ in
            if count.next() < 30 { throw Failure(.unavailable, "not now") }
        }
        try await server.run(reactor) { try await server.rows() == [0] }
        #expect(try await server.problems().isEmpty)
    }
}
