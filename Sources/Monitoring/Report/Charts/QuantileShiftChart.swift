import Core
import Platform

/// Where each part of the distribution went: reference and current quantiles joined by a line, the shift beside it.
struct QuantileShiftChart {
    let probabilities: [Double]
    let reference: [Double]
    let current: [Double]
    let kind: ColumnKind

    private static let width = 440.0
    private static let left = 62.0
    private static let right = 96.0
    private static let pitch = 24.0
    private static let wanted = [0.05, 0.25, 0.5, 0.75, 0.95]

    func svg(label: String) -> Markup? {
        let rows = Self.wanted.compactMap { wanted in
            probabilities.indices.first { abs(probabilities[$0] - wanted) < 1e-9 }
        }.filter { index in
            index < reference.count && index < current.count && reference[index].isFinite && current[index].isFinite
        }
        guard let low = rows.map({ min(reference[$0], current[$0]) }).min(),
            let high = rows.map({ max(reference[$0], current[$0]) }).max()
        else { return nil }
        let scale = LinearScale(low...high, to: Self.left...(Self.width - Self.right))
        let values = ValueFormat(
            kind: kind, spread: (high - low) / 2, showing: rows.flatMap { [reference[$0], current[$0]] })
        let height = 190.0
        let first = 40.0
        var drawing = Drawing(width: Self.width, height: height)
        drawing.text(0, 11, "quantile", "ink-3")
        drawing.text(Self.width, 11, "shift", "ink-3", .end)
        for (position, index) in rows.enumerated() {
            let y = first + Double(position) * Self.pitch
            let from = scale.position(reference[index])
            let to = scale.position(current[index])
            drawing.text(0, y + 4, name(probabilities[index]), "ink-2")
            drawing.line(Self.left, y, Self.width - Self.right, y, "grid")
            drawing.line(from, y, to, y, "link")
            drawing.circle(from, y, 4, "dot-ref")
            drawing.circle(to, y, 4, "dot-cur")
            drawing.text(Self.width, y + 4, values.difference(current[index] - reference[index]), "ink-1", .end)
        }
        ends(&drawing, scale, values, y: first + Double(rows.count) * Self.pitch - 2)
        return drawing.svg("chart", label: label)
    }

    private func ends(_ drawing: inout Drawing, _ scale: LinearScale, _ values: ValueFormat, y: Double) {
        let texts = [values.value(scale.domain.lowerBound), values.value(scale.domain.upperBound)]
        drawing.text(Self.left, y + 9, texts[0], "ink-3")
        drawing.text(Self.width - Self.right, y + 9, texts[1], "ink-3", .end)
    }

    private func name(_ probability: Double) -> String {
        probability == 0.5 ? "median" : Format.percent(probability, places: 0)
    }
}
