package import Core
import Synchronization

/// The writes of one request that its client may send again. The first time, each write is recorded with its result in
/// its own transaction: the change and the record of it exist together or not at all. When the request comes again, a
/// write that has a record is not done; its result is given back, and the handler makes its answer from that.
///
/// A write is recognised by the function that asked for it, and by how many it had asked for before. So a write that is
/// needed only sometimes, such as one for a name that is new, is never taken for another.
package final class RepeatableWrites: Sendable {
    /// The writes of the request that the current task works on; nil for everything that has no `Idempotency-Key`.
    @TaskLocal package static var current: RepeatableWrites?

    let scope: String
    let fingerprint: String
    private let done: [String: [UInt8]]
    private let state = Mutex(State())

    private struct State {
        /// Writes asked for, by the function that asked.
        var counts: [String: Int] = [:]
        var isLost = false
        var isOvertaken = false
    }

    /// - Parameters:
    ///   - scope: names the request: who sends it, and its key.
    ///   - fingerprint: tells another request of the same name apart.
    ///   - done: what was recorded before, by step.
    init(scope: String, fingerprint: String, done: [String: [UInt8]]) {
        self.scope = scope
        self.fingerprint = fingerprint
        self.done = done
    }

    /// Whether the handler has asked for a write.
    var isUsed: Bool { state.withLock { !$0.counts.isEmpty } }

    /// Whether a write was done before and its result could not be kept.
    var isLost: Bool { state.withLock { $0.isLost } }

    /// Whether another server has made a write of this request meanwhile.
    var isOvertaken: Bool { state.withLock { $0.isOvertaken } }

    /// - Parameter place: the function that asks.
    func write<Value: Sendable>(
        at place: String, _ body: @escaping @Sendable (Transaction) throws -> Value,
        perform: (@escaping @Sendable (Transaction) throws -> Value) async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let number = state.withLock { state in
            state.counts[place, default: 0] += 1
            return state.counts[place, default: 0]
        }
        let step = "\(place) \(number)"
        if let result = done[step] {
            guard result != WriteResult.lost else {
                state.withLock { $0.isLost = true }
                throw Failure(.conflict, "this request was carried out before")
            }
            return try WriteResult.decode(result)
        }
        return try await perform { [self] transaction in
            let value = try body(transaction)
            try record(step, WriteResult.encode(value), transaction)
            return value
        }
    }

    /// - Throws: `conflict` when another server has recorded the same write; the transaction is then taken back.
    private func record(_ step: String, _ content: [UInt8], _ transaction: Transaction) throws {
        let inserted = try transaction.sql.execute(
            """
            INSERT INTO platform_idempotency (scope, step, fingerprint, created_at, content)
            VALUES (?1, ?2, ?3, \(transaction.dialect.now), ?4) ON CONFLICT (scope, step) DO NOTHING
            """, [.text(scope), .text(step), .text(fingerprint), .blob(content)])
        guard inserted == 1 else {
            state.withLock { $0.isOvertaken = true }
            throw Failure(.conflict, "the same request is at work on another server", hint: "Try again in a second.")
        }
    }
}

/// What a write gives back, when that can be kept with the write itself: the result of a write that is not done again.
package protocol Replayable {
    var replay: JSON { get }
    init(replay: JSON) throws(Failure)
}

/// Results of writes as stored bytes.
enum WriteResult {
    /// Stands for a result that cannot be kept.
    static let lost: [UInt8] = []

    static func encode<Value>(_ value: Value) -> [UInt8] {
        if value is Void { return JSON.null.serialised() }
        if let response = value as? Response, case .stream = response.body { return lost }
        guard let value = value as? any Replayable else { return lost }
        return value.replay.serialised()
    }

    static func decode<Value>(_ bytes: [UInt8]) throws(Failure) -> Value {
        if let nothing = () as? Value {
            // The result of some other write would mean that this one was never made.
            guard bytes == JSON.null.serialised() else { throw mismatch }
            return nothing
        }
        if let type = Value.self as? any Replayable.Type,
            let value = try type.init(
                replay: try JSONParser.parse(bytes)) as? Value
        {
            return value
        }
        throw mismatch
    }

    static var mismatch: Failure { Failure(.bug, "a stored result is of another type") }
}

extension String: Replayable {
    package var replay: JSON { .string(self) }
    package init(replay: JSON) throws(Failure) {
        guard let text = replay.text else { throw WriteResult.mismatch }
        self = text
    }
}

extension Int64: Replayable {
    package var replay: JSON { .integer(self) }
    package init(replay: JSON) throws(Failure) {
        guard case .integer(let value) = replay else { throw WriteResult.mismatch }
        self = value
    }
}

extension Int: Replayable {
    package var replay: JSON { .int(self) }
    package init(replay: JSON) throws(Failure) {
        guard let value = replay.int else { throw WriteResult.mismatch }
        self = value
    }
}

extension Bool: Replayable {
    package var replay: JSON { .bool(self) }
    package init(replay: JSON) throws(Failure) {
        guard let value = replay.flag else { throw WriteResult.mismatch }
        self = value
    }
}

extension JSON: Replayable {
    package var replay: JSON { self }
    package init(replay: JSON) throws(Failure) { self = replay }
}

extension Optional: Replayable where Wrapped: Replayable {
    package var replay: JSON { map { .array([$0.replay]) } ?? .null }
    package init(replay: JSON) throws(Failure) {
        switch replay {
        case .null: self = nil
        case .array(let elements) where elements.count == 1: self = try Wrapped(replay: elements[0])
        default: throw WriteResult.mismatch
        }
    }
}

extension Array: Replayable where Element: Replayable {
    package var replay: JSON { .array(map(\.replay)) }
    package init(replay: JSON) throws(Failure) {
        guard let elements = replay.elements else { throw WriteResult.mismatch }
        self = []
        for element in elements { append(try Element(replay: element)) }
    }
}
