import Core
import Platform
import Synchronization

/// The names of metrics, parameters and tags, and the numbers that stand for them in the tables.
///
/// A name gets its number in a transaction of its own, before the one that uses it, and is remembered only then: what
/// is remembered is never rolled back. Numbers are not given up again, so servers that share a database agree.
final class KeyNames: Sendable {
    private struct Memory {
        var numbers: [ExactText: Int64] = [:]
        var names: [Int64: String] = [:]
    }

    /// Names remembered at most; beyond it remembering begins anew.
    private static let limit = 100_000

    private let memory = Mutex(Memory())

    /// The numbers of names, which are given one where they have none. A number is for ever, so none is given for a
    /// request that fails.
    /// - Parameter check: throws when what the names are for is not there; asked only before a number is given.
    func numbers(
        of names: [String], _ database: Database, for check: @escaping @Sendable (any SQLConnection) throws -> Void
    ) async throws(Failure) -> [Int64] {
        let known = memory.withLock { memory in names.map { memory.numbers[ExactText($0)] } }
        if !known.contains(nil) { return known.map { $0! } }
        var missing: Set<ExactText> = []
        for (name, number) in zip(names, known) where number == nil { missing.insert(ExactText(name)) }
        let wanted = missing.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let fresh = try await database.writeUnrecorded(key: "tracking_key") { transaction in
            var numbers = try Self.numbers(of: wanted, transaction.sql)
            let new = wanted.filter { numbers[ExactText($0)] == nil }
            guard !new.isEmpty else { return numbers }
            try check(transaction.sql)
            try transaction.sql.insert(
                into: "tracking_key (name)", width: 1, suffix: "ON CONFLICT (name) DO NOTHING",
                values: new.map(SQLValue.text))
            try numbers.merge(Self.numbers(of: new, transaction.sql)) { old, _ in old }
            return numbers
        }
        remember(fresh)
        return try zip(names, known).map { name, number throws(Failure) in
            guard let number = number ?? fresh[ExactText(name)] else {
                throw Failure(.bug, "a key has no number", cause: "\(name.prefix(100))")
            }
            return number
        }
    }

    private static func numbers(of names: [String], _ sql: any SQLConnection) throws -> [ExactText: Int64] {
        var numbers: [ExactText: Int64] = [:]
        try sql.forEach(in: names.map(SQLValue.text)) { list, arguments in
            try sql.forEach("SELECT id, name FROM tracking_key WHERE name IN (\(list))", arguments) { row in
                numbers[ExactText(row.text(1))] = row.integer(0)
            }
        }
        return numbers
    }

    /// The number of a name, if it has one. `sql` reads what is committed.
    func number(of name: String, _ sql: any SQLConnection) throws -> Int64? {
        if let number = memory.withLock({ $0.numbers[ExactText(name)] }) { return number }
        guard
            let number = try sql.first(
                "SELECT id FROM tracking_key WHERE name = ?1", [.text(name)], { $0.integer(0) })
        else { return nil }
        remember([ExactText(name): number])
        return number
    }

    /// The names of numbers that stand in a table. `sql` reads what is committed.
    func names(of numbers: Set<Int64>, _ sql: any SQLConnection) throws -> [Int64: String] {
        var names = [Int64: String](minimumCapacity: numbers.count)
        var missing: [Int64] = []
        memory.withLock { memory in
            for number in numbers {
                if let name = memory.names[number] { names[number] = name } else { missing.append(number) }
            }
        }
        var fresh: [ExactText: Int64] = [:]
        try sql.forEach(in: missing) { list, arguments in
            try sql.forEach("SELECT id, name FROM tracking_key WHERE id IN (\(list))", arguments) { row in
                names[row.integer(0)] = row.text(1)
                fresh[ExactText(row.text(1))] = row.integer(0)
            }
        }
        guard names.count == numbers.count else { throw Failure(.bug, "a key has no name") }
        remember(fresh)
        return names
    }

    private func remember(_ fresh: [ExactText: Int64]) {
        if fresh.isEmpty { return }
        memory.withLock { memory in
            if memory.numbers.count + fresh.count > Self.limit { memory = Memory() }
            for (name, number) in fresh {
                memory.numbers[name] = number
                memory.names[number] = name.text
            }
        }
    }
}

/// A text that is equal to another only byte by byte.
struct ExactText: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: Self, right: Self) -> Bool {
        var (left, right) = (left.text, right.text)
        return left.withUTF8 { left in right.withUTF8 { right in left.elementsEqual(right) } }
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
