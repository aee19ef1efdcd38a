import Platform

/// Bars for one row of a table.
enum Bars {
    /// The shares of one category: reference above in grey, current below in the accent.
    static func pair(reference: Double, current: Double, largest: Double) -> Markup {
        var drawing = Drawing(width: 160, height: 20)
        let scale = LinearScale(0...max(largest, 1e-9), to: 0...160)
        drawing.rectangle(0, 2, max(visible(reference), scale.position(reference)), 7, "bar-ref")
        drawing.rectangle(0, 11, max(visible(current), scale.position(current)), 7, "bar-cur")
        return decorative(drawing, "bars")
    }

    /// A gain to the right of the middle, a loss to the left.
    static func change(_ difference: Double, largest: Double) -> Markup {
        var drawing = Drawing(width: 96, height: 20)
        let length = largest > 0 && difference.isFinite ? min(1, difference.magnitude / largest) * 47 : 0
        drawing.rectangle(difference < 0 ? 48 - length : 48, 5, length, 10, difference < 0 ? "bar-loss" : "bar-gain")
        drawing.line(48, 0, 48, 20, "axis")
        return decorative(drawing, "bars change")
    }

    static func single(_ share: Double) -> Markup {
        var drawing = Drawing(width: 160, height: 12)
        drawing.rectangle(0, 2, LinearScale(0...1, to: 0...160).position(share), 8, "bar-cur")
        return decorative(drawing, "bars")
    }

    private static func visible(_ share: Double) -> Double { share > 0 ? 1 : 0 }

    /// The numbers stand beside the bars, so a reader who cannot see them misses nothing.
    private static func decorative(_ drawing: Drawing, _ style: String) -> Markup {
        var page = Markup()
        page.element(
            "svg",
            [
                "class": style, "viewBox": "0 0 \(Drawing.unit(drawing.width)) \(Drawing.unit(drawing.height))",
                "aria-hidden": "true",
            ]
        ) { $0.append(drawing.markup) }
        return page
    }
}
