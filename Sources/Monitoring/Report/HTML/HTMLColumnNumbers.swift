import Core
import Platform
import Statistics

/// The tables of figures in a column's section.
struct HTMLColumnNumbers {
    let column: ColumnReport

    // MARK: both sides

    func sides(_ html: inout Markup) {
        let first = column.reference
        let second = column.current
        html.table("facts-table", ["", "Reference", "Current", "Change"], numbers: [1, 2, 3]) { html in
            counts("Rows", first?.rows, second?.rows, &html)
            missing(first, second, &html)
            if (first?.infinite ?? 0) + (second?.infinite ?? 0) > 0 {
                counts("Infinite", first?.infinite, second?.infinite, &html)
            }
            counts("Distinct values", first?.distinct, second?.distinct, &html)
            guard first?.numeric != nil || second?.numeric != nil else { return }
            let before = first?.numeric
            let after = second?.numeric
            let spread = max(before?.standardDeviation ?? 0, after?.standardDeviation ?? 0)
            let values = ValueFormat(kind: column.kind, spread: spread)
            numbers("Mean", before?.mean, after?.mean, values, &html)
            widths("Standard deviation", before?.standardDeviation, after?.standardDeviation, values, &html)
            let ends = [before?.minimum, after?.minimum, before?.maximum, after?.maximum].compactMap { $0 }
            let range = ValueFormat(kind: column.kind, spread: spread, showing: ends)
            numbers("Minimum", before?.minimum, after?.minimum, range, &html)
            numbers("Maximum", before?.maximum, after?.maximum, range, &html)
        }
    }

    private func row(
        _ name: String, _ cells: [(text: String, exact: Double?)], isChanged: Bool = false, _ html: inout Markup
    ) {
        html.element("tr", isChanged ? ["class": "changed"] : [:]) { html in
            html.element("th", ["scope": "row"], text: name)
            for cell in cells { html.number(cell.text, exact: cell.exact) }
        }
    }

    private func counts(_ name: String, _ first: Int?, _ second: Int?, _ html: inout Markup) {
        let texts = [first, second].map { $0.map { Format.count($0) } ?? "\u{2013}" }
        row(name, [(texts[0], nil), (texts[1], nil), ("", nil)], &html)
    }

    private func missing(_ first: ColumnSummary?, _ second: ColumnSummary?, _ html: inout Markup) {
        let cells = [first, second].map { side -> (text: String, exact: Double?) in
            guard let side else { return ("\u{2013}", nil) }
            if side.missing == 0 { return ("none", nil) }
            return ("\(Format.count(side.missing)) (\(Format.percent(side.missingShare)))", side.missingShare)
        }
        var change = ""
        if let first, let second, first.missing + second.missing > 0 {
            change = Format.points(second.missingShare - first.missingShare)
        }
        let drifted = column.missingness?.verdict == .drifted
        row("Missing", cells + [(change, nil)], isChanged: drifted, &html)
    }

    private func numbers(
        _ name: String, _ first: Double?, _ second: Double?, _ values: ValueFormat, _ html: inout Markup
    ) {
        let cells = [first, second].map { ($0.map(values.value) ?? "\u{2013}", $0) }
        var change = ""
        if let first, let second { change = values.difference(second - first) }
        row(name, cells + [(change, nil)], &html)
    }

    private func widths(
        _ name: String, _ first: Double?, _ second: Double?, _ values: ValueFormat, _ html: inout Markup
    ) {
        let cells = [first, second].map { ($0.map(values.width) ?? "\u{2013}", $0) }
        var change = ""
        if let first, let second { change = values.difference(second - first) }
        row(name, cells + [(change, nil)], &html)
    }

    // MARK: evidence

    func evidence(_ verdict: ColumnVerdict, _ html: inout Markup) {
        let format = EffectFormat(verdict)
        html.element("div", ["class": "scroll"]) { html in
            html.element("table", ["class": "facts-table"]) { html in
                html.element("tbody") { html in
                    fact("Effect, noise subtracted", format.value(verdict.corrected), verdict.corrected, &html)
                    fact(
                        "\(Format.percent(verdict.confidence)) interval", format.longInterval(verdict.interval), nil,
                        &html)
                    fact("As measured", format.value(verdict.estimate), verdict.estimate, &html)
                    fact(
                        "Noise floor, mean and 95th percentile",
                        "\(format.mark(verdict.noiseMean)), \(format.mark(verdict.noise95))", verdict.noise95, &html)
                    fact("Threshold", format.mark(verdict.threshold), verdict.threshold, &html)
                    if let distance = verdict.distance, let spread = verdict.spread {
                        let values = ValueFormat(kind: column.kind, spread: spread)
                        fact("Distance in the column's unit", values.width(distance), distance, &html)
                    }
                    if let gap = verdict.largestGap {
                        fact("Largest gap of the distributions", Format.percent(gap), gap, &html)
                    }
                    if !verdict.test.isEmpty {
                        fact(
                            "Test", "\(verdict.testName) \(Format.number(verdict.statistic))", verdict.statistic, &html)
                        fact(
                            "p, and q over all columns",
                            "\(Format.probability(verdict.pValue)), \(Format.probability(verdict.qValue))",
                            verdict.qValue,
                            &html)
                    }
                    fact(
                        "Rows used",
                        "\(Format.count(verdict.referenceCount)) and \(Format.count(verdict.currentCount))", nil, &html)
                    if let rows = verdict.rowsToSettle {
                        fact("Would be settled by about", "\(Format.count(rows)) current rows", nil, &html)
                    }
                }
            }
        }
    }

    private func fact(_ name: String, _ text: String, _ exact: Double?, _ html: inout Markup) {
        html.element("tr") { html in
            html.element("th", ["scope": "row"], text: name)
            html.number(text, exact: exact)
        }
    }
}
