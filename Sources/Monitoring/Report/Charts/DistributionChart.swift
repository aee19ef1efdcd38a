import Core
import Platform

/// Two histograms over each other: the reference as a grey area, the current data as a line in the accent.
struct DistributionChart {
    let edges: [Double]
    let reference: [Double]
    let current: [Double]
    let kind: ColumnKind
    /// Smallest and largest value; what lies beyond the edges is in the outer bins, and the axis says so.
    let range: ClosedRange<Double>?

    private static let width = 440.0
    private static let height = 190.0
    private static let base = 164.0
    private static let top = 30.0

    /// nil when the shares cannot be drawn.
    func svg(label: String) -> Markup? {
        guard reference.count == current.count, edges.count == reference.count + 1, !reference.isEmpty else {
            return nil
        }
        let drawn = drawnEdges()
        let scale = LinearScale(drawn.first!...max(drawn.first!, drawn.last!), to: 4...(Self.width - 4))
        let bars = [reference, current].map { shares in
            shares.indices.map { index -> Double in
                let width = drawn[index + 1] - drawn[index]
                let share = shares[index]
                return width > 0 && share.isFinite ? max(0, share) / width : 0
            }
        }
        let peak = bars.flatMap { $0 }.max() ?? 0
        guard peak > 0 else { return nil }
        let heights = bars.map { $0.map { $0 / peak * (Self.base - Self.top) } }
        var drawing = Drawing(width: Self.width, height: Self.height)
        drawing.path(outline(heights[0], drawn, scale), "ref")
        drawing.path(outline(heights[1], drawn, scale), "cur")
        drawing.line(0, Self.base, Self.width, Self.base, "axis")
        ticks(&drawing, scale, drawn)
        labels(&drawing, heights, drawn, scale)
        return drawing.svg("chart", label: label)
    }

    /// Outer bins that hold long tails are drawn as wide as their neighbours; the ticks say so.
    private func drawnEdges() -> [Double] {
        guard edges.count > 3 else { return edges }
        var drawn = edges
        let inner = (1..<edges.count - 2).map { edges[$0 + 1] - edges[$0] }.sorted()
        let typical = inner[inner.count / 2]
        guard typical > 0, typical.isFinite else { return edges }
        if !(edges[1] - edges[0] <= 3 * typical) { drawn[0] = edges[1] - typical }
        let last = edges.count - 1
        if !(edges[last] - edges[last - 1] <= 3 * typical) { drawn[last] = edges[last - 1] + typical }
        return drawn
    }

    private func outline(_ heights: [Double], _ edges: [Double], _ scale: LinearScale) -> String {
        var commands = ""
        var previous = Double.nan
        for (index, height) in heights.enumerated() {
            let y = Self.base - height
            let left = scale.position(edges[index])
            if index == 0 {
                commands += "M" + Drawing.point(left, Self.base) + "V" + Drawing.unit(y)
            } else if y != previous {
                commands += "H" + Drawing.unit(left) + "V" + Drawing.unit(y)
            }
            previous = y
        }
        return commands + "H" + Drawing.unit(scale.position(edges.last!)) + "V" + Drawing.unit(Self.base) + "Z"
    }

    private func ticks(_ drawing: inout Drawing, _ scale: LinearScale, _ drawn: [Double]) {
        let span = scale.domain.upperBound - scale.domain.lowerBound
        let values = ValueFormat(kind: kind, spread: span / 4)
        var free = -Double.infinity
        var limit = Self.width + 2
        if let range, range.lowerBound < edges[0], edges[0].isFinite {
            let text = "\u{2264} " + values.value(edges[0])
            drawing.text(0, Self.base + 17, text, "ink-3")
            free = Drawing.textWidth(text) + 10
        }
        if let range, let last = edges.last, range.upperBound > last, last.isFinite {
            let text = "\u{2265} " + values.value(last)
            drawing.text(Self.width, Self.base + 17, text, "ink-3", .end)
            limit = Self.width - Drawing.textWidth(text) - 10
        }
        for tick in kind == .datetime ? timeTicks(scale) : scale.ticks(5) {
            let x = scale.position(tick)
            let text = kind == .datetime ? values.value(tick) : Format.number(tick, significant: 4)
            let half = Drawing.textWidth(text) / 2
            drawing.line(x, Self.base, x, Self.base + 4, "axis")
            guard x - half > free, x - half >= -2, x + half <= limit else { continue }
            drawing.text(x, Self.base + 17, text, "ink-3", .middle)
            free = x + half + 8
        }
    }

    private func timeTicks(_ scale: LinearScale) -> [Double] {
        let step = (scale.domain.upperBound - scale.domain.lowerBound) / 4
        return (1...3).map { scale.domain.lowerBound + Double($0) * step }
    }

    /// Each label stands where its side is most above the other, so that no legend is needed.
    private func labels(_ drawing: inout Drawing, _ heights: [[Double]], _ edges: [Double], _ scale: LinearScale) {
        func best(_ first: [Double], _ second: [Double]) -> (x: Double, y: Double, lead: Double) {
            let index = first.indices.max { first[$0] - second[$0] < first[$1] - second[$1] } ?? 0
            let x = (scale.position(edges[index]) + scale.position(edges[index + 1])) / 2
            // Above whatever stands under the label's whole width.
            let reach = 34.0
            var top = 0.0
            for bin in first.indices
            where scale.position(edges[bin + 1]) > x - reach && scale.position(edges[bin]) < x + reach {
                top = max(top, first[bin], second[bin])
            }
            return (x, Self.base - top - 7, first[index] - second[index])
        }
        var reference = best(heights[0], heights[1])
        var current = best(heights[1], heights[0])
        let room = 32.0
        reference.x = min(max(reference.x, room), Self.width - room)
        current.x = min(max(current.x, room), Self.width - room)
        if abs(reference.x - current.x) < 68, abs(reference.y - current.y) < 14 {
            // They meet: side by side around the middle of the two.
            let centre = min(max((reference.x + current.x) / 2, 68), Self.width - 68)
            let y = min(reference.y, current.y)
            let swap: Double = reference.x <= current.x ? -1 : 1
            reference = (centre + swap * 34, y, 0)
            current = (centre - swap * 34, y, 0)
        }
        drawing.text(reference.x, max(11, reference.y), "reference", "ink-ref", .middle)
        drawing.text(current.x, max(11, current.y), "current", "ink-cur", .middle)
    }
}
