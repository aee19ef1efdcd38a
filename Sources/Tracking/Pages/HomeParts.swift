import Core
import MLflow
import Platform

/// What this domain shows on the home page, and finds for the search box.
struct TrackingHome: Sendable {
    let services: PageServices

    private static let runs = 8

    var parts: [HomePart] {
        [
            HomePart(
                "What needs you", order: 0, .readExperiments,
                sentence: { request, site in
                    try await count(request, Self.failed(since: site)) { "\($0) failed in the last two days" }
                }
            ) { request, site in try await list(request, site, Self.failed(since: site), limit: 5) },
            HomePart(
                "Going on", order: 10, .readExperiments,
                sentence: { request, _ in
                    try await count(request, Self.running) {
                        $0 == "1 run" ? "\($0) is going on" : "\($0) are going on"
                    }
                }
            ) { request, site in try await list(request, site, Self.running) },
            HomePart("Recent runs", order: 20, .readExperiments, beginning: Self.beginning) { request, site in
                try await recent(request, site)
            },
        ]
    }

    private static func beginning(_ request: Request) -> Markup {
        Markup { html in
            html.emptyState(
                "Track a first run", "Any MLflow client works. Five lines of Python fill this page:",
                code: """
                    import mlflow
                    mlflow.set_tracking_uri("\(request.server ?? "http://127.0.0.1:5000")")
                    with mlflow.start_run():
                        mlflow.log_param("depth", 8)
                        mlflow.log_metric("loss", 0.3)
                    """
            ) { html in
                html.element("p") { html in
                    html.text("Or bring what you have: ")
                    html.element("code", text: "steward import mlflow sqlite:///mlflow.db")
                }
            }
        }
    }

    /// How long a failure waits for somebody to look at it.
    private static let attention: Int64 = 2 * 86_400_000

    private static func failed(since site: Site) -> String {
        "r.status = 'FAILED' AND COALESCE(r.end_time, r.start_time) > \(site.now().milliseconds &- attention)"
    }

    private static let running = "r.status IN ('RUNNING', 'SCHEDULED')"

    private func recent(_ request: Request, _ site: Site) async throws -> Markup? {
        try await list(request, site, "r.status IN ('FINISHED', 'KILLED')")
    }

    /// Runs are counted so far: "99 runs", "more than 99 runs".
    private static let countLimit = 99

    /// - Returns: nil when there are none.
    private func count(
        _ request: Request, _ test: String, _ words: (String) -> String
    ) async throws -> String? {
        let rights = request.principal.rights
        let found = try await services.database.read { sql in
            try RecentRuns(sql).runs(where: test, rights, limit: Self.countLimit + 1).count
        }
        guard found > 0 else { return nil }
        return words(
            found > Self.countLimit ? "more than \(Self.countLimit) runs" : DisplayValue.count(found, "run"))
    }

    /// The last runs of the experiments that may be read, of some state.
    /// - Parameter test: a condition on a run (`r`), of the source.
    private func list(
        _ request: Request, _ site: Site, _ test: String, limit: Int = Self.runs
    ) async throws -> Markup? {
        let (keys, rights) = (services.keys, request.principal.rights)
        let (runs, experiments) = try await services.database.read { sql in
            let runs = try RecentRuns(sql).runs(where: test, rights, limit: limit)
            var experiments: [Int64: Experiment] = [:]
            for id in Set(runs.map(\.experiment)) { experiments[id] = try ExperimentStore(sql).find(id) }
            return (try RunDetails.of(runs, keys, sql), experiments)
        }
        guard !runs.isEmpty else { return nil }
        let now = site.now()
        return Markup { html in
            html.rowsList { html in
                for details in runs {
                    html.rowsListItem(details.run.badge, details.run.started, now: now) { html in
                        html.link(details.run.name, to: details.run.address, width: 48)
                        if let experiment = experiments[details.run.experiment] {
                            html.text(" in ")
                            html.link(experiment.name, to: experiment.address, width: 40)
                        }
                        for (index, metric) in RunHead.ranked(details.metrics).prefix(2).enumerated() {
                            html.text(index == 0 ? ": " : ", ")
                            html.name(metric.name, width: 24)
                            html.text(" " + DisplayValue.number(metric.point.value))
                        }
                    }
                }
            }
        }
    }

    // MARK: search

    var searches: [QuickSearch] {
        [
            QuickSearch("Experiments", order: 10, .readExperiments) { try await experiments(like: $0, $1) },
            QuickSearch("Runs", order: 30, .readExperiments) { try await runs(like: $0, $1) },
        ]
    }

    private func experiments(like words: String, _ request: Request) async throws -> [QuickSearch.Hit] {
        let query = ExperimentQuery(
            lifecycle: .active,
            filter: [SearchComparison(SearchField(.attribute, "name"), .ilike, .text("%\(words)%"))], orderings: [],
            limit: QuickSearch.limit, rights: request.principal.rights)
        let found = try await services.database.read { try ExperimentSearch(sql: $0, query: query).page(after: nil) }
        return found.experiments.map { QuickSearch.Hit($0.name, $0.address) }
    }

    private func runs(like words: String, _ request: Request) async throws -> [QuickSearch.Hit] {
        let rights = request.principal.rights
        return try await services.database.read { sql in
            let runs = try RecentRuns(sql).named(words, rights, limit: QuickSearch.limit)
            return try runs.map { run in
                let experiment = try ExperimentStore(sql).find(run.experiment)?.name ?? ""
                return QuickSearch.Hit(
                    run.name, run.address, detail: "\(experiment), \(run.badge.word), \(run.runID.prefix(8))")
            }
        }
    }
}

/// Runs of all experiments, for pages that begin somewhere.
struct RecentRuns {
    let sql: any SQLConnection

    init(_ sql: any SQLConnection) { self.sql = sql }

    /// The active ones that were added last and meet a condition, the newest first. Numbers of runs are given in the
    /// order they are added, so that no index is needed and few rows are read.
    /// - Parameter test: a condition on a run (`r`).
    func runs(where test: String, _ rights: Rights, limit: Int) throws -> [Run] {
        var parameters = SQLParameters()
        let readable = ExperimentStore(sql).readableTest(rights, &parameters)
        return try sql.rows(
            """
            SELECT \(RunStore.columns) FROM (
                SELECT * FROM tracking_run ORDER BY id DESC LIMIT \(parameters.add(.int(Self.looked)))) r
            JOIN tracking_experiment e ON e.id = r.experiment
            WHERE r.is_deleted = 0 AND \(test)\(readable) ORDER BY r.id DESC LIMIT \(parameters.add(.int(limit)))
            """, parameters.values, RunStore.run)
    }

    /// Runs looked at: a page must not read all there are to find that none is like that.
    private static let looked = 2000

    /// The active run whose identifier begins so, or those of that name.
    func named(_ words: String, _ rights: Rights, limit: Int) throws -> [Run] {
        if let run = try? RunStore(sql).meant(by: words, rights), !run.isDeleted { return [run] }
        var parameters = SQLParameters()
        let readable = ExperimentStore(sql).readableTest(rights, &parameters)
        let comparison = SearchComparison(SearchField(.attribute, "run_name"), .ilike, .text("%\(words)%"))
        let name = SearchCondition.sql("r.name", comparison, sql.dialect, &parameters)
        return try sql.rows(
            """
            SELECT \(RunStore.columns) FROM (
                SELECT * FROM tracking_run ORDER BY id DESC LIMIT \(parameters.add(.int(Self.searched)))) r
            JOIN tracking_experiment e ON e.id = r.experiment
            WHERE r.is_deleted = 0 AND \(name)\(readable) ORDER BY r.id DESC LIMIT \(parameters.add(.int(limit)))
            """, parameters.values, RunStore.run)
    }

    /// Runs whose names are compared.
    private static let searched = 20_000
}
