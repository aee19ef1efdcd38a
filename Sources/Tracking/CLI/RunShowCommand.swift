import ArgumentParser
import Core
import Platform

struct RunShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a run: what went in, what was measured, what came out.",
        discussion: "Example: steward run show 3f2a9c01")

    @Argument(help: RunCommand.help) var identifier: String
    @Flag(help: "Also the tags that clients set for themselves (mlflow.*).") var allTags = false
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let text = identifier
        let found = try await server.connect { try await $0.run(text) }
        if server.json { return found.json.show() }
        RunSheet(run: found, allTags: allTags, now: World.live.now()).make().write()
    }
}

/// A run at a glance.
private struct RunSheet {
    let run: RunView
    let allTags: Bool
    let now: Timestamp

    func make() -> FactSheet {
        let status = run.isDeleted ? "\(run.status.lowercased()), deleted" : run.status.lowercased()
        var sheet = FactSheet("\(DisplayText.label(run.name)): \(status), in \(DisplayText.label(run.experiment))")
        sheet.add(DisplayText.clean(run.id) + when)
        sheet.add(
            "Metrics",
            zip(run.metrics, DisplayValue.numbers(run.metrics.map(\.value))).map { metric, number in
                (DisplayText.label(metric.name), metric.step == 0 ? number : "\(number)  step \(metric.step)")
            })
        sheet.add("Parameters", run.parameters.map { (DisplayText.label($0.name), DisplayText.clean($0.value)) })
        let tags = allTags ? run.tags : run.tags.filter { !$0.name.utf8.starts(with: "mlflow.".utf8) }
        sheet.add("Tags", tags.map { (DisplayText.label($0.name), DisplayText.clean($0.value)) })
        sheet.add("Datasets", datasets)
        sheet.add("Models", models)
        sheet.add("Artifacts", artifacts)
        if run.isDeleted {
            sheet.add("")
            sheet.add("Restore it: steward run restore \(run.id)")
        }
        return sheet
    }

    private var when: String {
        var text = ""
        if let started = run.started {
            text += ", started \(DisplayValue.moment(started)) (\(DisplayValue.age(started, now: now)))"
        }
        if let duration = run.duration { text += ", took \(DisplayValue.duration(milliseconds: duration))" }
        if !run.user.isEmpty { text += ", by \(DisplayText.clean(run.user))" }
        return text
    }

    private var datasets: [(name: String, value: String)] {
        (run.json["inputs"]?["datasets"]?.elements ?? []).map { dataset in
            let context = dataset["tags"]?["mlflow.data.context"]?.text.map { "\(DisplayText.clean($0)), " } ?? ""
            return (DisplayText.label(dataset["name"]?.text ?? ""), "\(context)digest \(dataset.shown("digest"))")
        }
    }

    private var models: [(name: String, value: String)] {
        (run.json["outputs"]?["models"]?.elements ?? []).map { ($0.shown("id"), "made by this run") }
            + (run.json["inputs"]?["models"]?.elements ?? []).map { (DisplayText.clean($0.text ?? ""), "used by it") }
    }

    private var artifacts: [(name: String, value: String)] {
        guard let summary = run.json["artifacts"], summary != .null else {
            return [("elsewhere", run.json.shown("artifact_location"))]
        }
        let files = summary["files"]?.int ?? 0
        guard files > 0 else { return [] }
        let more = summary["complete"]?.flag == false ? "more than " : ""
        let size = DisplayValue.bytes(Int64(summary["bytes"]?.int ?? 0))
        return [(more + DisplayValue.count(files, "file"), "\(size)   steward run artifacts \(run.id.prefix(8))")]
    }
}
