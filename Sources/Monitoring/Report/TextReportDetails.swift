import Core
import Platform
import Statistics

/// What follows the table of columns.
extension TextReportWriter {
    mutating func writeDataset() {
        if let check = report.dataset.multivariate {
            title("All columns together")
            add(Findings.multivariate(check))
            let used = check.contributions.prefix(5).map {
                "\(DisplayText.shorten(DisplayText.label($0.column), to: 32)) \(Format.percent($0.share))"
            }
            // What it used says nothing when it found nothing.
            if !used.isEmpty, Findings.isTold(check) { add("It used " + used.joined(separator: ", ") + ".") }
        }
        if let share = report.dataset.weightedShare {
            add("Weighted by importance, \(Format.percent(share)) of the columns drifted.")
        }
        guard !report.dataset.results.isEmpty else { return }
        title("Data set methods")
        var table = TextTable(columns: [
            .init(title: "Method", minimum: 12), .init(title: "Answer", minimum: 10),
            .init(title: "Columns", alignsRight: true, dispensable: 1),
        ])
        table.rows = report.dataset.results.map { result in
            [.init(result.method), answer(result), .init(Format.count(result.columns.count))]
        }
        add(table)
    }

    private func answer(_ result: DatasetResult) -> TextTable.Cell {
        if let error = result.error { return .init("\(Finding.failed.icon) \(DisplayText.clean(error))", .bad) }
        let text = Findings.answer(result)
        guard let drifted = result.isDrifted else { return .init(text) }
        let finding: Finding = drifted ? .drifted : .stable
        return .init("\(finding.icon) \(text)", finding.style)
    }

    mutating func writeSegments() {
        guard !report.segments.isEmpty else { return }
        title("Segments")
        var table = TextTable(columns: [
            .init(title: "Segment", minimum: 10), .init(title: "Verdict"),
            .init(title: "n", alignsRight: true, dispensable: 1),
            .init(title: "Columns", dispensable: 2, minimum: 12),
        ])
        table.rows = report.segments.map { segment in
            let finding = segment.finding
            let names = (segment.drifted ? segment.driftedColumns : segment.undecidedColumns).map(DisplayText.label)
                .joined(separator: ", ")
            return [
                .init(DisplayText.label(segment.name)), .init("\(finding.icon) \(finding.word)", finding.style),
                .init("\(Format.count(segment.referenceRows)) / \(Format.count(segment.currentRows))"),
                .init(DisplayText.clean(names)),
            ]
        }
        add(table)
    }

    mutating func writeUndecided() {
        let open = report.columns.filter { $0.finding == .undecided }
        guard !open.isEmpty else { return }
        lines.append("")
        for column in open.prefix(verbose ? open.count : 3) {
            add("Undecided: \(DisplayText.shorten(DisplayText.label(column.name), to: 40)), \(column.story).")
        }
        if !verbose, open.count > 3 { add("\(Format.count(open.count - 3)) more are undecided.") }
    }

    mutating func writeNotes() {
        guard !report.notes.isEmpty else { return }
        title("Notes")
        for note in report.notes { add(note, indent: "  ") }
    }

    mutating func writeHints() {
        lines.append("")
        if !Findings.usesOtherRules(report) {
            add("Drift means: \(Findings.rule(report.settings)).", style: .faint)
        }
        let details = verbose ? "" : "Every figure: --verbose. "
        add(details + "Charts: --html report.html.", style: .faint)
    }

    // MARK: --verbose

    mutating func writeDetails() {
        for column in report.columns where column.finding != .schemaChange {
            let role = column.role == .feature ? "" : ", \(column.role.rawValue)"
            title("\(DisplayText.shorten(DisplayText.label(column.name), to: 80)) (\(column.kind.rawValue)\(role))")
            let story = column.story
            if !story.isEmpty { add(Findings.sentence(story), indent: "  ") }
            for (name, summary) in [("reference", column.reference), ("current", column.current)] {
                if let summary { add("\(name): \(describe(summary, column.kind))", indent: "  ") }
            }
            if let verdict = column.verdict { add(describe(verdict), indent: "  ") }
            if let missing = column.missingness { add("missing share: " + describe(missing), indent: "  ") }
            if !column.results.isEmpty { add(methodTable(column), indent: "  ") }
        }
    }

    private func describe(_ summary: ColumnSummary, _ kind: ColumnKind) -> String {
        var parts = [Format.count(summary.rows, "row")]
        parts.append("\(Format.count(summary.missing)) missing (\(Format.percent(summary.missingShare)))")
        if summary.infinite > 0 { parts.append("\(Format.count(summary.infinite)) infinite") }
        parts.append("\(Format.count(summary.distinct)) distinct")
        if let numeric = summary.numeric {
            let values = ValueFormat(kind: kind, spread: numeric.standardDeviation)
            parts.append("mean \(values.value(numeric.mean)), sd \(values.width(numeric.standardDeviation))")
            parts.append("from \(values.value(numeric.minimum)) to \(values.value(numeric.maximum))")
        }
        return parts.joined(separator: ", ")
    }

    private func describe(_ verdict: ColumnVerdict) -> String {
        let format = EffectFormat(verdict)
        var parts = [
            "\(verdict.effect) \(format.value(verdict.corrected)) (\(format.value(verdict.estimate)) before noise)",
            "\(Format.percent(verdict.confidence)) interval \(format.longInterval(verdict.interval))",
            "noise floor \(format.mark(verdict.noiseMean)) on average and \(format.mark(verdict.noise95)) at most",
            "threshold \(format.mark(verdict.threshold))",
        ]
        if !verdict.test.isEmpty {
            parts.append(
                "\(verdict.testName) \(Format.number(verdict.statistic)), p \(Format.probability(verdict.pValue)), "
                    + "q \(Format.probability(verdict.qValue))")
        }
        if let gap = verdict.largestGap { parts.append("largest gap \(Format.percent(gap))") }
        return parts.joined(separator: "; ")
    }

    private func methodTable(_ column: ColumnReport) -> TextTable {
        var table = TextTable(columns: [
            .init(title: "Method", minimum: 12), .init(title: "Statistic", alignsRight: true, dispensable: 2),
            .init(title: "p", alignsRight: true, dispensable: 3), .init(title: "Score", alignsRight: true),
            .init(title: "Threshold", alignsRight: true, dispensable: 1), .init(title: "Drifted", minimum: 7),
        ])
        table.rows = column.results.map { result in
            let drifted = result.drifted ?? result.alerts.map { $0.contains(true) }
            return [
                .init(result.method), .init(result.statistic.map { Format.number($0) } ?? ""),
                .init(result.pValue.map(Format.probability) ?? ""), .init(result.score.map { Format.number($0) } ?? ""),
                .init(result.threshold.map { Format.number($0) } ?? ""),
                .init(result.error.map(DisplayText.clean) ?? drifted.map { $0 ? "yes" : "no" } ?? ""),
            ]
        }
        return table
    }
}
