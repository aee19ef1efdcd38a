import Core
import Platform
import Statistics

/// One column's own section: the sentence, the pictures, the numbers.
struct HTMLColumnSection {
    let report: DriftReport
    let drawsStable: Bool

    /// Sections that start open; the rest is one click away and the page stays short.
    private static let openSections = 8

    func write(_ column: ColumnReport, index: Int, _ html: inout Markup) {
        let finding = column.finding
        let before = report.columns[..<index].count { isOpen($0.finding) }
        let opens = isOpen(finding) && before < Self.openSections
        html.element(
            "details", opens ? ["class": "column t-\(finding)", "open": ""] : ["class": "column t-\(finding)"]
        ) {
            html in
            html.element("summary") { html in
                html.element("h3") { $0.name(column.name, width: 64) }
                html.badge(finding, finding.word)
                html.element(
                    "span", ["class": "story"],
                    text: Findings.sentence(column.story).replacing(" -> ", with: " \u{2192} "))
            }
            html.element("div", ["class": "body", "id": "c\(index)"]) { body(column, &$0) }
        }
    }

    private func isOpen(_ finding: Finding) -> Bool {
        switch finding {
        case .drifted, .undecided, .smallShift: true
        case .schemaChange, .stable, .notComparable, .failed: false
        }
    }

    private func body(_ column: ColumnReport, _ html: inout Markup) {
        if drawsStable || column.finding != .stable { charts(column, &html) }
        html.element("div", ["class": "pair"]) { html in
            if column.reference != nil || column.current != nil {
                html.element("div") { html in
                    html.element("h4", text: "Both sides")
                    HTMLColumnNumbers(column: column).sides(&html)
                }
            }
            if let verdict = column.verdict {
                html.element("div") { html in
                    html.element("h4", text: "Evidence")
                    evidence(column, verdict, &html)
                }
            }
        }
        if let missing = column.missingness {
            html.element("div", ["class": "pair"]) { html in
                html.element("div") { html in
                    html.element("h4", text: "Missing values")
                    html.element("p", text: Findings.sentence(missing.sentence))
                }
                html.element("div") { evidence(column, missing, &$0) }
            }
        }
        HTMLMethods(report: report).column(column, &html)
    }

    /// In the colour of this verdict, which need not be the column's.
    private func evidence(_ column: ColumnReport, _ verdict: ColumnVerdict, _ html: inout Markup) {
        html.element("div", ["class": "t-\(Finding(verdict.verdict))"]) { html in
            html.append(EffectAxis(verdict: verdict).labelled(label: HTMLColumnTable.label(verdict)))
        }
        HTMLColumnNumbers(column: column).evidence(verdict, &html)
    }

    // MARK: pictures

    private func charts(_ column: ColumnReport, _ html: inout Markup) {
        switch column.shape {
        case .numeric(let edges, let reference, let current, let probabilities, let before, let after):
            let name = DisplayText.shorten(column.name, to: 48)
            let distribution = DistributionChart(
                edges: edges, reference: reference, current: current, kind: column.kind, range: range(column)
            )
            .svg(label: "Distribution of \(name) on both sides. \(column.story)")
            let shift = QuantileShiftChart(
                probabilities: probabilities, reference: before, current: after, kind: column.kind
            ).svg(label: "How the quantiles of \(name) moved")
            html.element("div", ["class": "pair"]) { html in
                figure("Distribution", distribution, &html)
                figure("Where it moved", shift, &html)
            }
        case .categorical(let categories, let reference, let current):
            categoryShares(categories, reference, current, isStable: column.finding == .stable, &html)
        case nil: break
        }
    }

    /// Smallest and largest value of either side.
    private func range(_ column: ColumnReport) -> ClosedRange<Double>? {
        let sides = [column.reference?.numeric, column.current?.numeric].compactMap { $0 }
        guard let low = sides.map(\.minimum).min(), let high = sides.map(\.maximum).max(), low <= high else {
            return nil
        }
        return low...high
    }

    private func figure(_ title: String, _ picture: Markup?, _ html: inout Markup) {
        guard let picture else { return }
        html.element("div") { html in
            html.element("h4", text: title)
            html.append(picture)
        }
    }

    private func categoryShares(
        _ names: [String], _ reference: [Double], _ current: [Double], isStable: Bool, _ html: inout Markup
    ) {
        let count = min(names.count, min(reference.count, current.count))
        guard count > 0 else { return }
        // Unchanged columns need less room; the JSON has every figure.
        let shown = isStable ? min(count, 6) : count
        let largest = (0..<count).map { max(reference[$0], current[$0]) }.max() ?? 1
        // Changes that do not matter look small, too.
        let change = (0..<count).reduce(report.settings.categoricalThreshold) {
            max($0, abs(current[$1] - reference[$1]))
        }
        html.element("h4", text: "Shares of the categories, largest change first")
        html.table(
            "cats", ["Category", "", "Reference", "Current", "Change", "Lost or gained"], numbers: [2, 3, 4]
        ) { html in
            for index in 0..<shown {
                html.element("tr") { html in
                    html.element("th", ["scope": "row", "class": "name"]) { category(names[index], &$0) }
                    html.element("td") {
                        $0.append(Bars.pair(reference: reference[index], current: current[index], largest: largest))
                    }
                    html.number(Format.percent(reference[index]), exact: reference[index])
                    html.number(Format.percent(current[index]), exact: current[index])
                    html.number(Format.points(current[index] - reference[index]), exact: nil)
                    html.element("td") { $0.append(Bars.change(current[index] - reference[index], largest: change)) }
                }
            }
        }
        if shown < count {
            html.element("p", ["class": "quiet"], text: "and \(Format.count(count - shown)) more that changed less.")
        }
    }

    private func category(_ name: String, _ html: inout Markup) {
        if name.allSatisfy(\.isWhitespace) {
            html.element("span", ["class": "quiet"], text: name.isEmpty ? "(empty text)" : "(blank)")
        } else {
            html.name(name, width: 40)
        }
    }
}
