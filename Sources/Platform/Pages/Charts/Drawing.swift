/// A small SVG drawing: shapes in user units with one decimal, styled by classes of the page.
///
/// Colours and fonts come from the page's style sheet, so that a drawing follows light, dark and print without being
/// drawn again.
package struct Drawing: Sendable {
    package private(set) var markup = Markup()
    package let width: Double
    package let height: Double

    package init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    package enum Anchor: Sendable { case start, middle, end }

    package mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String) {
        guard width > 0, height > 0 else { return }
        path("M\(Self.point(x, y))h\(Self.unit(width))v\(Self.unit(height))H\(Self.unit(x))z", style)
    }

    package mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        markup.empty("path", ["class": style, "d": "M\(Self.point(x1, y1))L\(Self.point(x2, y2))"])
    }

    package mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
        markup.empty("circle", ["class": style, "cx": Self.unit(x), "cy": Self.unit(y), "r": Self.unit(radius)])
    }

    package mutating func path(_ commands: String, _ style: String) {
        markup.empty("path", ["class": style, "d": commands])
    }

    package mutating func text(
        _ x: Double, _ y: Double, _ text: String, _ style: String = "ink-2", _ anchor: Anchor = .start
    ) {
        // The style sheet's classes `m` and `e` are shorter than the attribute on every label.
        let style = anchor == .start ? style : style + (anchor == .middle ? " m" : " e")
        markup.element("text", ["class": style, "x": Self.unit(x), "y": Self.unit(y)], text: text)
    }

    /// What belongs together: `content` draws into the same picture.
    package mutating func group(_ attributes: Markup.Attributes, _ content: (inout Drawing) -> Void) {
        var inner = Drawing(width: width, height: height)
        content(&inner)
        markup.element("g", attributes) { $0.append(inner.markup) }
    }

    package mutating func append(_ markup: Markup) { self.markup.append(markup) }

    /// The finished picture. `label` is what a reader hears who cannot see it.
    package func svg(_ style: String, label: String) -> Markup {
        var page = Markup()
        page.element(
            "svg",
            [
                "class": style, "viewBox": "0 0 \(Self.unit(width)) \(Self.unit(height))", "role": "img",
                "aria-label": label,
            ]
        ) { $0.append(markup) }
        return page
    }

    /// A coordinate with at most one decimal; what is not a number is drawn at 0, what is far away at a far edge.
    package static func unit(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((max(-1e5, min(1e5, value)) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }

    package static func point(_ x: Double, _ y: Double) -> String { unit(x) + " " + unit(y) }

    /// About how wide a text is at the size charts use; good enough to keep labels apart.
    package static func textWidth(_ text: String) -> Double { Double(DisplayText.width(text)) * 5.9 }
}
