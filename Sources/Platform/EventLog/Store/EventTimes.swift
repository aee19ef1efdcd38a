import Core

/// Finds where in the log a time lies, by halving: sequence numbers rise with time, but for the differences of the
/// clocks of several servers and for clocks that are set.
enum EventTimes {
    /// How far times may be out of order, in milliseconds: ten minutes.
    private static let disorder: Int64 = 600_000

    /// No entry before this one was recorded at `time` or later.
    static func firstSequence(notBefore time: Timestamp, _ sql: any SQLConnection) throws -> Int64 {
        try boundary(time.milliseconds - disorder, sql)
    }

    /// No entry from this one on was recorded before `time`.
    static func sequenceEnd(before time: Timestamp, _ sql: any SQLConnection) throws -> Int64 {
        try boundary(time.milliseconds + disorder, sql)
    }

    /// The first entry at or after a time, where times rise.
    private static func boundary(_ time: Int64, _ sql: any SQLConnection) throws -> Int64 {
        var low: Int64 = 0
        var high = try EventLog.size(sql)
        while low < high {
            let middle = low + (high - low) / 2
            let found = try sql.first(
                "SELECT time FROM eventlog_entry WHERE sequence = ?1", [.integer(middle)]
            ) { $0.integer(0) }
            guard let found else { throw SQLError.corrupt(cause: "eventlog_entry lacks \(middle)") }
            if found < time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
