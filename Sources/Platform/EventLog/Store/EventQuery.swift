package import Core

/// What is asked of the log. Everything given must hold.
package struct EventQuery: Sendable {
    package enum Order: Sendable {
        case oldestFirst
        case newestFirst
    }

    /// Exactly this subject.
    package var subject: String?
    /// This subject and everything below it: `model/17` also finds `model/17/version/3`.
    package var subjectTree: String?
    /// One of these kinds; empty means all.
    package var kinds: [String] = []
    /// Done by whoever has this name.
    package var actor: String?
    /// Recorded at this time or later.
    package var since: Timestamp?
    /// Recorded before this time.
    package var until: Timestamp?
    /// Where the last page ended: later entries only, or earlier ones when the newest come first.
    package var after: Int64?
    /// Entries before this one only.
    package var end: Int64?
    package var order = Order.oldestFirst
    /// At most this many: 1 to 1000.
    package var limit = 100

    package init() {}
}

extension EventLog {
    /// Events by subject or kind, paged by their sequence.
    package static func events(_ query: EventQuery, _ sql: any SQLConnection) throws -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        try forEach(query, sql) { event, _ in events.append(event) }
        return events
    }

    /// Entries that are read at a time where their bytes are counted.
    private static let pageStep = 64

    /// The same, but no more once `bytes` of entries are reached, whatever the limit says.
    package static func page(
        _ query: EventQuery, bytes limit: Int, _ sql: any SQLConnection
    ) throws -> (events: [RecordedEvent], hasMore: Bool) {
        var events: [RecordedEvent] = []
        var bytes = 0
        let wanted = min(max(query.limit, 1), 1000)
        var step = query
        while true {
            let before = events.count
            // One more than wanted shows whether there is more.
            step.limit = min(pageStep, wanted + 1 - before)
            var isFull = false
            try forEach(step, sql) { event, size in
                if isFull || events.count == wanted || bytes >= limit {
                    isFull = true
                    return
                }
                events.append(event)
                bytes += size
            }
            if isFull { return (events, true) }
            guard events.count - before == step.limit else { return (events, false) }
            step.after = events.last?.sequence
        }
    }

    /// - Parameter body: is given the bytes of the entry's text, too.
    private static func forEach(
        _ query: EventQuery, _ sql: any SQLConnection, _ body: (RecordedEvent, Int) throws -> Void
    ) throws {
        let (condition, arguments) = try clauses(query, sql)
        try sql.forEach(
            "SELECT sequence, time, kind, subject, entry FROM eventlog_entry \(condition)", arguments
        ) { row in
            let text = Array(row.text(4).utf8)
            try body(event(row, text), text.count)
        }
    }

    /// As `events`, but only where they are: of entries that cannot be read, too.
    static func sequences(_ query: EventQuery, _ sql: any SQLConnection) throws -> [Int64] {
        let (condition, arguments) = try clauses(query, sql)
        return try sql.rows("SELECT sequence FROM eventlog_entry \(condition)", arguments) { $0.integer(0) }
    }

    /// What follows the table's name.
    private static func clauses(
        _ query: EventQuery, _ sql: any SQLConnection
    ) throws -> (text: String, arguments: [SQLValue]) {
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
        if let actor = query.actor {
            let member = "\"name\":" + String(decoding: try JSON.string(actor).canonical(), as: UTF8.self)
            conditions.append("\(sql.dialect.entryActor) = \(parameter(.text(member)))")
        }
        if let since = query.since {
            let first = try EventTimes.firstSequence(notBefore: since, sql)
            conditions.append("sequence >= \(parameter(.integer(first)))")
            conditions.append("time >= \(parameter(.integer(since.milliseconds)))")
        }
        if let until = query.until {
            let end = try EventTimes.sequenceEnd(before: until, sql)
            conditions.append("sequence < \(parameter(.integer(end)))")
            conditions.append("time < \(parameter(.integer(until.milliseconds)))")
        }
        let isForward = query.order == .oldestFirst
        if let after = query.after {
            conditions.append("sequence \(isForward ? ">" : "<") \(parameter(.integer(after)))")
        }
        if let end = query.end { conditions.append("sequence < \(parameter(.integer(end)))") }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let limit = parameter(.int(min(max(query.limit, 1), 1000)))
        return ("\(filter) ORDER BY sequence \(isForward ? "ASC" : "DESC") LIMIT \(limit)", arguments)
    }

    /// The columns are what is searched, the entry is what is hashed: a list from columns that say something else than
    /// their entries would hide events that the tree still proves.
    private static func event(_ row: any SQLRow, _ text: [UInt8]) throws -> RecordedEvent {
        let event: RecordedEvent?
        do { event = try EventEntry.parse(text) } catch {
            // What a newer server has written is no damage.
            if error.code == .unsupported { throw error }
            event = nil
        }
        guard let event, event.sequence == row.integer(0),
            event.time.milliseconds == row.integer(1), event.event.kind.utf8.elementsEqual(row.text(2).utf8),
            event.event.subject.utf8.elementsEqual(row.text(3).utf8)
        else { throw SQLError.corrupt(cause: "row \(row.integer(0)) of eventlog_entry differs from its entry") }
        return event
    }
}
