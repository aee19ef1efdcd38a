package import Core

/// What a database driver reports. Domains seldom see it: `Database` turns what is left into a `Failure`.
package enum SQLError: Error, Sendable {
    /// A unique or primary key exists already. After it a PostgreSQL transaction accepts nothing more, so this is not
    /// for control flow: look first, or write `ON CONFLICT`.
    case duplicate(cause: String)
    /// The transaction lost against another one and may be run again as it was.
    case conflict(cause: String)
    /// Another transaction has held what this one needs for longer than it waits. As it was, it may be run again.
    case locked(cause: String)
    /// The connection was lost before the commit was asked for: nothing was stored, and it may be run again as it was.
    case lost(cause: String)
    /// The connection was lost during the commit: it may have been stored or not. Never run it again unasked.
    case uncertain(cause: String)
    case diskFull(cause: String)
    /// The file is damaged or no database. Nothing may be written any more.
    case corrupt(cause: String)
    /// The database cannot be reached, or refuses for now.
    case unavailable(cause: String)
    /// It takes longer than a statement may. To try again would take as long again.
    case timeout(cause: String)
    /// A value the database cannot hold: a zero byte in a text, not-a-number, a text too long for an index.
    case value(cause: String)
    /// The statement is wrong: a bug.
    case statement(cause: String)

    package var failure: Failure {
        switch self {
        case .duplicate(let cause): Failure(.conflict, "it exists already", cause: cause)
        case .conflict(let cause):
            Failure(.unavailable, "too many writers change the same thing", hint: "Try again.", cause: cause)
        case .locked(let cause):
            Failure(.unavailable, "another writer holds the database for too long", hint: "Try again.", cause: cause)
        case .lost(let cause), .unavailable(let cause):
            Failure(.unavailable, "the database is not available", hint: "Try again.", cause: cause)
        case .uncertain(let cause):
            // No client repeats a conflict by itself, as it does what is unavailable.
            Failure(
                .conflict, "the database was lost during the commit; whether the change was stored is not known",
                hint: "Look before you try again.", cause: cause)
        case .diskFull(let cause):
            Failure(
                .unavailable, "the disk of the server is full; nothing was written",
                hint: "Free some space; writing goes on by itself.", cause: cause)
        case .corrupt(let cause):
            Failure(.unavailable, "the database is damaged", hint: "Restore a backup: steward restore.", cause: cause)
        case .timeout(let cause):
            Failure(
                .invalid, "the query takes longer than 30 seconds",
                hint: "Narrow the filter, or ask for fewer results.",
                cause: cause)
        case .value(let cause): Failure(.invalid, "a value that the database cannot store", cause: cause)
        case .statement(let cause): Failure(.bug, "the database refused a statement", cause: cause)
        }
    }
}

extension Failure {
    /// What any error comes to. One that nobody expected is a bug.
    package init(any error: any Error) {
        self =
            switch error {
            case let failure as Failure: failure
            case let error as SQLError: error.failure
            default: Failure(.bug, "an unexpected error", cause: String(describing: error))
            }
    }
}
