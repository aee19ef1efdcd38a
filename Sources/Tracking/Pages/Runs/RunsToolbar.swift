import Core
import Platform

/// What stands between the head of an experiment and its runs: filter, views, columns, exports, comparison.
struct RunsToolbar {
    let view: RunsView
    let keys: RunKeys
    let views: [SavedRunView]
    /// Columns that the table shows.
    let shown: [RunColumn]
    let visitor: Principal
    let subject: Subject
    /// What is wrong with the filter or the order.
    let problem: FailureText?

    private static let problemID: StaticString = "filter-problem"

    private var experiment: Address { Address("/experiments", String(view.experiment)) }

    func write(_ html: inout Markup, _ table: (inout Markup) -> Void) {
        filters(&html)
        if let problem {
            html.notice(problem, id: Self.problemID)
            return
        }
        html.element("div", ["class": "bar"]) { html in
            html.element(
                "form",
                [
                    "class": "inline", "id": "compare", "action": "/runs/compare", "data-select": "run",
                    "data-least": "2", "data-most": String(CompareRunsPage.limit),
                ]
            ) { html in
                html.submit("Compare")
                let none = "Select runs to compare them"
                html.element("output", ["data-none": none], text: none)
            }
            html.element("div", ["class": "actions"]) { html in
                savedViews(&html)
                columnChooser(&html)
                html.action("CSV", view.address(of: "/runs.csv"))
                html.action("JSON", view.address(of: "/runs.json"))
            }
        }
        table(&html)
    }

    private func filters(_ html: inout Markup) {
        let kept = view.items.filter { $0.name != "filter" && $0.name != "state" }
        html.filters(experiment, keeping: kept) { html in
            var filter = FormField(
                "filter", "Filter", placeholder: "metrics.loss < 0.3 AND params.model = 'tree'")
            filter.completion = experiment.adding("/filter-keys")
            filter.shortcut = "/"
            filter.grows = true
            html.field(filter, view.filter, problem: problem == nil ? nil : Self.problemID)
            var state = FormField(
                "state", "State", .choice([("active", "Active"), ("deleted", "Deleted"), ("all", "All")]))
            state.submits = true
            html.field(state, view.state.rawValue)
            html.submit("Filter", nil)
            if !view.items.isEmpty {
                html.element("a", ["class": "button quiet", "href": experiment.text], text: "Clear")
            }
        }
    }

    private func savedViews(_ html: inout Markup) {
        let maySave = visitor.may(.writeExperiments, over: subject)
        guard maySave || !views.isEmpty else { return }
        html.drop("Views") { html in
            html.element("ul", ["class": "list"]) { html in
                for saved in views {
                    html.element("li") { html in
                        html.link(saved.name, to: RunsView(view.experiment, Query(saved.query)).address, width: 40)
                    }
                }
            }
            guard maySave else { return }
            html.form(experiment.adding("/views"), label: "Save this view") { html in
                html.hidden("query", view.queryText)
                var name = FormField(
                    "name", "Save this view as", isRequired: true,
                    hint: "Filter, order and columns, for everybody who reads this experiment.")
                name.longest = SavedRunView.nameLimit
                html.field(name)
                html.buttons { $0.submit("Save") }
            }
            if !views.isEmpty {
                html.form(experiment.adding("/views/delete"), label: "Delete a view") { html in
                    html.field(
                        FormField(
                            "name", "Delete a view", .choice(views.map { ($0.name, $0.name) }), place: "delete"))
                    html.buttons { $0.submit("Delete view", .danger) }
                }
            }
        }
    }

    private func columnChooser(_ html: inout Markup) {
        html.drop("Columns", ["data-columns": ""]) { html in
            html.element("form", ["method": "get", "action": experiment.text]) { html in
                for (name, value) in view.items where name != "column" { html.hidden(name, value) }
                group("Metrics", keys.metrics.map(RunColumn.metric), &html)
                group("Parameters", keys.parameters.map(RunColumn.parameter), &html)
                group("Tags", keys.tags.map(RunColumn.tag), &html)
                group("Run", [.user, .ended, .id], &html)
                html.buttons { $0.submit("Show") }
            }
        }
    }

    private func group(_ title: String, _ columns: [RunColumn], _ html: inout Markup) {
        guard !columns.isEmpty else { return }
        html.element("fieldset") { html in
            html.element("legend", text: title)
            for column in columns {
                html.element("label") { html in
                    html.empty(
                        "input",
                        [
                            "type": "checkbox", "name": "column", "value": column.text,
                            "checked": shown.contains(column) ? "" : nil,
                        ])
                    html.text(" ")
                    html.name(column.title, width: 48)
                }
            }
        }
    }
}
