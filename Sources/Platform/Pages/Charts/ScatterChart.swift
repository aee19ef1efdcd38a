/// Two numbers of each of many things, such as runs, as dots.
package struct ScatterChart: Sendable {
    package struct Dot: Sendable {
        let name: String
        let x: Double
        let y: Double
        /// Which group it belongs to, as its colour.
        let group: Int
        let address: Address?
        /// What is lifted out together with it when the pointer is on one: a row of a table, a line of another chart.
        let mark: String?

        package init(
            _ name: String, _ x: Double, _ y: Double, group: Int = 0, address: Address? = nil, mark: String? = nil
        ) {
            self.name = name
            self.x = x
            self.y = y
            self.group = group
            self.address = address
            self.mark = mark
        }
    }

    package var title: String
    package var xTitle: String
    package var yTitle: String
    package var dots: [Dot]
    package var xScale = ChartAxis.Scale.linear
    package var yScale = ChartAxis.Scale.linear
    package var size = ChartSize.small

    /// More dots than this would be no picture, and a large page; the first ones are drawn and the sentence says so.
    package static let limit = 1500

    package init(_ title: String, x: String, y: String, _ dots: [Dot]) {
        self.title = title
        xTitle = x
        yTitle = y
        self.dots = dots
    }

    package func figure(id: String) -> Markup {
        let height = size == .small ? 300.0 : 360
        let shown = dots.filter { isPlaced($0.x, xScale) && isPlaced($0.y, yScale) }.prefix(Self.limit)
        let y = ChartAxis(
            shown.map(\.y), scale: yScale, pixels: 26...(height - 38), count: 5, isNice: true, reversed: true)
        let left = min(96, max(28, (y.ticks.map { Drawing.textWidth($0.label) }.max() ?? 0) + 10))
        let x = ChartAxis(
            shown.map(\.x), scale: xScale, pixels: left...(size.width - 14),
            count: Int((size.width - left) / 70), isNice: true)
        var frame = ChartFrame(
            id: id, title: title, sentence: sentence(shown.count), kind: "scatter", size: (size.width, height),
            axes: ChartAxis.attributes(x: x, y: y))
        frame.isWide = size == .wide
        frame.hasLinks = shown.contains { $0.address != nil }
        return frame.figure { drawing in
            guard !shown.isEmpty else { return drawing.nothing() }
            drawing.verticalAxis(y, across: x.pixels)
            drawing.horizontalAxis(x, at: y.pixels.upperBound)
            drawing.text(2, 12, short(yTitle), "tick")
            drawing.text(size.width - 4, height - 4, short(xTitle), "tick", .end)
            for dot in shown { draw(dot, x, y, &drawing) }
        } data: {
            table(&$0)
        }
    }

    private func short(_ title: String) -> String { DisplayText.shorten(DisplayText.label(title), to: 40) }

    private func isPlaced(_ value: Double, _ scale: ChartAxis.Scale) -> Bool {
        value.isFinite && (scale == .linear || value > 0)
    }

    private func draw(_ dot: Dot, _ x: ChartAxis, _ y: ChartAxis, _ drawing: inout Drawing) {
        guard let left = x.position(dot.x), let top = y.position(dot.y) else { return }
        let label = DisplayText.shorten(DisplayText.label(dot.name), to: 60)
        let mark = Markup { html in
            html.element(
                "circle",
                ["class": "dot", "cx": Drawing.unit(left), "cy": Drawing.unit(top), "r": "4", "data-mark": dot.mark]
            ) { $0.element("title", text: "\(label): \(ChartNumber.text(dot.x)), \(ChartNumber.text(dot.y))") }
        }
        drawing.group(["class": "s\(dot.group % LinePlot.colours + 1)"]) { drawing in
            guard let address = dot.address else { return drawing.append(mark) }
            drawing.append(
                Markup { $0.element("a", ["href": address.text, "aria-label": label]) { $0.append(mark) } })
        }
    }

    private func sentence(_ shown: Int) -> String {
        let (first, second) = (short(yTitle), short(xTitle))
        let pairs = dots.filter { isPlaced($0.x, xScale) && isPlaced($0.y, yScale) }
        var text = "\(first) over \(second) of \(DisplayValue.grouped(shown))."
        if let rank = RankCorrelation.spearman(pairs.map(\.x), pairs.map(\.y)) {
            text += " Rank correlation \(ChartNumber.fixed(rank, 2))."
        }
        let missing = dots.count - pairs.count
        if missing > 0 {
            text += " \(DisplayValue.grouped(missing)) left out, because a value is missing or has no place."
        }
        if pairs.count > shown { text += " Only the first \(DisplayValue.grouped(shown)) are drawn." }
        return text
    }

    private func table(_ html: inout Markup) {
        html.table("Data of \(DisplayText.label(title))", [TableColumn("Name"), .number(xTitle), .number(yTitle)]) {
            html in
            for dot in dots.prefix(200) {
                html.row { html in
                    html.rowHeader { html in
                        if let address = dot.address {
                            html.link(dot.name, to: address)
                        } else {
                            html.name(dot.name, width: 60)
                        }
                    }
                    html.numberCell(ChartNumber.short(dot.x), exact: ChartNumber.exact(dot.x))
                    html.numberCell(ChartNumber.short(dot.y), exact: ChartNumber.exact(dot.y))
                }
            }
        }
    }
}

/// Spearman's rank correlation: Pearson's correlation of ranks, ties sharing the mean of theirs.
package enum RankCorrelation {
    /// - Returns: -1 to 1; nil for fewer than three pairs, or when one side is constant.
    package static func spearman(_ first: [Double], _ second: [Double]) -> Double? {
        guard first.count == second.count, first.count > 2 else { return nil }
        let (left, right) = (ranks(first), ranks(second))
        let mean = Double(first.count + 1) / 2
        var (covariance, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
        for (a, b) in zip(left, right) {
            covariance += (a - mean) * (b - mean)
            leftSquares += (a - mean) * (a - mean)
            rightSquares += (b - mean) * (b - mean)
        }
        let scale = (leftSquares * rightSquares).squareRoot()
        return scale > 0 ? max(-1, min(1, covariance / scale)) : nil
    }

    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
            start = end + 1
        }
        return ranks
    }
}
