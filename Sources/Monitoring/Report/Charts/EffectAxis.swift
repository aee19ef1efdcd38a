import Platform
import Statistics

/// An effect on an axis that begins at zero: noise floor as a band, threshold as a line, estimate with its interval.
///
/// In tables every row is drawn in multiples of its own threshold, so that the threshold is one vertical line through
/// all rows whatever their units; what lies beyond the axis ends in an arrow and has its number beside it.
struct EffectAxis {
    let verdict: ColumnVerdict
    /// Multiples of the threshold that the axis of a table holds.
    var reach = 4.0

    static let rowWidth = 220.0
    private static let rowHeight = 28.0

    /// Enough for most of the rows, and little enough that the threshold stays apart from zero.
    static func reach(_ verdicts: [ColumnVerdict]) -> Double {
        verdicts.contains { $0.threshold > 0 && $0.interval.upperBound > 4 * $0.threshold } ? 6 : 4
    }

    /// The picture for one row of a table.
    func row(label: String) -> Markup {
        var drawing = Drawing(width: Self.rowWidth, height: Self.rowHeight)
        let unit = verdict.threshold > 0 ? verdict.threshold : max(verdict.interval.upperBound, 1e-12) / 2
        let scale = LinearScale(0...(unit * reach), to: 2...(Self.rowWidth - 8))
        draw(&drawing, scale, y: Self.rowHeight / 2, top: 0, bottom: Self.rowHeight)
        return drawing.svg("axis-row", label: label)
    }

    /// Ticks above the rows of a table.
    static func header(reach: Double) -> Markup {
        var drawing = Drawing(width: rowWidth, height: 16)
        let scale = LinearScale(0...reach, to: 2...(rowWidth - 8))
        drawing.text(scale.position(0), 12, "0", "ink-3")
        drawing.text(max(scale.position(1), 44), 12, "threshold", "ink-3", .middle)
        for tick in reach > 4 ? [3.0, 4, 6] : [2.0, 3, 4] {
            drawing.text(
                scale.position(tick), 12, "\(Int(tick))\u{00D7}", "ink-3", tick == reach ? .end : .middle)
        }
        return drawing.svg("axis-row", label: "Effect in multiples of the threshold")
    }

    /// The picture with names and units, for a column's own section.
    func labelled(label: String) -> Markup {
        let format = EffectFormat(verdict)
        let marks = [verdict.threshold, verdict.interval.upperBound, verdict.noise95, verdict.corrected]
        let highest = marks.filter(\.isFinite).max() ?? 1
        var drawing = Drawing(width: 440, height: 76)
        let scale = LinearScale(0...(highest > 0 ? highest * 1.12 : 1), to: 2...432)
        let y = 40.0
        drawing.line(2, y + 14, 432, y + 14, "axis")
        draw(&drawing, scale, y: y, top: y - 14, bottom: y + 14)
        drawing.text(2, y + 30, "0", "ink-3")
        let threshold = scale.position(verdict.threshold)
        place(&drawing, "threshold \(format.mark(verdict.threshold))", at: threshold, y: y + 30, from: 16)
        let noise = "noise floor \(format.mark(verdict.noise95))"
        let label = format.value(verdict.corrected)
        if scale.position(verdict.corrected) - Drawing.textWidth(label) / 2 > Drawing.textWidth(noise) + 12 {
            drawing.text(2, y - 18, noise, "ink-3")
        }
        place(
            &drawing, format.value(verdict.corrected), at: scale.position(verdict.corrected), y: y - 18, style: "ink-1")
        return drawing.svg("chart", label: label)
    }

    private func place(
        _ drawing: inout Drawing, _ text: String, at x: Double, y: Double, from left: Double = 0,
        style: String = "ink-3"
    ) {
        let half = Drawing.textWidth(text) / 2
        drawing.text(min(max(x, left + half), drawing.width - half), y, text, style, .middle)
    }

    private func draw(_ drawing: inout Drawing, _ scale: LinearScale, y: Double, top: Double, bottom: Double) {
        let start = scale.position(0)
        let noise = scale.position(verdict.noise95)
        drawing.rectangle(start, y - 7, max(1, noise - start), 14, "noise")
        let threshold = scale.position(verdict.threshold)
        drawing.line(threshold, top, threshold, bottom, "threshold")
        let low = scale.position(verdict.interval.lowerBound)
        let high = scale.position(verdict.interval.upperBound)
        drawing.line(low, y, high, y, "interval")
        let point = scale.position(verdict.corrected)
        let end = scale.range.upperBound
        if verdict.interval.upperBound > scale.domain.upperBound || verdict.corrected > scale.domain.upperBound {
            drawing.line(end - 16, y, end + 5, y, "arrow")
            let tip = Drawing.point(end + 5, y)
            drawing.path("M\(Drawing.point(end, y - 4))L\(tip)L\(Drawing.point(end, y + 4))", "arrow")
        }
        if verdict.corrected <= scale.domain.upperBound { drawing.circle(point, y, 4.5, "point") }
    }
}
