import Core
import Dispatch
import Platform
import Synchronization
import TestSupport
import Testing

/// Opens an empty database and lends its writing connection, outside any transaction.
func withConnection(_ backend: Backend, _ body: (any SQLConnection) throws -> Void) throws {
    let storage = try TestDatabase(backend)
    try storage.driver.connect(.writing).withConnection { connection in try body(connection) }
    withExtendedLifetime(storage) {}
}

/// Holds threads of a database until the test lets them go on.
final class ThreadHold: Sendable {
    private struct State {
        var held = 0
        var waiting: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let state = Mutex(State())
    private let opened = DispatchSemaphore(value: 0)

    /// Called on the thread to be held.
    func pass() {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.held += 1
            guard let waiting = state.waiting, state.held >= waiting.count else { return nil }
            state.waiting = nil
            return waiting.continuation
        }
        continuation?.resume()
        opened.wait()
    }

    /// Returns when this many threads have come here.
    func waitUntilHeld(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.held < count { state.waiting = (count, continuation) }
                return state.held >= count
            }
            if isHeld { continuation.resume() }
        }
    }

    func open() {
        for _ in 0..<state.withLock({ $0.held }) { opened.signal() }
    }
}

/// Counts across threads.
final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    @discardableResult
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }

    var value: Int { count.load(ordering: .relaxed) }
}

/// What `body` throws, if it is of that kind.
func sqlError(_ body: () throws -> Void) -> SQLError? {
    do {
        try body()
        return nil
    } catch {
        return error as? SQLError
    }
}

func failure<Value>(_ body: () async throws -> Value) async -> Failure? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? Failure
    }
}

extension TestServices {
    /// Holds all writing threads, runs `body`, and lets them go on.
    func whileWritersAreHeld(_ body: (inout ThrowingTaskGroup<Void, any Error>) async throws -> Void) async throws {
        let gate = ThreadHold()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for held in 1...storage.driver.writers {
                group.addTask { try await self.database.write { _ in gate.pass() } }
                // One after the other: a thread that is free would take two of them as a group.
                await gate.waitUntilHeld(held)
            }
            do {
                try await body(&group)
            } catch {
                gate.open()
                throw error
            }
            gate.open()
            try await group.waitForAll()
        }
    }

    /// Starts `count` writes while every writing thread is held, so that they find themselves in the same queue.
    func writeTogether<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int, Transaction) throws -> Value
    ) async throws -> [Result<Value, any Error>] {
        let answers = Answers<Value>()
        try await whileWritersAreHeld { group in
            for index in 0..<count {
                group.addTask {
                    do {
                        answers.set(index, .success(try await self.database.write { try body(index, $0) }))
                    } catch {
                        answers.set(index, .failure(error))
                    }
                }
            }
            while database.waiting.writes < count { try await Task.sleep(for: .milliseconds(1)) }
        }
        return (0..<count).compactMap { answers.all[$0] }
    }
}

private final class Answers<Value: Sendable>: Sendable {
    private let results = Mutex<[Int: Result<Value, any Error>]>([:])

    func set(_ index: Int, _ result: Result<Value, any Error>) { results.withLock { $0[index] = result } }

    var all: [Int: Result<Value, any Error>] { results.withLock { $0 } }
}

let itemMigration = Migration(
    "test-001-items", "CREATE TABLE test_item (name {text} PRIMARY KEY, value {integer} NOT NULL);")

extension SQLConnection {
    func addItem(_ name: String, _ value: Int64) throws {
        try execute("INSERT INTO test_item (name, value) VALUES (?1, ?2)", [.text(name), .integer(value)])
    }

    func itemNames() throws -> [String] { try rows("SELECT name FROM test_item ORDER BY name") { $0.text(0) } }

    func itemValue(_ name: String) throws -> Int64? {
        try first("SELECT value FROM test_item WHERE name = ?1", [.text(name)]) { $0.integer(0) }
    }
}
