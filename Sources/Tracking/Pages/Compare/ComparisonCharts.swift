import Core
import Platform

/// How settings and results of runs go together: parallel coordinates, and two of them against each other.
struct ComparisonCharts {
    let comparison: RunComparison
    let query: Query

    /// A parameter or metric.
    private struct Dimension {
        let column: RunColumn
        let isNumeric: Bool
    }

    private let dimensions: [Dimension]

    init(comparison: RunComparison, query: Query) {
        self.comparison = comparison
        self.query = query
        func dimension(_ row: RunComparison.Row, _ make: (String) -> RunColumn) -> Dimension {
            Dimension(
                column: make(row.name),
                isNumeric: row.values.contains { $0 != nil }
                    && row.values.allSatisfy { $0.map { Double($0)?.isFinite == true } ?? true })
        }
        dimensions =
            comparison.parameters.filter { !$0.isSame }.map { dimension($0, RunColumn.parameter) }
            + comparison.metrics.filter { !$0.isSame }.map { dimension($0, RunColumn.metric) }
    }

    func write(_ html: inout Markup) {
        guard dimensions.count >= 2 else { return }
        html.section("How they go together", id: "together") { html in
            parallel(&html)
            scatter(&html)
        }
    }

    private func value(_ details: RunDetails, _ dimension: Dimension) -> ParallelChart.Value {
        switch dimension.column {
        case .metric(let name): details.metric(name).map { .number($0.value) } ?? .missing
        case .parameter(let name):
            details.parameter(name).map { text in
                dimension.isNumeric ? Double(text).map { .number($0) } ?? .missing : .text(text)
            } ?? .missing
        default: .missing
        }
    }

    private func parallel(_ html: inout Markup) {
        let metrics = dimensions.filter { if case .metric = $0.column { true } else { false } }
        let parameters = dimensions.filter { if case .parameter = $0.column { true } else { false } }
        // Settings on the left, results on the right.
        let shown = Array(
            parameters.prefix(8) + metrics.prefix(max(4, ParallelChart.dimensionLimit - parameters.count))
        )
        .prefix(ParallelChart.dimensionLimit)
        var chart = ParallelChart(
            "Parameters and metrics that differ", shown.map(\.column.title),
            comparison.runs.map { details in
                ParallelChart.Line(
                    details.run.name, shown.map { value(details, $0) }, address: details.run.address,
                    mark: details.run.runID)
            })
        if let last = shown.indices.last, shown[last].isNumeric { chart.colouring = last }
        html.append(chart.figure(id: "parallel"))
    }

    private func scatter(_ html: inout Markup) {
        let numeric = dimensions.filter(\.isNumeric)
        guard numeric.count >= 2 else { return }
        func chosen(_ name: String, _ other: Int) -> Dimension {
            numeric.first { $0.column.text == query[name] } ?? numeric[other]
        }
        let horizontal = chosen("across", 0)
        let vertical = chosen("up", numeric.count - 1)
        html.filters(
            Address("/runs/compare"), label: "Axes",
            keeping: query.items.filter { $0.name != "across" && $0.name != "up" }
        ) { html in
            for (name, label, now) in [("across", "Across", horizontal), ("up", "Up", vertical)] {
                axis(name, label, now, numeric, &html)
            }
            html.submit("Draw", nil)
        }
        let dots = comparison.runs.compactMap { details -> ScatterChart.Dot? in
            guard case .number(let x) = value(details, horizontal), case .number(let y) = value(details, vertical)
            else { return nil }
            return ScatterChart.Dot(
                details.run.name, x, y, address: details.run.address, mark: details.run.runID)
        }
        var chart = ScatterChart(
            "\(vertical.column.title) by \(horizontal.column.title)", x: horizontal.column.title,
            y: vertical.column.title, dots)
        chart.size = .wide
        html.append(chart.figure(id: "scatter"))
    }

    private func axis(
        _ name: String, _ label: String, _ now: Dimension, _ numeric: [Dimension], _ html: inout Markup
    ) {
        let options = numeric.map { (value: $0.column.text, title: $0.column.title) }
        var field =
            name == "up"
            ? FormField("up", label, .choice(options)) : FormField("across", label, .choice(options))
        field.submits = true
        html.field(field, now.column.text)
    }
}
