import Core
import MLflow
import Platform

/// A page of runs as a table.
struct RunsTable {
    let view: RunsView
    let runs: [RunDetails]
    let keys: RunKeys
    /// The token of the next page.
    let next: String?
    let isFirst: Bool
    let now: Timestamp
    /// Those of what was logged: chosen, or what these runs have to tell.
    let columns: [RunColumn]

    init(view: RunsView, runs: [RunDetails], keys: RunKeys, next: String?, isFirst: Bool, now: Timestamp) {
        self.view = view
        self.runs = runs
        self.keys = keys
        self.next = next
        self.isFirst = isFirst
        self.now = now
        if view.columns.isEmpty {
            let standard = RunColumn.standard(
                metrics: runs.map { $0.metrics.map(\.name) }, parameters: runs.map(\.parameters),
                asked: "\(view.filter) \(view.order)")
            columns = standard.metrics + standard.parameters
        } else {
            columns = view.columns
        }
    }

    /// What every table of runs says.
    private static let fixed: [RunColumn] = [.name, .status, .started, .duration]

    func write(_ html: inout Markup) {
        guard !runs.isEmpty else { return nothing(&html) }
        let shown = Self.fixed + columns.filter { !Self.fixed.contains($0) }
        let cells = shown.map { ($0, isNumeric($0), figures($0)) }
        let headers =
            [TableColumn("", .pick)]
            + cells.map { column, isNumeric, _ in
                view.column(
                    column.heading, column == .name ? .id : isNumeric ? .number : .text, column.field,
                    explanation: column.text == column.heading ? nil : column.text)
            }
        html.table("Runs", headers, style: .pinned) { html in
            for (row, details) in runs.enumerated() {
                html.row { html in
                    html.element("td", ["class": "pick"]) { html in
                        html.empty(
                            "input",
                            [
                                "type": "checkbox", "name": "run", "value": details.run.runID, "form": "compare",
                                "aria-label": "Select "
                                    + DisplayText.shorten(
                                        DisplayText.label(details.run.name), to: 60),
                            ])
                    }
                    for (column, isNumeric, figures) in cells {
                        cell(details, column, isNumeric, figures?[row], &html)
                    }
                }
            }
        }
        let first = isFirst ? nil : view.address
        let following = next.map { token in
            Address("/experiments", String(view.experiment))
                .query(view.items.map { ($0.name, $0.value) } + [("page_token", token)])
        }
        html.pages(first: first, next: following, isFirst && next == nil ? "" : "\(runs.count) runs on this page")
    }

    private func nothing(_ html: inout Markup) {
        let isNarrowed = !view.filter.isEmpty || view.state != .active
        html.element("div", ["class": "empty"]) { html in
            html.element("h2", text: isNarrowed ? "No run is like that" : "No runs")
            html.element("p") { html in
                if isNarrowed {
                    html.element(
                        "a", ["href": Address("/experiments", String(view.experiment)).text], text: "Show all runs")
                } else {
                    html.text("All runs of this experiment are deleted.")
                }
            }
        }
    }

    // MARK: cells

    private func isNumeric(_ column: RunColumn) -> Bool {
        switch column {
        case .metric, .started, .ended, .duration: true
        case .parameter(let name): runs.allSatisfy { run in run.parameter(name).map { Double($0) != nil } ?? true }
        default: false
        }
    }

    /// The figures of a column, which stand below each other.
    private func figures(_ column: RunColumn) -> [String]? {
        guard case .metric(let name) = column else { return nil }
        return DisplayValue.numbers(runs.map { $0.metric(name)?.value })
    }

    private func cell(
        _ details: RunDetails, _ column: RunColumn, _ isNumeric: Bool, _ figure: String?, _ html: inout Markup
    ) {
        let run = details.run
        switch column {
        case .name: html.cell(.id) { $0.link(run.name, to: run.address, width: 48) }
        case .status: html.cell { $0.badge(run.badge, isPlain: run.status == .finished || run.status == .running) }
        case .started: time(run.startTime > 0 ? run.started : nil, &html)
        case .ended: time(run.endTime.map { Timestamp(milliseconds: $0) }, &html)
        case .duration:
            html.numberCell(run.duration(now: now).map { DisplayValue.duration(milliseconds: $0) })
        case .metric(let name):
            let point = details.metric(name)
            html.numberCell(
                point == nil ? nil : figure,
                exact: point.map { "\(DisplayValue.exact($0.value)) at step \($0.step)" })
        case .parameter(let name): text(details.parameter(name), isNumeric, &html)
        case .tag(let name): text(details.tag(name), false, &html)
        case .user: text(details.user, false, &html)
        case .id: html.cell(.id) { $0.identifier(run.runID, shown: String(run.runID.prefix(8))) }
        case .experiment: text(String(run.experiment), false, &html)
        }
    }

    private func time(_ time: Timestamp?, _ html: inout Markup) {
        html.cell(.number) { html in if let time { html.time(time, now: now) } else { html.void() } }
    }

    private func text(_ text: String?, _ isNumeric: Bool, _ html: inout Markup) {
        html.cell(isNumeric ? .number : .text) { html in
            guard let text, !text.isEmpty else { return html.void() }
            html.name(text, width: 40)
        }
    }
}

extension RunColumn {
    /// Above the column of a page: the short name; what kind of thing it is stands in its explanation.
    fileprivate var heading: String {
        switch self {
        case .name: "Run"
        case .status: "State"
        default: title
        }
    }
}
