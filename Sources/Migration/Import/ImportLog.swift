import Core
import Platform

/// What the log of this server tells of imports.
enum ImportLog {
    static let finished = "migration.import-finished"
    /// What the domains record of what they take.
    private static let taken = [
        "tracking.experiment-imported", "tracking.runs-imported", "tracking.logged-models-imported",
        "tracking.traces-imported", "registry.model-imported", "registry.version-imported",
        "registry.webhook-imported",
    ]

    /// The reason of all events of an import.
    /// - Parameter source: without a password.
    static func reason(_ source: String) -> String { "steward import mlflow \(source.prefix(500))" }

    /// Whether something was taken from a source since an import of it was finished: then one was cut off between.
    static func isUnfinished(_ source: String, _ sql: any SQLConnection) throws -> Bool {
        let reason = reason(source)
        var query = EventQuery()
        query.kinds = taken + [finished]
        query.order = .newestFirst
        while true {
            let events = try EventLog.events(query, sql)
            for event in events where event.reason?.utf8.elementsEqual(reason.utf8) == true {
                return event.event.kind != finished
            }
            guard events.count == query.limit, let last = events.last else { return false }
            query.after = last.sequence
        }
    }
}
