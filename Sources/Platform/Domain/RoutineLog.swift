package import Core
import Synchronization

/// How the routines of this server went last, since its start. Of several servers over one database one runs them.
package final class RoutineLog: Sendable {
    package struct Entry: Sendable {
        /// When it was last begun.
        package let started: Timestamp
        /// In milliseconds; nil while it is at work.
        package let took: Int64?
        /// What went wrong; nil when nothing did.
        package let problem: String?
    }

    private let entries = Mutex<[String: Entry]>([:])

    package init() {}

    package subscript(_ name: String) -> Entry? { entries.withLock { $0[name] } }

    package func began(_ name: String, at time: Timestamp) {
        // What is known of the last time stays until this one has ended.
        entries.withLock { if $0[name] == nil { $0[name] = Entry(started: time, took: nil, problem: nil) } }
    }

    package func ended(_ name: String, began: Timestamp, at time: Timestamp, problem: String?) {
        let entry = Entry(started: began, took: time.milliseconds - began.milliseconds, problem: problem)
        entries.withLock { $0[name] = entry }
    }
}
