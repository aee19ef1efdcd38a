package import Core

/// What was in which state when: a row for each state, a bar for each time something was in it.
package struct PeriodChart: Sendable {
    package struct Period: Sendable {
        package let label: String
        let since: Timestamp
        /// nil while it lasts.
        let until: Timestamp?
        let tone: Tone
        let address: Address?

        package init(
            _ label: String, since: Timestamp, until: Timestamp?, tone: Tone, address: Address? = nil
        ) {
            self.label = label
            self.since = since
            self.until = until
            self.tone = tone
            self.address = address
        }
    }

    package struct Row: Sendable {
        let name: String
        let periods: [Period]

        package init(_ name: String, _ periods: [Period]) {
            self.name = name
            self.periods = periods
        }
    }

    package var title: String
    package var rows: [Row]
    /// Where the axis ends, and periods that last.
    package var now: Timestamp

    private static let pitch = 26.0

    package init(_ title: String, _ rows: [Row], now: Timestamp) {
        self.title = title
        self.rows = rows
        self.now = now
    }

    /// - Parameter sentence: what the picture says, such as what is in use now.
    package func figure(id: String, sentence: String) -> Markup {
        let names = rows.map { DisplayText.shorten(DisplayText.label($0.name), to: 24) }
        let lanes = rows.map { Self.lanes($0.periods) }
        let count = lanes.reduce(0) { $0 + max(1, $1.count) }
        let width = ChartSize.wide.width
        let height = Double(count) * Self.pitch + 44
        let left = (names.map { Drawing.textWidth($0) * 1.25 }.max() ?? 0) + 14
        let times = rows.flatMap { $0.periods.map { Double($0.since.milliseconds) } } + [Double(now.milliseconds)]
        let axis = ChartAxis(
            times, kind: .time, pixels: left...(width - 12), count: Int((width - left) / 100))
        var frame = ChartFrame(
            id: id, title: title, sentence: DisplayText.clean(sentence), kind: "periods", size: (width, height))
        frame.isWide = true
        frame.hasLinks = rows.contains { $0.periods.contains { $0.address != nil } }
        return frame.figure { drawing in
            var top = 6.0
            for (name, lanes) in zip(names, lanes) {
                drawing.text(left - 10, top + 14, name, "name", .end)
                drawing.path("M\(Drawing.point(left, top - 3))H\(Drawing.unit(width - 12))", "gridline")
                for lane in lanes {
                    draw(lane, axis, top, &drawing)
                    top += Self.pitch
                }
                if lanes.isEmpty { top += Self.pitch }
            }
            drawing.horizontalAxis(axis, at: top + 2, unit: "UTC")
        }
    }

    /// Periods that overlap lie in lanes of their own: each in the first lane that is free.
    package static func lanes(_ periods: [Period]) -> [[Period]] {
        var lanes: [[Period]] = []
        for period in periods.sorted(by: { $0.since < $1.since }) {
            let free = lanes.firstIndex { lane in
                guard let last = lane.last, let until = last.until else { return false }
                return until <= period.since
            }
            if let free { lanes[free].append(period) } else { lanes.append([period]) }
        }
        return lanes
    }

    private func draw(_ lane: [Period], _ axis: ChartAxis, _ top: Double, _ drawing: inout Drawing) {
        var free = -Double.infinity
        for (index, period) in lane.enumerated() {
            guard let start = axis.position(Double(period.since.milliseconds)),
                let end = axis.position(Double((period.until ?? now).milliseconds))
            else { continue }
            let label = DisplayText.shorten(DisplayText.label(period.label), to: 24)
            let until = period.until.map { DisplayValue.moment($0) } ?? "now"
            let bar = Markup { html in
                html.element(
                    "rect",
                    [
                        "class": "period \(period.tone.rawValue)", "x": Drawing.unit(start), "y": Drawing.unit(top),
                        "width": Drawing.unit(max(2, end - start - 1)), "height": "20", "rx": "3",
                    ]
                ) { $0.element("title", text: "\(label): \(DisplayValue.moment(period.since)) to \(until)") }
            }
            if let address = period.address {
                drawing.append(
                    Markup { $0.element("a", ["href": address.text, "aria-label": label]) { $0.append(bar) } })
            } else {
                drawing.append(bar)
            }
            // Inside the bar when it fits, otherwise after it when nothing follows there.
            let width = Drawing.textWidth(label)
            let next = index + 1 < lane.count ? axis.position(Double(lane[index + 1].since.milliseconds)) : nil
            let limit = next ?? drawing.width
            if end - start >= width + 8 {
                drawing.text(max(start + 5, free), top + 14, label, "name")
            } else if end + 4 + width <= limit, end + 4 >= free {
                drawing.text(end + 4, top + 14, label, "name")
                free = end + width + 8
            }
        }
    }
}
