import Core
import Platform

/// What the pages of a run have in common: title, state, the sentence that says it all, tabs.
struct RunHead {
    enum Tab {
        case overview, metrics, artifacts
    }

    let details: RunDetails
    let experiment: Experiment
    let visitor: Principal
    let now: Timestamp

    func page(_ tab: Tab) -> Page {
        let run = details.run
        var page = Page(
            run.name.isEmpty ? "Run \(run.runID.prefix(8))" : run.name, section: "/experiments",
            crumbs: Experiment.crumbs + [experiment.crumb])
        page.badge = run.badge
        page.lead { lead(&$0) }
        if visitor.may(.writeExperiments, over: experiment.subject) {
            page.actions { $0.action("Edit", run.address.adding("/edit")) }
        }
        page.body { html in
            html.tabs(
                "Run",
                [
                    ("Overview", nil, run.address, tab == .overview),
                    ("Metrics", details.metrics.count, run.address.adding("/metrics"), tab == .metrics),
                    ("Artifacts", nil, run.address.adding("/artifacts"), tab == .artifacts),
                ])
            if run.isDeleted {
                html.notice(.neutral) { html in
                    html.element("p", text: "This run is deleted. It can be read, and restored, until it is purged.")
                }
            }
        }
        return page
    }

    private func lead(_ html: inout Markup) {
        let run = details.run
        let told = Self.ranked(details.metrics).prefix(3)
        for (index, metric) in told.enumerated() {
            if index > 0 { html.text(", ") }
            html.element("b") { html in
                html.name(metric.name, width: 40)
                html.text(" " + DisplayValue.number(metric.point.value))
            }
        }
        if !told.isEmpty { html.text("; ") }
        html.text(told.isEmpty ? "Started " : "started ")
        html.time(run.started, now: now)
        if !details.user.isEmpty {
            html.text(" by ")
            html.name(details.user, width: 40)
        }
        if let duration = run.duration(now: now), duration >= 0 {
            html.text(
                run.isGoingOn
                    ? ", going on for \(DisplayValue.duration(milliseconds: duration))"
                    : ", took \(DisplayValue.duration(milliseconds: duration))")
        }
        html.text(".")
    }

    /// Metrics as people ask for them: measured of a model before measured of a machine, validation before training.
    static func ranked(_ metrics: [RunDetails.Metric]) -> [RunDetails.Metric] {
        func rank(_ name: String) -> Int {
            let lower = name.lowercased()
            if lower.hasPrefix("system/") { return 3 }
            if lower.contains("val") || lower.contains("test") || lower.contains("eval") { return 0 }
            return lower.contains("epoch") || lower.contains("learning_rate") || lower == "lr" ? 2 : 1
        }
        return metrics.enumerated()
            .sorted { (rank($0.element.name), $0.offset) < (rank($1.element.name), $1.offset) }.map(\.element)
    }
}
