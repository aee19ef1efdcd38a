import Core
import Platform

/// Runs as columns, what they have as rows: what differs first, the rest folded.
struct ComparisonTable {
    let comparison: RunComparison
    let experiments: [Int64: Experiment]
    let now: Timestamp

    private var runs: [RunDetails] { comparison.runs }

    func write(_ html: inout Markup) {
        html.element("div", ["class": "scroll", "role": "region", "aria-label": "Comparison", "tabindex": "0"]) {
            html in
            html.element("table", ["class": TableStyle.compare.rawValue]) { html in
                header(&html)
                html.element("tbody") { about(&$0) }
                group("Parameters that differ", comparison.parameters.filter { !$0.isSame }, &html, text)
                group("Metrics, last values", comparison.metrics, &html, figures)
                group("Tags", comparison.tags, &html, text)
            }
        }
        let same = comparison.parameters.filter(\.isSame)
        guard !same.isEmpty else { return }
        html.folded("\(DisplayValue.count(same.count, "parameter")) the same in all of them") { html in
            html.facts { html in
                for row in same {
                    html.fact(DisplayText.shorten(DisplayText.label(row.name), to: 60), row.values[0] ?? "")
                }
            }
        }
    }

    private func header(_ html: inout Markup) {
        html.element("thead") { html in
            html.row { html in
                html.element("th", ["class": "id", "scope": "col"]) { html in
                    html.element("span", ["class": "hidden"], text: "What")
                }
                for details in runs {
                    html.element("th", ["scope": "col", "data-mark": details.run.runID]) { html in
                        html.link(details.run.name, to: details.run.address, width: 28)
                    }
                }
            }
        }
    }

    private func group(
        _ title: String, _ rows: [RunComparison.Row], _ html: inout Markup,
        _ write: (RunComparison.Row, inout Markup) -> Void
    ) {
        guard !rows.isEmpty else { return }
        html.element("tbody") { html in
            html.row(["class": "group"]) { html in
                html.element("th", ["scope": "rowgroup", "colspan": String(runs.count + 1)], text: title)
            }
            for row in rows { write(row, &html) }
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
            row("By", &html) { details, html in
                if details.user.isEmpty { html.void() } else { html.name(details.user, width: 28) }
            }
        }
        if Set(runs.map { $0.source ?? "" }).count > 1 {
            row("Source", &html) { details, html in
                if let source = details.source { html.name(source, width: 28) } else { html.void() }
            }
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
                    if value.isEmpty { html.void("empty") } else { html.name(value, width: 48) }
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
