package import Core
import Foundation

/// A write that waits for its turn.
protocol WriteJob: Sendable {
    /// What it changes, as a number; nil when that is nothing others change.
    var key: Int64? { get }
    /// - Returns: what to do once the transaction is durable.
    func run(_ transaction: Transaction) throws -> @Sendable () -> Void
    func fail(_ error: any Error)
}

/// Puts the events of a transaction into the log, as the last thing before its commit: whatever lock it takes for that
/// is taken last and held only over the commit, so that two groups never wait for each other in a circle because of it.
package protocol EventRecorder: Sendable {
    /// Whether the log can take the event; asked while its write can still be taken back alone.
    /// - Throws: `invalid` when it cannot.
    func check(_ event: PendingEvent) throws(Failure)
    func append(_ events: [PendingEvent], _ connection: any SQLConnection) throws
    /// Called after the commit of a transaction that had events.
    func committed()
}

/// Many small writes in one transaction: they share the flush to the disk, which is what a commit costs.
///
/// A write that throws takes back only its own changes (a savepoint each). A group that lost against another writer
/// (a deadlock, or a lock that it waited for too long) is run again in halves, which hold fewer locks for a shorter
/// time, and so is one that failed for what may be one member's fault. One that fails at its commit otherwise (disk
/// full, connection lost) fails for every member, since none of it is stored.
struct GroupCommit: Sendable {
    let recorder: any EventRecorder
    /// How often a lone write is run.
    let attempts: Int
    let statistics: DatabaseStatistics

    func run(_ jobs: [any WriteJob], _ worker: any DatabaseWorker) { run(jobs, worker, attempt: 1) }

    private func run(_ jobs: [any WriteJob], _ worker: any DatabaseWorker, attempt: Int) {
        var group = Group()
        do {
            try worker.withConnection { transaction(jobs, $0, &group) }
        } catch {
            group.error = error
        }
        switch group.error {
        case nil: deliver(group, worker, attempt)
        case SQLError.conflict? where attempt < attempts: runAgain(jobs, worker, attempt)
        // Alone it has waited its time; and before the group has begun, all of it has.
        case SQLError.locked? where jobs.count > 1 && group.hasBegun: runAgain(jobs, worker, attempt)
        case SQLError.lost? where attempt < attempts:
            statistics.countRetry()
            run(jobs, worker, attempt: attempt + 1)
        case let error? where jobs.count > 1 && Self.mayConcernOne(error): runAgain(jobs, worker, attempt)
        case let error?:
            for (index, job) in jobs.enumerated() { job.fail(group.failed[index] ?? error) }
            statistics.countFailed(jobs.count)
        }
    }

    /// Whether a single member may be to blame for what befell all: then the others must not pay for it.
    private static func mayConcernOne(_ error: any Error) -> Bool {
        switch error {
        case SQLError.value, SQLError.statement, SQLError.duplicate, SQLError.timeout, is Failure: true
        default: false
        }
    }

    private func deliver(_ group: Group, _ worker: any DatabaseWorker, _ attempt: Int) {
        for action in group.commitActions { action() }
        for deliver in group.done { deliver() }
        if !group.done.isEmpty {
            if !group.events.isEmpty { recorder.committed() }
            statistics.countTransaction(writes: group.done.count)
        }
        for (index, error) in group.failed {
            let job = group.jobs[index]
            if case SQLError.duplicate = error, attempt == 1 {
                // Another writer may have made the same thing since this one looked. Now it will find it, and can say
                // so in its own words.
                run([job], worker, attempt: 2)
            } else {
                job.fail(error)
                statistics.countFailed(1)
            }
        }
    }

    private func runAgain(_ jobs: [any WriteJob], _ worker: any DatabaseWorker, _ attempt: Int) {
        statistics.countRetry()
        // Two that clashed must not clash again in step.
        Thread.sleep(forTimeInterval: .random(in: 0...0.001) * Double(1 << min(attempt, 6)))
        guard jobs.count > 1 else {
            run(jobs, worker, attempt: attempt + 1)
            return
        }
        run(Array(jobs[..<(jobs.count / 2)]), worker, attempt: 1)
        run(Array(jobs[(jobs.count / 2)...]), worker, attempt: 1)
    }

    private struct Group {
        var jobs: [any WriteJob] = []
        var done: [@Sendable () -> Void] = []
        /// What members threw, by their index.
        var failed: [Int: any Error] = [:]
        var events: [PendingEvent] = []
        /// What members asked for once they are durable, before anybody is answered.
        var commitActions: [@Sendable () -> Void] = []
        /// Whether it has got as far as its members.
        var hasBegun = false
        /// What befell the transaction as a whole.
        var error: (any Error)?
    }

    private func transaction(_ jobs: [any WriteJob], _ connection: any SQLConnection, _ group: inout Group) {
        group.jobs = jobs
        do {
            if jobs.count == 1 {
                try connection.begin(.writing)
            } else {
                try connection.beginGroup(holding: Set(jobs.compactMap(\.key)))
            }
            group.hasBegun = true
            for index in jobs.indices { try member(index, connection, &group) }
            if group.done.isEmpty {
                try? connection.rollback()
                return
            }
            if !group.events.isEmpty {
                if jobs.count > 1 { try connection.waitPatiently() }
                try recorder.append(group.events, connection)
            }
            try connection.commit()
        } catch {
            group.error = error
            try? connection.rollback()
        }
    }

    /// - Throws: what makes the whole transaction useless.
    private func member(_ index: Int, _ connection: any SQLConnection, _ group: inout Group) throws {
        let transaction = Transaction(connection)
        // A lone write needs no savepoint: the transaction is taken back as a whole.
        let isAlone = group.jobs.count == 1
        if !isAlone { try connection.setSavepoint() }
        do {
            let deliver = try group.jobs[index].run(transaction)
            for event in transaction.events { try recorder.check(event) }
            if !isAlone { try connection.releaseSavepoint() }
            group.done.append(deliver)
            group.events += transaction.events
            group.commitActions += transaction.commitActions
        } catch {
            switch error {
            case SQLError.conflict, SQLError.locked, SQLError.lost: throw error
            default: break
            }
            group.failed[index] = error
            guard !isAlone else { return }
            do { try connection.rollBackToSavepoint() } catch let second {
                // SQLite gives up the whole transaction by itself when the disk is full, savepoints included.
                if case SQLError.lost = second { throw second }
                throw error is SQLError ? error : second
            }
        }
    }
}
