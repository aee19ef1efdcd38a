/// What a line chart shows, as a sentence.
struct LineSentence {
    private let chart: LineChart
    private let plot: LinePlot

    init(_ chart: LineChart, _ plot: LinePlot) {
        self.chart = chart
        self.plot = plot
    }

    var text: String {
        let summaries = chart.series.map { SeriesSummary($0) }
        let shown = zip(chart.series, summaries).filter { $0.1.last != nil }
        var sentences: [String] = []
        switch shown.count {
        case 0: sentences.append("No values")
        case 1:
            if let (_, summary) = shown.first { sentences.append(single(summary)) }
        default:
            let names = shown.prefix(4).map { series, summary in
                "\(DisplayText.shorten(DisplayText.label(series.name), to: 40)) \(value(summary.last?.y))"
            }
            let more = shown.count > names.count ? " and \(DisplayValue.grouped(shown.count - names.count)) more" : ""
            sentences.append("Last of \(shown.count): \(names.joined(separator: ", "))\(more)")
        }
        sentences += remarks(summaries)
        return sentences.map { $0 + "." }.joined(separator: " ")
    }

    /// The last value and what is left out; the rest is in the picture.
    var caption: String {
        let summaries = chart.series.map { SeriesSummary($0) }
        let shown = summaries.filter { $0.last != nil }
        let values =
            switch shown.count {
            case 0: "no values"
            case 1: "last \(value(shown[0].last?.y))"
            default: "\(shown.count) series"
            }
        let missing = summaries.reduce(0) { $0 + $1.missing }
        return values + (missing > 0 ? ", \(DisplayValue.count(missing, "value")) not finite" : "")
    }

    private func value(_ value: Double?) -> String {
        value.map { ChartNumber.short($0) + (chart.unit.isEmpty ? "" : " " + chart.unit) } ?? "\u{2013}"
    }

    private func place(_ x: Double) -> String {
        switch chart.xKind {
        case .step: "at step \(plot.x.value(x))"
        case .elapsed: "after \(plot.x.value(x))"
        case .time, .number: "at \(plot.x.value(x))"
        }
    }

    private func single(_ summary: SeriesSummary) -> String {
        guard let last = summary.last, let low = summary.lowest, let high = summary.highest else { return "No values" }
        if summary.count == 1 { return "\(value(last.y)) \(place(last.x))" }
        if low.y == high.y { return "\(value(low.y)) throughout, \(DisplayValue.count(summary.count, "point"))" }
        return "Last \(value(last.y)) \(place(last.x)); lowest \(value(low.y)) \(place(low.x)), highest "
            + "\(value(high.y)) \(place(high.x))"
    }

    private func remarks(_ summaries: [SeriesSummary]) -> [String] {
        var remarks: [String] = []
        let missing = summaries.reduce(0) { $0 + $1.missing }
        if missing > 0 {
            remarks.append("\(DisplayValue.count(missing, "value")) not finite, left out")
        }
        if chart.yScale == .logarithmic {
            let hidden = chart.series.reduce(0) { $0 + $1.points.count { $0.y <= 0 } }
            if hidden > 0 {
                remarks.append(
                    "\(DisplayValue.count(hidden, "value")) not above zero, which a logarithmic axis cannot show")
            }
        }
        if chart.smoothing > 0 {
            remarks.append("Smoothed with weight \(ChartNumber.short(chart.smoothing)), raw line faint")
        }
        if plot.y.isBroken { remarks.append("The axis does not begin at zero") }
        return remarks
    }
}

/// The figures of a series.
struct SeriesSummary {
    var count = 0
    /// Values that are not finite.
    var missing = 0
    private(set) var first: ChartPoint?
    private(set) var last: ChartPoint?
    private(set) var lowest: ChartPoint?
    private(set) var highest: ChartPoint?

    init(_ series: LineChart.Series) {
        for point in series.points {
            guard point.y.isFinite else {
                missing += 1
                continue
            }
            count += 1
            if first == nil { (first, lowest, highest) = (point, point, point) }
            if let low = lowest, point.y < low.y { lowest = point }
            if let high = highest, point.y > high.y { highest = point }
            last = point
        }
    }
}

/// The numbers behind a line chart: all of them when they are few, and otherwise what sums them up.
struct LineTable {
    private let chart: LineChart
    private let plot: LinePlot

    private static let fullLimit = 60

    init(_ chart: LineChart, _ plot: LinePlot) {
        self.chart = chart
        self.plot = plot
    }

    func write(_ html: inout Markup) {
        let total = chart.series.reduce(0) { $0 + $1.points.count }
        if chart.series.count == 1, total <= Self.fullLimit { return points(chart.series[0], &html) }
        html.table(
            "Data of \(DisplayText.label(chart.title))",
            [
                TableColumn("Series"), .number("Points"), .number("First"), .number("Last"), .number("Lowest"),
                .number("Highest"),
            ]
        ) { html in
            for series in chart.series.prefix(100) {
                let summary = SeriesSummary(series)
                html.row { html in
                    html.rowHeader { $0.name(series.name, width: 40) }
                    html.numberCell(DisplayValue.grouped(series.points.count))
                    for point in [summary.first, summary.last, summary.lowest, summary.highest] { cell(point, &html) }
                }
            }
        }
    }

    private func cell(_ point: ChartPoint?, _ html: inout Markup) {
        guard let point else { return html.numberCell("\u{2013}") }
        html.numberCell(
            ChartNumber.short(point.y), exact: "\(ChartNumber.exact(point.y)) at \(plot.x.value(point.x))")
    }

    private func points(_ series: LineChart.Series, _ html: inout Markup) {
        let title =
            switch chart.xKind {
            case .step: "Step"
            case .time: "Time (UTC)"
            case .elapsed: "After"
            case .number: "x"
            }
        html.table(
            "Data of \(DisplayText.label(chart.title))",
            [.number(title), .number(chart.unit.isEmpty ? "Value" : "Value (\(chart.unit))")]
        ) { html in
            for point in series.points {
                html.row { html in
                    html.numberCell(plot.x.value(point.x))
                    html.numberCell(ChartNumber.short(point.y), exact: ChartNumber.exact(point.y))
                }
            }
        }
    }
}

/// What scripts show under the pointer: `x:y x:y`, thinned where there are many.
struct HoverPoints {
    let text: String
    let isThinned: Bool

    /// Points of all series together.
    private static let budget = 2400

    init(_ series: LineChart.Series, _ axis: ChartAxis, count: Int) {
        let limit = max(20, min(160, Self.budget / max(1, count)))
        let places = series.points.indices.filter { series.points[$0].y.isFinite }
        isThinned = places.count > limit
        text = Self.thinned(places, series.points, limit).map { index in
            let point = series.points[index]
            return ChartNumber.text(point.x, significant: 17) + ":" + ChartNumber.text(point.y)
        }.joined(separator: " ")
    }

    /// The first and the last one, and of each group between them the one that is furthest from the one before.
    private static func thinned(_ places: [Int], _ points: [ChartPoint], _ limit: Int) -> [Int] {
        guard places.count > limit, let first = places.first, let last = places.last else { return places }
        var kept = [first]
        var previous = points[first].y
        for group in 1..<(limit - 1) {
            let range = (places.count * group / limit)..<(places.count * (group + 1) / limit)
            let furthest = range.max { left, right in
                distance(points[places[left]].y, previous) < distance(points[places[right]].y, previous)
            }
            guard let furthest else { continue }
            kept.append(places[furthest])
            previous = points[places[furthest]].y
        }
        return kept + [last]
    }

    /// Halved, so that it is finite.
    private static func distance(_ left: Double, _ right: Double) -> Double { (left / 2 - right / 2).magnitude }
}
