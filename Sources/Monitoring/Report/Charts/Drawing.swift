import Platform

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A small SVG drawing: shapes in user units with one decimal, styled by classes of the page.
///
/// Colours and fonts come from the page's style sheet (`ink-*` for strokes and text, `fill-*` for areas), so that a
/// drawing follows light, dark and print without being drawn again.
struct Drawing {
    private(set) var markup = Markup()
    let width: Double
    let height: Double

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    enum Anchor { case start, middle, end }

    mutating func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String) {
        guard width > 0, height > 0 else { return }
        path("M\(Self.point(x, y))h\(Self.unit(width))v\(Self.unit(height))H\(Self.unit(x))z", style)
    }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        markup.empty("path", ["class": style, "d": "M\(Self.point(x1, y1))L\(Self.point(x2, y2))"])
    }

    mutating func circle(_ x: Double, _ y: Double, _ radius: Double, _ style: String) {
        markup.empty("circle", ["class": style, "cx": Self.unit(x), "cy": Self.unit(y), "r": Self.unit(radius)])
    }

    mutating func path(_ commands: String, _ style: String) { markup.empty("path", ["class": style, "d": commands]) }

    mutating func text(_ x: Double, _ y: Double, _ text: String, _ style: String = "ink-2", _ anchor: Anchor = .start) {
        // The style sheet's classes `m` and `e` are shorter than the attribute on every label.
        let style = anchor == .start ? style : style + (anchor == .middle ? " m" : " e")
        markup.element("text", ["class": style, "x": Self.unit(x), "y": Self.unit(y)], text: text)
    }

    /// The finished picture. `label` is what a reader hears who cannot see it.
    func svg(_ style: String, label: String) -> Markup {
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
    static func unit(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((max(-1e5, min(1e5, value)) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
    }

    static func point(_ x: Double, _ y: Double) -> String { unit(x) + " " + unit(y) }

    /// About how wide a text is at the size charts use; good enough to keep labels apart.
    static func textWidth(_ text: String) -> Double { Double(DisplayText.width(text)) * 5.9 }
}

/// Maps values to positions and back to round numbers for ticks.
struct LinearScale {
    let domain: ClosedRange<Double>
    let range: ClosedRange<Double>

    /// - Parameter domain: finite; widened when it is a point.
    init(_ domain: ClosedRange<Double>, to range: ClosedRange<Double>) {
        let width = domain.upperBound - domain.lowerBound
        if width > 0, width.isFinite {
            self.domain = domain
        } else {
            let centre = domain.lowerBound.isFinite ? domain.lowerBound : 0
            let margin = max(centre.magnitude * 0.01, 0.5)
            self.domain = (centre - margin)...(centre + margin)
        }
        self.range = range
    }

    func position(_ value: Double) -> Double {
        guard value.isFinite else { return value > 0 ? range.upperBound : range.lowerBound }
        let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return range.lowerBound + max(0, min(1, share)) * (range.upperBound - range.lowerBound)
    }

    /// About `count` round values inside the domain: multiples of 1, 2 or 5 times a power of ten.
    func ticks(_ count: Int) -> [Double] {
        let width = domain.upperBound - domain.lowerBound
        let rough = width / Double(max(1, count))
        let power = pow(10, log10(rough).rounded(.down))
        guard power > 0, power.isFinite else { return [domain.lowerBound, domain.upperBound] }
        let step = [1.0, 2, 5, 10].first { $0 * power >= rough }.map { $0 * power } ?? rough
        let first = (domain.lowerBound / step).rounded(.up)
        let last = (domain.upperBound / step).rounded(.down)
        guard last >= first, last - first < 50 else { return [domain.lowerBound, domain.upperBound] }
        return (0...Int(last - first)).map { (first + Double($0)) * step }
    }
}
