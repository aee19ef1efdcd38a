import ArgumentParser
import Core
import Platform

struct RunListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs, the newest first.",
        discussion: """
            Without --columns the table shows the metrics that most runs have and the parameters in which they differ.

            Examples:
              steward run list --experiment 'credit risk'
              steward run list --filter "metrics.accuracy > 0.9" --order-by "metrics.accuracy DESC"
              steward run list --columns name,metrics.accuracy,params.max_depth,user
              steward run list --json | jq -r '.runs[].id'
            """)

    @Option(help: ArgumentHelp("Name or identifier of an experiment; may be repeated. (default: all)"))
    var experiment: [String] = []

    @Option(help: ArgumentHelp("Only those that meet a condition, in MLflow's search grammar.", valueName: "condition"))
    var filter: String?

    @Option(help: ArgumentHelp("metrics.accuracy DESC, start_time, ...; may be repeated.", valueName: "key"))
    var orderBy: [String] = []

    @Option(help: "Which: \(LifecycleChoice.allValueStrings.joined(separator: ", ")).")
    var state = LifecycleChoice.active

    @Option(
        help: ArgumentHelp(
            "name, status, experiment, started, ended, duration, user, id, metrics.NAME, params.NAME, tags.NAME.",
            valueName: "list"))
    var columns: String?

    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let wanted = try columns?.split(separator: ",").map { column throws(Failure) in
            do throws(Failure) {
                return try RunColumn(parsing: String(column.trimming { $0 == " " }))
            } catch {
                throw Failure(error.code, "--columns: \(error.message)", hint: error.hint)
            }
        }
        var query = experiment.map { ("experiment", $0) } + orderBy.map { ("order_by", $0) }
        query.append(("state", state.rawValue))
        if let filter { query.append(("filter", filter)) }
        let (asked, limit) = (query, list.limit)
        let found = try await server.connect {
            try await $0.list("/api/v1/runs", "runs", query: asked, limit: limit)
        }
        if server.json { return found.json.show() }
        guard !found.elements.isEmpty else { return Terminal.message(nothing) }
        let runs = found.elements.map(RunView.init)
        let logged = RunColumn.standard(
            metrics: runs.map { $0.metrics.map(\.name) }, parameters: runs.map(\.parameters),
            asked: ([filter ?? ""] + orderBy).joined(separator: " "))
        let showsExperiment = Set(runs.map(\.experiment)).count > 1
        let standard =
            [.name] + (showsExperiment ? [.experiment] : []) + [.status] + logged.metrics + logged.parameters
            + [.started, .duration, .id]
        RunTable(runs: runs, columns: wanted ?? standard, now: World.live.now()).make().write()
        list.note(found, "runs")
    }

    /// What an empty list says.
    private var nothing: String {
        if filter != nil || state != .active { return "No run is like that." }
        return """
            There are no runs\(experiment.isEmpty ? "" : " in it") yet. This makes one:
              import mlflow
              mlflow.set_tracking_uri("\(server.address)")
              with mlflow.start_run(): mlflow.log_metric("accuracy", 0.9)
            """
    }
}

extension Substring {
    fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
        var text = drop(while: isTrimmed)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return text
    }
}
