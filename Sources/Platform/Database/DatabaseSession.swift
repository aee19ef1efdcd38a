package import Core
import Foundation

/// A database in the hands of one command, on the thread of its caller: no queue, no threads, and a transaction for
/// each call. What a server writes meanwhile over a shared PostgreSQL is kept apart by the database.
package final class DatabaseSession {
    package let dialect: SQLDialect
    private let worker: any DatabaseWorker
    private let recorder: any EventRecorder
    /// How often a transaction that lost against another writer is run again.
    private let attempts = 8

    /// The schema must be there already (`Migrations.apply`).
    package init(_ driver: any DatabaseDriver, recorder: any EventRecorder) throws(Failure) {
        dialect = driver.dialect
        self.recorder = recorder
        do { worker = try driver.connect(.writing) } catch { throw Failure(any: error) }
    }

    /// Runs `body` on one moment of the database.
    package func read<Value>(_ body: (any SQLConnection) throws -> Value) throws(Failure) -> Value {
        try Self.read(worker, body)
    }

    /// Runs `body` on one moment of a database that nothing is written to, however long that takes.
    package static func read<Value>(
        _ driver: any DatabaseDriver, _ body: (any SQLConnection) throws -> Value
    ) throws(Failure) -> Value {
        let worker: any DatabaseWorker
        do { worker = try driver.connect(.reading) } catch { throw Failure(any: error) }
        return try read(worker, body)
    }

    private static func read<Value>(
        _ worker: any DatabaseWorker, _ body: (any SQLConnection) throws -> Value
    ) throws(Failure) -> Value {
        do {
            return try worker.withConnection { connection in
                try connection.begin(.reading)
                do {
                    let value = try body(connection)
                    try connection.commit()
                    return value
                } catch {
                    try? connection.rollback()
                    throw error
                }
            }
        } catch {
            throw Failure(any: error)
        }
    }

    /// Runs `body` in a transaction; when this returns, what it wrote is on stable storage with its events. When `body`
    /// throws, nothing of it stays. It may be run more than once.
    package func write<Value>(_ body: (Transaction) throws -> Value) throws(Failure) -> Value {
        var attempt = 1
        while true {
            do {
                return try worker.withConnection { try transaction($0, body) }
            } catch SQLError.conflict where attempt < attempts {
            } catch SQLError.locked where attempt < attempts {
            } catch SQLError.lost where attempt < attempts {
            } catch {
                throw Failure(any: error)
            }
            attempt += 1
            Thread.sleep(forTimeInterval: 0.01 * Double(attempt))
        }
    }

    private func transaction<Value>(
        _ connection: any SQLConnection, _ body: (Transaction) throws -> Value
    ) throws -> Value {
        try connection.begin(.writing)
        let transaction = Transaction(connection)
        let value: Value
        do {
            value = try body(transaction)
            for event in transaction.events { try recorder.check(event) }
            if !transaction.events.isEmpty { try recorder.append(transaction.events, connection) }
            try connection.commit()
        } catch {
            try? connection.rollback()
            throw error
        }
        for action in transaction.commitActions { action() }
        if !transaction.events.isEmpty { recorder.committed() }
        return value
    }
}
