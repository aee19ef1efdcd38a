import Core
import Platform
import Statistics

/// The report on a terminal: the sentence, schema changes, the ranked table, then what is worth knowing.
package enum TextReport {
    /// - Parameters:
    ///   - width: cells of the terminal; no line is longer. Below 20 it is taken as 20.
    ///   - colour: ANSI colours.
    ///   - verbose: every column, with all its figures.
    package static func render(_ report: DriftReport, width: Int, colour: Bool, verbose: Bool) -> String {
        var writer = TextReportWriter(report: report, width: max(20, width), colour: colour, verbose: verbose)
        writer.write()
        return writer.lines.joined(separator: "\n") + "\n"
    }
}

struct TextReportWriter {
    let report: DriftReport
    let width: Int
    let colour: Bool
    let verbose: Bool
    var lines: [String] = []

    /// Without --verbose, stable columns beyond this many are only counted.
    private static let stableShown = 12

    init(report: DriftReport, width: Int, colour: Bool, verbose: Bool) {
        self.report = report
        self.width = width
        self.colour = colour
        self.verbose = verbose
    }

    mutating func write() {
        writeHeadline()
        writeSchemaChanges()
        if Findings.usesOtherRules(report) { writeMethodTable() } else { writeColumns() }
        writeDataset()
        writeSegments()
        writeUndecided()
        if verbose { writeDetails() }
        writeNotes()
        writeHints()
    }

    mutating func add(_ text: String, indent: String = "", style: TerminalStyle? = nil) {
        for line in DisplayText.wrap(DisplayText.clean(text), width: width, indent: indent) {
            lines.append(style?.apply(line, colour) ?? line)
        }
    }

    mutating func add(_ table: TextTable, indent: String = "") {
        lines += table.lines(width: width - indent.count, colour: colour).map { indent + $0 }
    }

    mutating func title(_ text: String) {
        lines.append("")
        add(text, style: .strong)
    }

    // MARK: parts

    private mutating func writeHeadline() {
        let highlights = Findings.highlights(report).map { ": " + $0 } ?? ""
        add(Findings.headline(report) + highlights + ".", style: .strong)
        for (name, side) in [("Reference", report.reference), ("Current", report.current)] {
            let size = "\(Format.count(side.rows, "row")), \(Format.count(side.columns, "column"))"
            add("\(name) \(side.label): \(size)\(side.isProfile ? ", from a profile" : "")", style: .faint)
        }
        let tally = Findings.tally(report).map {
            "\($0.finding.icon)\u{A0}" + $0.finding.counted($0.count).replacing(" ", with: "\u{A0}")
        }
        add(tally.joined(separator: ", "))
    }

    private mutating func writeSchemaChanges() {
        let changed = report.columns.filter { $0.finding == .schemaChange }
        guard !changed.isEmpty else { return }
        title("Schema changes")
        var table = TextTable(columns: [
            .init(title: "Column", minimum: 10), .init(title: "Change"),
            .init(title: "What happened", dispensable: 1, minimum: 16),
        ])
        table.rows = changed.map { column in
            [
                .init(DisplayText.label(column.name)),
                .init("\(Finding.schemaChange.icon) \(Findings.schemaWord(column.status))", .warning),
                .init(DisplayText.clean(column.explanation ?? "")),
            ]
        }
        add(table)
    }

    private mutating func writeColumns() {
        let columns = report.columns.filter { $0.finding != .schemaChange }
        guard !columns.isEmpty else { return }
        let stable = columns.count { $0.finding == .stable }
        let hides = !verbose && stable > Self.stableShown
        let shown = hides ? columns.filter { $0.finding != .stable } : columns
        title(hides ? "Columns that are not stable" : "Columns")
        if !shown.isEmpty { add(columnTable(shown)) }
        if hides { add("\(Finding.stable.icon) \(Format.count(stable, "stable column")); --verbose lists them.") }
    }

    private func columnTable(_ columns: [ColumnReport]) -> TextTable {
        var table = TextTable(columns: [
            .init(title: "Column", minimum: 10), .init(title: "Verdict"), .init(title: "Effect", alignsRight: true),
            .init(title: "95 % interval", dispensable: 2), .init(title: "Noise", alignsRight: true, dispensable: 3),
            .init(title: "q", alignsRight: true, dispensable: 1),
            .init(title: "n", alignsRight: true, dispensable: 4),
        ])
        table.rows = columns.map { column in
            let finding = column.finding
            let name = TextTable.Cell(DisplayText.label(column.name))
            let verdict = TextTable.Cell("\(finding.icon) \(finding.word)", finding.style)
            guard let decisive = column.decisive else {
                let why = column.status == .ok ? "" : Findings.schemaWord(column.status)
                return [name, verdict, .init(why, .faint)] + Array(repeating: .init(""), count: 4)
            }
            let format = EffectFormat(decisive)
            return [
                name, verdict,
                .init(format.valueWithSubject(decisive.corrected)),
                .init(format.interval(decisive.interval)), .init(format.mark(decisive.noise95)),
                .init(Format.probability(decisive.qValue)),
                .init("\(Format.count(decisive.referenceCount)) / \(Format.count(decisive.currentCount))"),
            ]
        }
        return table
    }

    private mutating func writeMethodTable() {
        let columns = report.columns.filter { !$0.results.isEmpty && $0.finding != .schemaChange }
        guard !columns.isEmpty else { return }
        title("Columns, by \(report.settings.compatibility)")
        var table = TextTable(columns: [
            .init(title: "Column", minimum: 10), .init(title: "Answer"), .init(title: "Method", minimum: 12),
            .init(title: "Score", alignsRight: true), .init(title: "Threshold", alignsRight: true, dispensable: 1),
        ])
        for column in columns {
            let results = verbose ? column.results : [column.decidingResult].compactMap { $0 }
            for result in results { table.rows.append(row(column, result)) }
        }
        add(table)
        let hidden = columns.reduce(0) { $0 + max(0, $1.results.count - 1) }
        if !verbose, hidden > 0 { add("\(Format.count(hidden)) more results; --verbose lists them.") }
    }

    private func row(_ column: ColumnReport, _ result: MethodResult) -> [TextTable.Cell] {
        let drifted = result.drifted ?? result.alerts.map { $0.contains(true) }
        let answer: TextTable.Cell =
            if result.error != nil {
                .init("\(Finding.failed.icon) error", .bad)
            } else if let drifted {
                drifted
                    ? .init("\(Finding.drifted.icon) drifted", .bad) : .init("\(Finding.stable.icon) no drift", .good)
            } else {
                .init("")
            }
        let score = result.score ?? result.pValue ?? result.statistic ?? result.values?.last
        return [
            .init(DisplayText.label(column.name)), answer, .init(result.method),
            .init(score.map { Format.number($0) } ?? DisplayText.shorten(result.error ?? "", to: 28)),
            .init(result.threshold.map { Format.number($0) } ?? ""),
        ]
    }
}
