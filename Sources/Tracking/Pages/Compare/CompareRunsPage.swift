import Core
import MLflow
import Platform

/// Runs side by side: what differs first, then the course of their metrics, then how settings and results go together.
struct CompareRunsPage: Sendable {
    let services: PageServices

    /// Runs of one comparison.
    static let limit = 20

    var endpoints: [Endpoint] {
        [
            .page("/runs/compare", .may(.readExperiments), "Runs side by side, given as `run`, 2 to 20 times.") {
                try await page($0, $1)
            }.about(services.subjects) { request in
                try Self.identifiers(request).map { TrackedNeed(.runMeant($0)) }
            }
        ]
    }

    /// Charts at a time, and points of all lines of one: a page stays under 200 kB.
    private static let chartLimit = 6
    private static let points = 1500

    private static func identifiers(_ request: Request) throws(Failure) -> [String] {
        var identifiers: [String] = []
        for identifier in request.query.all("run") where !identifiers.contains(identifier) {
            identifiers.append(identifier)
        }
        guard (2...limit).contains(identifiers.count) else {
            throw Failure(
                .invalid, "A comparison takes 2 to \(limit) runs, not \(identifiers.count)",
                hint: "Select them in the table of an experiment.")
        }
        return identifiers
    }

    private func page(_ request: Request, _ site: Site) async throws -> Page {
        let identifiers = try Self.identifiers(request)
        let (keys, rights) = (services.keys, request.principal.rights)
        let view = ChartView(request.query)
        let (runs, experiments) = try await services.database.read { sql in
            let store = RunStore(sql)
            let runs = try RunDetails.of(identifiers.map { try store.meant(by: $0, rights) }, keys, sql)
            var experiments: [Int64: Experiment] = [:]
            for id in Set(runs.map(\.run.experiment)) { experiments[id] = try ExperimentStore(sql).find(id) }
            return (runs, experiments)
        }
        let comparison = RunComparison(runs)
        let place = max(0, request.query["from"].flatMap { Int($0) } ?? 0)
        let drawn = Array(comparison.metricsToDraw.dropFirst(place).prefix(Self.chartLimit))
        let sampled = try await services.database.read { sql in
            try runs.map { try MetricSamples.inPassing(drawn, $0.run, keys, sql, points: Self.points / runs.count) }
        }
        // A single point has no course; it stands in the table.
        let courses = sampled.map { $0.filter { $0.value.count > 1 } }
        let isOne = experiments.count == 1
        var page = Page(
            "Compare \(runs.count) runs", section: "/experiments",
            crumbs: Experiment.crumbs + (isOne ? experiments.values.map(\.crumb) : []))
        page.isWide = true
        page.lead { lead(comparison, &$0) }
        page.body { html in
            ComparisonTable(comparison: comparison, experiments: experiments, now: site.now()).write(&html)
            charts(request, view, comparison, drawn, courses, from: place, &html)
            ComparisonCharts(comparison: comparison, query: request.query).write(&html)
        }
        return page
    }

    private func lead(_ comparison: RunComparison, _ html: inout Markup) {
        let parameters = comparison.parameters.count { !$0.isSame }
        guard parameters > 0 else {
            return html.text(
                comparison.parameters.isEmpty
                    ? "These runs have no parameters." : "These runs have the same parameters.")
        }
        html.text("They differ in ")
        for (index, row) in comparison.parameters.filter({ !$0.isSame }).prefix(3).enumerated() {
            if index > 0 { html.text(", ") }
            html.element("b") { $0.name(row.name, width: 40) }
        }
        html.text(parameters > 3 ? " and \(DisplayValue.count(parameters - 3, "more parameter"))." : ".")
    }

    private func charts(
        _ request: Request, _ view: ChartView, _ comparison: RunComparison, _ drawn: [String],
        _ courses: [[String: [MetricPoint]]], from place: Int, _ html: inout Markup
    ) {
        guard courses.contains(where: { !$0.isEmpty }) else { return }
        html.section("Course of the metrics", id: "courses") { html in
            html.filters(
                Address("/runs/compare"), label: "Charts",
                keeping: request.query.items.filter { !["x", "scale", "smooth", "from"].contains($0.name) }
            ) { html in
                view.fields("course", &html)
                html.submit("Draw", nil)
            }
            html.live("course", isLive: comparison.runs.contains { $0.run.isGoingOn }, seconds: 5) { html in
                html.element("div", ["class": "grid"]) { html in
                    for (index, name) in drawn.enumerated() where courses.contains(where: { $0[name] != nil }) {
                        let series = zip(comparison.runs, courses).compactMap { details, course in
                            course[name].map { (name: details.run.name, points: $0, began: details.run.startTime) }
                        }
                        html.append(view.chart(name, series).figure(id: "m\(index)"))
                    }
                }
            }
            let all = comparison.metricsToDraw.count
            guard all > Self.chartLimit else { return }
            func charts(from place: Int) -> Address {
                let others = request.query.items.filter { $0.name != "from" }.map {
                    (name: $0.name, value: Optional($0.value))
                }
                return Address("/runs/compare").query(others + [("from", place > 0 ? String(place) : nil)])
            }
            html.pages(
                first: place > 0 ? charts(from: 0) : nil,
                next: place + drawn.count < all ? charts(from: place + Self.chartLimit) : nil,
                "\(place + 1) to \(place + drawn.count) of \(DisplayValue.count(all, "metric"))")
        }
    }
}

/// What runs have in common and where they differ.
struct RunComparison: Sendable {
    /// A name with its value in each run.
    struct Row: Sendable {
        let name: String
        let values: [String?]
        /// Whether all runs have the same.
        let isSame: Bool
    }

    let runs: [RunDetails]
    /// Sorted by name, as are the others.
    let parameters: [Row]
    let metrics: [Row]
    let tags: [Row]

    init(_ runs: [RunDetails]) {
        self.runs = runs
        func rows(_ names: [[String]], _ value: (RunDetails, String) -> String?) -> [Row] {
            Set(names.joined()).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
                let values = runs.map { value($0, name) }
                let first = values[0]
                return Row(
                    name: name, values: values,
                    isSame: values.allSatisfy { $0.map { Array($0.utf8) } == first.map { Array($0.utf8) } })
            }
        }
        parameters = rows(runs.map { $0.parameters.map(\.name) }) { $0.parameter($1) }
        metrics = rows(runs.map { $0.metrics.map(\.name) }) { details, name in
            details.metric(name).map { DisplayValue.exact($0.value) }
        }
        tags = rows(runs.map { $0.ownTags.map(\.name) }) { $0.tag($1) }
    }

    /// Metrics of most runs first; those of the machine last.
    var metricsToDraw: [String] {
        let counts = metrics.map { row in (name: row.name, runs: row.values.count { $0 != nil }) }
        return counts.filter { !$0.name.utf8.starts(with: "system/".utf8) }
            .sorted { left, right in
                left.runs != right.runs
                    ? left.runs > right.runs : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
            }.map(\.name)
    }
}
