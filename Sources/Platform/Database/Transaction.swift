package import Core

/// A write in progress. Everything in it becomes durable together or not at all, the events it records included.
///
/// The work may be run more than once, when it lost against another writer: it must have no effect outside the
/// transaction.
package final class Transaction {
    package let sql: any SQLConnection
    private(set) var events: [PendingEvent] = []
    private(set) var commitActions: [@Sendable () -> Void] = []

    init(_ sql: any SQLConnection) { self.sql = sql }

    package var dialect: SQLDialect { sql.dialect }

    /// Records that something has happened, by whom and why.
    package func record(_ event: Event, by origin: Origin) { events.append(PendingEvent(event: event, origin: origin)) }

    /// Does something once the transaction is committed, such as waking whoever waits for what it wrote. It must be
    /// quick, and nothing may depend on it: a server that stops in between never does it.
    package func afterCommit(_ action: @escaping @Sendable () -> Void) { commitActions.append(action) }
}

/// An event that has no place in the log yet.
package struct PendingEvent: Sendable {
    package let event: Event
    package let origin: Origin
}
