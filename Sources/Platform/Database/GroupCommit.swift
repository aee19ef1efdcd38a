/// A write that waits for its turn.
protocol WriteJob: Sendable {
    /// - Returns: what to do once the transaction is durable.
    func run(_ transaction: Transaction) throws -> @Sendable () -> Void
    func fail(_ error: any Error)
}

/// Puts the events of a transaction into the log, as the last thing before its commit.
package protocol EventRecorder: Sendable {
    func append(_ events: [PendingEvent], _ connection: any SQLConnection) throws
    /// Called after the commit of a transaction that had events.
    func committed()
}

/// Many small writes in one transaction: they share the flush to the disk, which is what a commit costs.
///
/// A write that throws takes back only its own changes (a savepoint each). A transaction that lost against another
/// writer is run again; one that fails at its commit fails for every member, since none of it is stored.
struct GroupCommit: Sendable {
    let recorder: any EventRecorder
    let attempts: Int
    let statistics: DatabaseStatistics

    func run(_ jobs: [any WriteJob], _ worker: any DatabaseWorker) {
        var waiting = jobs
        for attempt in 1...attempts {
            do {
                let group = try worker.withConnection { try transaction(waiting, $0) }
                for (job, error) in group.failed { job.fail(error) }
                for action in group.commitActions { action() }
                for deliver in group.done { deliver() }
                if group.hasEvents { recorder.committed() }
                statistics.countGroup(writes: group.done.count, failed: group.failed.count)
                return
            } catch let rejected as Rejected {
                rejected.job.fail(rejected.error)
                waiting.remove(at: rejected.index)
                if waiting.isEmpty { return }
            } catch SQLError.conflict where attempt < attempts {
                statistics.countRetry()
            } catch {
                for job in waiting { job.fail(error) }
                return
            }
        }
        for job in waiting { job.fail(SQLError.conflict(cause: "\(attempts) attempts")) }
    }

    private struct Group {
        var done: [@Sendable () -> Void] = []
        var failed: [(any WriteJob, any Error)] = []
        var events: [PendingEvent] = []
        var commitActions: [@Sendable () -> Void] = []
        var hasEvents: Bool { !events.isEmpty }
    }

    /// A lone write that threw: nothing else is in the transaction, so no savepoint is spent on it.
    private struct Rejected: Error {
        let index: Int
        let job: any WriteJob
        let error: any Error
    }

    private func transaction(_ jobs: [any WriteJob], _ connection: any SQLConnection) throws -> Group {
        try connection.begin(.writing)
        do {
            let group = try members(jobs, connection)
            if !group.events.isEmpty { try recorder.append(group.events, connection) }
            try connection.commit()
            return group
        } catch {
            try? connection.rollback()
            throw error
        }
    }

    private func members(_ jobs: [any WriteJob], _ connection: any SQLConnection) throws -> Group {
        var group = Group()
        let isAlone = jobs.count == 1
        for (index, job) in jobs.enumerated() {
            let transaction = Transaction(connection)
            if !isAlone { try connection.setSavepoint() }
            do {
                group.done.append(try job.run(transaction))
                group.events += transaction.events
                group.commitActions += transaction.commitActions
                if !isAlone { try connection.releaseSavepoint() }
            } catch SQLError.conflict(let cause) {
                throw SQLError.conflict(cause: cause)
            } catch {
                if isAlone { throw Rejected(index: index, job: job, error: error) }
                try connection.rollBackToSavepoint()
                group.failed.append((job, error))
            }
        }
        return group
    }
}
