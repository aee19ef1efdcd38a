import Core
import Platform
import Statistics

/// The ranked table: one row per column, its effect drawn against threshold and noise floor.
struct HTMLColumnTable {
    let report: DriftReport
    private let reach: Double

    init(report: DriftReport) {
        self.report = report
        reach = EffectAxis.reach(report.columns.compactMap(\.decisive))
    }

    func write(_ html: inout Markup) {
        let columns = report.columns.enumerated().filter { $0.element.finding != .schemaChange }
        html.element("section", ["id": "columns", "aria-labelledby": "h-columns"]) { html in
            html.element("div", ["class": "tools"]) { $0.element("h2", ["id": "h-columns"], text: "Columns") }
            guard !columns.isEmpty else {
                html.element("p", ["class": "quiet"], text: "No column is on both sides with the same type.")
                return
            }
            let shows = columns.contains { $0.element.decisive != nil }
            html.element("div", ["class": "scroll wide"]) { html in
                html.element("table", ["class": "ranked"]) { html in
                    html.element("thead") { header(shows, &$0) }
                    html.element("tbody") { html in
                        for (index, column) in columns { row(column, index, shows, &html) }
                    }
                }
            }
            if shows { key(&html) }
        }
    }

    private func header(_ showsEffects: Bool, _ html: inout Markup) {
        html.element("tr") { html in
            html.element("th", ["scope": "col", "data-sort": "Name"], text: "Column")
            html.element("th", ["scope": "col"], text: "Verdict")
            guard showsEffects else {
                html.element("th", ["scope": "col"], text: "Why")
                return
            }
            html.element("th", ["scope": "col"]) { $0.append(EffectAxis.header(reach: reach)) }
            let numbers = [
                ("Effect", "Effect"), ("", "95 % interval"), ("Noise", "Noise floor"), ("Q", "q"), ("Rows", "Rows"),
            ]
            for (sort, name) in numbers {
                html.element(
                    "th",
                    sort.isEmpty ? ["scope": "col", "class": "n"] : ["scope": "col", "class": "n", "data-sort": sort],
                    text: name)
            }
        }
    }

    private func row(_ column: ColumnReport, _ index: Int, _ showsEffects: Bool, _ html: inout Markup) {
        let finding = column.finding
        let decisive = column.decisive
        let ratio = decisive.map { $0.threshold > 0 ? $0.corrected / $0.threshold : $0.corrected }
        html.element(
            "tr",
            [
                "class": "t-\(finding)", "data-finding": "\(finding)", "data-target": "c\(index)",
                "data-name": DisplayText.shorten(column.name, to: 400).lowercased(),
                "data-sort-name": DisplayText.shorten(column.name, to: 64),
                "data-sort-effect": ratio.map { Self.key($0) } ?? "",
                "data-sort-noise": decisive.map { Self.key($0.noise95) } ?? "",
                "data-sort-q": decisive.map { Self.key($0.qValue) } ?? "",
                "data-sort-rows": decisive.map { String($0.referenceCount + $0.currentCount) } ?? "",
            ]
        ) { html in
            html.element("th", ["scope": "row", "class": "name"]) { html in
                html.element("a", ["href": "#c\(index)"]) { $0.name(column.name, width: 44) }
                if column.role != .feature { html.element("span", ["class": "sub"], text: column.role.rawValue) }
            }
            html.element("td") { $0.badge(finding, finding.word) }
            if let decisive, showsEffects {
                figures(column, decisive, &html)
            } else {
                html.element(
                    "td", showsEffects ? ["class": "why", "colspan": "6"] : ["class": "why"], text: column.story)
            }
        }
    }

    private func figures(_ column: ColumnReport, _ verdict: ColumnVerdict, _ html: inout Markup) {
        let format = EffectFormat(verdict)
        let label = Self.label(verdict)
        html.element("td", ["class": "ax"]) { $0.append(EffectAxis(verdict: verdict, reach: reach).row(label: label)) }
        html.number(
            format.valueWithSubject(verdict.corrected), exact: verdict.corrected, label: "effect")
        html.element(
            "td",
            [
                "class": "n", "data-label": "interval",
                "title": "\(Format.exact(verdict.interval.lowerBound)) to \(Format.exact(verdict.interval.upperBound))",
            ], text: format.interval(verdict.interval))
        html.number(format.mark(verdict.noise95), exact: verdict.noise95, label: "noise floor")
        html.number(Format.probability(verdict.qValue), exact: verdict.qValue, label: "q")
        let rows = "\(Format.compact(verdict.referenceCount)) / \(Format.compact(verdict.currentCount))"
        let exact =
            "\(Format.count(verdict.referenceCount)) reference rows, \(Format.count(verdict.currentCount)) current rows"
        html.element("td", ["class": "n", "data-label": "rows", "title": exact], text: rows)
    }

    /// What the picture shows, in words.
    static func label(_ verdict: ColumnVerdict) -> String {
        let format = EffectFormat(verdict)
        return """
            effect \(format.value(verdict.corrected)), interval \(format.longInterval(verdict.interval)), \
            noise floor \(format.mark(verdict.noise95)), threshold \(format.mark(verdict.threshold))
            """
    }

    /// Numbers for sorting in the browser.
    private static func key(_ value: Double) -> String {
        let text = Format.exact(value)
        return text == "NaN" ? "" : text
    }

    private func key(_ html: inout Markup) {
        func sample(_ words: String, _ draw: (inout Drawing) -> Void) -> (String, Markup) {
            var drawing = Drawing(width: 28, height: 14)
            draw(&drawing)
            return (words, drawing.svg("sample", label: ""))
        }
        let samples = [
            sample("effect with its interval, noise already subtracted") {
                $0.line(1, 7, 27, 7, "interval")
                $0.circle(14, 7, 4.5, "point")
            },
            sample("noise floor: what this measures when nothing changed") { $0.rectangle(0, 1, 28, 12, "noise") },
            sample("threshold; every row is drawn in multiples of its own") { $0.line(14, 0, 14, 14, "threshold") },
        ]
        html.element("ul", ["class": "key t-notComparable"]) { html in
            for (words, picture) in samples {
                html.element("li") { html in
                    html.append(picture)
                    html.text(words)
                }
            }
        }
    }
}
