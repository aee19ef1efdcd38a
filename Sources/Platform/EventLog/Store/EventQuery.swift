package import Core

/// What is asked of the log. Everything given must hold.
package struct EventQuery: Sendable {
    package enum Order: Sendable {
        case oldestFirst
        case newestFirst
    }

    /// Exactly this subject.
    package var subject: String?
    /// This subject and everything below it: `model/fraud` also finds `model/fraud/version/3`.
    package var subjectTree: String?
    /// One of these kinds; empty means all.
    package var kinds: [String] = []
    /// Where the last page ended: later entries only, or earlier ones when the newest come first.
    package var after: Int64?
    package var order = Order.oldestFirst
    /// At most this many: 1 to 1000.
    package var limit = 100

    package init() {}
}

extension EventLog {
    /// Events by subject or kind, paged by their sequence.
    package static func events(_ query: EventQuery, _ sql: any SQLConnection) throws -> [RecordedEvent] {
        var conditions: [String] = []
        var arguments: [SQLValue] = []
        func parameter(_ value: SQLValue) -> String {
            arguments.append(value)
            return "?\(arguments.count)"
        }
        if let subject = query.subject {
            conditions.append("subject = \(parameter(.text(EventEntry.subject(subject))))")
        }
        if let tree = query.subjectTree {
            // The subtree is a range of text in byte order: "/" is followed by "0".
            let (exact, low, high) = (
                parameter(.text(EventEntry.subject(tree))), parameter(.text(tree + "/")), parameter(.text(tree + "0"))
            )
            conditions.append("(subject = \(exact) OR (subject >= \(low) AND subject < \(high)))")
        }
        if !query.kinds.isEmpty {
            conditions.append("kind IN (\(query.kinds.map { parameter(.text($0)) }.joined(separator: ", ")))")
        }
        let isForward = query.order == .oldestFirst
        if let after = query.after {
            conditions.append("sequence \(isForward ? ">" : "<") \(parameter(.integer(after)))")
        }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let limit = parameter(.int(min(max(query.limit, 1), 1000)))
        return try sql.rows(
            """
            SELECT time, entry FROM eventlog_entry \(filter)
            ORDER BY sequence \(isForward ? "ASC" : "DESC") LIMIT \(limit)
            """, arguments
        ) { row in
            try EventEntry.parse(Array(row.text(1).utf8), time: Timestamp(milliseconds: row.integer(0)))
        }
    }
}
