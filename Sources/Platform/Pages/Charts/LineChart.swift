/// Series of values over steps or time.
///
/// 100,000 points are drawn from those that make the picture what it is (`LineThinning`); values that are not finite
/// leave gaps.
package struct LineChart: Sendable {
    /// Something that happened at a moment, drawn through the whole chart.
    package struct Mark: Sendable {
        package enum Kind: String, Sendable { case deployment, incident, note }

        let x: Double
        let label: String
        let kind: Kind

        package init(_ x: Double, _ label: String, _ kind: Kind = .note) {
            self.x = x
            self.label = label
            self.kind = kind
        }
    }

    /// An interval around a value.
    package struct Interval: Sendable {
        let x: Double
        let range: ClosedRange<Double>

        package init(_ x: Double, _ range: ClosedRange<Double>) {
            self.x = x
            self.range = range
        }
    }

    package struct Series: Sendable {
        package let name: String
        /// By x; those of one x in the order given.
        let points: [ChartPoint]
        let band: [Interval]
        /// What others are compared with: drawn in grey.
        let isReference: Bool

        package init(_ name: String, _ points: [ChartPoint], band: [Interval] = [], isReference: Bool = false) {
            self.name = name
            let placed = points.filter(\.x.isFinite)
            let isOrdered = zip(placed, placed.dropFirst()).allSatisfy { $0.x <= $1.x }
            self.points =
                isOrdered
                ? placed
                : placed.enumerated().sorted { ($0.element.x, $0.offset) < ($1.element.x, $1.offset) }.map(\.element)
            self.band = band.filter { $0.x.isFinite && $0.range.lowerBound.isFinite && $0.range.upperBound.isFinite }
                .sorted { $0.x < $1.x }
            self.isReference = isReference
        }
    }

    package var title: String
    package var series: [Series]
    /// Of the values: `ms`, `%`.
    package var unit = ""
    package var xKind = ChartAxis.Kind.step
    package var xScale = ChartAxis.Scale.linear
    package var yScale = ChartAxis.Scale.linear
    /// The weight of `Smoothing.exponential`; the raw line stays, faint, behind.
    package var smoothing = 0.0
    package var marks: [Mark] = []
    package var size = ChartSize.small

    package init(_ title: String, _ series: [Series]) {
        self.title = title
        self.series = series
    }

    /// - Parameter id: names it within its page: an identifier of HTML.
    package func figure(id: String) -> Markup {
        let plot = LinePlot(self)
        let sentence = LineSentence(self, plot)
        var frame = ChartFrame(
            id: id, title: title, sentence: sentence.text, caption: sentence.caption, kind: "line",
            size: (size.width, size.height), axes: ChartAxis.attributes(x: plot.x, y: plot.y))
        frame.isWide = size == .wide
        return frame.figure(plot.draw, data: LineTable(self, plot).write)
    }
}

/// A chart with its axes laid out.
struct LinePlot {
    let chart: LineChart
    let x: ChartAxis
    let y: ChartAxis
    /// Of each series, at its points.
    let smoothed: [[Double]]
    private let isLabelled: Bool

    private static let top = 12.0
    /// More series than this are not labelled at their ends; the table names all.
    static let labelLimit = 12
    /// Colours there are; further series repeat them with broken lines.
    static let colours = 8
    /// Points of the paths of a chart, so that a page of charts stays small.
    private static let pointBudget = 9000.0

    init(_ chart: LineChart) {
        self.chart = chart
        let smoothed = chart.series.map { series in
            chart.smoothing > 0
                ? Smoothing.exponential(series.points.map(\.y), weight: chart.smoothing) : []
        }
        self.smoothed = smoothed
        let values = chart.series.flatMap { series in
            series.points.map(\.y) + series.band.flatMap { [$0.range.lowerBound, $0.range.upperBound] }
        }
        let base = chart.size.height - 34
        let pixels = Self.top...base
        y = ChartAxis(
            values + Self.zero(values, chart.yScale), scale: chart.yScale, pixels: pixels,
            count: chart.size == .small ? 4 : 5, isNice: true, reversed: true)
        let labelWidth = y.ticks.map { Drawing.textWidth($0.label) }.max() ?? 0
        let left = min(96, max(28, labelWidth + 10))
        isLabelled = chart.series.count > 1 && chart.series.count <= Self.labelLimit
        let names = isLabelled ? chart.series.map { Drawing.textWidth(Self.shortName($0.name)) * 1.12 }.max() ?? 0 : 0
        let right = min(chart.size == .small ? 120 : 180, max(10, names + 12))
        let xs = chart.series.flatMap { $0.points.map(\.x) + $0.band.map(\.x) }
        x = ChartAxis(
            xs, kind: chart.xKind, scale: chart.xScale, pixels: left...(chart.size.width - right),
            count: max(2, Int((chart.size.width - left - right) / 65)))
    }

    /// Zero belongs to the axis when the values come near it.
    private static func zero(_ values: [Double], _ scale: ChartAxis.Scale) -> [Double] {
        guard scale == .linear else { return [] }
        let finite = values.lazy.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return [] }
        return (low > 0 && low <= high / 4) || (high < 0 && high >= low / 4) ? [0] : []
    }

    static func shortName(_ name: String) -> String { DisplayText.shorten(DisplayText.label(name), to: 20) }

    private var columnWidth: Double {
        let lines = Double(max(1, chart.series.count)) * (chart.smoothing > 0 ? 2 : 1)
        return max(1.5, (x.pixels.upperBound - x.pixels.lowerBound) * 4 * lines / Self.pointBudget)
    }

    // MARK: drawing

    func draw(_ drawing: inout Drawing) {
        guard chart.series.contains(where: { $0.points.contains { y.position($0.y) != nil } }) else {
            // Axes without values would claim a range.
            return drawing.nothing()
        }
        drawing.verticalAxis(y, across: x.pixels)
        let unit = chart.xKind == .time ? "UTC" : chart.xKind == .step ? "step" : ""
        drawing.horizontalAxis(x, at: y.pixels.upperBound, unit: unit)
        draw(chart.marks, &drawing)
        // The first series lies on top.
        for index in chart.series.indices.reversed() { draw(index, &drawing) }
        if isLabelled { drawLabels(&drawing) }
    }

    private func style(_ index: Int) -> String {
        chart.series[index].isReference ? "ref" : "s\(index % Self.colours + 1)"
    }

    private func draw(_ index: Int, _ drawing: inout Drawing) {
        let series = chart.series[index]
        let raw = thinned(series.points.map(\.y), series)
        let hover = HoverPoints(series, x, count: chart.series.count)
        let attributes: Markup.Attributes = [
            "class": style(index), "data-series": DisplayText.shorten(DisplayText.label(series.name), to: 80),
            "data-points": hover.text, "data-thinned": hover.isThinned ? "" : nil,
        ]
        drawing.group(attributes) { drawing in
            if !series.band.isEmpty { drawing.append(band(series)) }
            let isDashed = index >= Self.colours && !series.isReference
            if chart.smoothing > 0 {
                drawing.append(line(raw, "raw", isDashed: isDashed))
                drawing.append(line(thinned(smoothed[index], series), "line", isDashed: isDashed))
            } else {
                drawing.append(line(raw, "line", isDashed: isDashed))
            }
            dots(raw, series, &drawing)
            // Small strokes at the foot of the plot where a value is none.
            let gaps = raw.gaps.prefix(400).map { "M\(Drawing.point($0, y.pixels.upperBound - 5))v5" }
            if !gaps.isEmpty { drawing.path(gaps.joined(), "line") }
        }
    }

    private func thinned(_ values: [Double], _ series: LineChart.Series) -> LineThinning {
        LineThinning(
            zip(series.points, values).lazy.compactMap { point, value in
                x.position(point.x).map { (x: $0, y: y.position(value)) }
            }, columnWidth: columnWidth)
    }

    private func line(_ line: LineThinning, _ style: String, isDashed: Bool) -> Markup {
        Markup { html in
            let path = line.path
            guard !path.isEmpty else { return }
            html.empty("path", ["class": style, "stroke-dasharray": isDashed ? "5 3" : nil, "d": path])
        }
    }

    /// Points that no line leads to; and all of them when they are few and stand apart.
    private func dots(_ line: LineThinning, _ series: LineChart.Series, _ drawing: inout Drawing) {
        let isSparse = series.points.count <= 30 && chart.series.count <= 4
        if isSparse {
            for point in line.parts.flatMap(\.self) { drawing.circle(point.x, point.y, 2.2, "dot") }
        } else {
            for point in line.lonely.prefix(500) { drawing.circle(point.x, point.y, 1.6, "dot") }
        }
    }

    private func band(_ series: LineChart.Series) -> Markup {
        let corners = series.band.compactMap { interval -> (x: Double, low: Double, high: Double)? in
            guard let place = x.position(interval.x), let low = y.position(interval.range.lowerBound),
                let high = y.position(interval.range.upperBound)
            else { return nil }
            return (place, low, high)
        }
        guard corners.count > 1 else { return Markup() }
        let upper = corners.map { Drawing.point($0.x, $0.high) }
        let lower = corners.reversed().map { Drawing.point($0.x, $0.low) }
        return Markup { $0.empty("path", ["class": "band", "d": "M" + (upper + lower).joined(separator: "L") + "Z"]) }
    }

    private func draw(_ marks: [LineChart.Mark], _ drawing: inout Drawing) {
        var free = -Double.infinity
        for mark in marks.sorted(by: { $0.x < $1.x }) {
            guard x.domain.contains(mark.x), let place = x.position(mark.x) else { continue }
            let label = DisplayText.shorten(DisplayText.clean(mark.label), to: 24)
            drawing.append(
                Markup { html in
                    let foot = Drawing.unit(y.pixels.upperBound)
                    html.element(
                        "path",
                        ["class": "mark \(mark.kind.rawValue)", "d": "M\(Drawing.point(place, Self.top - 8))V\(foot)"]
                    ) { $0.element("title", text: "\(label), \(x.value(mark.x))") }
                })
            let width = Drawing.textWidth(label)
            guard place > free, place + 3 + width <= drawing.width else { continue }
            drawing.text(place + 3, Self.top - 2, label, "tick")
            free = place + 3 + width + 6
        }
    }

    /// The name of each series where its line ends, instead of a legend.
    private func drawLabels(_ drawing: inout Drawing) {
        let ends = chart.series.indices.map { index -> Double? in
            let values = chart.smoothing > 0 ? smoothed[index] : chart.series[index].points.map(\.y)
            return values.last { y.position($0) != nil }.flatMap { y.position($0) }
        }
        let shown = chart.series.indices.filter { ends[$0] != nil }
        let places = LabelPlacement.spread(
            shown.map { ends[$0] ?? 0 }, distance: 13, in: Self.top...max(Self.top, y.pixels.upperBound))
        for (index, place) in zip(shown, places) {
            drawing.group(["class": style(index)]) {
                $0.text(x.pixels.upperBound + 6, place + 4, Self.shortName(chart.series[index].name), "label")
            }
        }
    }
}
