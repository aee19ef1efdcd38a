/// Many things, such as runs, across several parameters and metrics: an upright axis for each, a line for each thing.
package struct ParallelChart: Sendable {
    package enum Value: Sendable, Equatable {
        case number(Double)
        case text(String)
        case missing
    }

    package struct Line: Sendable {
        let name: String
        /// One for each dimension.
        let values: [Value]
        let address: Address?
        /// What is lifted out together with it when the pointer is on one.
        let mark: String?

        func value(_ dimension: Int) -> Value { dimension < values.count ? values[dimension] : .missing }

        package init(_ name: String, _ values: [Value], address: Address? = nil, mark: String? = nil) {
            self.name = name
            self.values = values
            self.address = address
            self.mark = mark
        }
    }

    package var title: String
    package var dimensions: [String]
    package var lines: [Line]
    /// The dimension whose value colours the lines, from the lowest to the highest fifth; nil for one colour.
    package var colouring: Int?

    package static let lineLimit = 400
    package static let dimensionLimit = 12
    /// A dimension of more different texts than this shows those of most lines.
    static let categoryLimit = 12

    package init(_ title: String, _ dimensions: [String], _ lines: [Line]) {
        self.title = title
        self.dimensions = dimensions
        self.lines = lines
    }

    package func figure(id: String) -> Markup {
        let layout = ParallelLayout(self)
        var frame = ChartFrame(
            id: id, title: title, sentence: sentence, kind: "parallel", size: (layout.width, layout.height))
        frame.isWide = true
        frame.hasLinks = lines.contains { $0.address != nil }
        return frame.figure(layout.draw, data: table)
    }

    private var sentence: String {
        let names = dimensions.prefix(Self.dimensionLimit).map { DisplayText.shorten(DisplayText.label($0), to: 40) }
        var text =
            lines.isEmpty
            ? "No values." : "\(DisplayValue.grouped(lines.count)) lines across \(names.joined(separator: ", "))."
        let missing = lines.count { line in names.indices.contains { line.value($0) == .missing } }
        if missing > 0 { text += " \(DisplayValue.grouped(missing)) lack a value; their lines have a gap there." }
        if lines.count > Self.lineLimit { text += " Only the first \(Self.lineLimit) are drawn." }
        if dimensions.count > Self.dimensionLimit { text += " Only the first \(Self.dimensionLimit) axes are drawn." }
        return text
    }

    private func table(_ html: inout Markup) {
        let shown = dimensions.prefix(Self.dimensionLimit)
        html.table("Data of \(DisplayText.label(title))", [TableColumn("Name")] + shown.map { TableColumn($0) }) {
            html in
            for line in lines.prefix(100) {
                html.row { html in
                    html.rowHeader { html in
                        if let address = line.address {
                            html.link(line.name, to: address)
                        } else {
                            html.name(line.name, width: 60)
                        }
                    }
                    for index in shown.indices {
                        switch line.value(index) {
                        case .number(let value):
                            html.numberCell(ChartNumber.short(value), exact: ChartNumber.exact(value))
                        case .text(let text): html.cell { $0.name(text, width: 40) }
                        case .missing: html.cell("\u{2013}")
                        }
                    }
                }
            }
        }
    }
}

/// Where axes and values of parallel coordinates lie.
struct ParallelLayout {
    private let chart: ParallelChart
    private let axes: [Axis]
    let width: Double
    let height = 320.0

    private static let top = 40.0
    private static let colours = 5

    private enum Axis {
        case numbers(ChartAxis)
        /// Texts from top to bottom, and where they lie.
        case categories([String], ClosedRange<Double>)

        func position(_ value: ParallelChart.Value) -> Double? {
            switch (self, value) {
            case (.numbers(let axis), .number(let number)): return axis.position(number)
            case (.categories(let names, let range), .number(let number)):
                return Self.place(ChartNumber.text(number), names, range)
            case (.categories(let names, let range), .text(let text)): return Self.place(text, names, range)
            default: return nil
            }
        }

        static func place(_ text: String, _ names: [String], _ range: ClosedRange<Double>) -> Double? {
            guard let index = names.firstIndex(where: { $0.utf8.elementsEqual(text.utf8) }) else { return nil }
            guard names.count > 1 else { return (range.lowerBound + range.upperBound) / 2 }
            return range.lowerBound
                + (range.upperBound - range.lowerBound) * Double(index) / Double(names.count - 1)
        }
    }

    init(_ chart: ParallelChart) {
        self.chart = chart
        width = ChartSize.wide.width
        let range = Self.top...(height - 24)
        axes = (0..<min(chart.dimensions.count, ParallelChart.dimensionLimit)).map { dimension in
            Self.axis(chart.lines.prefix(ParallelChart.lineLimit).map { $0.value(dimension) }, range)
        }
    }

    /// Of numbers when all that is there are numbers, otherwise of texts.
    private static func axis(_ values: [ParallelChart.Value], _ range: ClosedRange<Double>) -> Axis {
        var numbers: [Double] = []
        var counts: [(name: String, count: Int)] = []
        var places: [[UInt8]: Int] = [:]
        var hasText = false
        for value in values {
            let name: String
            switch value {
            case .number(let number):
                numbers.append(number)
                name = ChartNumber.text(number)
            case .text(let text):
                hasText = true
                name = text
            case .missing: continue
            }
            if let place = places[Array(name.utf8)] {
                counts[place].count += 1
            } else {
                places[Array(name.utf8)] = counts.count
                counts.append((name, 1))
            }
        }
        guard hasText else {
            return .numbers(ChartAxis(numbers, pixels: range, count: 6, isNice: true, reversed: true))
        }
        let kept = counts.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
            .prefix(ParallelChart.categoryLimit).map(\.element.name)
        return .categories(kept.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, range)
    }

    private func x(_ dimension: Int) -> Double {
        let (left, right) = (60.0, width - 80)
        guard axes.count > 1 else { return (left + right) / 2 }
        return left + (right - left) * Double(dimension) / Double(axes.count - 1)
    }

    func draw(_ drawing: inout Drawing) {
        let colours = fifths
        for (index, line) in chart.lines.prefix(ParallelChart.lineLimit).enumerated() {
            draw(line, colours[index], &drawing)
        }
        for (dimension, axis) in axes.enumerated() { draw(axis, dimension, &drawing) }
    }

    /// Which fifth of the colouring dimension's range each line lies in.
    private var fifths: [Int?] {
        let lines = chart.lines.prefix(ParallelChart.lineLimit)
        guard let dimension = chart.colouring, axes.indices.contains(dimension) else { return lines.map { _ in 0 } }
        let range = Self.top...(height - 24)
        return lines.map { line in
            guard let place = axes[dimension].position(line.value(dimension)) else { return nil }
            let share = (range.upperBound - place) / (range.upperBound - range.lowerBound)
            return min(Self.colours - 1, max(0, Int(share * Double(Self.colours))))
        }
    }

    private func draw(_ line: ParallelChart.Line, _ colour: Int?, _ drawing: inout Drawing) {
        var commands = ""
        var lonely: [(Double, Double)] = []
        var open: [(Double, Double)] = []
        func close() {
            if open.count == 1 { lonely += open }
            if open.count > 1 { commands += "M" + open.map { Drawing.point($0.0, $0.1) }.joined(separator: "L") }
            open = []
        }
        for dimension in axes.indices {
            if let y = axes[dimension].position(line.value(dimension)) {
                open.append((x(dimension), y))
            } else {
                close()
            }
        }
        close()
        let label = DisplayText.shorten(DisplayText.label(line.name), to: 60)
        // Shades of one colour, since what they show has an order.
        let shade = chart.colouring == nil ? "0.5" : colour.map { "\(0.2 + 0.2 * Double($0))" }
        let style = shade == nil ? "ref" : "s1"
        let content = Markup { html in
            if !commands.isEmpty {
                html.element(
                    "path",
                    ["class": "line", "stroke-opacity": shade, "data-mark": line.mark, "d": commands]
                ) { $0.element("title", text: label) }
            }
            for (left, top) in lonely {
                html.empty(
                    "circle",
                    ["class": "dot", "cx": Drawing.unit(left), "cy": Drawing.unit(top), "r": "2.5"])
            }
        }
        drawing.group(["class": style]) { drawing in
            guard let address = line.address else { return drawing.append(content) }
            drawing.append(
                Markup { $0.element("a", ["href": address.text, "aria-label": label]) { $0.append(content) } })
        }
    }

    private func draw(_ axis: Axis, _ dimension: Int, _ drawing: inout Drawing) {
        let place = x(dimension)
        let room = axes.count > 1 ? (x(1) - x(0)) : width
        let title = DisplayText.shorten(
            DisplayText.label(chart.dimensions[dimension]), to: max(6, Int(room / 5.9) - 2))
        drawing.path("M\(Drawing.point(place, Self.top - 6))V\(Drawing.unit(height - 18))", "axis")
        drawing.text(place, 16, title, "title", .middle)
        for (text, y) in labels(axis, room) { drawing.text(place + 6, y + 4, text, "tick halo") }
    }

    private func labels(_ axis: Axis, _ room: Double) -> [(text: String, y: Double)] {
        switch axis {
        case .numbers(let axis): axis.ticks.compactMap { tick in axis.position(tick.value).map { (tick.label, $0) } }
        case .categories(let names, let range):
            names.compactMap { name in
                Axis.place(name, names, range).map {
                    (DisplayText.shorten(DisplayText.label(name), to: max(4, Int(room / 5.9) - 3)), $0)
                }
            }
        }
    }
}
