import Core
import Platform

/// Runs as columns, what they have as rows: what differs first, the rest folded.
struct ComparisonTable {
    let comparison: RunComparison
    let experiments: [Int64: Experiment]
    let now: Timestamp

    private var runs: [RunDetails] { comparison.runs }

    func write(_ html: inout Markup) {
        let differing = comparison.parameters.filter { !$0.isSame }
        html.section("Runs", id: "runs") { html in
            table("Runs", "", &html) { html in about(&html) }
        }
        if !differing.isEmpty {
            html.section("Parameters that differ", id: "parameters") { html in
                table("Parameters that differ", "Parameter", &html) { html in
                    for row in differing { text(row, &html) }
                }
            }
        }
        if !comparison.metrics.isEmpty {
            html.section("Metrics", id: "metrics") { html in
                table("Metrics", "Metric, last value", &html) { html in
                    for row in comparison.metrics { figures(row, &html) }
                }
            }
        }
        let same = comparison.parameters.filter(\.isSame)
        if !same.isEmpty || !comparison.tags.isEmpty {
            html.section("The rest", id: "rest") { html in
                folded("Parameter", "the same everywhere", same, &html)
                folded("Tag", "", comparison.tags, &html)
            }
        }
    }

    private func folded(_ what: String, _ how: String, _ rows: [RunComparison.Row], _ html: inout Markup) {
        guard !rows.isEmpty else { return }
        let words = DisplayValue.count(rows.count, what.lowercased()) + (how.isEmpty ? "" : ", \(how)")
        html.folded(words) { html in
            table(words, what, &html) { html in for row in rows { text(row, &html) } }
        }
    }

    private func table(
        _ label: String, _ first: String, _ html: inout Markup, _ rows: (inout Markup) -> Void
    ) {
        html.element("div", ["class": "scroll", "role": "region", "aria-label": label, "tabindex": "0"]) { html in
            html.element("table", ["class": TableStyle.compare.rawValue]) { html in
                html.element("thead") { html in
                    html.row { html in
                        html.element("th", ["class": "id", "scope": "col"]) { html in
                            if first.isEmpty { html.element("span", ["class": "hidden"], text: "What") }
                            html.text(first)
                        }
                        for details in runs {
                            html.element("th", ["scope": "col", "data-mark": details.run.runID]) { html in
                                html.link(details.run.name, to: details.run.address, width: 28)
                            }
                        }
                    }
                }
                html.element("tbody") { rows(&$0) }
            }
        }
    }

    // MARK: rows

    private func about(_ html: inout Markup) {
        if experiments.count > 1 {
            row("Experiment", &html) { details, html in
                guard let experiment = experiments[details.run.experiment] else { return html.void() }
                html.link(experiment.name, to: experiment.address, width: 28)
            }
        }
        row("State", &html) { details, html in html.badge(details.run.badge, isPlain: true) }
        row("Started", &html) { details, html in html.time(details.run.started, now: now) }
        row("Duration", &html) { details, html in
            guard let duration = details.run.duration(now: now) else { return html.void() }
            html.text(DisplayValue.duration(milliseconds: duration))
        }
        if Set(runs.map(\.user)).count > 1 {
            row("By", &html) { details, html in html.name(details.user, width: 28) }
        }
        if Set(runs.map { $0.source ?? "" }).count > 1 {
            row("Source", &html) { details, html in html.name(details.source ?? "", width: 28) }
        }
    }

    private func row(_ name: String, _ html: inout Markup, _ cell: (RunDetails, inout Markup) -> Void) {
        html.row { html in
            html.rowHeader { $0.text(name) }
            for details in runs { html.cell { cell(details, &$0) } }
        }
    }

    private func text(_ row: RunComparison.Row, _ html: inout Markup) {
        let isNumeric = row.values.allSatisfy { $0.map { Double($0) != nil } ?? true }
        html.row(["class": row.isSame ? "same" : nil]) { html in
            html.rowHeader { $0.name(row.name, width: 48) }
            for value in row.values {
                html.cell(isNumeric ? .number : .text) { html in
                    guard let value else { return html.void() }
                    html.name(value, width: 48)
                }
            }
        }
    }

    private func figures(_ row: RunComparison.Row, _ html: inout Markup) {
        let points = runs.map { $0.metric(row.name) }
        let figures = DisplayValue.numbers(points.map { $0?.value })
        html.row(["class": row.isSame ? "same" : nil]) { html in
            html.rowHeader { $0.name(row.name, width: 48) }
            for (point, figure) in zip(points, figures) {
                html.numberCell(
                    point == nil ? nil : figure,
                    exact: point.map { "\(DisplayValue.exact($0.value)) at step \($0.step)" })
            }
        }
    }
}
