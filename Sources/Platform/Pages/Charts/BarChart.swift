/// A number of each of some things, as bars that begin at zero, one below the other.
package struct BarChart: Sendable {
    package struct Bar: Sendable {
        let name: String
        let value: Double
        let address: Address?

        package init(_ name: String, _ value: Double, address: Address? = nil) {
            self.name = name
            self.value = value
            self.address = address
        }
    }

    package var title: String
    package var bars: [Bar]
    package var unit = ""
    package var size = ChartSize.small

    package static let limit = 40

    package init(_ title: String, _ bars: [Bar]) {
        self.title = title
        self.bars = bars
    }

    private static let pitch = 24.0

    package func figure(id: String) -> Markup {
        let shown = Array(bars.prefix(Self.limit))
        let height = max(1, Double(shown.count)) * Self.pitch + 8
        var frame = ChartFrame(
            id: id, title: title, sentence: sentence(shown), kind: "bars", size: (size.width, height))
        frame.isWide = size == .wide
        return frame.figure {
            draw(shown, &$0)
        } data: {
            table(&$0)
        }
    }

    private func text(_ value: Double) -> String {
        ChartNumber.short(value) + (unit.isEmpty || !value.isFinite ? "" : " " + unit)
    }

    private func sentence(_ shown: [Bar]) -> String {
        let finite = shown.filter(\.value.isFinite)
        guard let high = finite.max(by: { $0.value < $1.value }), let low = finite.min(by: { $0.value < $1.value })
        else { return "No values." }
        func named(_ bar: Bar) -> String {
            "\(text(bar.value)) (\(DisplayText.shorten(DisplayText.label(bar.name), to: 40)))"
        }
        let more =
            bars.count > shown.count
            ? " Only the first \(Self.limit) of \(DisplayValue.grouped(bars.count)) are drawn." : ""
        return finite.count == 1 ? "\(named(high)).\(more)" : "From \(named(low)) to \(named(high)).\(more)"
    }

    private func draw(_ shown: [Bar], _ drawing: inout Drawing) {
        let cells = size == .small ? 20 : 36
        let names = shown.map { DisplayText.shorten(DisplayText.label($0.name), to: cells) }
        let left = (names.map(Drawing.textWidth).max() ?? 0) + 10
        let right = (shown.map { Drawing.textWidth(text($0.value)) }.max() ?? 0) + 10
        let values = shown.map(\.value).filter(\.isFinite)
        let scale = LinearScale(
            min(0, values.min() ?? 0)...max(0, values.max() ?? 0), to: left...max(left + 40, drawing.width - right))
        let zero = scale.position(0)
        for (index, bar) in shown.enumerated() {
            let y = Double(index) * Self.pitch + 4
            drawing.text(left - 8, y + 14, names[index], "name", .end)
            var end = zero
            if bar.value.isFinite {
                let place = scale.position(bar.value)
                drawing.rectangle(min(zero, place), y + 3, max(1, abs(place - zero)), 14, "bar")
                end = max(zero, place)
            }
            drawing.text(end + 6, y + 14, text(bar.value), "tick")
        }
        if shown.isEmpty { drawing.nothing() }
    }

    private func table(_ html: inout Markup) {
        html.table(
            "Data of \(DisplayText.label(title))",
            [TableColumn("Name"), .number(unit.isEmpty ? "Value" : "Value (\(unit))")]
        ) { html in
            for bar in bars.prefix(200) {
                html.row { html in
                    html.rowHeader { html in
                        if let address = bar.address {
                            html.link(bar.name, to: address)
                        } else {
                            html.name(bar.name, width: 60)
                        }
                    }
                    html.numberCell(ChartNumber.short(bar.value), exact: ChartNumber.exact(bar.value))
                }
            }
        }
    }
}
