import Core
import Platform
import Statistics

/// What the methods of other tools said, when they were asked for.
struct HTMLMethods {
    let report: DriftReport

    /// Rows of methods a page holds in all, so that it stays small whatever was asked; JSON has the rest.
    private static let rowLimit = 1500
    private static let chunkLimit = 12

    func column(_ column: ColumnReport, _ html: inout Markup) {
        guard !column.results.isEmpty else { return }
        let share = max(4, Self.rowLimit / max(1, report.columns.count))
        html.element("h4", text: "Methods")
        html.table(
            "facts-table", ["Method", "Statistic", "p", "Score", "Threshold", "Answer"], numbers: [1, 2, 3, 4]
        ) { html in
            for result in column.results.prefix(share) { row(result, &html) }
        }
        if column.results.count > share {
            let rest = Format.count(column.results.count - share)
            html.element("p", ["class": "quiet"], text: "\(rest) more with --format json.")
        }
    }

    private func row(_ result: MethodResult, _ html: inout Markup) {
        html.element("tr") { html in
            html.element("th", ["scope": "row"]) { $0.element("code", text: result.method) }
            if let error = result.error {
                html.element("td", ["colspan": "5"]) { html in
                    html.badge(.failed, "error")
                    html.text(" " + DisplayText.shorten(error, to: 160))
                }
                return
            }
            cell(result.statistic, &html)
            html.number(result.pValue.map(Format.probability) ?? "", exact: result.pValue)
            cell(result.score, &html)
            cell(result.threshold, &html)
            html.element("td") { html in
                answer(result.drifted ?? result.alerts.map { $0.contains(true) }, nil, &html)
                if let values = result.values { chunks(values, result.alerts, &html) }
            }
        }
    }

    private func cell(_ value: Double?, _ html: inout Markup) {
        html.number(value.map { Format.number($0) } ?? "", exact: value)
    }

    private func answer(_ drifted: Bool?, _ word: String?, _ html: inout Markup) {
        guard let drifted else {
            if let word { html.text(word) }
            return
        }
        html.badge(drifted ? .drifted : .stable, word ?? (drifted ? "drifted" : "no drift"))
    }

    private func chunks(_ values: [Double], _ alerts: [Bool]?, _ html: inout Markup) {
        let texts = values.prefix(Self.chunkLimit).enumerated().map { index, value in
            let alerted = alerts.map { index < $0.count && $0[index] } ?? false
            return Format.number(value) + (alerted ? " \(Finding.drifted.icon)" : "")
        }
        let more = values.count > Self.chunkLimit ? ", \u{2026}" : ""
        html.element("div", ["class": "quiet"], text: "chunks: " + texts.joined(separator: ", ") + more)
    }

    func dataset(_ html: inout Markup) {
        guard !report.dataset.results.isEmpty else { return }
        html.section("dataset", "Data set methods") { html in
            html.table("facts-table", ["Method", "Answer", "Threshold", "Columns"], numbers: [2]) { html in
                for result in report.dataset.results.prefix(100) { row(result, &html) }
            }
        }
    }

    private func row(_ result: DatasetResult, _ html: inout Markup) {
        html.element("tr") { html in
            html.element("th", ["scope": "row"]) { $0.element("code", text: result.method) }
            html.element("td") { html in
                if let error = result.error {
                    html.badge(.failed, "error")
                    html.text(" " + DisplayText.shorten(error, to: 160))
                } else {
                    answer(result.isDrifted, Findings.answer(result), &html)
                    if let values = result.values { chunks(values, result.alerts, &html) }
                }
            }
            cell(result.threshold, &html)
            html.element("td") { html in
                if case .columns(let flags) = result.drifted {
                    let names = zip(result.columns, flags).filter(\.1).map(\.0)
                    html.names(names, "drifted:")
                } else {
                    html.text(Format.count(result.columns.count, "column"))
                }
            }
        }
    }
}
