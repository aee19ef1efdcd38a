import Core
import Platform

/// The metrics of a run as charts: all of them small, each of them large.
struct RunMetricPages: Sendable {
    let services: PageServices

    var endpoints: [Endpoint] {
        let subjects = services.subjects
        return [
            .page("/runs/{run}/metrics", .may(.readExperiments), "The metrics of a run as charts.") {
                try await all($0, $1)
            }.aboutRun(subjects),
            .page("/runs/{run}/metrics/{metric...}", .may(.readExperiments), "A metric of a run as a chart.") {
                try await one($0, $1)
            }.aboutRun(subjects),
        ]
    }

    static func address(_ run: Run, _ metric: String) -> Address { Address("/runs", run.runID, "metrics", metric) }

    /// Charts of a page, and points of each: a page stays under 200 kB.
    private static let pageSize = 24
    private static let smallPoints = 250
    private static let largePoints = 2000

    // MARK: all

    private func all(_ request: Request, _ site: Site) async throws -> Page {
        let (details, experiment) = try await services.run(request)
        let view = ChartView(request.query)
        let words = (request.query["q"] ?? "").lowercased()
        let place = max(0, request.query["from"].flatMap { Int($0) } ?? 0)
        let found = RunHead.ranked(details.metrics).filter {
            words.isEmpty || $0.name.lowercased().contains(words)
        }
        let shown = Array(found.dropFirst(place).prefix(Self.pageSize))
        let keys = services.keys
        let samples = try await services.database.read { sql in
            try MetricSamples.inPassing(shown.map(\.name), details.run, keys, sql, points: Self.smallPoints)
        }
        let head = RunHead(details: details, experiment: experiment, visitor: request.principal, now: site.now())
        var page = head.page(.metrics)
        page.body { html in
            guard !details.metrics.isEmpty else {
                html.emptyState(
                    "No metrics yet", "A chart for each appears here as soon as the first point is logged.",
                    code: "mlflow.log_metric(\"loss\", 0.3, step=1)")
                return
            }
            html.filters(details.run.address.adding("/metrics"), label: "Charts") { html in
                var field = FormField("q", "Metric", .input("search"), placeholder: "Part of the name")
                field.grows = true
                html.field(field, request.query["q"] ?? "")
                view.fields("charts", &html)
                html.submit("Show", nil)
            }
            let drawn = shown.filter { (samples[$0.name]?.count ?? 2) > 1 }
            let single = shown.filter { samples[$0.name]?.count == 1 }
            html.live("charts", isLive: details.run.isGoingOn) { html in
                html.element("div", ["class": "grid"]) { html in
                    for (index, metric) in drawn.enumerated() {
                        figure(metric, samples[metric.name], index, view, details.run, &html)
                    }
                }
                // A single point has no course.
                guard !single.isEmpty else { return }
                html.facts { html in
                    for metric in single {
                        html.fact(
                            DisplayText.shorten(DisplayText.label(metric.name), to: 60),
                            DisplayValue.number(metric.point.value))
                    }
                }
            }
            func page(from place: Int) -> Address {
                details.run.address.adding("/metrics").query(
                    view.items + [("q", words.isEmpty ? nil : words), ("from", place > 0 ? String(place) : nil)])
            }
            html.pages(
                first: place > 0 ? page(from: 0) : nil,
                next: place + Self.pageSize < found.count ? page(from: place + Self.pageSize) : nil,
                found.count > Self.pageSize
                    ? "\(place + 1) to \(place + shown.count) of \(DisplayValue.count(found.count, "metric"))" : "")
        }
        return page
    }

    private func figure(
        _ metric: RunDetails.Metric, _ points: [MetricPoint]?, _ index: Int, _ view: ChartView, _ run: Run,
        _ html: inout Markup
    ) {
        html.element("div", ["class": "cell"]) { html in
            if let points {
                html.append(
                    view.chart(metric.name, [(metric.name, points)], began: run.startTime).figure(id: "c\(index)"))
            } else {
                html.element("p") { html in
                    html.name(metric.name, width: 60)
                    html.sub("has many points")
                }
            }
            html.element("p") { html in
                html.element(
                    "a", ["href": Self.address(run, metric.name).query(view.items).text], text: "Enlarge")
            }
        }
    }

    // MARK: one

    private func one(_ request: Request, _ site: Site) async throws -> Page {
        let (details, experiment) = try await services.run(request)
        guard let name = PercentEncoding.decode(try request.parameter("metric")), let last = details.metric(name)
        else {
            throw Failure(.notFound, "The run has no such metric", hint: "Its page lists those it has.")
        }
        let view = ChartView(request.query)
        let (keys, run) = (services.keys, details.run)
        let points = try await services.database.read { sql in
            try MetricSamples.whole(name, run, keys, sql, points: Self.largePoints)
        }
        var page = Page(
            name, section: "/experiments",
            crumbs: Experiment.crumbs + [experiment.crumb, Page.Crumb(run.name, run.address)])
        let finite = points.map(\.value).filter(\.isFinite)
        page.lead { html in
            html.text("Last ")
            html.element("b", text: DisplayValue.number(last.value))
            html.text(" at step \(DisplayValue.grouped(Int(last.step))), logged ")
            html.time(Timestamp(milliseconds: last.time), now: site.now())
            if let low = finite.min(), let high = finite.max(), low < high {
                html.text("; between \(DisplayValue.number(low)) and \(DisplayValue.number(high))")
            }
            html.text(".")
        }
        let address = Self.address(run, name)
        page.body { html in
            html.filters(address, label: "Chart") { html in
                view.fields("chart", &html)
                html.submit("Draw", nil)
            }
            html.live("chart", isLive: run.isGoingOn) { html in
                var chart = view.chart(name, [(name, points)], began: run.startTime)
                chart.size = .wide
                html.append(chart.figure(id: "c0"))
            }
        }
        return page
    }
}

/// How charts of metrics are drawn; all of it is in the address.
struct ChartView: Sendable {
    enum Horizontal: String, CaseIterable {
        case step, time, elapsed
    }

    let x: Horizontal
    let isLogarithmic: Bool
    /// 0 up to 0.99.
    let smoothing: Double

    init(_ query: Query) {
        x = query["x"].flatMap { Horizontal(rawValue: $0) } ?? .step
        isLogarithmic = query["scale"] == "log"
        smoothing = min(0.99, max(0, query["smooth"].flatMap { Double($0) } ?? 0))
    }

    var items: [(name: String, value: String?)] {
        [
            ("x", x == .step ? nil : x.rawValue), ("scale", isLogarithmic ? "log" : nil),
            ("smooth", smoothing > 0 ? String(smoothing) : nil),
        ]
    }

    /// - Parameter charts: the id of what holds the charts, for the page's script, which smooths while the knob moves.
    func fields(_ charts: StaticString, _ html: inout Markup) {
        var horizontal = FormField(
            "x", "Over", .choice([("step", "Step"), ("elapsed", "Time since the start"), ("time", "Time")]))
        horizontal.submits = true
        html.field(horizontal, x.rawValue)
        var scale = FormField("scale", "Scale", .choice([("linear", "Linear"), ("log", "Logarithmic")]))
        scale.submits = true
        html.field(scale, isLogarithmic ? "log" : "linear")
        let weight = smoothing == 0 ? "0" : String(smoothing)
        html.element("div", ["class": "field"]) { html in
            html.element("label", ["for": "f-smooth"], text: "Smoothing")
            html.element("span", ["class": "range"]) { html in
                html.empty(
                    "input",
                    [
                        "type": "range", "id": "f-smooth", "name": "smooth", "min": "0", "max": "0.99", "step": "0.01",
                        "value": weight, "data-smooth": charts.description,
                    ])
                html.text(" ")
                html.element("output", ["for": "f-smooth"], text: weight)
            }
        }
    }

    /// - Parameter began: milliseconds since 1970, for times since the start.
    func chart(_ title: String, _ series: [(name: String, points: [MetricPoint])], began: Int64) -> LineChart {
        chart(title, series.map { (name: $0.name, points: $0.points, began: began) })
    }

    func chart(_ title: String, _ series: [(name: String, points: [MetricPoint], began: Int64)]) -> LineChart {
        var chart = LineChart(
            title,
            series.map { one in
                LineChart.Series(
                    one.name,
                    one.points.map { point in
                        switch x {
                        case .step: ChartPoint(Double(point.step), point.value)
                        case .time: ChartPoint(Double(point.time), point.value)
                        case .elapsed: ChartPoint(Double(point.time &- one.began), point.value)
                        }
                    })
            })
        chart.xKind =
            switch x {
            case .step: .step
            case .time: .time
            case .elapsed: .elapsed
            }
        chart.yScale = isLogarithmic ? .logarithmic : .linear
        chart.smoothing = smoothing
        return chart
    }
}
