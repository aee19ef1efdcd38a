import Core

/// How large a chart is drawn, in the units of its text: pixels where it is shown at its own size.
package enum ChartSize: String, Sendable {
    /// One of several side by side.
    case small
    /// Across the column of a page.
    case wide

    var width: Double { self == .small ? 400 : 880 }
    var height: Double { self == .small ? 220 : 300 }
}

/// What all charts have around them: title and sentence above the picture, the whole sentence in it for those who
/// cannot see it, and the numbers in a table behind it.
struct ChartFrame {
    /// Names the chart within its page.
    let id: String
    let title: String
    /// Says what the picture shows: ranges, ends, what is missing.
    let sentence: String
    /// As much of it as there is room for beside the title.
    var caption: String?
    /// `line`, `scatter`, ...: for style sheets and scripts.
    let kind: String
    let size: (width: Double, height: Double)
    /// Where axes lie, for scripts.
    var axes: Markup.Attributes = [:]
    var isWide = false
    /// Whether things in the picture can be followed, so that it is no image to a reader.
    var hasLinks = false

    /// - Parameters:
    ///   - draw: draws into the picture.
    ///   - data: the table of the numbers; nil for none.
    func figure(_ draw: (inout Drawing) -> Void, data: ((inout Markup) -> Void)? = nil) -> Markup {
        Markup { html in
            html.element("figure", ["class": isWide ? "chart big" : "chart", "id": id]) { html in
                html.element("figcaption") { html in
                    html.name(title, width: 60)
                    html.text(" ")
                    html.element("span", ["class": "sub"], text: caption ?? sentence)
                }
                picture(&html, draw)
                if let data { html.folded("Data") { data(&$0) } }
            }
        }
    }

    private func picture(_ html: inout Markup, _ draw: (inout Drawing) -> Void) {
        var drawing = Drawing(width: size.width, height: size.height)
        draw(&drawing)
        // A `title` element would be shown by browsers as soon as the pointer rests, over the values at the pointer.
        let attributes: Markup.Attributes = [
            "viewBox": "0 0 \(Drawing.unit(size.width)) \(Drawing.unit(size.height))",
            "role": hasLinks ? "group" : "img", "aria-label": DisplayText.shorten(DisplayText.label(title), to: 200),
            "aria-describedby": "\(id)-d", "data-chart": kind,
        ]
        html.element("svg", attributes + axes) { html in
            html.element("desc", ["id": "\(id)-d"], text: sentence)
            html.append(drawing.markup)
        }
    }
}

extension ChartAxis {
    /// As sentences and tables say it.
    func value(_ value: Double) -> String {
        switch kind {
        case .number, .step: ChartNumber.short(value)
        case .time:
            value.magnitude < 1e15
                ? DisplayValue.moment(Timestamp(milliseconds: Int64(value))) : ChartNumber.short(value)
        case .elapsed: ChartNumber.duration(milliseconds: value)
        }
    }

    /// `linear 0 1000 44 396`: kind, first and last value, where they lie. Scripts compute positions from it.
    private var plot: String {
        let (low, high) = isReversed ? (pixels.upperBound, pixels.lowerBound) : (pixels.lowerBound, pixels.upperBound)
        let numbers = [domain.lowerBound, domain.upperBound, low, high].map { ChartNumber.text($0, significant: 17) }
        return "\(scale == .linear ? "linear" : "log") \(numbers.joined(separator: " "))"
    }

    static func attributes(x: ChartAxis, y: ChartAxis) -> Markup.Attributes {
        [
            "data-x": x.plot, "data-y": y.plot, "data-x-name": x.kind == .step ? "step" : nil,
            "data-time": x.kind == .time ? "" : nil, "data-elapsed": x.kind == .elapsed ? "" : nil,
        ]
    }
}

extension Drawing {
    /// Lines across the plot at the ticks of a vertical axis, and their labels to its left.
    mutating func verticalAxis(_ axis: ChartAxis, across plot: ClosedRange<Double>) {
        let ticks = axis.ticks.compactMap { tick in axis.position(tick.value).map { (label: tick.label, y: $0) } }
        // Lines of one pixel lie on whole pixels.
        let lines = ticks.map {
            "M\(Self.point(plot.lowerBound, $0.y.rounded() + 0.5))H\(Self.unit(plot.upperBound))"
        }
        path(lines.joined(), "gridline")
        for tick in ticks { text(plot.lowerBound - 6, tick.y + 4, tick.label, "tick", .end) }
        guard axis.isBroken else { return }
        // Two strokes through the foot of the axis: it does not begin at zero.
        path("M\(Self.point(plot.lowerBound - 5, axis.pixels.upperBound + 9))l5-3m-5 6l5-3", "axis")
    }

    /// The base line, ticks below it, and a second line for what several ticks share.
    mutating func horizontalAxis(_ axis: ChartAxis, at base: Double, unit: String = "") {
        let ticks = axis.ticks.compactMap { axis.position($0.value) }.map { "M\(Self.point($0, base))v4" }
        path(
            "M\(Self.point(axis.pixels.lowerBound, base))H\(Self.unit(axis.pixels.upperBound))" + ticks.joined(), "axis"
        )
        var free = -Double.infinity
        var freeBelow = -Double.infinity
        for tick in axis.ticks {
            guard let x = axis.position(tick.value) else { continue }
            let half = Self.textWidth(tick.label) / 2
            // Within the picture, and apart from its neighbour.
            let place = min(max(x, half), width - half)
            guard place - half > free else { continue }
            text(place, base + 16, tick.label, "tick", .middle)
            free = place + half + 6
            guard let context = tick.context, place - half > freeBelow,
                place - half + Self.textWidth(context) <= width
            else { continue }
            text(place - half, base + 29, context, "tick")
            freeBelow = place - half + Self.textWidth(context) + 8
        }
        if !unit.isEmpty, axis.pixels.upperBound - Self.textWidth(unit) > freeBelow {
            text(axis.pixels.upperBound, base + 29, unit, "tick", .end)
        }
    }

    /// What stands in the place of a picture.
    mutating func nothing(_ text: String = "No values") {
        self.text(width / 2, height / 2, text, "tick", .middle)
    }
}

/// Labels beside each other's ends: as near to where they belong as they can be without covering each other.
package enum LabelPlacement {
    /// - Parameters:
    ///   - wanted: in any order.
    ///   - distance: between neighbours.
    /// - Returns: places in the order of `wanted`, within the range as far as they fit.
    package static func spread(_ wanted: [Double], distance: Double, in range: ClosedRange<Double>) -> [Double] {
        let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
        var places = wanted.map { min(max($0, range.lowerBound), range.upperBound) }
        var free = range.lowerBound
        for index in order {
            places[index] = max(places[index], free)
            free = places[index] + distance
        }
        var limit = range.upperBound
        for index in order.reversed() {
            places[index] = min(places[index], limit)
            limit = places[index] - distance
        }
        return places
    }
}
