/// How often values fall into bins of equal width.
package struct HistogramChart: Sendable {
    package var title: String
    package var unit = ""
    package var size = ChartSize.small
    /// Rising; one more than there are counts.
    package let edges: [Double]
    package let counts: [Int]
    /// Values that are not finite.
    package let missing: Int

    /// Bins between round numbers, about as many as the root of the number of values.
    package init(_ title: String, values: [Double]) {
        self.title = title
        let finite = values.filter(\.isFinite)
        missing = values.count - finite.count
        guard let low = finite.min(), let high = finite.max() else {
            (edges, counts) = ([], [])
            return
        }
        let scale = LinearScale(low...high, to: 0...1)
        let wanted = min(40, max(5, Int(Double(finite.count).squareRoot())))
        guard let step = RoundStep(dividing: scale.domain, into: wanted) else {
            (edges, counts) = ([low, high], [finite.count])
            return
        }
        let first = step.index(scale.domain.lowerBound, .down)
        let bins = max(1, Int(step.index(scale.domain.upperBound, .up) - first))
        var counts = [Int](repeating: 0, count: bins)
        for value in finite {
            // The highest value belongs to the last bin.
            counts[min(bins - 1, max(0, Int((value / step.value - first).rounded(.down))))] += 1
        }
        edges = (0...bins).map { step.multiple(first + Double($0)) }
        self.counts = counts
    }

    package func figure(id: String) -> Markup {
        let y = ChartAxis(
            [0] + counts.map(Double.init), kind: .step, pixels: 12...(size.height - 34), count: 4, isNice: true,
            reversed: true)
        let left = max(28, (y.ticks.map { Drawing.textWidth($0.label) }.max() ?? 0) + 10)
        let x = ChartAxis(edges, pixels: left...(size.width - 12), count: Int((size.width - left) / 70))
        var frame = ChartFrame(
            id: id, title: title, sentence: sentence, kind: "histogram", size: (size.width, size.height),
            axes: ChartAxis.attributes(x: x, y: y))
        frame.isWide = size == .wide
        return frame.figure { drawing in
            guard !counts.isEmpty else { return drawing.nothing() }
            drawing.verticalAxis(y, across: x.pixels)
            drawing.append(bars(x, y))
            drawing.horizontalAxis(x, at: y.pixels.upperBound, unit: unit)
        } data: {
            table(&$0)
        }
    }

    private var sentence: String {
        let total = counts.reduce(0, +)
        guard total > 0, let fullest = counts.indices.max(by: { counts[$0] < counts[$1] }) else { return "No values." }
        let more = missing > 0 ? " \(DisplayValue.count(missing, "value")) not finite, left out." : ""
        return "\(DisplayValue.grouped(total)) values, most (\(DisplayValue.grouped(counts[fullest]))) from "
            + "\(ChartNumber.short(edges[fullest])) to \(ChartNumber.short(edges[fullest + 1])).\(more)"
    }

    private func bars(_ x: ChartAxis, _ y: ChartAxis) -> Markup {
        Markup { html in
            for (index, count) in counts.enumerated() where count > 0 {
                guard let left = x.position(edges[index]), let right = x.position(edges[index + 1]),
                    let top = y.position(Double(count))
                else { continue }
                html.element(
                    "rect",
                    [
                        "class": "bar", "x": Drawing.unit(left + 0.5), "y": Drawing.unit(top),
                        "width": Drawing.unit(max(0.5, right - left - 1)),
                        "height": Drawing.unit(y.pixels.upperBound - top),
                    ]
                ) { html in
                    let ends = [edges[index], edges[index + 1]].map { ChartNumber.short($0) }
                    html.element("title", text: "\(ends[0]) to \(ends[1]): \(DisplayValue.grouped(count))")
                }
            }
        }
    }

    private func table(_ html: inout Markup) {
        html.table("Data of \(DisplayText.label(title))", [.number("From"), .number("To"), .number("Values")]) { html in
            for (index, count) in counts.enumerated() {
                html.row { html in
                    html.numberCell(ChartNumber.short(edges[index]))
                    html.numberCell(ChartNumber.short(edges[index + 1]))
                    html.numberCell(DisplayValue.grouped(count))
                }
            }
        }
    }
}
