/// A line of a few values the height of a line of text, for cells of tables. The numbers stand beside it.
package enum Sparkline {
    /// - Parameter values: over equal steps; those that are not finite leave gaps.
    /// - Returns: nothing when there are fewer than two values.
    package static func svg(_ values: [Double], width: Double = 96, height: Double = 20) -> Markup {
        guard values.count(where: \.isFinite) > 1 else { return Markup() }
        let x = ChartAxis((0..<values.count).lazy.map(Double.init), pixels: 2...(width - 3), count: 2)
        let y = ChartAxis(values, pixels: 3...(height - 3), count: 2, reversed: true)
        let line = LineThinning(
            values.enumerated().lazy.compactMap { index, value in
                x.position(Double(index)).map { (x: $0, y: y.position(value)) }
            }, columnWidth: 1.5)
        return Markup { html in
            let (width, height) = (Drawing.unit(width), Drawing.unit(height))
            html.element(
                "svg",
                [
                    "class": "spark", "width": width, "height": height, "viewBox": "0 0 \(width) \(height)",
                    "aria-hidden": "true",
                ]
            ) { html in
                html.empty("path", ["class": "line", "d": line.path])
                guard let last = line.parts.last?.last else { return }
                html.empty(
                    "circle",
                    ["class": "dot", "cx": Drawing.unit(last.x), "cy": Drawing.unit(last.y), "r": "1.8"])
            }
        }
    }
}
