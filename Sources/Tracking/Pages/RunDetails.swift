import Core
import Platform

/// A run with what was logged to it, as pages show it: sorted by the bytes of the names.
struct RunDetails: Sendable {
    struct Metric: Sendable {
        let name: String
        let point: MetricPoint
    }

    let run: Run
    let metrics: [Metric]
    let parameters: [(name: String, value: String)]
    let tags: [(name: String, value: String)]
    let links: RunLinks

    static func of(_ runs: [Run], _ keys: KeyNames, _ sql: any SQLConnection) throws -> [RunDetails] {
        let contents = try RunContents(of: runs.map(\.row), keys, sql)
        return runs.map { run in
            func pairs(_ entries: ArraySlice<RunContents.Entry>) -> [(name: String, value: String)] {
                entries.map { (name: contents.names[$0.key] ?? "", value: $0.value) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            }
            return RunDetails(
                run: run,
                metrics: contents.metrics[run.row]
                    .map { Metric(name: contents.names[$0.key] ?? "", point: $0.point) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) },
                parameters: pairs(contents.parameters[run.row]), tags: pairs(contents.tags[run.row]),
                links: contents.links[run.row] ?? RunLinks())
        }
    }

    func metric(_ name: String) -> MetricPoint? {
        metrics.first { $0.name.utf8.elementsEqual(name.utf8) }?.point
    }

    func parameter(_ name: String) -> String? { Self.value(name, parameters) }
    func tag(_ name: String) -> String? { Self.value(name, tags) }

    private static func value(_ name: String, _ pairs: [(name: String, value: String)]) -> String? {
        pairs.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// Tags that people have set, without those by which MLflow's clients talk to each other.
    var ownTags: [(name: String, value: String)] { tags.filter { !$0.name.utf8.starts(with: "mlflow.".utf8) } }

    /// What somebody has written about it.
    var note: String { tag(NoteTag.key) ?? "" }

    /// What was executed: the file's name of a script, the last part of a notebook's path.
    var source: String? {
        guard let source = tag("mlflow.source.name"), !source.isEmpty else { return nil }
        return String(source.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? Substring(source))
    }

    var user: String { run.userID.isEmpty ? tag("mlflow.user") ?? "" : run.userID }
}

/// The tag that holds what somebody has written about a run or an experiment, as MLflow's pages read and write it.
enum NoteTag {
    static let key = "mlflow.note.content"
}

extension Run {
    var address: Address { Address("/runs", runID) }

    var badge: Badge {
        if isDeleted { return Badge(.neutral, "deleted") }
        return switch status {
        case .running: Badge(.active, "running")
        case .scheduled: Badge(.neutral, "scheduled")
        case .finished: Badge(.good, "finished")
        case .failed: Badge(.bad, "failed")
        case .killed: Badge(.warning, "killed")
        }
    }

    /// Whether more may be logged to it.
    var isGoingOn: Bool { !status.isEnd && !isDeleted }

    var started: Timestamp { Timestamp(milliseconds: startTime) }

    /// Milliseconds from its start to its end, or until now while it runs.
    func duration(now: Timestamp) -> Int64? {
        if let endTime { return endTime &- startTime }
        return isGoingOn && startTime > 0 ? now.milliseconds &- startTime : nil
    }
}

extension Experiment {
    var address: Address { Address("/experiments", String(id)) }
    var crumb: Page.Crumb { Page.Crumb(name, address) }

    static let crumbs = [Page.Crumb("Experiments", Address("/experiments"))]
}
