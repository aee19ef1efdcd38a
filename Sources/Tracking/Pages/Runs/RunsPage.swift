import Core
import MLflow
import Platform

/// An experiment: its runs as a table.
struct RunsPage: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        [
            .page(
                "/experiments/{experiment}", .may(.readExperiments),
                "An experiment: its runs as a table with filter, order and columns of one's choice."
            ) { try await page($0, $1) }.aboutExperiment(services.subjects)
        ]
    }

    private static let pageSize = 50

    /// All that the page shows.
    private struct Content: Sendable {
        var runs: [RunDetails] = []
        /// Where the page ends, when more follow.
        var next: JSON?
        let counts: RunCount
        let keys: RunKeys
        let views: [SavedRunView]
    }

    private func page(_ request: Request, _ site: Site) async throws -> Page {
        let experiment = try await services.experiment(request)
        var view = RunsView(experiment.id, request.query)
        // The runs of a deleted experiment are deleted, too.
        if experiment.isDeleted, request.query["state"] == nil { view.state = .deleted }
        let paging = try PageRequest(request, services.services.pageTokens, standard: Self.pageSize, most: 500)
        var problem: FailureText?
        var query: RunQuery?
        do { query = try view.query(limit: paging.limit, rights: request.principal.rights, services.bounds) } catch {
            guard let text = FailureText(error) else { throw error }
            problem = text
        }
        let content = try await load(experiment, query, paging)
        let table = RunsTable(
            view: view, runs: content.runs, keys: content.keys, next: paging.next(content.next).text,
            isFirst: paging.position == nil, now: site.now())
        var page = Page(experiment.name, section: "/experiments", crumbs: Experiment.crumbs)
        page.isWide = true
        page.hasShortcut = true
        if experiment.isDeleted { page.badge = Badge(.neutral, "deleted") }
        if problem != nil { page.status = 400 }
        ExperimentHead(experiment: experiment, counts: content.counts, visitor: request.principal, now: site.now())
            .write(&page)
        let hasRuns = content.counts.runs > 0 || view.state != .active || !content.keys.tags.isEmpty
        page.body { html in
            guard hasRuns else { return ExperimentHead.empty(experiment, request, &html) }
            RunsToolbar(
                view: view, keys: content.keys, views: content.views, shown: table.columns, visitor: request.principal,
                subject: experiment.subject, problem: problem
            ).write(&html) { html in table.write(&html) }
        }
        return page
    }

    private func load(_ experiment: Experiment, _ query: RunQuery?, _ paging: PageRequest) async throws -> Content {
        let keys = services.keys
        return try await services.database.read { sql in
            var content = Content(
                counts: try RunCount.of([experiment.id], atMost: ExperimentHead.countLimit, sql)[experiment.id]
                    ?? RunCount(),
                keys: try RunKeys(of: experiment.id, keys, sql),
                views: try SavedRunViewStore(sql).views(of: experiment.id))
            guard let query else { return content }
            let search = try RunSearch(query, keys, sql)
            let found = try search.page(after: paging.position.map { try search.order.keySet.position($0) })
            content.runs = try RunDetails.of(found.runs.map(\.run), keys, sql)
            content.next = found.hasMore ? found.runs.last.map { search.order.keySet.json($0.position) } : nil
            return content
        }
    }
}

/// What stands above the table of an experiment's runs.
struct ExperimentHead {
    let experiment: Experiment
    /// Up to `countLimit`.
    let counts: RunCount
    let visitor: Principal
    let now: Timestamp

    /// Runs are counted so far: counting all of many would take longer than the rest of the page.
    static let countLimit = 10_000

    func write(_ page: inout Page) {
        if counts.runs > 0 {
            page.lead { lead(&$0) }
        }
        if visitor.may(.writeExperiments, over: experiment.subject) {
            page.actions { $0.action("Settings", experiment.address.adding("/settings")) }
        }
        page.body { html in
            if experiment.isDeleted {
                html.notice(.neutral) { html in
                    html.element("p") { html in
                        html.text("This experiment is deleted. Its runs can be read until they are purged; it can be ")
                        html.text("restored in its settings.")
                    }
                }
            }
            if let note = experiment.tags.first(where: { $0.key == NoteTag.key })?.value, !note.isEmpty {
                html.prose(note)
            }
        }
    }

    private func lead(_ html: inout Markup) {
        html.text(counts.words(upTo: Self.countLimit) + (counts.runs == 1 ? " run" : " runs"))
        if let last = counts.lastStart {
            html.text(", the last began ")
            html.time(Timestamp(milliseconds: last), now: now)
        }
        html.text(".")
    }

    static func empty(_ experiment: Experiment, _ request: Request, _ html: inout Markup) {
        html.emptyState(
            "No runs yet", "Point any MLflow client at this server and log something; it appears here at once.",
            code: """
                import mlflow
                mlflow.set_tracking_uri("\(request.server ?? "http://127.0.0.1:5000")")
                mlflow.set_experiment(experiment_id="\(experiment.id)")
                with mlflow.start_run():
                    mlflow.log_metric("loss", 0.3)
                """)
    }
}

extension RunCount {
    /// "1,204", "more than 10,000".
    func words(upTo bound: Int) -> String {
        runs > bound ? "more than \(DisplayValue.grouped(bound))" : DisplayValue.grouped(Int(runs))
    }
}
