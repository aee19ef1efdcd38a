import ArgumentParser
import Core
import Platform

struct RunMetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Show the metrics of a run, or the course of one.",
        discussion: """
            With the name of a metric the table holds evenly chosen points, the first and the last among them; --json \
            gives all points up to --limit.

            Examples:
              steward run metrics 3f2a
              steward run metrics 3f2a loss
              steward run metrics 3f2a loss --json --limit 100000
            """)

    @Argument(help: RunCommand.help) var identifier: String
    @Argument(help: "The name of a metric.") var metric: String?
    @OptionGroup var list: ListOptions
    @OptionGroup var server: ServerOptions

    mutating func run() async throws {
        let text = identifier
        guard let metric else {
            let found = try await server.connect { try await $0.run(text) }
            if server.json { return (found.json["metrics"] ?? .null).show() }
            return show(found)
        }
        let path = "\(RunCommand.path(text))/metrics/\(PercentEncoding.encode(metric, keeping: "/"))"
        if server.json {
            let limit = list.limit
            let found = try await server.connect {
                try await $0.list(path, "points", limit: limit, largest: 10_000)
            }
            list.note(found, "points")
            return found.json.show()
        }
        let points = try await server.connect { try await $0.get(path, query: [("sample", "2500")]) }
        MetricCourse(metric: metric, points: points["points"]?.elements ?? [], rows: list.limit).write()
    }

    private func show(_ run: RunView) {
        guard !run.metrics.isEmpty else {
            return Terminal.message("The run has no metrics. `mlflow.log_metric(\"accuracy\", 0.9)` logs one.")
        }
        var table = TextTable(columns: [
            .init(title: "Metric", minimum: 12), .init(title: "Last value", alignsRight: true),
            .init(title: "Step", alignsRight: true),
        ])
        for metric in run.metrics {
            table.rows.append([
                .init(DisplayText.label(metric.name)), .init(DisplayValue.number(metric.value)),
                .init(String(metric.step)),
            ])
        }
        table.write()
    }
}

/// The course of a metric: a line that says it, a curve, some points.
private struct MetricCourse {
    let metric: String
    let points: [JSON]
    let rows: Int

    /// The server thins a longer history.
    private static let thinned = 2500

    func write() {
        let values = points.map { $0["value"]?.double ?? .nan }
        let finite = values.filter(\.isFinite)
        var line = "\(DisplayText.label(metric)): \(DisplayValue.count(points.count, "point"))"
        if points.count == Self.thinned { line += " of a longer history" }
        if let least = finite.min(), let most = finite.max() {
            line += ", from \(DisplayValue.number(least)) to \(DisplayValue.number(most))"
        }
        Terminal.write(line + "\n")
        if points.count > 1 { Terminal.write("  \(TextSparkline.text(values, width: min(60, points.count)))\n\n") }
        // The last of what is shown is the last there is.
        let count = min(rows, points.count)
        let places = count < 2 ? [points.count - 1] : (0..<count).map { $0 * (points.count - 1) / (count - 1) }
        let chosen = points.isEmpty ? [] : places.map { points[$0] }
        var table = TextTable(columns: [
            .init(title: "Step", alignsRight: true), .init(title: "Value", alignsRight: true),
            .init(title: "Time (UTC)"),
        ])
        for (point, number) in zip(chosen, DisplayValue.numbers(chosen.map { $0["value"]?.double })) {
            table.rows.append([
                .init(String(point["step"]?.int ?? 0)), .init(number),
                .init(point.time("time").map { DisplayValue.moment($0, zone: false) } ?? ""),
            ])
        }
        table.write()
    }
}

/// A curve of one line.
enum TextSparkline {
    private static let bars = Array("▁▂▃▄▅▆▇█")

    /// The means of `width` stretches of the values, between the lowest and the highest mean. What is not finite leaves
    /// a gap.
    static func text(_ values: [Double], width: Int) -> String {
        guard width > 0, !values.isEmpty else { return "" }
        let means: [Double?] = (0..<width).map { index in
            let (from, to) = (index * values.count / width, (index + 1) * values.count / width)
            let part = values[from..<max(to, from + 1)].filter(\.isFinite)
            return part.isEmpty ? nil : part.reduce(0) { $0 + $1 / Double(part.count) }
        }
        let finite = means.compactMap { $0 }
        guard let least = finite.min(), let most = finite.max() else { return String(repeating: " ", count: width) }
        return String(
            means.map { mean in
                guard let mean else { return " " }
                let share = most > least ? (mean / 2 - least / 2) / (most / 2 - least / 2) : 0.5
                return bars[min(bars.count - 1, Int(share * Double(bars.count)))]
            })
    }
}
