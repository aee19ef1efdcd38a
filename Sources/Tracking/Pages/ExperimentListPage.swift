import Core
import MLflow
import Platform

/// All experiments, and a form that makes one.
struct ExperimentListPage: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        [
            .page("/experiments", .may(.readExperiments), "Experiments, the newest first.") {
                try await page($0, $1)
            }.filtered(),
            .form("/experiments", .may(.writeExperiments), "Creates an experiment.") {
                try await create($0, $1)
            }.about(services.subjects) { request in
                [TrackedNeed(.newExperiment(try await FormFields(request).text("name")))]
            },
        ]
    }

    /// What the list is narrowed and sorted by; all of it is in the address.
    private struct View {
        let words: String
        let state: LifecycleChoice
        let order: String

        init(_ query: Query) {
            words = String((query["q"] ?? "").trimmingPrefix(while: \.isWhitespace))
            state = query["state"].flatMap { LifecycleChoice(rawValue: $0) } ?? .active
            order = query["order"] ?? ""
        }

        func address(order: String, token: String? = nil) -> Address {
            Address("/experiments").query([
                ("q", words.isEmpty ? nil : words), ("state", state == .active ? nil : state.rawValue),
                ("order", order.isEmpty ? nil : order), ("page_token", token),
            ])
        }

        func column(_ title: String, _ kind: TableColumn.Kind, _ key: String, descendsFirst: Bool) -> TableColumn {
            let isNow = order == "\(key) ASC" ? true : order == "\(key) DESC" ? false : nil
            let isUsual = order.isEmpty && key == "creation_time" ? false : isNow
            let next = isUsual.map { !$0 } ?? !descendsFirst
            return TableColumn(
                title, kind, sorting: address(order: "\(key) \(next ? "ASC" : "DESC")"),
                order: isUsual.map { $0 ? .ascending : .descending })
        }
    }

    private static let pageSize = 50
    /// Runs of each experiment are counted so far.
    private static let countLimit = 1000

    private func page(_ request: Request, _ site: Site) async throws -> Page {
        try await page(request, site.now(), FormFields.empty, nil)
    }

    /// - Parameters:
    ///   - form: what somebody has filled in to create one.
    ///   - error: what is wrong with it.
    private func page(_ request: Request, _ now: Timestamp, _ form: FormFields, _ error: String?) async throws -> Page {
        let view = View(request.query)
        let paging = try PageRequest(request, services.services.pageTokens, standard: Self.pageSize, most: 500)
        let filter =
            view.words.isEmpty
            ? [] : [SearchComparison(SearchField(.attribute, "name"), .ilike, .text("%\(view.words)%"))]
        let query = ExperimentQuery(
            lifecycle: view.state.filter, filter: filter,
            orderings: try SearchOrdering.parse(view.order.isEmpty ? [] : [view.order], for: .experiments),
            limit: paging.limit, rights: request.principal.rights)
        let order = try query.order()
        let position = try paging.position.map { json throws(Failure) in try order.position(json) }
        let (found, counts) = try await services.database.read { sql in
            let found = try ExperimentSearch(sql: sql, query: query).page(after: position)
            return (found, try RunCount.of(found.experiments.map(\.id), atMost: Self.countLimit, sql))
        }
        var page = Page("Experiments", section: "/experiments")
        page.hasShortcut = true
        page.lead("An experiment is a set of runs that answer one question.")
        if request.principal.may(.writeExperiments) {
            page.actions { html in creation(form, error, &html) }
        }
        page.body { html in
            filters(view, &html)
            guard !found.experiments.isEmpty else {
                html.element("div", ["class": "empty"]) { html in
                    html.element("h2", text: "No experiment is like that")
                    html.element("p") { $0.element("a", ["href": "/experiments"], text: "Show all experiments") }
                }
                return
            }
            table(found.experiments, counts, view, now, &html)
            let next = paging.next(found.next.map(order.json)).text
            html.pages(
                first: paging.position == nil ? nil : view.address(order: view.order),
                next: next.map { view.address(order: view.order, token: $0) })
        }
        return page
    }

    private func filters(_ view: View, _ html: inout Markup) {
        html.filters(
            Address("/experiments"), label: "Find experiments",
            keeping: view.order.isEmpty ? [] : [("order", view.order)]
        ) { html in
            var words = FormField("q", "Name", .input("search"), placeholder: "Part of the name")
            words.shortcut = "/"
            words.grows = true
            html.field(words, view.words)
            var state = FormField(
                "state", "State", .choice([("active", "Active"), ("deleted", "Deleted"), ("all", "All")]))
            state.submits = true
            html.field(state, view.state.rawValue)
            html.submit("Find", nil)
        }
    }

    private func table(
        _ experiments: [Experiment], _ counts: [Int64: RunCount], _ view: View, _ now: Timestamp, _ html: inout Markup
    ) {
        let columns = [
            view.column("Experiment", .id, "name", descendsFirst: false), .number("Runs"), .number("Last run"),
            view.column("Created", .number, "creation_time", descendsFirst: true),
            view.column("Changed", .number, "last_update_time", descendsFirst: true), TableColumn("Tags"),
        ]
        html.table("Experiments", columns, style: .cards) { html in
            for experiment in experiments {
                let count = counts[experiment.id] ?? RunCount()
                html.row { html in
                    html.cell(.id) { html in
                        html.link(experiment.name, to: experiment.address)
                        guard experiment.isDeleted else { return }
                        html.text(" ")
                        html.badge(.neutral, "deleted")
                    }
                    html.numberCell(
                        count.runs == 0
                            ? nil
                            : count.runs > Self.countLimit
                                ? "\(DisplayValue.grouped(Self.countLimit))+" : DisplayValue.grouped(Int(count.runs)),
                        label: "Runs")
                    html.cell(.number, label: "Last run") { html in
                        guard let last = count.lastStart else { return html.void() }
                        html.time(Timestamp(milliseconds: last), now: now)
                    }
                    html.cell(.number, label: "Created") { $0.time(experiment.createdAt, now: now) }
                    html.cell(.number, label: "Changed") { $0.time(experiment.updatedAt, now: now) }
                    html.cell(label: "Tags") { html in
                        let own = experiment.tags.filter { !$0.key.utf8.starts(with: "mlflow.".utf8) }
                        if own.isEmpty { return html.void("") }
                        html.tags(own.prefix(4).map { ($0.key, DisplayText.shorten($0.value, to: 30)) })
                    }
                }
            }
        }
    }

    private func creation(_ form: FormFields, _ error: String?, _ html: inout Markup) {
        html.act("New experiment", .primary, isOpen: error != nil) { html in
            html.form(Address("/experiments"), label: "New experiment") { html in
                html.field(
                    FormField("name", "Name", isRequired: true, hint: "Unique, also among the deleted."),
                    form.text("name"), error: error)
                html.field(
                    FormField(
                        "location", "Artifact location", hint: "A URI; this server keeps the artifacts if empty."),
                    form.text("location"))
                html.buttons { $0.submit("Create experiment") }
            }
        }
    }

    private func create(_ request: Request, _ form: FormFields) async throws -> FormAnswer {
        let (now, origin) = (services.services.world.now(), form.origin)
        do {
            let name = try form.required("name", "Name")
            try Validate.experimentName(name)
            let location = form.text("location")
            if !location.isEmpty {
                try ArtifactLocation.check(location, furtherSchemes: services.artifactSchemes)
            }
            let id = try await services.database.write { transaction in
                try ExperimentStore.create(
                    name: name, location: location.isEmpty ? nil : location, tags: [], transaction, now: now,
                    by: origin)
            }
            return .goTo(Address("/experiments", String(id)))
        } catch {
            guard let failure = FailureText(error) else { throw error }
            var page = try await page(request, now, form, failure.message)
            page.status = HTTPFailure.status(error.code)
            return .page(page)
        }
    }
}
