import Core
import Platform
import Statistics

/// The report for a pull-request comment: the sentence, what is not stable, the rest folded away.
package enum MarkdownReport {
    package static func render(_ report: DriftReport) -> String {
        let highlights = report.columns.filter { $0.finding == .drifted }.prefix(3).map { column in
            let story = Findings.shortUnits(Findings.withoutStop(column.story))
            return code(DisplayText.shorten(DisplayText.label(column.name), to: 48)) + Findings.link(story)
                + escape(story)
        }
        var parts = ["### Drift: " + escape(Findings.headline(report))]
        if !highlights.isEmpty { parts.append(Findings.sentence(Findings.joined(Array(highlights)))) }
        parts.append(facts(report))
        parts += schemaChanges(report)
        parts += columns(report)
        parts += dataset(report)
        parts += segments(report)
        if !report.notes.isEmpty { parts.append(report.notes.map { "- " + escape($0) }.joined(separator: "\n")) }
        if !Findings.usesOtherRules(report) {
            parts.append("<sub>Drift means: \(escape(Findings.rule(report.settings))).</sub>")
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func facts(_ report: DriftReport) -> String {
        [("Reference", report.reference), ("current", report.current)].map { name, side in
            "\(name) \(code(side.label)), \(Format.count(side.rows, "row"))\(side.isProfile ? " (a profile)" : "")"
        }.joined(separator: "; ") + "."
    }

    private static func schemaChanges(_ report: DriftReport) -> [String] {
        let changed = report.columns.filter { $0.finding == .schemaChange }
        guard !changed.isEmpty else { return [] }
        return [
            table(
                ["Schema change", "Column", "What happened"],
                changed.map { column in
                    [Findings.schemaWord(column.status), name(column), escape(column.explanation ?? "")]
                })
        ]
    }

    private static func columns(_ report: DriftReport) -> [String] {
        let columns = report.columns.filter { $0.finding != .schemaChange }
        let open = columns.filter { $0.finding != .stable }
        let stable = columns.filter { $0.finding == .stable }
        var parts: [String] = []
        if !open.isEmpty { parts.append(columnTable(open, report)) }
        if !stable.isEmpty {
            parts.append(
                """
                <details><summary>\(Format.count(stable.count, "stable column"))</summary>

                \(columnTable(stable, report))

                </details>
                """)
        }
        return parts
    }

    private static func columnTable(_ columns: [ColumnReport], _ report: DriftReport) -> String {
        if Findings.usesOtherRules(report) {
            return table(
                ["Column", "Answer", "Why"],
                columns.map { [name($0), mark($0.finding), escape($0.story)] })
        }
        return table(
            ["Column", "Verdict", "Effect", "95 % interval", "Noise floor", "q", "n"],
            columns.map { column in
                guard let verdict = column.decisive else {
                    return [name(column), mark(column.finding), escape(column.story), "", "", "", ""]
                }
                let format = EffectFormat(verdict)
                return [
                    name(column), mark(column.finding), format.value(verdict.corrected),
                    format.interval(verdict.interval), format.mark(verdict.noise95),
                    escape(Format.probability(verdict.qValue)),
                    "\(Format.count(verdict.referenceCount)) / \(Format.count(verdict.currentCount))",
                ]
            })
    }

    private static func dataset(_ report: DriftReport) -> [String] {
        var parts: [String] = []
        if let check = report.dataset.multivariate { parts.append(escape(Findings.multivariate(check))) }
        if !report.dataset.results.isEmpty {
            parts.append(
                table(
                    ["Data set method", "Answer"],
                    report.dataset.results.map { [code($0.method), escape($0.error ?? Findings.answer($0))] }))
        }
        return parts
    }

    private static func segments(_ report: DriftReport) -> [String] {
        guard !report.segments.isEmpty else { return [] }
        return [
            table(
                ["Segment", "Verdict", "n", "Columns"],
                report.segments.map { segment in
                    let names = segment.drifted ? segment.driftedColumns : segment.undecidedColumns
                    return [
                        code(DisplayText.label(segment.name)), mark(segment.finding),
                        "\(Format.count(segment.referenceRows)) / \(Format.count(segment.currentRows))",
                        names.prefix(8).map(code).joined(separator: ", ")
                            + (names.count > 8 ? " and \(names.count - 8) more" : ""),
                    ]
                })
        ]
    }

    private static func name(_ column: ColumnReport) -> String {
        code(DisplayText.shorten(DisplayText.label(column.name), to: 64))
    }

    private static func mark(_ finding: Finding) -> String {
        finding == .drifted || finding == .failed
            ? "**\(finding.icon) \(finding.word)**" : "\(finding.icon) \(finding.word)"
    }

    private static func table(_ header: [String], _ rows: [[String]]) -> String {
        ([header, header.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }

    /// A code span, in which nothing is a mention, a link or an emphasis. Bars are escaped for tables.
    static func code(_ text: String) -> String {
        let text = DisplayText.clean(text)
        var longest = 0
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let space = longest > 0 || text.allSatisfy { $0 == " " } ? " " : ""
        return fence + space + text.replacing("|", with: "\\|") + space + fence
    }

    /// Text that means nothing to Markdown or HTML and mentions nobody.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for character in DisplayText.clean(text).unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "@": escaped += "&#64;"
            case "#": escaped += "&#35;"
            case "\\", "`", "*", "_", "[", "]", "|", "~", "!": escaped += "\\" + String(character)
            default: escaped.unicodeScalars.append(character)
            }
        }
        // A bare address would become a link.
        return escaped.replacing("://", with: "&#58;//").replacing("www.", with: "www&#46;")
    }
}
