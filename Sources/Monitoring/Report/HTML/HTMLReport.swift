import Core
import Platform
import Statistics

/// The report as one self-contained page of aggregates: no request leaves it, and it reads without JavaScript.
package enum HTMLReport {
    /// UTF-8. The same report always gives the same bytes.
    package static func render(_ report: DriftReport) -> [UInt8] {
        let complete = render(HTMLPage(report: report, drawsStable: true))
        return complete.count <= sizeLimit ? complete : render(HTMLPage(report: report, drawsStable: false))
    }

    /// Beyond this, the pictures of stable columns are left out.
    private static let sizeLimit = 960_000

    private static func render(_ page: HTMLPage) -> [UInt8] {
        var html = Markup()
        html.raw("<!DOCTYPE html>\n")
        html.element("html", ["lang": "en"]) { html in
            html.element("head") { page.head(&$0) }
            html.element("body") { html in
                html.element("a", ["class": "skip", "href": "#columns"], text: "Skip to the columns")
                page.symbols(&html)
                html.element("main") { page.main(&$0) }
                page.footer(&html)
                html.element("script") { $0.raw(Script.text) }
            }
        }
        html.raw("\n")
        return html.bytes
    }
}

/// The parts of the page around the columns' own sections.
struct HTMLPage {
    let report: DriftReport
    let drawsStable: Bool

    func head(_ html: inout Markup) {
        let policy = """
            default-src 'none'; style-src '\(ContentHash.source(Stylesheet.parts))'; \
            script-src '\(ContentHash.source([Script.text]))'; base-uri 'none'; form-action 'none'
            """
        html.empty("meta", ["charset": "utf-8"])
        html.empty("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
        html.empty("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        html.empty("meta", ["name": "color-scheme", "content": "light dark"])
        html.empty("meta", ["name": "referrer", "content": "no-referrer"])
        html.element("title", text: "Drift: \(Findings.headline(report))")
        html.element("style") { html in for part in Stylesheet.parts { html.raw(part) } }
    }

    func main(_ html: inout Markup) {
        top(&html)
        schemaChanges(&html)
        HTMLColumnTable(report: report).write(&html)
        multivariate(&html)
        segments(&html)
        HTMLMethods(report: report).dataset(&html)
        details(&html)
        notes(&html)
        HTMLExplanation(report: report).write(&html)
    }

    // MARK: top

    private func top(_ html: inout Markup) {
        html.element("header", ["class": "top"]) { html in
            html.element("p", ["class": "kicker"], text: "Drift report")
            html.element("h1", text: Findings.headline(report))
            lead(&html)
            html.element("ul", ["class": "tally", "aria-label": "Columns by verdict"]) { html in
                for (finding, count) in Findings.tally(report) {
                    html.element("li") { html in
                        html.badge(finding, finding.counted(count), filters: finding != .schemaChange)
                    }
                }
            }
            facts(&html)
            navigation(&html)
        }
    }

    private func lead(_ html: inout Markup) {
        let drifted = report.columns.filter { $0.finding == .drifted }
        html.element("p", ["class": "lead"]) { html in
            guard !drifted.isEmpty else {
                html.text(reassurance)
                return
            }
            for (index, column) in drifted.prefix(3).enumerated() {
                if index > 0 { html.text("; ") }
                html.name(column.name, width: 48, element: "b")
                let story = Findings.shortUnits(Findings.withoutStop(column.story))
                html.text(Findings.link(story) + story)
            }
            html.text(drifted.count > 3 ? "; and \(Format.count(drifted.count - 3)) more." : ".")
        }
    }

    private var reassurance: String {
        let undecided = report.columns.count { $0.finding == .undecided }
        if report.dataset.comparedColumns == 0 {
            return "The two sides have no column in common that could be compared."
        }
        if undecided > 0 {
            return
                "For \(Format.count(undecided, "column")) there are too few rows to tell."
        }
        if Findings.usesOtherRules(report) { return "No column crossed its method's threshold." }
        return "No column moved by more than the threshold."
    }

    private func facts(_ html: inout Markup) {
        html.element("dl", ["class": "facts"]) { html in
            fact("Reference", side(report.reference), report.reference.label, &html)
            fact("Current", side(report.current), report.current.label, &html)
            if let check = report.dataset.multivariate {
                let range =
                    "\(Format.fixed(check.interval.lowerBound, 2))\u{2013}\(Format.fixed(check.interval.upperBound, 2))"
                fact("All columns together", "0.5 is guessing", "AUC \(Format.fixed(check.auc, 2)) (\(range))", &html)
            } else if let share = report.dataset.weightedShare {
                fact("Weighted by importance", "of the columns drifted", Format.percent(share), &html)
            } else {
                let schema = report.columns.count { $0.finding == .schemaChange }
                let compared = Format.count(report.dataset.comparedColumns, "column")
                fact(
                    "Compared", schema > 0 ? Format.count(schema, "schema change") : "same columns on both sides",
                    compared, &html)
            }
            let settings = report.settings
            if Findings.usesOtherRules(report) {
                fact("Rules", "Steward's own verdict is not shown", settings.compatibility, &html)
            } else {
                let thresholds =
                    "\(Format.number(settings.numericThreshold)) sd or "
                    + "\(Format.percent(settings.categoricalThreshold)) of rows"
                let level = "with \(Self.correction(settings.correction)) \u{2264} \(Format.number(settings.alpha))"
                fact("Drift means more than", level, thresholds, &html)
            }
        }
    }

    private static func correction(_ correction: DriftReport.Correction) -> String {
        switch correction {
        case .bh: "q"
        case .bonferroni: "corrected p"
        case .none: "p"
        }
    }

    private func fact(_ name: String, _ quiet: String, _ value: String, _ html: inout Markup) {
        html.element("div") { html in
            html.element("dt", text: name)
            html.element("dd") { html in
                html.name(value, width: 64)
                html.element("span", ["class": "quiet"], text: quiet)
            }
        }
    }

    private func side(_ side: DriftReport.Side) -> String {
        let size = "\(Format.count(side.rows, "row")), \(Format.count(side.columns, "column"))"
        return size + (side.isProfile ? ", from a profile" : "")
    }

    private func navigation(_ html: inout Markup) {
        var places: [(String, String)] = []
        if report.columns.contains(where: { $0.finding == .schemaChange }) {
            places.append(("schema", "Schema changes"))
        }
        places.append(("columns", "Columns"))
        if report.dataset.multivariate != nil { places.append(("together", "All columns together")) }
        if !report.segments.isEmpty { places.append(("segments", "Segments")) }
        if !report.dataset.results.isEmpty { places.append(("dataset", "Data set methods")) }
        if report.columns.contains(where: { $0.finding != .schemaChange }) { places.append(("details", "Details")) }
        places.append(("reading", "How to read this"))
        html.element("nav", ["aria-label": "Sections"]) { html in
            for (target, name) in places { html.element("a", ["href": "#" + target], text: name) }
        }
    }

    // MARK: other sections

    private func schemaChanges(_ html: inout Markup) {
        let changed = report.columns.filter { $0.finding == .schemaChange }
        guard !changed.isEmpty else { return }
        html.section("schema", "Schema changes") { html in
            html.table("plain", ["Column", "Change", "What happened"]) { html in
                for column in changed {
                    html.element("tr") { html in
                        html.element("th", ["scope": "row"]) { $0.name(column.name, width: 64) }
                        html.element("td") { $0.badge(.schemaChange, Findings.schemaWord(column.status)) }
                        html.element("td", text: column.explanation ?? "")
                    }
                }
            }
        }
    }

    private func multivariate(_ html: inout Markup) {
        guard let check = report.dataset.multivariate else { return }
        html.section("together", "All columns together") { html in
            html.element("p", text: Findings.multivariate(check))
            html.element("p", ["class": "quiet"]) { html in
                html.text("\(Format.count(check.rows, "row")), p \(Format.probability(check.pValue)). ")
                html.text("It can see changes in how columns go together that no single column shows.")
            }
            guard !check.contributions.isEmpty else { return }
            html.table("cats narrow", ["Column it used", "Contribution", ""], numbers: [1]) { html in
                for part in check.contributions.prefix(8) {
                    html.element("tr") { html in
                        html.element("th", ["scope": "row"]) { $0.name(part.column, width: 48) }
                        html.number(Format.percent(part.share), exact: part.share)
                        html.element("td") { $0.append(Bars.single(part.share)) }
                    }
                }
            }
        }
    }

    private func segments(_ html: inout Markup) {
        guard !report.segments.isEmpty else { return }
        html.section("segments", "Segments") { html in
            html.element(
                "p", ["class": "quiet"],
                text: "The same comparison inside each segment, corrected for looking at all of them.")
            html.table("plain", ["Segment", "Verdict", "Reference rows", "Current rows", "Columns"], numbers: [2, 3]) {
                html in
                for segment in report.segments {
                    html.element("tr") { html in
                        html.element("th", ["scope": "row"]) { $0.name(segment.name, width: 48) }
                        html.element("td") { $0.badge(segment.finding, segment.finding.word) }
                        html.element("td", ["class": "n"], text: Format.count(segment.referenceRows))
                        html.element("td", ["class": "n"], text: Format.count(segment.currentRows))
                        html.element("td") { html in
                            html.names(segment.driftedColumns, "drifted")
                            html.names(segment.undecidedColumns, "undecided")
                        }
                    }
                }
            }
        }
    }

    private func details(_ html: inout Markup) {
        let columns = report.columns.enumerated().filter { $0.element.finding != .schemaChange }
        guard !columns.isEmpty else { return }
        let section = HTMLColumnSection(report: report, drawsStable: drawsStable)
        html.section("details", "Details") { html in
            if !drawsStable {
                html.element(
                    "p", ["class": "quiet"], text: "Stable columns are without pictures, to keep this file small.")
            }
            for (index, column) in columns { section.write(column, index: index, &html) }
        }
    }

    private func notes(_ html: inout Markup) {
        guard !report.notes.isEmpty else { return }
        html.section("notes", "Notes") { html in
            html.element("ul", ["class": "notes"]) { html in
                for note in report.notes { html.element("li", text: note) }
            }
        }
    }

    func footer(_ html: inout Markup) {
        html.element("footer") { html in
            html.element("p") { html in
                html.text("To get this report again: ")
                html.element("code", ["data-copy": ""], text: Findings.command(report) + " --html report.html")
            }
            let settings = report.settings
            let figures = [
                "alpha \(Format.number(settings.alpha))", "correction \(settings.correction.rawValue)",
                "rules \(settings.compatibility)", "numeric threshold \(Format.number(settings.numericThreshold)) sd",
                "categorical threshold \(Format.percent(settings.categoricalThreshold))",
                "random steps seeded by the data",
            ]
            html.element("p", text: "Settings: " + figures.joined(separator: ", ") + ".")
            html.element("p", text: "Steward. Aggregates only: this file holds no row of the data.")
        }
    }
}
