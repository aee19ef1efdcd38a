import Core
import MLflow
import Platform

/// Some things of one kind, on their way to the other side in one transaction.
struct BatchTransfer {
    let transfer: Transfer
    let index: Int
    let kind: MigrationKind

    /// Rows that are handed to a writer together: what is in memory at a time.
    private static let pieceSize = 4096

    func run(_ keys: [String]) throws(Failure) {
        var keys = keys
        while !keys.isEmpty {
            var problems: [MigrationKey: String] = [:]
            do {
                let tally = try write(keys, &problems)
                try finish(keys, tally)
                return
            } catch let failure where problems.isEmpty {
                // Of several, one may be to blame: then the others must not pay for it.
                guard [.invalid, .conflict, .bug].contains(failure.code) else { throw failure }
                if keys.count == 1 {
                    let cause = failure.cause.map { " (\($0))" } ?? ""
                    return leaveOut(keys[0], failure.message + cause)
                }
                for key in keys { try run([key]) }
                return
            } catch {
                for key in keys { if let problem = problems[MigrationKey(key)] { leaveOut(key, problem) } }
                keys.removeAll { problems[MigrationKey($0)] != nil }
            }
        }
    }

    private func leaveOut(_ key: String, _ text: String) {
        transfer.report.kinds[index].leftOut += 1
        transfer.report.add(.leftOut, kind.rawValue, key, text)
        if kind == .experiment { transfer.experiments.remove(key) }
    }

    /// Reads everything and writes it, all or nothing.
    /// - Parameter problems: what is wrong with things that cannot be taken along.
    /// - Throws: when there are some, or the databases refuse.
    private func write(_ keys: [String], _ problems: inout [MigrationKey: String]) throws(Failure) -> RowTally {
        if transfer.settings.isDryRun {
            let tally = try read(keys, &problems) { _ in }
            if !problems.isEmpty { throw Failure(.invalid, "some of it cannot be taken along") }
            return tally
        }
        var found: [MigrationKey: String] = [:]
        defer { problems = found }
        return try transfer.target.write(kind) { writer in
            found = [:]
            let tally = try read(keys, &found, writer.write)
            if !found.isEmpty { throw Failure(.invalid, "some of it cannot be taken along") }
            try writer.finish(
                MigrationBatch(
                    kind: kind, digests: keys.map { ($0, tally.digest(of: $0)) }, origin: transfer.origin,
                    importID: transfer.report.importID))
            return tally
        }
    }

    private func read(
        _ keys: [String], _ problems: inout [MigrationKey: String], _ take: (MigrationRows) throws -> Void
    ) throws(Failure) -> RowTally {
        var tally = RowTally()
        var found: [MigrationKey: String] = [:]
        defer { problems = found }
        do {
            for table in transfer.source.store.tables(of: kind) {
                var rows = MigrationRows(table)
                try transfer.source.forEach(table, of: keys) { key, row in
                    if let problem = reference(table, row) {
                        let key = MigrationKey(key)
                        found[key] = found[key] ?? problem
                        return
                    }
                    tally.add(table, key, row)
                    rows.append(row)
                    if rows.count >= Self.pieceSize {
                        if found.isEmpty { try take(rows) }
                        rows.removeAll()
                    }
                } problem: { problem in
                    let key = MigrationKey(problem.key)
                    found[key] = found[key] ?? problem.text
                }
                if !rows.isEmpty, found.isEmpty { try take(rows) }
            }
        } catch {
            throw Failure(any: error)
        }
        return tally
    }

    /// What is wrong with the experiment that a thing belongs to.
    private func reference(_ table: MigrationTable, _ row: [SQLValue]) -> String? {
        guard table == .runs || table == .loggedModels || table == .traces, case .integer(let number) = row[1],
            !transfer.experiments.contains(String(number))
        else { return nil }
        return "its experiment \(number) is not there, or was left out"
    }

    /// Reads back what was written.
    private func finish(_ keys: [String], _ theirs: RowTally) throws(Failure) {
        transfer.report.kinds[index].written += keys.count
        guard !transfer.settings.isDryRun else { return transfer.report.add(source: theirs, target: nil) }
        var ours = RowTally()
        try transfer.target.forEach(kind, keys) { table, key, row in ours.add(table, key, row) }
        transfer.report.add(source: theirs, target: ours)
        for key in keys where theirs.digest(of: key) != ours.digest(of: key) {
            let (there, here) = (theirs.digest(of: key).count, ours.digest(of: key).count)
            transfer.report.add(
                .difference, kind.rawValue, key, "\(there) rows were read and \(here) are there, or they differ")
        }
    }
}
